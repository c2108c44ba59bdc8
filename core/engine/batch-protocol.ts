// The messages between the engine and its batch workers.

import type { TensorBinding } from '#core/formats/description.ts'
import type { CompiledModel } from './compiled-model.ts'
import type { EncodedRows } from './engine.ts'
import type { RunOutputs } from './outputs.ts'

/** A model in the form that a worker runs it. */
export type BatchModel =
  | { readonly kind: 'compiled'; readonly model: CompiledModel }
  | { readonly kind: 'session'; readonly onnx: Uint8Array; readonly binding: TensorBinding }

/** Answered in order, so that a model is loaded before its rows and given up after them. */
export type BatchRequest =
  | { readonly kind: 'load'; readonly modelId: number; readonly model: BatchModel }
  | {
      readonly kind: 'run'
      readonly modelId: number
      readonly jobId: number
      readonly rows: EncodedRows
    }
  | { readonly kind: 'unload'; readonly modelId: number }
  /** Finish what was asked for, free everything and end. */
  | { readonly kind: 'close' }

export type BatchReply =
  | { readonly kind: 'done'; readonly jobId: number; readonly outputs: RunOutputs }
  | { readonly kind: 'failed'; readonly jobId: number; readonly reason: string }

/** The buffers that can change hands instead of being copied. */
export function transferable(parts: readonly unknown[]): ArrayBuffer[] {
  return parts.flatMap((part) =>
    ArrayBuffer.isView(part) && part.buffer instanceof ArrayBuffer ? [part.buffer] : [],
  )
}
