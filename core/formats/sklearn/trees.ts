// Reads trees, forests and boosting.

import type { GroupedTree, TreePredictor } from '#core/pipeline/trees.ts'
import { asText } from '../pickle/access.ts'
import {
  attribute,
  type FittedObject,
  numbersOfValue,
  openInner,
  readItems,
  readNumber,
  readText,
  refuse,
} from './fitted-object.ts'
import { readClasses } from './linear.ts'
import type { PredictorReader, Reading, ReadPredictor, TableShape } from './reading.ts'
import { readBoosting } from './trees-boosting.ts'
import { readHistogram } from './trees-histogram.ts'
import { damaged, type ReadTree, readTree, shareClasses } from './trees-tree.ts'
import { isOlderThan } from './written-by.ts'

/** Class names of scikit-learn → their readers. */
export const TREE_READERS: Readonly<Record<string, PredictorReader>> = {
  DecisionTreeClassifier: (object, table, reading) => readTreeClassifier(object, table, reading),
  ExtraTreeClassifier: (object, table, reading) => readTreeClassifier(object, table, reading),
  DecisionTreeRegressor: (object, table, reading) => readTreeRegressor(object, table, reading),
  ExtraTreeRegressor: (object, table, reading) => readTreeRegressor(object, table, reading),
  RandomForestClassifier: readForestClassifier,
  ExtraTreesClassifier: readForestClassifier,
  RandomForestRegressor: readForestRegressor,
  ExtraTreesRegressor: readForestRegressor,
  GradientBoostingClassifier: readBoosting,
  GradientBoostingRegressor: readBoosting,
  HistGradientBoostingClassifier: readHistogram,
  HistGradientBoostingRegressor: readHistogram,
  IsolationForest: readIsolation,
}

function readTreeClassifier(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReadPredictor {
  const classes = readClasses(object)
  const read = readTree(object, table.width, reading)
  return {
    predictor: classForest(object, [read], classes.length, treeTakesMissing(object, read)),
    classes,
    outputs: 1,
  }
}

function readTreeRegressor(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReadPredictor {
  const read = readTree(object, table.width, reading)
  const predictor = valueForest(object, [read], treeTakesMissing(object, read))
  return { predictor, classes: null, outputs: predictor.outputs }
}

function readForestClassifier(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReadPredictor {
  const classes = readClasses(object)
  const { members, takesMissing } = readMembers(object, table, reading)
  return {
    predictor: classForest(object, members, classes.length, takesMissing),
    classes,
    outputs: 1,
  }
}

function readForestRegressor(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReadPredictor {
  const { members, takesMissing } = readMembers(object, table, reading)
  const predictor = valueForest(object, members, takesMissing)
  return { predictor, classes: null, outputs: predictor.outputs }
}

/** Random forests predict rows with missing values since 1.4, extra trees since 1.6. */
function readMembers(object: FittedObject, table: TableShape, reading: Reading) {
  const members: ReadTree[] = []
  let takesMissing = !isOlderThan(object, 1, object.name.startsWith('Extra') ? 6 : 4, 0)
  for (const item of readItems(object, 'estimators_')) {
    const member = openInner(object, item)
    const read = readTree(member, table.width, reading)
    takesMissing &&= treeTakesMissing(member, read)
    members.push(read)
  }
  if (members.length === 0) throw damaged(object, 'has no trees')
  return { members, takesMissing }
}

function classForest(
  object: FittedObject,
  members: readonly ReadTree[],
  classCount: number,
  takesMissing: boolean,
): TreePredictor {
  const trees = members.map(({ tree, outputs, classes }): GroupedTree => {
    if (outputs !== 1) throw refuse(object, 'predicts several targets at once; one works.')
    if (classes !== classCount) {
      throw damaged(object, `has a tree for ${classes} classes beside ${classCount} names`)
    }
    return { ...tree, values: shareClasses(tree.values, classes) }
  })
  return forest(trees, { outputs: classCount, takesMissing, link: { kind: 'probabilities' } })
}

function valueForest(
  object: FittedObject,
  members: readonly ReadTree[],
  takesMissing: boolean,
): TreePredictor {
  const outputs = members[0]?.outputs ?? 1
  const isRegression = members.every((member) => member.classes === 1 && member.outputs === outputs)
  if (!isRegression) throw damaged(object, 'has trees of several kinds')
  const trees = members.map(({ tree }) => tree)
  return forest(trees, { outputs, takesMissing, link: { kind: 'identity' } })
}

function forest(
  trees: readonly GroupedTree[],
  facts: Pick<TreePredictor, 'outputs' | 'takesMissing' | 'link'>,
): TreePredictor {
  return {
    kind: 'forest',
    base: new Float64Array(facts.outputs),
    scale: 1 / trees.length,
    trees,
    precision: 'float32',
    ...facts,
  }
}

/** Splits that send missing values somewhere: those of 1.9, and of older files by what they were searched with. */
const MISSING_CRITERIA: ReadonlySet<string> = new Set([
  ...['gini', 'entropy', 'log_loss', 'squared_error', 'friedman_mse', 'poisson'],
])

/** What scikit-learn's own tags say: the best splits since 1.3, random ones since 1.6. */
function treeTakesMissing(object: FittedObject, { hasMissing }: ReadTree): boolean {
  if (!hasMissing || isOlderThan(object, 1, 3, 0)) return false
  const isRandom = readText(object, 'splitter', 'best') === 'random'
  if (isRandom && isOlderThan(object, 1, 6, 0)) return false
  const criterion = asText(attribute(object, 'criterion')) ?? ''
  return MISSING_CRITERIA.has(criterion) || !isOlderThan(object, 1, 9, 0)
}

/** Classes are outliers and inliers, as the library numbers them. */
const ISOLATION_CLASSES = ['-1', '1'] as const

/** Trees of path lengths: the leaf's depth, and the length that its rows would still have needed. */
function readIsolation(object: FittedObject, table: TableShape, reading: Reading): ReadPredictor {
  const rowLength = isOlderThan(object, 0, 21, 0) ? oldAveragePath : averagePath
  const chosen = readItems(object, 'estimators_features_')
  const trees = readItems(object, 'estimators_').map((item, index) => {
    const columns = numbersOfValue(chosen[index])
    if (columns === null || columns.some((column) => !(column >= 0 && column < table.width))) {
      throw damaged(object, `does not say which columns its tree ${index} sees`)
    }
    const member = openInner(object, item)
    const read = readTree(member, columns.length, reading)
    const feature = read.tree.feature.map((column) => columns[column] ?? -1)
    return { ...read.tree, feature, group: 0, values: pathLengths(read, rowLength) }
  })
  if (trees.length === 0) throw damaged(object, 'has no trees')
  const isOldBehaviour = readText(object, 'behaviour', 'new') === 'old'
  return {
    predictor: forest(trees, {
      outputs: 1,
      takesMissing: !isOlderThan(object, 1, 6, 0),
      link: {
        kind: 'isolation',
        averagePath: rowLength(readNumber(object, 'max_samples_')),
        offset: readNumber(object, 'offset_'),
        ...(isOldBehaviour && { threshold: readNumber(object, '_threshold_') }),
      },
    }),
    classes: ISOLATION_CLASSES,
    outputs: 1,
  }
}

function pathLengths(read: ReadTree, rowLength: (rows: number) => number) {
  const { left, right } = read.tree
  const samples = read.samples()
  const lengths = new Float64Array(left.length)
  for (let node = 0; node < left.length; node++) {
    const depth = lengths[node] as number
    if (left[node] === -1) {
      lengths[node] = depth + rowLength(samples[node] as number)
    } else {
      // Children come behind their parents.
      lengths[left[node] as number] = depth + 1
      lengths[right[node] as number] = depth + 1
    }
  }
  return lengths
}

/** Mean length of an unsuccessful search in a tree of so many rows (Liu, Ting and Zhou 2008, "Isolation Forest"). */
function averagePath(rows: number): number {
  if (rows <= 1) return 0
  return rows === 2 ? 1 : harmonicPath(rows)
}

/** What scikit-learn calculated up to 0.20. */
function oldAveragePath(rows: number): number {
  return rows <= 1 ? 1 : harmonicPath(rows)
}

const EULER_GAMMA = 0.5772156649015329

function harmonicPath(rows: number): number {
  return 2 * (Math.log(rows - 1) + EULER_GAMMA) - (2 * (rows - 1)) / rows
}
