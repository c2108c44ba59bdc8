// Holds a model file that a real library wrote against what that library answered, through Parley's whole way of a prediction.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createEncoder } from '#core/engine/encoder.ts'
import { readPredictions } from '#core/engine/predictions.ts'
import { createSession } from '#core/engine/session.ts'
import { FormatError } from '#core/formats/format-error.ts'
import { createBudget } from '#core/formats/limits.ts'
import { readModelFile } from '#core/formats/read-model.ts'
import type { Prediction } from '#core/model.ts'

export const FIXTURES_FOLDER = join(import.meta.dir, '../../../fixtures')

type Cell = number | string | boolean | null

/** What the library answered; the README beside the fixtures has the meaning of each. */
export interface Expected {
  readonly covers: readonly string[]
  readonly task: string
  readonly columns: readonly string[] | null
  readonly rows: readonly (readonly Cell[])[]
  readonly classes: readonly string[] | null
  readonly labels: readonly string[] | null
  readonly probabilities: readonly (readonly number[])[] | null
  readonly values: readonly (readonly number[])[] | null
  readonly double?: boolean
  /** The library's class may be one that Parley names and refuses. */
  readonly may_refuse?: boolean
}

export interface CorpusFile {
  /** `1.2.2/one_hot.pkl` */
  readonly name: string
  readonly version: string
  /** `one_hot` */
  readonly title: string
  readonly path: string
  readonly expected: Expected
}

export type Verdict =
  | { readonly kind: 'agrees'; readonly difference: number }
  | { readonly kind: 'differs'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }

/** float32 somewhere on the way, or double throughout. */
const TOLERANCE = { float: 1e-5, double: 1e-9 } as const

/** Below this two numbers are the same zero. */
const ZERO = 1e-12

const MODEL_FILE = /\.(pkl|joblib|txt)$/

/** Every pair of one library's folder (`sklearn`, `lightgbm`), by version. */
export function corpusFiles(library: string): readonly CorpusFile[] {
  const folder = join(FIXTURES_FOLDER, library)
  const versions = readdirSync(folder)
    .filter((name) => /^\d/.test(name))
    .sort()
  return versions.flatMap((version) => filesOf(folder, version))
}

function filesOf(folder: string, version: string): readonly CorpusFile[] {
  return readdirSync(join(folder, version))
    .filter((file) => MODEL_FILE.test(file))
    .filter((file) => statSync(join(folder, version, file)).isFile())
    .sort()
    .flatMap((file) => {
      const path = join(folder, version, file)
      const title = file.replace(MODEL_FILE, '')
      const expectedPath = join(folder, version, `${title}.json`)
      if (!existsSync(expectedPath)) return []
      const expected: Expected = JSON.parse(readFileSync(expectedPath, 'utf8'))
      return [{ name: `${version}/${file}`, version, title, path, expected }]
    })
}

/** Reads, converts, encodes and runs; nothing is thrown but what is a fault of Parley's own. */
export async function judge(file: CorpusFile): Promise<Verdict> {
  const { expected } = file
  let predictions: readonly Prediction[]
  try {
    predictions = await predictRows(file)
  } catch (error) {
    if (error instanceof FormatError) return { kind: 'refused', reason: error.message }
    return { kind: 'differs', reason: error instanceof Error ? error.message : String(error) }
  }
  let worst = 0
  for (let row = 0; row < expected.rows.length; row++) {
    const found = compareRow(expected, predictions[row], row)
    if (typeof found === 'string') return { kind: 'differs', reason: found }
    worst = Math.max(worst, found)
  }
  const tolerance = expected.double === false ? TOLERANCE.float : TOLERANCE.double
  return worst <= tolerance
    ? { kind: 'agrees', difference: worst }
    : { kind: 'differs', reason: `off by ${worst} relative` }
}

async function predictRows({ path, expected }: CorpusFile): Promise<readonly Prediction[]> {
  const bytes = new Uint8Array(readFileSync(path))
  const { onnx, binding, signature } = readNamed(bytes, expected.columns)
  if (expected.classes !== null && String(signature.classes) !== String(expected.classes)) {
    throw new Error(`classes are ${signature.classes}, not ${expected.classes}`)
  }
  const names = signature.inputs.map((field) => field.name)
  if (expected.columns !== null && String(names) !== String(expected.columns)) {
    // Columns that no step looks at may be missing from the file.
    if (!names.every((name) => expected.columns?.includes(name))) {
      throw new Error(`inputs are ${names}, not ${expected.columns}`)
    }
  }
  const columns = expected.columns ?? names
  const rows = expected.rows.map((row) =>
    Object.fromEntries(
      columns.flatMap((name, index) => (names.includes(name) ? [[name, row[index] ?? null]] : [])),
    ),
  )
  const encoded = createEncoder(signature, binding).encode(rows, (row) => `row ${row}`)
  if (!encoded.ok) throw new Error(encoded.failure.message)
  const session = await createSession(onnx, binding)
  try {
    return readPredictions(signature, await session.run(encoded.value), rows.length)
  } finally {
    await session.release()
  }
}

/** Old files have no names of columns; the person who has one gives them. */
function readNamed(bytes: Uint8Array, columns: readonly string[] | null) {
  const read = readModelFile(bytes, {}, createBudget())
  const { inputs, namesKnown } = read.signature
  if (columns === null) return read
  const isUnnamed = !namesKnown || inputs.some(({ name }) => PLACEHOLDER.test(name))
  return isUnnamed ? readModelFile(bytes, { features: columns }, createBudget()) : read
}

const PLACEHOLDER = /^f\d+$/

/** The largest relative difference of a row, or what is wrong with it in words. */
function compareRow(
  expected: Expected,
  prediction: Prediction | undefined,
  row: number,
): number | string {
  if (prediction === undefined) return `row ${row}: no prediction`
  switch (prediction.kind) {
    case 'classification': {
      const label = expected.labels?.[row]
      if (prediction.label !== label) return `row ${row}: ${prediction.label}, not ${label}`
      const probabilities = expected.probabilities?.[row] ?? []
      return largestDifference(prediction.probabilities, probabilities, row)
    }
    case 'regression':
      return largestDifference([prediction.value], expected.values?.[row] ?? [], row)
    case 'values':
      return largestDifference(prediction.values, expected.values?.[row] ?? [], row)
    case 'suggestions':
      return `row ${row}: words`
  }
}

function largestDifference(
  actual: readonly number[],
  expected: readonly number[],
  row: number,
): number | string {
  if (actual.length !== expected.length) {
    return `row ${row}: ${actual.length} numbers, not ${expected.length}`
  }
  return Math.max(0, ...actual.map((value, index) => relativeDifference(value, expected[index])))
}

function relativeDifference(value: number, expected: number | undefined): number {
  if (expected === undefined) return Number.POSITIVE_INFINITY
  const distance = Math.abs(value - expected)
  return distance <= ZERO ? 0 : distance / Math.max(Math.abs(expected), ZERO)
}
