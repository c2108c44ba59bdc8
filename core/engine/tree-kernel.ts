// The branchless kernel: a WebAssembly function of some 480 bytes that walks eight trees side by side.

import { type CompiledTrees, STEP_BYTES, TREES_A_STEP } from './tree-lowering.ts'
import {
  ADD_F32,
  ADD_I32,
  type Bytes,
  countDown,
  encodeModule,
  GREATER_OR_EQUAL_I32,
  getLocal,
  increase,
  LESS_UNSIGNED_I32,
  loadF32,
  loadI32,
  repeatWhile,
  SHIFT_LEFT_I32,
  setLocal,
  smallConstant,
  storeF32,
} from './wasm-encoder.ts'

/**
 * The same loop in JavaScript took 1.1 to 1.4 µs for a row of 100 trees of depth 6 in this module, though half of that in a
 * script of its own; here it takes 0.34 to 0.54 µs in either. The module is the same for every model: trees are data
 * in its memory.
 */
export interface TreeKernel {
  /** Room for rows in ordered bits (ordered-bits.ts). */
  readonly ordered: Int32Array
  /** Room for margins [rows, groups]; `run` adds to what is there. */
  readonly margins: Float32Array
  /** Adds what the trees give for the first `count` rows. */
  run(count: number): void
}

/** Parameters of the function; all sizes are in bytes. */
const STEP = 0
const STEPS_END = 1
const COUNT = 2
const ROW_BYTES = 3
const MARGIN_BYTES = 4
const ROWS = 5
const MARGINS = 6
const PARAMETERS = 7

/** Locals after them; the walks come last. */
const ROW_COUNTER = 7
const ROW = 8
const MARGIN = 9
const LEVEL_COUNTER = 10
const DEPTH = 11
const FIRST_WALK = 12

const WALKS = Array.from({ length: TREES_A_STEP }, (_, index) => FIRST_WALK + index)
const LOCALS = FIRST_WALK - PARAMETERS + TREES_A_STEP

/** Where the numbers of a slot and of a step lie; tree-lowering.ts says what they are. */
const SLOT_FEATURE = 0
const SLOT_THRESHOLD = 4
const SLOT_CHILD = 8
const SLOT_LEAF = 12
const STEP_DEPTH = 4 * TREES_A_STEP
const STEP_GROUP = STEP_DEPTH + 4

/** 16 bytes a slot. */
const SLOT_SHIFT = 4

/** slot = child + (row[feature] >= threshold ? 16 : 0), without a jump. */
const walkDown = (walk: number): Bytes => [
  ...getLocal(walk),
  ...loadI32(SLOT_CHILD),
  ...getLocal(ROW),
  ...getLocal(walk),
  ...loadI32(SLOT_FEATURE),
  ADD_I32,
  ...loadI32(0),
  ...getLocal(walk),
  ...loadI32(SLOT_THRESHOLD),
  GREATER_OR_EQUAL_I32,
  ...smallConstant(SLOT_SHIFT),
  SHIFT_LEFT_I32,
  ADD_I32,
  ...setLocal(walk),
]

const startWalk = (walk: number, index: number): Bytes => [
  ...getLocal(STEP),
  ...loadI32(4 * index),
  ...setLocal(walk),
]

const addLeaf = (walk: number): Bytes => [...getLocal(walk), ...loadF32(SLOT_LEAF), ADD_F32]

const scoreRow: Bytes = [
  ...WALKS.flatMap(startWalk),
  ...getLocal(DEPTH),
  ...setLocal(LEVEL_COUNTER),
  ...countDown(LEVEL_COUNTER, WALKS.flatMap(walkDown)),
  ...getLocal(MARGIN),
  ...getLocal(MARGIN),
  ...loadF32(0),
  ...WALKS.flatMap(addLeaf),
  ...storeF32(0),
  ...increase(ROW, getLocal(ROW_BYTES)),
  ...increase(MARGIN, getLocal(MARGIN_BYTES)),
]

const scoreStep: Bytes = [
  ...getLocal(STEP),
  ...loadI32(STEP_DEPTH),
  ...setLocal(DEPTH),
  ...getLocal(MARGINS),
  ...getLocal(STEP),
  ...loadI32(STEP_GROUP),
  ADD_I32,
  ...setLocal(MARGIN),
  ...getLocal(ROWS),
  ...setLocal(ROW),
  ...getLocal(COUNT),
  ...setLocal(ROW_COUNTER),
  ...countDown(ROW_COUNTER, scoreRow),
  ...increase(STEP, smallConstant(STEP_BYTES)),
]

const isBeforeEnd: Bytes = [...getLocal(STEP), ...getLocal(STEPS_END), LESS_UNSIGNED_I32]

let sharedModule: WebAssembly.Module | null = null

function kernelModule(): WebAssembly.Module {
  sharedModule ??= new WebAssembly.Module(
    encodeModule(PARAMETERS, LOCALS, repeatWhile(scoreStep, isBeforeEnd)),
  )
  return sharedModule
}

const PAGE_BYTES = 65_536

/** Copies the trees into a memory of their own, with room for `rows` rows. Throws RangeError when there is no memory left. */
export function createTreeKernel(trees: CompiledTrees, rows: number): TreeKernel {
  const { slots, steps, groups, featureCount } = trees
  // Slots name each other by their address, so they lie at 0.
  const margins = slots.byteLength
  const stepsStart = margins + 4 * rows * groups
  const stepsEnd = stepsStart + steps.byteLength
  const rowBytes = 8 * featureCount
  const pages = Math.ceil((stepsEnd + rows * rowBytes) / PAGE_BYTES)
  const memory = new WebAssembly.Memory({ initial: pages })
  new Int32Array(memory.buffer).set(slots)
  new Int32Array(memory.buffer, stepsStart).set(steps)
  const instance = new WebAssembly.Instance(kernelModule(), { host: { memory } })
  const run = instance.exports['run'] as (...parameters: number[]) => void
  return {
    ordered: new Int32Array(memory.buffer, stepsEnd, 2 * rows * featureCount),
    margins: new Float32Array(memory.buffer, margins, rows * groups),
    run(count) {
      // The loops run at least once, and a model may consist of base values alone.
      if (count === 0 || steps.length === 0) return
      run(stepsStart, stepsEnd, count, rowBytes, 4 * groups, stepsEnd, margins)
    },
  }
}
