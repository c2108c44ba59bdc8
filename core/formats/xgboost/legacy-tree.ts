// Reads one tree of XGBoost's binary model: parameters, nodes of 20 bytes, statistics of 16.

import {
  type Cursor,
  createCursor,
  position,
  readF32LE,
  readI32LE,
  readLength64LE,
  readU32LE,
  remaining,
  skip,
  take,
} from '../cursor.ts'
import type { Tree } from '../description.ts'
import { type Budget, chargeBytes, chargeWork } from '../limits.ts'
import { makeTree, type TreePlace, wrongTree } from './tree.ts'

const TREE_PARAM_BYTES = 148
const NODE_BYTES = 20
const STATISTICS_BYTES = 16

/** Rough bytes that a kept node takes in the arrays of a `Tree` and while it is checked. */
const KEPT_BYTES = 64

/** The upper bit of a node's feature says where a missing value goes. */
const DEFAULT_LEFT_BIT = 0x80000000

/** `old`: from before 1.0, when a list of leaf vectors could follow; later versions set the size and write none. */
export function readLegacyTree(
  cursor: Cursor,
  place: TreePlace,
  old: boolean,
  budget: Budget,
): Tree {
  const parameters = createCursor(take(cursor, TREE_PARAM_BYTES), 'XGBoost model', place.offset)
  const rootCount = readI32LE(parameters)
  const count = readI32LE(parameters)
  skip(parameters, 12)
  const vectorSize = readI32LE(parameters)
  if (rootCount > 1) throw wrongTree(place, `has ${rootCount} roots; Parley reads trees of one`)
  if (count < 1 || count > remaining(cursor) / (NODE_BYTES + STATISTICS_BYTES)) {
    throw wrongTree(place, `announces ${count} nodes, but ${remaining(cursor)} bytes are left`)
  }
  chargeBytes(budget, count * KEPT_BYTES, place.offset)
  chargeWork(budget, count, place.offset)
  const left = new Int32Array(count)
  const right = new Int32Array(count)
  const feature = new Int32Array(count)
  const value = new Float32Array(count)
  const defaultLeft = new Uint8Array(count)
  for (let node = 0; node < count; node++) {
    skip(cursor, 4)
    left[node] = readI32LE(cursor)
    right[node] = readI32LE(cursor)
    const packed = readU32LE(cursor)
    feature[node] = packed % DEFAULT_LEFT_BIT
    defaultLeft[node] = packed >= DEFAULT_LEFT_BIT ? 1 : 0
    value[node] = readF32LE(cursor)
  }
  const cover = readCover(cursor, count)
  if (old && vectorSize !== 0) skipLeafVector(cursor)
  const categories = new Map<number, Int32Array>()
  return makeTree(
    { left, right, feature, value, defaultLeft, cover, categories, leafVectors: null },
    place,
  )
}

/** The sum of hessians is the second of a node's four statistics. */
function readCover(cursor: Cursor, count: number): Float32Array {
  const offset = position(cursor)
  const statistics = createCursor(take(cursor, count * STATISTICS_BYTES), 'XGBoost model', offset)
  return Float32Array.from({ length: count }, () => {
    skip(statistics, 4)
    const cover = readF32LE(statistics)
    skip(statistics, 8)
    return cover
  })
}

/** Up to 0.7x a list that prediction never used may follow. */
function skipLeafVector(cursor: Cursor): void {
  const count = readLength64LE(cursor)
  skip(cursor, count * 4)
}
