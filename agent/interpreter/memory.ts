// What the interpreter is told beside the message: files, models, samples and what the conversation remembers.

import type { KnownModel } from '../language.ts'
import type { ConversationState } from '../state.ts'

export interface KnownFile {
  readonly id: string
  readonly fileName: string
  /** By its name; only a look inside proves it. */
  readonly kind: 'model' | 'table'
  /** Header of a table, where somebody has looked. */
  readonly columns: readonly string[] | null
}

export interface Context {
  readonly models: readonly KnownModel[]
  readonly samples: readonly { readonly name: string; readonly title: string }[]
  /** Data that can be trained on by name. */
  readonly dataNames: readonly string[]
  /** Sent with this message. */
  readonly fresh: readonly KnownFile[]
  /** Sent before and neither deployed nor scored; newest last. */
  readonly waiting: readonly KnownFile[]
  readonly state: Pick<
    ConversationState,
    'lastModel' | 'lastCall' | 'lastPrediction' | 'pendingQuestion' | 'pendingConfirmation'
  >
}

const TABLE_FILE = /\.(?:csv|tsv|tab|jsonl|ndjson|parquet|xlsx?|arrow|feather)(?:\.gz)?$/i

export function kindOfFile(fileName: string): KnownFile['kind'] {
  return TABLE_FILE.test(fileName) ? 'table' : 'model'
}

export function lastModel(context: Context): KnownModel | null {
  return modelNamed(context, context.state.lastModel)
}

export function modelNamed(context: Context, name: unknown): KnownModel | null {
  return context.models.find((model) => model.name === name) ?? null
}

/** The files that "it" or "this file" can mean: those of this message, else the newest that waits. */
export function filesAtHand(context: Context, kind: KnownFile['kind']): readonly KnownFile[] {
  const fresh = context.fresh.filter((file) => file.kind === kind)
  if (fresh.length > 0) return fresh
  return context.waiting.filter((file) => file.kind === kind).slice(-1)
}
