// Seeded random tree ensembles, and a plain float32 walk through them that everything else is compared with.

import type { ModelDescription, Transform, Tree, TreeEnsemble } from '#core/formats/description.ts'
import type { Task } from '#core/model.ts'

/** A small seeded generator (mulberry32): numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export interface EnsembleShape {
  readonly trees: number
  readonly depth: number
  readonly features: number
  readonly groups?: number
  /** Chance that a node above the last level splits; 1 gives full trees. */
  readonly splitChance?: number
  /** The last this many features are categorical. */
  readonly categorical?: number
  readonly codes?: number
  readonly vectorLeaves?: boolean
  readonly transform?: Transform
}

export function randomEnsemble(shape: EnsembleShape, random: () => number): TreeEnsemble {
  const groups = shape.groups ?? 1
  return {
    kind: 'trees',
    featureCount: shape.features,
    groups,
    baseMargins: Float32Array.from({ length: groups }, () => random() - 0.5),
    trees: Array.from({ length: shape.trees }, (_, index) =>
      randomTree(shape, index % groups, groups, random),
    ),
    transform: shape.transform ?? 'identity',
  }
}

function randomTree(
  shape: EnsembleShape,
  group: number,
  groups: number,
  random: () => number,
): Tree {
  const left: number[] = []
  const right: number[] = []
  const feature: number[] = []
  const value: number[] = []
  const defaultLeft: number[] = []
  const cover: number[] = []
  const categories = new Map<number, Int32Array>()
  const firstCategorical = shape.features - (shape.categorical ?? 0)

  const grow = (level: number, weight: number): number => {
    const node = left.length
    const splits = level < shape.depth && random() < (shape.splitChance ?? 1)
    const column = Math.floor(random() * shape.features)
    left.push(-1)
    right.push(-1)
    feature.push(splits ? column : 0)
    value.push(splits ? splitValue(random) : (random() - 0.5) / 4)
    defaultLeft.push(random() < 0.5 ? 1 : 0)
    cover.push(weight)
    if (!splits) return node
    if (column >= firstCategorical) {
      const share = random()
      const codes = Array.from({ length: shape.codes ?? 8 }, (_, code) => code)
      categories.set(node, Int32Array.from(codes.filter(() => random() < share)))
    }
    const part = 0.1 + 0.8 * random()
    left[node] = grow(level + 1, weight * part)
    right[node] = grow(level + 1, weight * (1 - part))
    return node
  }
  grow(0, 1000)
  return {
    group: shape.vectorLeaves === true ? -1 : group,
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    feature: Int32Array.from(feature),
    value: Float32Array.from(value),
    defaultLeft: Uint8Array.from(defaultLeft),
    categories,
    cover: Float32Array.from(cover),
    leafVectors:
      shape.vectorLeaves === true
        ? Float32Array.from({ length: left.length * groups }, () => random() - 0.5)
        : null,
  }
}

/** Half of the thresholds lie on a coarse grid, so that rows on the same grid hit them exactly. */
function splitValue(random: () => number): number {
  return random() < 0.5 ? Math.round(random() * 8 - 4) / 4 : random() * 2 - 1
}

/** Row-major float32 rows: grid values (ties), random values, a few missing, whole codes in categorical columns. */
export function randomRows(
  count: number,
  shape: EnsembleShape,
  random: () => number,
  missingChance = 0.1,
): Float32Array {
  const rows = new Float32Array(count * shape.features)
  const firstCategorical = shape.features - (shape.categorical ?? 0)
  for (let index = 0; index < rows.length; index++) {
    const isCategory = index % shape.features >= firstCategorical
    if (random() < missingChance) rows[index] = Number.NaN
    else if (isCategory) rows[index] = Math.floor(random() * ((shape.codes ?? 8) + 3)) - 1
    else rows[index] = splitValue(random)
  }
  return rows
}

/** Margins [rows, groups] by the rules of the description, one comparison at a time. */
export function walkEnsemble(ensemble: TreeEnsemble, rows: Float32Array): Float32Array {
  const { featureCount, groups } = ensemble
  const count = rows.length / featureCount
  const margins = new Float32Array(count * groups)
  for (let row = 0; row < count; row++) {
    const values = rows.subarray(row * featureCount, (row + 1) * featureCount)
    const sums = Float32Array.from(ensemble.baseMargins)
    for (const tree of ensemble.trees) {
      const leaf = walkTree(tree, values)
      for (let group = 0; group < groups; group++) {
        const vector = tree.leafVectors?.[leaf * groups + group]
        const add = vector ?? (tree.group === group ? (tree.value[leaf] ?? 0) : 0)
        sums[group] = (sums[group] ?? 0) + add
      }
    }
    margins.set(sums, row * groups)
  }
  return margins
}

function walkTree(tree: Tree, values: Float32Array): number {
  let node = 0
  while (tree.left[node] !== -1) {
    const value = values[tree.feature[node] ?? 0] ?? Number.NaN
    const codes = tree.categories.get(node)
    const goesLeft = Number.isNaN(value)
      ? tree.defaultLeft[node] === 1
      : codes === undefined
        ? value < (tree.value[node] ?? 0)
        : value < 0 || !codes.includes(Math.trunc(value))
    node = (goesLeft ? tree.left[node] : tree.right[node]) ?? -1
  }
  return node
}

/** A description around a predictor with fields f0, f1, … */
export function describePredictor(
  predictor: ModelDescription['predictor'] & { featureCount: number },
  task: Task = 'regression',
  classes: readonly string[] | null = null,
): ModelDescription {
  return {
    task,
    library: 'xgboost',
    libraryVersion: null,
    modelClass: 'Booster',
    objective: null,
    inputs: Array.from({ length: predictor.featureCount }, (_, index) => ({
      name: `f${index}`,
      type: 'float',
      optional: true,
    })),
    namesKnown: false,
    classes,
    outputNames: null,
    missingValue: null,
    predictor,
    warnings: [],
  }
}
