// The check at load: compiled code is kept only where it gives what onnxruntime gives.

import type { EncodedRows } from './engine.ts'
import type { GraphProgram } from './graph-program.ts'
import type { RunOutputs } from './outputs.ts'
import { LEAF } from './tree-table.ts'

/** Rows of the check: some milliseconds of onnxruntime for a hundred trees. */
export const CHECK_ROWS = 384

/**
 * Both sum float32 leaves in another order, which moved 20 public models by at most 2e-6 of the result; a row in a wrong leaf
 * moves it by far more than this share of the largest output.
 */
export const AGREEMENT_TOLERANCE = 1e-5

/** Always the same rows, so that a version that loads once loads the same way again. */
const SEED = 20_240_607

/** Rows on thresholds and beside them, between them, far away, and with missing values. */
export function checkRows(program: GraphProgram): EncodedRows {
  const { featureCount, missingValue } = program
  const random = createRandom(SEED)
  const marks = collectMarks(program)
  const values = new Float32Array(CHECK_ROWS * featureCount)
  for (let index = 0; index < values.length; index++) {
    const known = marks[index % featureCount] ?? []
    const mark = known[Math.floor(random() * known.length)] ?? random() * 4 - 2
    const kind = random()
    if (kind < 0.08) values[index] = Number.NaN
    else if (kind < 0.12 && missingValue !== null) values[index] = missingValue
    else if (kind < 0.45) values[index] = mark
    else if (kind < 0.6) values[index] = neighbour(mark, random() < 0.5)
    else if (kind < 0.95) values[index] = mark * (0.5 + random()) + random() - 0.5
    else values[index] = (random() - 0.5) * 1e6
  }
  return { count: CHECK_ROWS, columns: [values] }
}

/** Thresholds of a feature that the check draws from; a sample is enough for a large model. */
const MAX_MARKS = 512

function collectMarks({ body, featureCount }: GraphProgram): readonly (readonly number[])[] {
  const marks: number[][] = Array.from({ length: featureCount }, () => [])
  if (body.kind === 'linear') return marks
  const { modes, features, thresholds } = body.table
  for (let row = 0; row < modes.length; row++) {
    const list = marks[features[row] as number]
    const threshold = thresholds[row] as number
    if (modes[row] === LEAF || list === undefined || list.length >= MAX_MARKS) continue
    if (Number.isFinite(threshold)) list.push(threshold)
  }
  return marks
}

/** About the next float32 up or down. */
function neighbour(value: number, up: boolean): number {
  const step = Math.max(Math.abs(value) * 2 ** -23, 2 ** -126)
  return up ? value + step : value - step
}

function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    // Park and Miller's generator: enough to scatter rows.
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

export function outputsAgree(left: RunOutputs, right: RunOutputs): boolean {
  return (
    numbersAgree(left.probabilities?.data, right.probabilities?.data) &&
    numbersAgree(left.values?.data, right.values?.data)
  )
}

type Numbers = Float32Array | Float64Array | undefined

function numbersAgree(left: Numbers, right: Numbers): boolean {
  if (left === undefined || right === undefined) return left === right
  if (left.length !== right.length) return false
  let largest = 0
  for (const value of right)
    if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value))
  const tolerance = AGREEMENT_TOLERANCE * largest
  return left.every((value, index) => {
    const other = right[index] as number
    return Object.is(value, other) || Math.abs(value - other) <= tolerance
  })
}
