// Reads JSON lines object by object and writes each back as it was, with the predictions inside it.

import type { InputField, Scalar, Signature } from '#core/model.ts'
import { bare } from '#core/nearest.ts'
import { BatchError } from './batch-error.ts'
import { cellValue } from './cells.ts'
import type { Chunk, FeatureRow, RowOutcome, TableOptions } from './chunk.ts'
import { MAX_RECORD_BYTES, ROWS_PER_CHUNK } from './limits.ts'
import { ERROR_COLUMN, freeColumnName, type OutputColumn, outputColumns } from './output-columns.ts'

interface JsonRecord {
  readonly line: number
  /** The object's own text, so that numbers beyond 2^53 come back as they were; null where it is no object. */
  readonly text: string | null
  readonly object: Readonly<Record<string, unknown>> | null
}

/** Throws BatchError for a line without end; a line that is no object is a problem of that row alone. */
export async function* readJsonLines(
  input: ReadableStream<Uint8Array>,
  options: TableOptions,
): AsyncGenerator<Chunk> {
  const findField = createFieldFinder(options.signature)
  const outputs = outputColumns(options.signature)
  let batch: JsonRecord[] = []
  let seen = 0
  for await (const { text, line } of splitLines(input)) {
    const trimmed = text.trim()
    if (trimmed === '') continue
    if (seen === 0 && trimmed.startsWith('[')) {
      throw new BatchError('This is a JSON array; JSON lines have one object on each line.')
    }
    seen += 1
    batch.push(readRecord(trimmed, line))
    if (batch.length < ROWS_PER_CHUNK) continue
    yield toChunk(batch, findField, outputs, options)
    batch = []
  }
  if (seen === 0) throw new BatchError('The file is empty.')
  if (batch.length > 0) yield toChunk(batch, findField, outputs, options)
}

async function* splitLines(
  input: ReadableStream<Uint8Array>,
): AsyncGenerator<{ readonly text: string; readonly line: number }> {
  const decoder = new TextDecoder()
  let rest = ''
  let line = 0
  for await (const bytes of input) {
    const pieces = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = pieces.pop() ?? ''
    if (rest.length > MAX_RECORD_BYTES) {
      throw new BatchError(`Line ${line + pieces.length + 1} is longer than 1 MB.`)
    }
    for (const text of pieces) {
      line += 1
      yield { text, line }
    }
  }
  rest += decoder.decode()
  if (rest !== '') yield { text: rest, line: line + 1 }
}

function readRecord(text: string, line: number): JsonRecord {
  try {
    const object: unknown = JSON.parse(text)
    const isObject = typeof object === 'object' && object !== null && !Array.isArray(object)
    if (isObject) return { line, text, object: object as Readonly<Record<string, unknown>> }
  } catch {
    // A broken line is one row's problem, told below without quoting the line.
  }
  return { line, text: null, object: null }
}

type FieldFinder = (key: string) => InputField | null

/** By the exact name, else without regard to case and punctuation; each spelling is worked out once. */
function createFieldFinder({ inputs }: Signature): FieldFinder {
  const exact = new Map(inputs.map((field) => [field.name, field]))
  const loose = new Map(inputs.map((field) => [bare(field.name), field]))
  const known = new Map<string, InputField | null>()
  return (key) => {
    const found = exact.get(key) ?? known.get(key)
    if (found !== undefined) return found
    const field = loose.get(bare(key)) ?? null
    if (known.size < MAX_KNOWN_KEYS) known.set(key, field)
    return field
  }
}

/** Lines may have ever new keys; beyond this they are looked up anew instead of remembered. */
const MAX_KNOWN_KEYS = 10_000

function toChunk(
  records: readonly JsonRecord[],
  findField: FieldFinder,
  outputs: readonly OutputColumn[],
  { reportErrors }: TableOptions,
): Chunk {
  const problems = new Map<number, string>()
  const rows = records.map(({ object }, index): FeatureRow => {
    if (object === null) {
      problems.set(index, 'is not a JSON object')
      return NO_FEATURES
    }
    const row = featuresOf(object, findField)
    if (row === null) problems.set(index, 'has none of the inputs of the model')
    return row ?? NO_FEATURES
  })
  return {
    rows,
    problems,
    lines: records.map(({ line }) => line),
    write: (outcomes) => writeRecords(records, outcomes, outputs, reportErrors),
  }
}

const NO_FEATURES: FeatureRow = {}

function featuresOf(
  object: Readonly<Record<string, unknown>>,
  findField: FieldFinder,
): FeatureRow | null {
  let row: Record<string, Scalar> | null = null
  for (const key of Object.keys(object)) {
    const field = findField(key)
    if (field === null || (field.name !== key && Object.hasOwn(object, field.name))) continue
    const value = object[key]
    row ??= {}
    // What is neither number, text, boolean nor null goes to the validator as it is, and is refused there by name.
    row[field.name] = typeof value === 'string' ? cellValue(value, field) : (value as Scalar)
  }
  return row
}

const encoder = new TextEncoder()

function writeRecords(
  records: readonly JsonRecord[],
  outcomes: readonly RowOutcome[],
  outputs: readonly OutputColumn[],
  reportErrors: boolean,
): Uint8Array {
  let text = ''
  records.forEach((record, index) => {
    const outcome = outcomes[index]
    const added: Record<string, string | number | null> = {}
    const isTaken = (name: string) => record.object !== null && Object.hasOwn(record.object, name)
    for (const { name, pick } of outputs) {
      const value = outcome?.ok ? pick(outcome.prediction) : null
      added[freeColumnName(name, isTaken)] = value
    }
    if (reportErrors) {
      const error = outcome?.ok === false ? `line ${outcome.line}: ${outcome.message}` : null
      added[freeColumnName(ERROR_COLUMN, isTaken)] = error
    }
    text += `${mergeText(record, JSON.stringify(added))}\n`
  })
  return encoder.encode(text)
}

/** Puts the new members behind the object's own, whose text is not touched. */
function mergeText({ text, object }: JsonRecord, added: string): string {
  if (text === null || object === null) return added
  const own = text.slice(0, text.lastIndexOf('}')).trimEnd()
  return own === '{' ? added : `${own},${added.slice(1)}`
}
