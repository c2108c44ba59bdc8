// Reads predictors that compare a row with stored ones: nearest neighbours, centres of classes and of clusters.

import type { CentrePosterior, Metric, NeighbourTargets } from '#core/pipeline/distances.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { isArray } from '../pickle/access.ts'
import { checkWidth, readColumnVector } from './column-vectors.ts'
import {
  attribute,
  type FittedObject,
  optionalVector,
  readMatrix,
  readNumber,
  readText,
  readVector,
  refuse,
} from './fitted-object.ts'
import { readClasses } from './linear.ts'
import { metricNamed, readMetric } from './metrics.ts'
import type {
  PredictorReader,
  Reading,
  ReadPredictor,
  TableShape,
  TransformerReader,
} from './reading.ts'
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

/** Clusters before another step give the distances to their centres. */
export const DISTANCE_TRANSFORMERS: Readonly<Record<string, TransformerReader>> = {
  KMeans: (object, table) => ({ kind: 'distances', centres: readCentres(object, table) }),
  MiniBatchKMeans: (object, table) => ({ kind: 'distances', centres: readCentres(object, table) }),
}

/** Points that a graph carries, in numbers: 16 MB, twice in the graph. Twice as many took a reading beyond its memory. */
const MAX_POINT_VALUES = 2 * 1024 * 1024

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
      metric: readMetric(object, points.columns),
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
      metric: readMetric(object, points.columns),
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

function readNearestCentroid(
  object: FittedObject,
  table: TableShape,
  { budget }: Reading,
): ReadPredictor {
  const centres = readDenseMatrix(object, 'centroids_', budget)
  checkWidth(object, centres.columns, table)
  const metric = metricNamed(
    object,
    readText(object, 'metric', 'euclidean'),
    new Map(),
    centres.columns,
  )
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
  const centres = readCentres(object, table)
  return {
    predictor: { kind: 'centres', centres, metric: { kind: 'euclidean' }, posterior: null },
    classes: Array.from({ length: centres.rows }, (_, index) => String(index)),
    outputs: 1,
  }
}

function readCentres(object: FittedObject, table: TableShape): Matrix {
  const centres = readMatrix(object, 'cluster_centers_')
  checkWidth(object, centres.columns, table)
  return centres
}
