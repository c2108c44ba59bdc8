// The argument `confirm` of tools that destroy something: the name that a confirmation has for MCP clients.

import { type Failure, fail, type Outcome, succeed } from '#core/errors.ts'
import { CONFIRMATION_FIELD, confirmationField } from '#core/operations/ask-first.ts'
import type { Operation } from '#core/operations/operation.ts'

type Input = Readonly<Record<string, unknown>>
type Confirmable = Pick<Operation, 'input' | 'name'>

export const CONFIRM_ARGUMENT = 'confirm'

export function takesConfirmation({ input }: Pick<Operation, 'input'>): boolean {
  return Object.hasOwn(input.shape, CONFIRMATION_FIELD)
}

/** The operation's input as clients see it. */
export function confirmableInput({ input }: Pick<Operation, 'input'>): Operation['input'] {
  if (!takesConfirmation({ input })) return input
  return input
    .omit({ [CONFIRMATION_FIELD]: true })
    .extend({ [CONFIRM_ARGUMENT]: confirmationField })
}

/** What a client sent as the operation calls it. `invalid_input` where it is no token: a bare `true` is nobody's yes. */
export function toOperationInput(operation: Confirmable, given: Input): Outcome<Input> {
  if (!takesConfirmation(operation)) return succeed(given)
  const { [CONFIRM_ARGUMENT]: confirm, ...input } = given
  if (CONFIRMATION_FIELD in input) return refuse(operation, CONFIRMATION_FIELD, 'is not known')
  if (confirm === undefined) return succeed(input)
  if (!confirmationField.safeParse(confirm).success) {
    return refuse(operation, CONFIRM_ARGUMENT, 'must be the token that the first answer named')
  }
  return succeed({ ...input, [CONFIRMATION_FIELD]: confirm })
}

function refuse({ name }: Confirmable, path: string, message: string): Outcome<never> {
  return fail(
    'invalid_input',
    `${name} cannot run with this input: ${path} ${message}. Call it without ${path}: the answer puts the question and names the token.`,
    [{ path, message }],
  )
}

/** What the operation says of its field, in the client's word for it. */
export function toClientFailure(failure: Failure): Failure {
  const details = failure.details.map((detail) =>
    detail.path === CONFIRMATION_FIELD ? { ...detail, path: CONFIRM_ARGUMENT } : detail,
  )
  return { ...failure, details }
}
