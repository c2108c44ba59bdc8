// Who may send a file: whoever may run an operation that takes one. A file that nothing may be done with only fills a disk.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { joinWords } from '#core/presentation/phrases.ts'
import { mayInvoke } from './access.ts'
import { OPERATIONS } from './index.ts'
import type { Principal } from './operation.ts'

const TAKING_FILES = OPERATIONS.filter(({ input }) => Object.hasOwn(input.shape, 'upload'))

/**
 * Sending a file changes nothing that others see, so it needs no right of its own: it needs the right to one of the
 * operations that the file can be for. A viewer may score a table, so a viewer may send one.
 */
export function mayUpload(principal: Principal): Outcome<void> {
  if (TAKING_FILES.some((operation) => mayInvoke(operation, principal))) return succeed(undefined)
  const names = TAKING_FILES.map(({ name }) => name)
  const own = principal.scopes === undefined ? principal.role : joinWords(principal.scopes)
  return fail(
    'forbidden',
    `Sending a file needs the scope ${joinWords(names, 'or')}; you have ${own}. Ask an admin of this Parley for it.`,
  )
}
