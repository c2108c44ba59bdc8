// Reads gradient boosting: its trees, and what it begins with, which is a constant, nothing or a model of the user's own.

import type { GroupedTree, TreeLink, TreePredictor, TreeStart } from '#core/pipeline/trees.ts'
import { asNumber, asText, isArray, isRecord } from '../pickle/access.ts'
import {
  attribute,
  type FittedObject,
  numbersOfValue,
  openInner,
  openObject,
  readItems,
  readNumber,
  readText,
  refuse,
} from './fitted-object.ts'
import { readClasses } from './linear.ts'
import type { Reading, ReadPredictor, TableShape } from './reading.ts'
import { damaged, readTree } from './trees-tree.ts'
import { isOlderThan } from './written-by.ts'

export function readBoosting(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReadPredictor {
  const isClassifier = object.name.endsWith('Classifier')
  const classes = isClassifier ? readClasses(object) : null
  const outputs = classes === null || classes.length === 2 ? 1 : classes.length
  const trees = readItems(object, 'estimators_').map((item, index): GroupedTree => {
    const read = readTree(openInner(object, item), table.width, reading)
    if (read.outputs * read.classes !== 1) throw damaged(object, 'has trees of several values')
    return { ...read.tree, group: index % outputs }
  })
  checkStages(object, outputs)
  const begin = readBegin(object, outputs, table, reading)
  return {
    predictor: {
      kind: 'forest',
      outputs,
      base: begin.base,
      scale: readNumber(object, 'learning_rate'),
      trees,
      precision: 'float32',
      takesMissing: false,
      ...(begin.start !== undefined && { start: begin.start }),
      link: linkOf(object, outputs, isClassifier),
      ...(classes?.length === 2 && !isOlderThan(object, 1, 4, 0) && { tiesSaySecond: true }),
    },
    classes,
    outputs: 1,
  }
}

/** One row of trees a stage, one column a class. */
function checkStages(object: FittedObject, outputs: number): void {
  const value = attribute(object, 'estimators_')
  const columns = isArray(value) ? value.shape[1] : undefined
  if (columns !== outputs) throw damaged(object, `has ${columns ?? 0} trees a stage for ${outputs}`)
}

function isExponential(object: FittedObject): boolean {
  return readText(object, 'loss', '') === 'exponential'
}

function linkOf(object: FittedObject, outputs: number, isClassifier: boolean): TreeLink {
  if (!isClassifier) return { kind: 'identity' }
  if (outputs > 1) return { kind: 'softmax' }
  return isExponential(object) ? { kind: 'double-sigmoid' } : { kind: 'sigmoid' }
}

type Begin = Pick<TreePredictor, 'base' | 'start'>

/** Constants of the estimators that scikit-learn brought itself up to 0.20, by class and attribute. */
const OLD_CONSTANTS: Readonly<Record<string, string>> = {
  MeanEstimator: 'mean',
  QuantileEstimator: 'quantile',
  LogOddsEstimator: 'prior',
  ScaledLogOddsEstimator: 'prior',
  PriorProbabilityEstimator: 'priors',
}

function readBegin(
  object: FittedObject,
  outputs: number,
  table: TableShape,
  reading: Reading,
): Begin {
  const value = attribute(object, 'init_')
  if (asText(value) === 'zero') return { base: new Float64Array(outputs) }
  if (!isRecord(value)) throw damaged(object, 'does not say what its trees begin with')
  const first = openObject(value, object.path)
  if (first.name === 'ZeroEstimator') return { base: new Float64Array(outputs) }
  const constant = readConstant(object, first)
  if (constant === null) {
    return { base: new Float64Array(outputs), start: readStart(object, table, reading) }
  }
  if (constant.length !== outputs) {
    throw damaged(object, `begins with ${constant.length} numbers for ${outputs}`)
  }
  return { base: constant }
}

/** Margins that are the same for every row; null where a model gives them. */
function readConstant(object: FittedObject, first: FittedObject): Float64Array | null {
  const old = OLD_CONSTANTS[first.name]
  if (old !== undefined) return numbersOfValue(attribute(first, old))
  if (first.name === 'DummyRegressor') return numbersOfValue(attribute(first, 'constant_'))
  const isPrior = readText(first, 'strategy', '') === 'prior'
  const priors =
    first.name === 'DummyClassifier' && isPrior
      ? numbersOfValue(attribute(first, 'class_prior_'))
      : null
  return priors === null ? null : marginsOfPriors(object, priors)
}

/** scikit-learn keeps probabilities so far from 0 and 1. */
const MARGIN = 2 ** -23

function marginsOfPriors(object: FittedObject, priors: Float64Array): Float64Array {
  const clipped = priors.map((prior) => Math.min(1 - MARGIN, Math.max(MARGIN, prior)))
  const second = clipped[1] ?? MARGIN
  if (clipped.length === 2) {
    const logit = Math.log(second / (1 - second))
    return Float64Array.of(isExponential(object) ? logit / 2 : logit)
  }
  const logs = clipped.map(Math.log)
  const mean = isCentred(object) ? logs.reduce((sum, log) => sum + log, 0) / logs.length : 0
  return logs.map((log) => log - mean)
}

/** Since 1.4 margins of several classes are logarithms less their mean; the probabilities are the same. */
function isCentred(object: FittedObject): boolean {
  const loss = attribute(object, '_loss')
  return isRecord(loss) && loss.callable.name === 'HalfMultinomialLoss'
}

function readStart(object: FittedObject, table: TableShape, reading: Reading): TreeStart {
  const read = reading.predictor(object, attribute(object, 'init_'), 'init', table)
  if (object.name.endsWith('Regressor')) {
    if (read.classes !== null || read.outputs !== 1) {
      throw refuse(object, 'begins with a model that gives no single number a row.')
    }
    return { predictor: read.predictor, margins: 'value' }
  }
  const count = asNumber(attribute(object, 'n_classes_')) ?? read.classes?.length
  if (read.classes === null || read.classes.length !== count) {
    throw refuse(object, 'begins with a model that gives no probabilities of its classes.')
  }
  if (count > 2)
    return { predictor: read.predictor, margins: isCentred(object) ? 'centred-log' : 'log' }
  return { predictor: read.predictor, margins: isExponential(object) ? 'half-logit' : 'logit' }
}
