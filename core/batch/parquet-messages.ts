// What the Parquet worker is asked and what it answers.

import type { Failure } from '#core/errors.ts'

/** One column that scoring adds. */
export interface AddedColumn {
  readonly name: string
  readonly type: 'number' | 'text'
}

/** Asked one at a time, in this order: open, begin, then read and write for each row group, finish. */
export type ParquetRequest =
  | { readonly kind: 'open'; readonly bytes: ArrayBuffer }
  | { readonly kind: 'begin'; readonly added: readonly AddedColumn[] }
  | { readonly kind: 'read'; readonly group: number; readonly columns: readonly string[] }
  /** One array of values for each added column. */
  | { readonly kind: 'write'; readonly values: readonly (readonly (string | number | null)[])[] }
  | { readonly kind: 'finish' }

export interface ParquetAnswers {
  readonly open: { readonly names: readonly string[]; readonly groupRows: readonly number[] }
  readonly begin: null
  /** The values of the columns that were asked for. */
  readonly read: readonly (readonly unknown[])[]
  readonly write: Uint8Array
  readonly finish: Uint8Array
}

export type ParquetReply =
  | { readonly ok: true; readonly value: ParquetAnswers[keyof ParquetAnswers] }
  | { readonly ok: false; readonly failure: Failure }
