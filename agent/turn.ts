// A turn of talk: what comes in, what happens while it runs, what goes out.

import type { Failure } from '#core/errors.ts'
import type { OperationName, Principal } from '#core/operations/operation.ts'
import type { Block } from '#core/presentation/blocks.ts'

export interface TurnRequest {
  readonly conversationId: string | null
  readonly message: string
  /** Uploads that came with the message, already stored. */
  readonly uploads: readonly {
    readonly id: string
    readonly fileName: string
    readonly sizeBytes: number
  }[]
  readonly principal: Principal
  readonly requestId: string
  readonly signal: AbortSignal
}

export type StepStatus = 'done' | 'failed' | 'needs_input' | 'needs_confirmation'

/** One operation of a turn. `input` is exactly what it was invoked with, or would be after confirmation. */
export interface Step {
  readonly operation: OperationName
  readonly input: Readonly<Record<string, unknown>>
  readonly status: StepStatus
  readonly output?: unknown
  readonly error?: Failure
}

export interface TurnResult {
  readonly conversationId: string
  readonly reply: string
  readonly blocks: readonly Block[]
  readonly steps: readonly Step[]
  /** Which understanding answered. */
  readonly language: 'interpreter' | 'claude'
}

/** Events of a turn in the order they happen; `done` is last and carries the whole result. */
export type TurnEvent =
  | { readonly type: 'started'; readonly conversationId: string }
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'step-started'; readonly operation: OperationName; readonly title: string }
  | {
      readonly type: 'progress'
      readonly operation: OperationName
      readonly fraction: number | null
      readonly message: string
    }
  | { readonly type: 'step-finished'; readonly step: Step }
  | { readonly type: 'blocks'; readonly blocks: readonly Block[] }
  | { readonly type: 'done'; readonly result: TurnResult }

/** The agent as surfaces use it. Turns of one conversation run one after another. */
export interface Agent {
  turn(request: TurnRequest): AsyncIterable<TurnEvent>
}
