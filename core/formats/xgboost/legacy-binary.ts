// Reads XGBoost's binary model of 0.7 to 3.0 (`binf` or no magic at all) into a `Booster`.

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
import { FormatError } from '../format-error.ts'
import { type Budget, chargeBytes, chargeWork } from '../limits.ts'
import { type Booster, checkGroup, checkShape, checkWeights, type LearnerShape } from './booster.ts'
import { isObject } from './document.ts'
import { readLevels } from './document-booster.ts'
import { readJsonDocument } from './json.ts'
import { readLegacyTree } from './legacy-tree.ts'

/** `binf`, before the parameters from 1.1 on. */
export const BINARY_MAGIC = [0x62, 0x69, 0x6e, 0x66] as const

const LEARNER_PARAM_BYTES = 136
const TREE_MODEL_PARAM_BYTES = 160
const LINEAR_PARAM_BYTES = 136

/** Bytes of a tree's parameters and of one node with its statistics: what a tree takes at least. */
const SMALLEST_TREE_BYTES = 148 + 36

/** Very old files wrote 32-bit lengths behind a field of their own; from here on a length means that. */
const WIDE_LENGTH = 0xffffffff

const utf8 = new TextDecoder('utf-8')

interface LearnerParam extends LearnerShape {
  readonly baseScore: number
  readonly classCount: number
  readonly targetCount: number
  readonly hasAttributes: boolean
  readonly hasMetrics: boolean
  readonly major: number
  readonly minor: number
}

/** Reads the whole of `bytes`; bytes after the model's end throw. `base` is where `bytes` begin in the file. */
export function readLegacyBinary(bytes: Uint8Array, budget: Budget, base = 0): Booster {
  const cursor = createCursor(bytes, 'XGBoost model', base)
  if (BINARY_MAGIC.every((byte, index) => bytes[index] === byte)) skip(cursor, BINARY_MAGIC.length)
  const parameters = readLearnerParam(cursor)
  const objective = readObjective(cursor, budget)
  const boosterOffset = position(cursor)
  const booster = readText(cursor, budget)
  const learner = readLearner(cursor, booster, boosterOffset, parameters, budget)
  const attributes = parameters.hasAttributes
    ? readPairs(cursor, budget)
    : new Map<string, string>()
  if (parameters.major === 0) skipOldTail(cursor, objective, parameters, budget)
  if (remaining(cursor) > 0) {
    throw new FormatError(
      `This XGBoost model has ${remaining(cursor)} bytes after its end.`,
      position(cursor),
    )
  }
  return {
    version: parameters.major === 0 ? null : `${parameters.major}.${parameters.minor}`,
    objective,
    featureCount: parameters.featureCount,
    classCount: parameters.classCount,
    targetCount: parameters.targetCount,
    groups: parameters.groups,
    baseScores: Float32Array.of(parameters.baseScore),
    baseScoreIsMargin: parameters.major === 0,
    featureNames: null,
    featureTypes: null,
    attributes,
    levels: readSavedLevels(attributes, budget),
    learner,
  }
}

/** From 1.0 on the objective's parameters lie as JSON among the attributes. */
function readSavedLevels(
  attributes: ReadonlyMap<string, string>,
  budget: Budget,
): readonly number[] | null {
  const saved = attributes.get('objective')
  if (saved === undefined) return null
  const document = readJsonDocument(new TextEncoder().encode(saved), budget)
  return isObject(document) ? readLevels(document) : null
}

function readLearnerParam(cursor: Cursor): LearnerParam {
  const offset = position(cursor)
  const inner = createCursor(take(cursor, LEARNER_PARAM_BYTES), 'XGBoost model', offset)
  const baseScore = readF32LE(inner)
  const featureCount = readU32LE(inner)
  const classCount = readI32LE(inner)
  const hasAttributes = readI32LE(inner) !== 0
  const hasMetrics = readI32LE(inner) !== 0
  const major = readU32LE(inner)
  const minor = readU32LE(inner)
  const targetCount = Math.max(1, readU32LE(inner))
  const shape = { featureCount, groups: Math.max(1, classCount, targetCount) }
  // Without a magic this is also where a file that is no model ends up, so the words say so.
  if (classCount < 0 || major > MAX_MAJOR || !Number.isFinite(baseScore)) {
    throw new FormatError('This is no XGBoost model, or its beginning is damaged.', offset)
  }
  checkShape(shape, offset)
  return { baseScore, ...shape, classCount, targetCount, hasAttributes, hasMetrics, major, minor }
}

/** The binary format ended with 3.0; a larger number is other data. */
const MAX_MAJOR = 3

function readObjective(cursor: Cursor, budget: Budget): string {
  const offset = position(cursor)
  const low = readU32LE(cursor)
  const high = readU32LE(cursor)
  // As XGBoost itself does: a 64-bit length that large was two 32-bit fields, the second of which is the length.
  if (high !== 0 || low === WIDE_LENGTH) {
    skip(cursor, 4)
    return decodeText(cursor, high, budget)
  }
  if (low > remaining(cursor)) {
    throw new FormatError('This is no XGBoost model, or its beginning is damaged.', offset)
  }
  return decodeText(cursor, low, budget)
}

function readLearner(
  cursor: Cursor,
  booster: string,
  offset: number,
  shape: LearnerParam,
  budget: Budget,
): Booster['learner'] {
  switch (booster) {
    case 'gbtree':
      return readTrees(cursor, shape, false, budget)
    case 'dart':
      return readTrees(cursor, shape, true, budget)
    case 'gblinear':
      return readLinear(cursor, shape, budget)
    default:
      throw new FormatError(
        `This XGBoost model has the booster "${booster.slice(0, 40)}"; Parley reads gbtree, dart and gblinear.`,
        offset,
      )
  }
}

function readTrees(
  cursor: Cursor,
  shape: LearnerParam,
  dart: boolean,
  budget: Budget,
): Booster['learner'] {
  const offset = position(cursor)
  const treeCount = createCursor(take(cursor, TREE_MODEL_PARAM_BYTES), 'XGBoost model', offset)
  const count = readI32LE(treeCount)
  if (count < 0 || count > remaining(cursor) / SMALLEST_TREE_BYTES) {
    throw new FormatError(
      `This XGBoost model is cut off or damaged: it announces ${count} trees, but ${remaining(cursor)} bytes are left.`,
      offset,
    )
  }
  const old = shape.major === 0
  const read = Array.from({ length: count }, (_, index) =>
    readLegacyTree(cursor, { index, group: 0, ...shape, offset: position(cursor) }, old, budget),
  )
  const trees: readonly Tree[] = read.map((tree) => {
    const at = position(cursor)
    return { ...tree, group: checkGroup(readI32LE(cursor), shape, at) }
  })
  return {
    kind: 'trees',
    trees,
    treeWeights: dart && count > 0 ? readFloats(cursor, budget) : null,
    roundStarts: null,
    parallelTrees: null,
    categoryNames: new Map(),
  }
}

function readLinear(cursor: Cursor, shape: LearnerShape, budget: Budget): Booster['learner'] {
  skip(cursor, LINEAR_PARAM_BYTES)
  const offset = position(cursor)
  const weights = readFloats(cursor, budget)
  checkWeights(weights, shape, offset)
  return { kind: 'linear', weights }
}

function readFloats(cursor: Cursor, budget: Budget): Float32Array {
  const offset = position(cursor)
  const count = readLength64LE(cursor)
  if (count > remaining(cursor) / 4) {
    throw new FormatError(
      `This XGBoost model is cut off or damaged: at byte ${offset} it announces ${count} numbers, but ${remaining(cursor)} bytes are left.`,
      offset,
    )
  }
  chargeBytes(budget, count * 4, offset)
  return Float32Array.from({ length: count }, () => readF32LE(cursor))
}

function readPairs(cursor: Cursor, budget: Budget): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>()
  const count = readLength64LE(cursor)
  for (let index = 0; index < count; index++) {
    const key = readText(cursor, budget)
    pairs.set(key, readText(cursor, budget))
  }
  return pairs
}

/** Before 1.0 a Poisson model ends with its step limit, and the names of metrics may follow. */
function skipOldTail(
  cursor: Cursor,
  objective: string,
  parameters: LearnerParam,
  budget: Budget,
): void {
  if (objective === 'count:poisson') readText(cursor, budget)
  if (!parameters.hasMetrics) return
  const count = readLength64LE(cursor)
  for (let index = 0; index < count; index++) readText(cursor, budget)
}

function readText(cursor: Cursor, budget: Budget): string {
  return decodeText(cursor, readLength64LE(cursor), budget)
}

function decodeText(cursor: Cursor, length: number, budget: Budget): string {
  const offset = position(cursor)
  const bytes = take(cursor, length)
  chargeBytes(budget, length * 2, offset)
  chargeWork(budget, 1 + length / 64, offset)
  return utf8.decode(bytes)
}
