// The seam between a turn and what understands language: the interpreter and Claude answer through the same tools.

import type { Outcome } from '#core/errors.ts'
import type { Signature } from '#core/model.ts'
import type { Operation, OperationName, Question } from '#core/operations/operation.ts'
import type { Block, Presentation } from '#core/presentation/blocks.ts'
import type { ConversationState } from './state.ts'
import type { Step, TurnRequest, TurnResult } from './turn.ts'

/** A registered model as far as language needs it. */
export interface KnownModel {
  readonly name: string
  readonly title: string
  readonly aliases: readonly string[]
  readonly description: string
  /** Of the live version, else of the newest. */
  readonly signature: Signature
  /** Ascending. */
  readonly versions: readonly number[]
  /** Number of the live version; null when it is not deployed. */
  readonly live: number | null
}

/** What running one operation came to. `presentation` is there for `done` steps, `message` for all others. */
export interface RanStep {
  readonly step: Step
  readonly presentation: Presentation | null
  /** The question, the confirmation's sentence or what went wrong; '' for `done`. */
  readonly message: string
}

/** A turn as a language sees it. Everything that happens goes through `run`, `say` and `show`. */
export interface LanguageTurn {
  readonly request: TurnRequest
  /** As the last turn left it, with this turn's uploads added; `run` changes what `state()` answers. */
  readonly state: () => ConversationState
  readonly models: readonly KnownModel[]
  /** Names that `deploy_model {sample}` takes. */
  readonly samples: readonly { readonly name: string; readonly title: string }[]
  /** Those in the index of operations now; others cannot be run. */
  readonly operations: readonly Operation[]
  /**
   * Runs an operation with the rights of the person and adds its step to the turn. Never throws. A destructive one
   * is not run: its step is `needs_confirmation`, and the person's clear yes in the next turn runs it, in
   * `agent.ts`, whichever language answers. What is missing ends in `needs_input`, a refusal in `failed`.
   * Emits step-started, progress and step-finished.
   */
  run(operation: OperationName, input: Readonly<Record<string, unknown>>): Promise<RanStep>
  /**
   * Ends in a `needs_input` step without running anything: the operation is known and `question.field` is missing.
   * The operation's own question is used where it has one for this input.
   */
  ask(
    operation: OperationName,
    input: Readonly<Record<string, unknown>>,
    question: Question,
  ): RanStep
  /** Changes what the conversation remembers, beyond what `run` and `ask` do by themselves. */
  remember(changes: Partial<ConversationState>): void
  /** Streams a piece of the reply. The pieces said must join to the answer's `reply`. */
  say(delta: string): void
  /** Shows blocks; `Answer.blocks` must hold the same ones in the same order. */
  show(blocks: readonly Block[]): void
}

export interface Answer {
  /** The whole reply. Where nothing was said with `say`, the agent says it. */
  readonly reply: string
  /** All blocks of the turn. Where nothing was shown with `show`, the agent shows them. */
  readonly blocks: readonly Block[]
}

/**
 * One understanding of language. A failure means that it cannot answer now (`cancelled` when the turn was aborted):
 * the interpreter then answers and says so in a sentence, or, when steps have run already, their presentations stand.
 */
export interface LanguageModel {
  readonly name: TurnResult['language']
  answer(turn: LanguageTurn): Promise<Outcome<Answer>>
}
