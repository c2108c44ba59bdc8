// Reads linear models: ordinary, robust and regularised regressions, logistic ones, linear support vectors and discriminants.

import type { LinearLink, LinearPredictor } from '#core/pipeline/linear.ts'
import { asText, isRecord } from '../pickle/access.ts'
import { checkWidth } from './column-vectors.ts'
import {
  attribute,
  type FittedObject,
  itemsOfValue,
  openObject,
  optionalNumber,
  optionalVector,
  readMatrix,
  readText,
  readVector,
  refuse,
  textsOfValue,
} from './fitted-object.ts'
import type { PredictorReader, Reading, ReadPredictor, TableShape } from './reading.ts'
import { readDenseMatrix } from './sparse.ts'

/** Regressions that end with the sum. */
const REGRESSIONS = [
  ...['LinearRegression', 'Ridge', 'RidgeCV', 'Lasso', 'LassoCV', 'ElasticNet', 'ElasticNetCV'],
  ...['LassoLars', 'LassoLarsCV', 'LassoLarsIC', 'Lars', 'LarsCV', 'MultiTaskLasso'],
  ...['MultiTaskLassoCV', 'MultiTaskElasticNet', 'MultiTaskElasticNetCV', 'BayesianRidge'],
  ...['ARDRegression', 'TheilSenRegressor', 'HuberRegressor', 'OrthogonalMatchingPursuit'],
  ...['OrthogonalMatchingPursuitCV', 'QuantileRegressor', 'SGDRegressor', 'LinearSVR'],
  ...['PassiveAggressiveRegressor'],
]

/** Classifiers that only say which class: they have no probabilities. */
const LABELLERS = ['LinearSVC', 'Perceptron', 'PassiveAggressiveClassifier']

/** Class names of scikit-learn → their readers. */
export const LINEAR_READERS: Readonly<Record<string, PredictorReader>> = {
  ...Object.fromEntries(REGRESSIONS.map((name) => [name, regression(() => 'identity')])),
  ...Object.fromEntries(LABELLERS.map((name) => [name, classifier(() => 'label')])),
  PoissonRegressor: regression(() => 'exp'),
  GammaRegressor: regression(() => 'exp'),
  TweedieRegressor: regression(tweedieLink),
  RANSACRegressor: (object, table, reading) =>
    reading.predictor(object, attribute(object, 'estimator_'), undefined, table),
  LogisticRegression: classifier(logisticLink),
  LogisticRegressionCV: classifier(logisticLink),
  SGDClassifier: classifier(descentLink),
  SGDOneClassSVM: readOneClass,
  RidgeClassifier: readRidgeClassifier,
  RidgeClassifierCV: readRidgeClassifier,
  LinearDiscriminantAnalysis: classifier(discriminantLink),
}

type LinkOf = (object: FittedObject, rows: number) => LinearLink

function regression(linkOf: LinkOf): PredictorReader {
  return (object, table, reading) => {
    const predictor = readLinear(object, linkOf, table, reading)
    return { predictor, classes: null, outputs: predictor.coefficients.rows }
  }
}

function classifier(linkOf: LinkOf): PredictorReader {
  return (object, table, reading) => {
    const predictor = readLinear(object, linkOf, table, reading)
    return { predictor, classes: readClasses(object, classCountOf(predictor)), outputs: 1 }
  }
}

function classCountOf({ coefficients }: LinearPredictor): number {
  return Math.max(2, coefficients.rows)
}

/** By itself `power` up to 0 means a normal distribution, whose link is the identity. */
function tweedieLink(object: FittedObject): LinearLink {
  const link = readText(object, 'link', 'auto')
  if (link === 'identity') return 'identity'
  return link === 'log' || (optionalNumber(object, 'power') ?? 0) > 0 ? 'exp' : 'identity'
}

/** `warn` was one-versus-rest until 0.22; releases without the parameter take softmax wherever it makes a difference. */
function logisticLink(object: FittedObject, rows: number): LinearLink {
  const mode = readText(object, 'multi_class', 'auto')
  const isSeparate =
    mode === 'ovr' ||
    mode === 'warn' ||
    (mode !== 'multinomial' && (rows === 1 || readText(object, 'solver', '') === 'liblinear'))
  if (!isSeparate) return 'softmax'
  return rows === 1 ? 'sigmoid' : 'one-versus-rest'
}

function descentLink(object: FittedObject, rows: number): LinearLink {
  const loss = readText(object, 'loss', 'hinge')
  if (loss === 'modified_huber') return 'modified-huber'
  if (loss !== 'log' && loss !== 'log_loss') return 'label'
  return rows === 1 ? 'sigmoid' : 'one-versus-rest'
}

/** Until 0.21 the probabilities of several classes were those of each against the rest. */
const SEPARATE_DISCRIMINANTS = /^0\.(1\d|2[01])(\.|$)/

function discriminantLink(object: FittedObject, rows: number): LinearLink {
  if (rows === 1) return 'sigmoid'
  const version = asText(attribute(object, '_sklearn_version')) ?? ''
  return SEPARATE_DISCRIMINANTS.test(version) ? 'one-versus-rest' : 'softmax'
}

/** Its classes stand on the object only in newer files; before, in the encoder of its labels. */
function readRidgeClassifier(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReadPredictor {
  const predictor = readLinear(object, () => 'label', table, reading)
  const encoder = attribute(object, '_label_binarizer')
  const holder = isRecord(encoder) ? openObject(encoder, object.path) : object
  if (readText(holder, 'y_type_', '').startsWith('multilabel')) {
    throw refuse(object, 'tells several labels at once, which Parley does not serve.')
  }
  const named = attribute(object, 'classes_') === undefined ? holder : object
  return { predictor, classes: readClasses(named, classCountOf(predictor)), outputs: 1 }
}

/** Outliers are -1. Its offset is what intercept_ is elsewhere, with the other sign. */
function readOneClass(object: FittedObject, table: TableShape): ReadPredictor {
  const coefficients = readMatrix(object, 'coef_')
  checkWidth(object, coefficients.columns, table)
  const intercept = Float64Array.of(-(readVector(object, 'offset_')[0] ?? 0))
  return {
    predictor: { kind: 'linear', coefficients, intercept, link: 'inlier' },
    classes: ['-1', '1'],
    outputs: 1,
  }
}

function readLinear(
  object: FittedObject,
  linkOf: LinkOf,
  table: TableShape,
  { budget }: Reading,
): LinearPredictor {
  const coefficients = readDenseMatrix(object, 'coef_', budget)
  checkWidth(object, coefficients.columns, table)
  if (coefficients.data.length === 0)
    throw refuse(object, 'has no coefficients: the file is damaged.')
  const intercept = readIntercept(object, coefficients.rows)
  return { kind: 'linear', coefficients, intercept, link: linkOf(object, coefficients.rows) }
}

/** One number a row: a single one, as fit_intercept=False leaves it, stands for all. */
function readIntercept(object: FittedObject, rows: number): Float64Array {
  const given = optionalVector(object, 'intercept_') ?? Float64Array.of(0)
  if (given.length === rows) return given
  const [only] = given
  if (given.length === 1 && only !== undefined) return new Float64Array(rows).fill(only)
  throw refuse(
    object,
    `has ${given.length} intercepts for ${rows} rows of coefficients; the file is damaged.`,
  )
}

/**
 * classes_ of a classifier of one target, which have to be `count` where it is given. Throws FormatError for several targets
 * at once, and for any other number of classes.
 */
export function readClasses(object: FittedObject, count?: number): readonly string[] {
  const value = attribute(object, 'classes_')
  const classes = textsOfValue(value)
  if (classes === null || classes.length === 0) {
    const isSeveral = (itemsOfValue(value)?.length ?? 0) > 0
    throw refuse(
      object,
      isSeveral
        ? 'predicts several targets at once. Train one classifier a target, and upload each of them.'
        : 'names no classes, so it was never fitted or is damaged. Fit it, save it again, and upload that.',
    )
  }
  if (count !== undefined && classes.length !== count) {
    throw refuse(
      object,
      `names ${classes.length} classes and has numbers for ${count}; the file is damaged.`,
    )
  }
  return classes
}
