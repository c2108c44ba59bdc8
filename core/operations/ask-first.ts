// What is put to the person before a destructive operation, and what counts as their yes.

import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { limitPorts } from './limited-ports.ts'
import type { Call, Operation, Principal } from './operation.ts'

type Input = Readonly<Record<string, unknown>>

/** The field of a destructive operation's input that carries a minted confirmation. */
export const CONFIRMATION_FIELD = 'confirmation'

/** 128 bits in hex, with room. */
const MAX_TOKEN_LENGTH = 100

export const confirmationField = z
  .string()
  .min(1)
  .max(MAX_TOKEN_LENGTH)
  .optional()
  .describe(
    'The token that the first answer gave with its question, once the person has said yes to it; in a conversation they are asked instead',
  )

/**
 * Surfaces where a language model or an interpreter writes the input. There a token inside the input means nothing: only
 * a person's own answer, carried as `call.confirmed`, does.
 */
const TALKING_SURFACES: ReadonlySet<Principal['surface']> = new Set(['chat', 'slack', 'discord'])

/**
 * The sentence to put to the person before this runs, or null when it may run at once. What cannot be done at all fails
 * here, so that nobody is asked whether to delete what does not exist.
 */
export async function needsConfirmation(
  operation: Operation,
  input: Input,
  { confirmed, principal, ports }: Pick<Call, 'confirmed' | 'principal' | 'ports'>,
): Promise<Outcome<string | null>> {
  if (operation.effect !== 'destructive' || confirmed) return succeed(null)
  if (operation.confirms === undefined) {
    return succeed(`“${operation.title}” cannot be undone. Go ahead?`)
  }
  return operation.confirms(withoutConfirmation(input), limitPorts(ports, principal))
}

/** The input that a confirmation is about. */
export function withoutConfirmation(input: Input): Input {
  const { [CONFIRMATION_FIELD]: _, ...rest } = input
  return rest
}

/**
 * Succeeds where the operation may run. `needs_confirmation` carries the question and a token for exactly this person,
 * operation and input; `conflict` refuses a token that was made for something else, was used, or is too old.
 */
export async function checkConfirmation(
  operation: Operation,
  input: Input,
  call: Pick<Call, 'confirmed' | 'principal' | 'ports'>,
): Promise<Outcome<void>> {
  const asked = await needsConfirmation(operation, input, call)
  if (!asked.ok) return asked
  const question = asked.value
  if (question === null) return succeed(undefined)
  const { principal, ports } = call
  const request = {
    principal,
    operation: operation.name,
    input: withoutConfirmation(input),
    question,
  }
  const given = TALKING_SURFACES.has(principal.surface) ? undefined : input[CONFIRMATION_FIELD]
  if (typeof given === 'string') {
    return (await ports.confirmations.take(given, request))
      ? succeed(undefined)
      : fail('conflict', SPENT_SENTENCE, [{ path: CONFIRMATION_FIELD, message: 'does not hold' }])
  }
  const { token, expiresAtMs } = await ports.confirmations.ask(request)
  return {
    ok: false,
    failure: {
      code: 'needs_confirmation',
      message: question,
      details: [{ path: CONFIRMATION_FIELD, message: HOW }],
      confirmation: { token, expiresAt: new Date(expiresAtMs).toISOString() },
    },
  }
}

const HOW = 'is needed: send the same again with the token of this answer, or say yes where asked'

const SPENT_SENTENCE =
  'Nothing was done: this confirmation was made for another person or another request, was used already, or is older than ten minutes. Send the request without it to be asked again.'
