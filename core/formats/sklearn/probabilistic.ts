// Reads naive Bayes, discriminant analysis, neural networks, isotonic curves and dummies.

import type { LinearPredictor } from '#core/pipeline/linear.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { Predictor } from '#core/pipeline/pipeline.ts'
import { chargeBytes } from '../limits.ts'
import { printable } from '../pickle/globals.ts'
import { checkWidth } from './column-vectors.ts'
import {
  attribute,
  type FittedObject,
  firstAttribute,
  matrixOf,
  numbersOfValue,
  optionalNumber,
  readItems,
  readMatrix,
  readText,
  readVector,
  refuse,
  textsOfValue,
} from './fitted-object.ts'
import { readClasses } from './linear.ts'
import { NETWORK_READERS } from './networks.ts'
import type { PredictorReader, Reading, ReadPredictor, TableShape } from './reading.ts'

/** Class names of scikit-learn → their readers. */
export const PROBABILISTIC_READERS: Readonly<Record<string, PredictorReader>> = {
  GaussianNB: readGaussian,
  MultinomialNB: (object, table) => readLikelihood(object, weighCounts(object, table)),
  ComplementNB: (object, table) => readLikelihood(object, weighComplements(object, table)),
  BernoulliNB: readBernoulli,
  CategoricalNB: readCategorical,
  QuadraticDiscriminantAnalysis: readQuadratic,
  IsotonicRegression: readIsotonic,
  DummyClassifier: readDummyClassifier,
  DummyRegressor: readDummyRegressor,
  ...NETWORK_READERS,
}

function readLikelihood(object: FittedObject, predictor: LinearPredictor): ReadPredictor {
  return { predictor, classes: readClasses(object, predictor.coefficients.rows), outputs: 1 }
}

function likelihood(coefficients: Matrix, intercept: Float64Array): LinearPredictor {
  return { kind: 'linear', coefficients, intercept, link: 'likelihood' }
}

/** [classes, columns] of logarithms. */
function readLogProbabilities(object: FittedObject, table: TableShape): Matrix {
  const matrix = readMatrix(object, 'feature_log_prob_')
  checkWidth(object, matrix.columns, table)
  return matrix
}

function readPrior(object: FittedObject, classCount: number): Float64Array {
  return requireCount(object, readVector(object, 'class_log_prior_'), classCount)
}

function requireCount(object: FittedObject, numbers: Float64Array, count: number): Float64Array {
  if (numbers.length === count) return numbers
  throw refuse(object, `has priors of ${numbers.length} classes, not ${count}; it is damaged.`)
}

function weighCounts(object: FittedObject, table: TableShape): LinearPredictor {
  const coefficients = readLogProbabilities(object, table)
  return likelihood(coefficients, readPrior(object, coefficients.rows))
}

/** Its prior only counts where there is a single class. */
function weighComplements(object: FittedObject, table: TableShape): LinearPredictor {
  const coefficients = readLogProbabilities(object, table)
  return likelihood(coefficients, new Float64Array(coefficients.rows))
}

/** A column that is not there speaks too: x · (log p - log(1 - p)) + log(1 - p). */
function readBernoulli(object: FittedObject, table: TableShape): ReadPredictor {
  const present = readLogProbabilities(object, table)
  const { rows, columns } = present
  const absent = present.data.map((logarithm) => Math.log(1 - Math.exp(logarithm)))
  const intercept = readPrior(object, rows).map((prior, row) =>
    absent.subarray(row * columns, (row + 1) * columns).reduce((sum, value) => sum + value, prior),
  )
  const data = present.data.map((logarithm, at) => logarithm - (absent[at] ?? 0))
  const read = readLikelihood(object, likelihood({ rows, columns, data }, intercept))
  const threshold = optionalNumber(object, 'binarize')
  if (threshold === null) return read
  const predictor: Predictor = {
    kind: 'chain',
    steps: [{ kind: 'binarize', threshold }],
    predictor: read.predictor,
  }
  return { ...read, predictor }
}

/** `sigma_` until 0.24. */
function readGaussian(object: FittedObject, table: TableShape): ReadPredictor {
  const means = readMatrix(object, 'theta_')
  checkWidth(object, means.columns, table)
  const variances = matrixOf(firstAttribute(object, 'var_', 'sigma_'))
  if (variances === null || variances.data.length !== means.data.length) {
    throw refuse(object, 'has not one variance for each of its means; the file is damaged.')
  }
  const priors = requireCount(object, readVector(object, 'class_prior_'), means.rows)
  return {
    predictor: { kind: 'gaussian-bayes', logPrior: priors.map(Math.log), means, variances },
    classes: readClasses(object, means.rows),
    outputs: 1,
  }
}

function readCategorical(object: FittedObject, table: TableShape): ReadPredictor {
  const classes = readClasses(object)
  const columns = readItems(object, 'feature_log_prob_').map((item) => {
    const matrix = matrixOf(item)
    if (matrix === null || matrix.rows !== classes.length) {
      throw refuse(object, 'has not one probability for each class and category.')
    }
    return transpose(matrix)
  })
  checkWidth(object, columns.length, table)
  const logPrior = readPrior(object, classes.length)
  return { predictor: { kind: 'categorical-bayes', logPrior, columns }, classes, outputs: 1 }
}

function transpose({ rows, columns, data }: Matrix): Matrix {
  const result = new Float64Array(data.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = data[row * columns + column] ?? 0
    }
  }
  return { rows: columns, columns: rows, data: result }
}

const DOUBLE_BYTES = 8

function readQuadratic(
  object: FittedObject,
  table: TableShape,
  { budget }: Reading,
): ReadPredictor {
  const means = readMatrix(object, 'means_')
  checkWidth(object, means.columns, table)
  const scalings = readItems(object, 'scalings_').map((item) => numbersOfValue(item))
  const rotations = readItems(object, 'rotations_').map((item) => matrixOf(item))
  const logPrior = requireCount(object, readVector(object, 'priors_'), means.rows).map(Math.log)
  const isSound =
    rotations.length === means.rows &&
    scalings.length === means.rows &&
    rotations.every(
      (rotation, index) =>
        rotation !== null &&
        rotation.rows === means.columns &&
        rotation.columns === scalings[index]?.length &&
        rotation.columns <= rotation.rows,
    )
  if (!isSound) throw refuse(object, 'has rotations that do not fit its means; it is damaged.')
  chargeBytes(budget, means.rows * means.columns ** 2 * DOUBLE_BYTES, object.record.offset)
  return {
    predictor: {
      kind: 'quadratic',
      logPrior,
      means,
      rotations: rotations.filter((rotation) => rotation !== null),
      scalings: scalings.filter((scaling) => scaling !== null),
    },
    classes: readClasses(object, means.rows),
    outputs: 1,
  }
}

/** `_necessary_X_` until 0.23. What is out of bounds is clipped, or has no answer; scikit-learn says nan or raises then. */
function readIsotonic(object: FittedObject, table: TableShape): ReadPredictor {
  checkWidth(object, 1, table)
  const x = numbersOfValue(firstAttribute(object, 'X_thresholds_', '_necessary_X_'))
  const y = numbersOfValue(firstAttribute(object, 'y_thresholds_', '_necessary_y_'))
  const isSound =
    x !== null &&
    y !== null &&
    x.length > 0 &&
    x.length === y.length &&
    x.every((value, index) => index === 0 || value >= (x[index - 1] ?? 0))
  if (!isSound) throw refuse(object, 'has no usable points, so it was never fitted or is damaged.')
  const beyond = readText(object, 'out_of_bounds', 'nan') === 'clip' ? 'constant' : 'none'
  return { predictor: { kind: 'interpolation', x, y, beyond }, classes: null, outputs: 1 }
}

function readDummyClassifier(object: FittedObject): ReadPredictor {
  const classes = readClasses(object)
  const priors = requireCount(object, readVector(object, 'class_prior_'), classes.length)
  const probabilities = dummyProbabilities(object, classes, priors)
  return { predictor: { kind: 'constant', probabilities, values: null }, classes, outputs: 1 }
}

/** Releases that were about to change the default keep the strategy that they took with an underscore. */
function dummyProbabilities(
  object: FittedObject,
  classes: readonly string[],
  priors: Float64Array,
): Float64Array {
  const strategy = readText(object, '_strategy', readText(object, 'strategy', 'prior'))
  const certain = (chosen: number) => priors.map((_, index) => (index === chosen ? 1 : 0))
  if (strategy === 'prior') return priors
  if (strategy === 'most_frequent') return certain(priors.indexOf(Math.max(...priors)))
  if (strategy === 'constant') {
    const [constant] = textsOfValue(attribute(object, 'constant')) ?? constantText(object)
    return certain(classes.indexOf(constant ?? ''))
  }
  throw refuse(
    object,
    `answers at random (strategy ${printable(strategy)}), and Parley gives the same answer for the same row. Use the strategy prior, most_frequent or constant.`,
  )
}

/** A constant that is no list. */
function constantText(object: FittedObject): readonly string[] {
  const value = attribute(object, 'constant') ?? null
  return textsOfValue({ kind: 'list', items: [value] }) ?? []
}

function readDummyRegressor(object: FittedObject): ReadPredictor {
  const values = readVector(object, 'constant_')
  if (values.length === 0) throw refuse(object, 'has no number to answer: the file is damaged.')
  return {
    predictor: { kind: 'constant', probabilities: null, values },
    classes: null,
    outputs: values.length,
  }
}
