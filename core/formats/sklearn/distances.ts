// Reads predictors that compare a row with stored ones: nearest neighbours, centres of classes and of clusters.

import type { CentrePosterior, Metric, NeighbourTargets } from '#core/pipeline/distances.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { asNumber, asText, isArray, isCompound, isDict } from '../pickle/access.ts'
import { printable, qualifiedName } from '../pickle/globals.ts'
import { checkWidth, readColumnVector } from './column-vectors.ts'
import {
  attribute,
  type FittedObject,
  firstAttribute,
  optionalVector,
  readMatrix,
  readNumber,
  readText,
  readVector,
  refuse,
} from './fitted-object.ts'
import { readClasses } from './linear.ts'
import type { PredictorReader, Reading, ReadPredictor, TableShape } from './reading.ts'
import { readDenseMatrix } from './sparse.ts'
import { VECTOR_MACHINE_READERS } from './vector-machines.ts'

/** Class names of scikit-learn → their readers. */
export const DISTANCE_READERS: Readonly<Record<string, PredictorReader>> = {
  KNeighborsClassifier: readNeighbours,
  KNeighborsRegressor: readNeighbours,
  RadiusNeighborsRegressor: readRadius,
  NearestCentroid: readNearestCentroid,
  KMeans: readClusters,
  MiniBatchKMeans: readClusters,
  ...VECTOR_MACHINE_READERS,
}

/** Points that a graph carries, in numbers: 16 MB, twice in the graph. Twice as many took a reading beyond its memory. */
const MAX_POINT_VALUES = 2 * 1024 * 1024

/** scikit-learn's names of the metrics that are read, `minkowski` apart. */
const METRICS: Readonly<Record<string, Metric>> = {
  euclidean: { kind: 'euclidean' },
  l2: { kind: 'euclidean' },
  sqeuclidean: { kind: 'squared-euclidean' },
  manhattan: { kind: 'manhattan' },
  cityblock: { kind: 'manhattan' },
  l1: { kind: 'manhattan' },
  chebyshev: { kind: 'chebyshev' },
  infinity: { kind: 'chebyshev' },
  cosine: { kind: 'cosine' },
  hamming: { kind: 'hamming' },
}

function readNeighbours(object: FittedObject, table: TableShape, reading: Reading): ReadPredictor {
  const points = readPoints(object, table, reading)
  const count = readNumber(object, 'n_neighbors')
  if (!Number.isInteger(count) || count < 1 || count > points.rows) {
    throw refuse(object, `asks for ${count} neighbours of ${points.rows} points.`)
  }
  const isClassifier = object.name === 'KNeighborsClassifier'
  const classes = isClassifier ? readClasses(object) : null
  const targets = classes === null ? null : readCodes(object, points, classes.length)
  const said: NeighbourTargets = targets ?? { kind: 'values', values: readValues(object, points) }
  return {
    predictor: {
      kind: 'neighbours',
      points,
      count,
      metric: readMetric(object),
      weights: readWeights(object),
      targets: said,
    },
    classes,
    outputs: said.kind === 'values' ? said.values.columns : 1,
  }
}

function readRadius(object: FittedObject, table: TableShape, reading: Reading): ReadPredictor {
  const points = readPoints(object, table, reading)
  const values = readValues(object, points)
  return {
    predictor: {
      kind: 'neighbours-within',
      points,
      radius: readNumber(object, 'radius'),
      metric: readMetric(object),
      weights: readWeights(object),
      values,
    },
    classes: null,
    outputs: values.columns,
  }
}

function readPoints(object: FittedObject, table: TableShape, { budget }: Reading): Matrix {
  const points = readDenseMatrix(object, '_fit_X', budget)
  checkWidth(object, points.columns, table)
  if (points.data.length > MAX_POINT_VALUES) {
    throw refuse(
      object,
      `keeps ${points.rows} points of ${points.columns} columns, more than Parley compares rows with. Reduce the columns (TruncatedSVD), or train on fewer rows.`,
    )
  }
  return points
}

function readCodes(object: FittedObject, points: Matrix, classCount: number): NeighbourTargets {
  const codes = Int32Array.from(readVector(object, '_y'))
  if (codes.length !== points.rows || codes.some((code) => code < 0 || code >= classCount)) {
    throw refuse(object, 'has points whose classes it does not name; the file is damaged.')
  }
  return { kind: 'classes', codes, classCount }
}

/** [points, outputs]; a vector is one value a point. */
function readValues(object: FittedObject, points: Matrix): Matrix {
  const value = attribute(object, '_y')
  const isTable = isArray(value) && value.shape.length === 2
  const { data, columns } = readMatrix(object, '_y')
  const values = { rows: points.rows, columns: isTable ? columns : 1, data }
  if (data.length !== values.rows * values.columns) {
    throw refuse(object, 'has not one value for each of its points; the file is damaged.')
  }
  return values
}

function readWeights(object: FittedObject): 'uniform' | 'distance' {
  const weights = attribute(object, 'weights') ?? 'uniform'
  if (weights === 'uniform' || weights === 'distance') return weights
  throw refuse(
    object,
    'weighs its neighbours by a function of your own, which Parley does not run. Use weights="distance" or "uniform".',
  )
}

/** The metric that it ended up with: `minkowski` with p = 2 is written down as `euclidean`. */
function readMetric(object: FittedObject): Metric {
  const value = firstAttribute(object, 'effective_metric_', 'metric')
  const name = asText(value)
  if (name === null) {
    const own =
      isCompound(value) && value.kind === 'global' ? ` ${printable(qualifiedName(value))}` : ''
    throw refuse(
      object,
      `uses a metric of your own${own}, which Parley does not run. Use a named one.`,
    )
  }
  const parameters = attribute(object, 'effective_metric_params_')
  const given = isDict(parameters) ? parameters.entries : new Map()
  const weights = given.get('w') ?? null
  if (weights !== null) {
    throw refuse(
      object,
      'weighs the columns of its metric (the parameter w), which Parley does not read. Scale the columns in a step before.',
    )
  }
  if (name === 'minkowski') return minkowski(asNumber(given.get('p')) ?? readNumber(object, 'p'))
  return namedMetric(object, name)
}

function minkowski(power: number): Metric {
  if (power === 1) return { kind: 'manhattan' }
  if (power === 2) return { kind: 'euclidean' }
  return power === Number.POSITIVE_INFINITY ? { kind: 'chebyshev' } : { kind: 'minkowski', power }
}

function namedMetric(object: FittedObject, name: string): Metric {
  const metric = Object.hasOwn(METRICS, name) ? METRICS[name] : undefined
  if (metric !== undefined) return metric
  throw refuse(
    object,
    `uses the metric ${printable(name)}, which Parley does not read. Use one of ${Object.keys(METRICS).join(', ')} or minkowski.`,
  )
}

function readNearestCentroid(
  object: FittedObject,
  table: TableShape,
  { budget }: Reading,
): ReadPredictor {
  const centres = readDenseMatrix(object, 'centroids_', budget)
  checkWidth(object, centres.columns, table)
  const metric = namedMetric(object, readText(object, 'metric', 'euclidean'))
  const posterior = readPosterior(object, table, centres.rows, metric)
  return {
    predictor: { kind: 'centres', centres, metric, posterior },
    classes: readClasses(object, centres.rows),
    outputs: 1,
  }
}

/** How near two probabilities count as equal, as numpy.isclose has it. */
const CLOSE = { absolute: 1e-8, relative: 1e-5 } as const

/** Since 1.6 its classes have priors; probabilities only by the euclidean metric. */
function readPosterior(
  object: FittedObject,
  table: TableShape,
  classCount: number,
  metric: Metric,
): CentrePosterior | null {
  const priors = optionalVector(object, 'class_prior_')
  if (priors === null) return null
  if (priors.length !== classCount) {
    throw refuse(object, `has ${priors.length} priors for ${classCount} classes.`)
  }
  const equal = 1 / classCount
  const decidesLabel = priors.some(
    (prior) => Math.abs(prior - equal) > CLOSE.absolute + CLOSE.relative * equal,
  )
  if (metric.kind !== 'euclidean') {
    if (!decidesLabel) return null
    throw refuse(
      object,
      'weighs its classes by priors under a metric other than euclidean, which Parley does not read.',
    )
  }
  const scale = readColumnVector(object, 'within_class_std_dev_', table).map((size) => size || 1)
  return { scale, logPrior: priors.map(Math.log), decidesLabel }
}

/** Clusters go by their numbers. */
function readClusters(object: FittedObject, table: TableShape): ReadPredictor {
  const centres = readMatrix(object, 'cluster_centers_')
  checkWidth(object, centres.columns, table)
  return {
    predictor: { kind: 'centres', centres, metric: { kind: 'euclidean' }, posterior: null },
    classes: Array.from({ length: centres.rows }, (_, index) => String(index)),
    outputs: 1,
  }
}
