// What the interpreter decides about a message: operations to run, a question to ask, or words alone.

import type { OperationName } from '#core/operations/operation.ts'
import type { Choice } from '#core/presentation/blocks.ts'
import type { ConversationState } from '../state.ts'

export interface PlannedCall {
  readonly operation: OperationName
  readonly input: Readonly<Record<string, unknown>>
}

export type Plan =
  /** Runs in this order; `note` is said before the answer. */
  | {
      readonly kind: 'run'
      readonly calls: readonly PlannedCall[]
      readonly note?: string
      /** Said behind the answers where all of it was done. */
      readonly after?: string
      /** The one input that was changed against the last prediction. */
      readonly focus?: string
      /** The row is the last prediction's with something changed: the two answers are compared. */
      readonly varies?: boolean
    }
  /** The operation is known and `field` is missing. `text` is used where the operation has no question of its own. */
  | {
      readonly kind: 'ask'
      readonly call: PlannedCall
      readonly field: string
      readonly text: string
      readonly choices?: readonly Choice[]
      /** What the next answer needs to know beside the input so far. */
      readonly keep?: Pick<
        NonNullable<ConversationState['pendingQuestion']>,
        'unplaced' | 'about' | 'tries' | 'varies'
      >
    }
  | {
      readonly kind: 'say'
      readonly text: string
      readonly choices?: readonly Choice[]
      /** Forget what was asked: "never mind". */
      readonly forget?: boolean
      /** A change of the last prediction that waits for the name of its input. */
      readonly waits?: { readonly model: string; readonly phrase: string }
    }

export const run = (
  operation: OperationName,
  input: Readonly<Record<string, unknown>> = {},
  note?: string,
): Plan => ({
  kind: 'run',
  calls: [{ operation, input }],
  ...(note === undefined ? {} : { note }),
})

export const ask = (
  operation: OperationName,
  input: Readonly<Record<string, unknown>>,
  field: string,
  text: string,
  choices: readonly Choice[] = [],
): Plan => ({ kind: 'ask', call: { operation, input }, field, text, choices })

export const say = (text: string, choices: readonly Choice[] = []): Plan => ({
  kind: 'say',
  text,
  choices,
})

/** Says it and takes back what was asked. */
export const forget = (text: string, choices: readonly Choice[] = []): Plan => ({
  kind: 'say',
  text,
  choices,
  forget: true,
})
