// An operation's answer as the command line shows it: plain text, with commands in place of chat buttons.

import type { Operation, OperationName } from '#core/operations/operation.ts'
import type { Presentation } from '#core/presentation/blocks.ts'
import { renderPlainText } from '#core/presentation/plain-text.ts'

/** What to type next, made from an operation's output; null where there is nothing to say. */
const NEXT: Partial<
  Record<OperationName, (output: Readonly<Record<string, unknown>>) => string | null>
> = {
  list_models: ({ models }) =>
    Array.isArray(models) && models.length === 0
      ? 'parley deploy FILE, or parley deploy --sample churn'
      : null,
  deploy_model: predictCommand,
  describe_model: predictCommand,
}

/** Buttons of a chat make no sense here, so `choices` are left out and the next command stands in their place. */
export function renderAnswer(
  operation: Operation,
  output: Readonly<Record<string, unknown>>,
): string {
  const { text, blocks }: Presentation = operation.present(output)
  const shown = blocks.filter((block) => block.kind !== 'choices')
  const next = NEXT[operation.name]?.(output) ?? null
  const answer = renderPlainText({ text, blocks: shown })
  return next === null ? answer : `${answer}\n\nNext: ${next}`
}

function predictCommand({
  name,
  example,
  deployed,
}: Readonly<Record<string, unknown>>): string | null {
  if (deployed === false) return typeof name === 'string' ? `parley deploy --name ${name}` : null
  if (typeof name !== 'string' || typeof example !== 'object' || example === null) return null
  const words = Object.entries(example).map(([field, value]) => quoted(`${field}=${value}`))
  return ['parley predict', name, ...words].join(' ')
}

const PLAIN_WORD = /^[\w=.,:+-]+$/
const SINGLE_QUOTE = /'/g

/** As a POSIX shell needs it. */
function quoted(word: string): string {
  return PLAIN_WORD.test(word) ? word : `'${word.replace(SINGLE_QUOTE, `'\\''`)}'`
}
