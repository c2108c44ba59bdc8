// A graph of ours as plain typed arrays that JavaScript runs by itself: prepared rows, margins, transform.

import type { Transform } from '#core/formats/description.ts'
import type { EncodedRows } from './engine.ts'
import type { GraphProgram, LinearTable } from './graph-program.ts'
import { InferenceError } from './inference-error.ts'
import { orderRows } from './ordered-bits.ts'
import type { RunOutputs } from './outputs.ts'
import { createTreeKernel, type TreeKernel } from './tree-kernel.ts'
import { type CompiledTrees, lowerTrees, STEP_SIZE, TREES_A_STEP } from './tree-lowering.ts'

/** Rows that go through one step's trees before the next: their ordered values and the trees stay in the cache. */
const BLOCK_ROWS = 256

/** Values of a block; wide models get smaller blocks. 2^18 of them take 3 MB in both forms. */
const MAX_BLOCK_VALUES = 2 ** 18

/** Everything that a worker needs to run the model; structured clone copies it. */
export interface CompiledModel {
  readonly featureCount: number
  readonly groups: number
  readonly missingValue: number | null
  readonly flooredFeatures: readonly number[]
  readonly body:
    | { readonly kind: 'trees'; readonly trees: CompiledTrees }
    | { readonly kind: 'linear'; readonly table: LinearTable }
  readonly transform: Transform
  readonly isBinary: boolean
  /** Which output the columns are. */
  readonly output: 'probabilities' | 'values'
  /** Comparisons (or products) for one row, to tell a long batch from a short one. */
  readonly workPerRow: number
}

/** Null when the trees do not fit the compiled layout. */
export function compileProgram(
  program: GraphProgram,
  output: CompiledModel['output'],
): CompiledModel | null {
  const { featureCount, missingValue, flooredFeatures, transform, isBinary } = program
  const common = { featureCount, missingValue, flooredFeatures, transform, isBinary, output }
  const { groups } = program.body.table
  if (program.body.kind === 'linear') {
    const { table } = program.body
    const body = { kind: 'linear', table } as const
    return { ...common, groups, body, workPerRow: featureCount * groups }
  }
  const trees = lowerTrees(program.body.table, featureCount)
  if (trees === null) return null
  return { ...common, groups, body: { kind: 'trees', trees }, workPerRow: countWork(trees) }
}

function countWork({ steps, featureCount }: CompiledTrees): number {
  let work = featureCount
  for (let step = 0; step < steps.length; step += STEP_SIZE) {
    work += TREES_A_STEP * (steps[step + TREES_A_STEP] as number)
  }
  return work
}

export interface CompiledRunner {
  /** Runs at once; the outputs are the caller's to keep. */
  run(rows: EncodedRows): RunOutputs
}

/** Holds the scratch memory of one thread. */
export function createCompiledRunner(model: CompiledModel): CompiledRunner {
  const { featureCount, groups } = model
  const width = model.isBinary ? 2 : groups
  const blockRows = Math.max(1, Math.min(BLOCK_ROWS, Math.floor(MAX_BLOCK_VALUES / featureCount)))
  const block = createBlock(model, blockRows)

  return {
    run(rows) {
      const [column] = rows.columns
      if (!(column instanceof Float32Array) || column.length !== rows.count * featureCount) {
        throw new InferenceError('The rows do not fit the model.')
      }
      const data = new Float32Array(rows.count * width)
      for (let start = 0; start < rows.count; start += blockRows) {
        const count = Math.min(blockRows, rows.count - start)
        fillBlock(model, block, column, start * featureCount, count)
        addMargins(model, block, count)
        transformBlock(model, block.margins, count, data, start * width)
      }
      return model.output === 'values'
        ? { values: { data, width }, probabilities: null, label: null }
        : { probabilities: { data, width }, values: null, label: null }
    },
  }
}

/** Scratch memory for a block of rows: their values, the same memory as bits, and their margins. */
interface Block {
  readonly values: Float32Array
  readonly bits: Int32Array
  readonly margins: Float32Array
  /** Null for linear models. */
  readonly kernel: TreeKernel | null
}

function createBlock({ featureCount, groups, body }: CompiledModel, rows: number): Block {
  const values = new Float32Array(rows * featureCount)
  const bits = new Int32Array(values.buffer)
  if (body.kind === 'linear') {
    return { values, bits, margins: new Float32Array(rows * groups), kernel: null }
  }
  const kernel = createTreeKernel(body.trees, rows)
  return { values, bits, margins: kernel.margins, kernel }
}

/** Copies rows into the block and applies `missingValue` and `flooredFeatures` to them. */
function fillBlock(
  { missingValue, flooredFeatures, featureCount }: CompiledModel,
  { values }: Block,
  column: Float32Array,
  start: number,
  count: number,
): void {
  const length = count * featureCount
  for (let index = 0; index < length; index++) values[index] = column[start + index] as number
  if (missingValue !== null) {
    for (let index = 0; index < length; index++) {
      if (values[index] === missingValue) values[index] = Number.NaN
    }
  }
  for (const feature of flooredFeatures) {
    for (let index = feature; index < length; index += featureCount) {
      values[index] = Math.floor(values[index] as number)
    }
  }
}

function addMargins({ body, groups, featureCount }: CompiledModel, block: Block, count: number) {
  const { margins } = block
  const base = body.kind === 'trees' ? body.trees.baseMargins : body.table.bias
  for (let row = 0; row < count; row++) {
    for (let group = 0; group < groups; group++)
      margins[row * groups + group] = base[group] as number
  }
  if (body.kind === 'linear') {
    addLinearMargins(body.table, block.values, count, featureCount, margins)
  } else if (block.kernel !== null) {
    orderRows(block.bits, count, featureCount, block.kernel.ordered)
    block.kernel.run(count)
  }
}

function addLinearMargins(
  { weights, groups }: LinearTable,
  values: Float32Array,
  count: number,
  featureCount: number,
  margins: Float32Array,
): void {
  for (let row = 0; row < count; row++) {
    const source = row * featureCount
    for (let feature = 0; feature < featureCount; feature++) {
      const value = values[source + feature] as number
      if (Number.isNaN(value)) continue
      for (let group = 0; group < groups; group++) {
        const target = row * groups + group
        const product = value * (weights[feature * groups + group] as number)
        margins[target] = (margins[target] as number) + product
      }
    }
  }
}

/** Margins of a block to output columns, written at `offset`. */
function transformBlock(
  { transform, isBinary, groups }: CompiledModel,
  margins: Float32Array,
  count: number,
  data: Float32Array,
  offset: number,
): void {
  if (transform === 'softmax') {
    for (let row = 0; row < count; row++) {
      writeSoftmax(margins, row * groups, groups, data, offset + row * groups)
    }
    return
  }
  for (let index = 0; index < count * groups; index++) {
    const value = transformOne(transform, margins[index] as number)
    if (isBinary) {
      data[offset + 2 * index] = 1 - Math.fround(value)
      data[offset + 2 * index + 1] = value
    } else {
      data[offset + index] = value
    }
  }
}

function transformOne(transform: Exclude<Transform, 'softmax'>, margin: number): number {
  switch (transform) {
    case 'identity':
      return margin
    case 'sigmoid':
      return 1 / (1 + Math.exp(-margin))
    case 'exp':
      return Math.exp(margin)
    case 'step':
      return margin > 0 ? 1 : 0
  }
}

/** Shifted by the largest margin, so that no exponential overflows. */
function writeSoftmax(
  margins: Float32Array,
  start: number,
  groups: number,
  data: Float32Array,
  offset: number,
): void {
  let largest = Number.NEGATIVE_INFINITY
  for (let group = 0; group < groups; group++) {
    largest = Math.max(largest, margins[start + group] as number)
  }
  let sum = 0
  for (let group = 0; group < groups; group++) {
    sum += Math.exp((margins[start + group] as number) - largest)
  }
  for (let group = 0; group < groups; group++) {
    data[offset + group] = Math.exp((margins[start + group] as number) - largest) / sum
  }
}
