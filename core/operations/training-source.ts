// The table that a training learns from: an upload of the person, or a data set that Parley knows; and what its columns are.

import { BatchError } from '#core/batch/batch-error.ts'
import { sniffFormat } from '#core/batch/batch-format.ts'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { parquetColumnNames } from '#core/training/parquet-names.ts'
import { likeliestTargets, unmistakableTarget } from '#core/training/propose-target.ts'
import { readTable } from '#core/training/table.ts'
import { MAX_TRAINING_BYTES } from '#core/training/trainer.ts'
import { findOwnUpload } from './deploy-source.ts'
import type { Call } from './operation.ts'

export interface TrainingSource {
  readonly fileName: string
  readonly bytes: Uint8Array
  /** What the data set is known for; null for an upload. */
  readonly target: string | null
}

/** Holds the first line and a few rows of any table within the limit on columns. */
const HEAD_BYTES = 2 * 1024 * 1024
const LINE_END = 10
/** More names than this are not read in a sentence. */
const MAX_COLUMNS_NAMED = 30

export async function readTrainingSource(
  { upload, data }: { readonly upload?: string | undefined; readonly data?: string | undefined },
  call: Call,
): Promise<Outcome<TrainingSource>> {
  if (upload === undefined) return call.ports.training.dataSets.read(data ?? '')
  const found = await findOwnUpload(upload, call)
  if (!found.ok) return found
  const { sizeBytes, fileName } = found.value
  if (sizeBytes > MAX_TRAINING_BYTES) {
    const limit = `${MAX_TRAINING_BYTES / 1024 / 1024} MB`
    return fail(
      'too_large',
      `${fileName} is larger than ${limit}. Send a sample of its rows, or train on the command line: parley train FILE --target COLUMN.`,
      [{ path: 'upload', message: `must have at most ${limit}` }],
    )
  }
  const bytes = await call.ports.registry.readUpload(upload)
  return succeed({ fileName, bytes, target: null })
}

/** What to predict where nobody said it; where the table does not say it either, the question with its columns. */
export async function proposeTarget(
  { fileName, bytes, target }: TrainingSource,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  if (target !== null) return succeed(target)
  const names = await columnsOf(bytes, signal)
  if (!names.ok) return names
  const known = unmistakableTarget(names.value)
  if (known !== null) return succeed(known)
  const likeliest = likeliestTargets(names.value)
  const shown = likeliest.slice(0, MAX_COLUMNS_NAMED).join(', ')
  const more = likeliest.length - MAX_COLUMNS_NAMED
  const columns = more > 0 ? `${shown} and ${more} more` : shown
  return fail(
    'invalid_input',
    `Which column of ${fileName} shall the model predict? It has ${columns}.`,
    [{ path: 'target', message: `is required: one of ${columns}` }],
  )
}

async function columnsOf(
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<Outcome<readonly string[]>> {
  if (sniffFormat(bytes) === 'parquet') return parquetColumns(bytes, signal)
  const table = await readTable(beginning(bytes), signal)
  return table.ok ? succeed(table.value.columns.map(({ name }) => name)) : table
}

async function parquetColumns(
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<Outcome<readonly string[]>> {
  try {
    return succeed(await parquetColumnNames(bytes, signal))
  } catch (error) {
    if (error instanceof BatchError) return { ok: false, failure: error.failure }
    throw error
  }
}

/** Whole lines of the beginning. */
function beginning(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength <= HEAD_BYTES) return bytes
  const end = bytes.lastIndexOf(LINE_END, HEAD_BYTES)
  return bytes.subarray(0, end < 0 ? HEAD_BYTES : end + 1)
}
