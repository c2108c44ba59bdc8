// Reads transformers of numbers into as many numbers: scalers, power and quantile transforms, functions.

import type { Transformer } from '#core/pipeline/pipeline.ts'
import { PLAIN_SCALE } from '#core/pipeline/preprocessing.ts'
import { asNumber, itemsOf } from '../pickle/access.ts'
import { printable } from '../pickle/globals.ts'
import { checkWidth, readColumnVector } from './column-vectors.ts'
import {
  attribute,
  type FittedObject,
  openInner,
  readFlag,
  readMatrix,
  readNumber,
  readText,
  readVector,
  refuse,
} from './fitted-object.ts'
import { readFunctionTransformer } from './functions.ts'
import type { TableShape, TransformerReader } from './reading.ts'
import { isOlderThan } from './written-by.ts'

export const SCALER_READERS: Readonly<Record<string, TransformerReader>> = {
  StandardScaler: readStandardScaler,
  MinMaxScaler: readMinMaxScaler,
  MaxAbsScaler: (object, table) => ({
    ...PLAIN_SCALE,
    divide: readColumnVector(object, 'scale_', table),
    clip: readFlag(object, 'clip', false) ? [-1, 1] : null,
  }),
  RobustScaler: (object, table) => ({
    ...PLAIN_SCALE,
    subtract: readFlag(object, 'with_centering', true)
      ? readColumnVector(object, 'center_', table)
      : null,
    divide: readFlag(object, 'with_scaling', true)
      ? readColumnVector(object, 'scale_', table)
      : null,
  }),
  Normalizer: (object, table) => readNormalizer(object, table.isSparse === true),
  PowerTransformer: readPowerTransformer,
  QuantileTransformer: readQuantileTransformer,
  Binarizer: (object) => ({ kind: 'binarize', threshold: readNumber(object, 'threshold') }),
  FunctionTransformer: readFunctionTransformer,
  TfidfTransformer: readTfidfTransformer,
}

function readStandardScaler(object: FittedObject, table: TableShape): Transformer {
  const withMean = readFlag(object, 'with_mean', true)
  const withScale = readFlag(object, 'with_std', true)
  return {
    ...PLAIN_SCALE,
    subtract: withMean ? readColumnVector(object, 'mean_', table) : null,
    divide: withScale ? readColumnVector(object, 'scale_', table) : null,
  }
}

function readMinMaxScaler(object: FittedObject, table: TableShape): Transformer {
  const range = itemsOf(attribute(object, 'feature_range'))?.map(asNumber)
  const [low = 0, high = 1] = range ?? []
  if (low === null || high === null || !(low <= high)) {
    throw refuse(object, 'has a feature_range that is no pair of numbers.')
  }
  return {
    ...PLAIN_SCALE,
    multiply: readColumnVector(object, 'scale_', table),
    add: readColumnVector(object, 'min_', table),
    clip: readFlag(object, 'clip', false) ? [low, high] : null,
  }
}

/** Since 1.0 scikit-learn divides by no norm below this: ten times the distance from 1 to the next double. */
const LEAST_NORM = 10 * 2 ** -52

/** Of a sparse matrix every norm but 0 counts. */
function readNormalizer(object: FittedObject, isSparse: boolean): Transformer {
  const norm = readText(object, 'norm', 'l2')
  const least = isSparse || isOlderThan(object, 1, 0, 0) ? {} : { least: LEAST_NORM }
  switch (norm) {
    case 'l1':
    case 'l2':
      return { kind: 'normalize', norm, ...least }
    case 'max':
      // Before 0.23 it was the largest value, whatever its sign.
      return {
        kind: 'normalize',
        norm: isOlderThan(object, 0, 23, 0) ? 'largest' : 'max',
        ...least,
      }
    default:
      throw refuse(object, `divides by the norm ${printable(norm)}, which Parley does not know.`)
  }
}

function readPowerTransformer(object: FittedObject, table: TableShape): Transformer {
  const method = readText(object, 'method', 'yeo-johnson')
  if (method !== 'yeo-johnson' && method !== 'box-cox') {
    throw refuse(object, `uses the method ${printable(method)}, which Parley does not know.`)
  }
  const lambdas = readColumnVector(object, 'lambdas_', table)
  const power: Transformer = { kind: 'power', method, lambdas }
  if (!readFlag(object, 'standardize', true)) return power
  const scaler = openInner(object, attribute(object, '_scaler'))
  return { kind: 'sequence', steps: [power, readStandardScaler(scaler, table)] }
}

/** scikit-learn's BOUNDS_THRESHOLD. */
const QUANTILE_TOLERANCE = 1e-7

function readQuantileTransformer(object: FittedObject, table: TableShape): Transformer {
  const output = readText(object, 'output_distribution', 'uniform')
  if (output !== 'uniform' && output !== 'normal') {
    throw refuse(
      object,
      `aims at the distribution ${printable(output)}, which Parley does not know.`,
    )
  }
  const quantiles = readMatrix(object, 'quantiles_')
  const references = readVector(object, 'references_')
  checkWidth(object, quantiles.columns, table)
  if (quantiles.rows !== references.length || references.length === 0) {
    throw refuse(object, 'has quantiles that do not fit its references.')
  }
  // Until 0.21 values near the ends were moved there for both distributions.
  const isTolerant = output === 'normal' || isOlderThan(object, 0, 21, 0)
  const tolerance = isTolerant ? QUANTILE_TOLERANCE : 0
  return { kind: 'quantile', quantiles, references, output, tolerance }
}

function readTfidfTransformer(object: FittedObject, table: TableShape): Transformer {
  const steps: Transformer[] = []
  if (readFlag(object, 'sublinear_tf', false)) steps.push({ kind: 'function', name: 'sublinear' })
  const weights = readInverseFrequencies(object)
  if (weights !== null) {
    checkWidth(object, weights.length, table)
    steps.push({ ...PLAIN_SCALE, multiply: weights })
  }
  const norm = attribute(object, 'norm')
  if (norm !== null && norm !== undefined) steps.push(readNormalizer(object, true))
  return { kind: 'sequence', steps }
}

/** Weights of a TfidfTransformer: a vector, or before 1.5 the diagonal of a sparse matrix; null where it has none. */
export function readInverseFrequencies(object: FittedObject): Float64Array | null {
  if (!readFlag(object, 'use_idf', true)) return null
  const own = attribute(object, 'idf_')
  if (own !== undefined && own !== null) return readVector(object, 'idf_')
  const diagonal = openInner(object, attribute(object, '_idf_diag'))
  const weights = readVector(diagonal, 'data')
  const shape = itemsOf(attribute(diagonal, '_shape'))?.map(asNumber)
  if (shape?.[0] !== weights.length || shape[1] !== weights.length) {
    throw refuse(object, 'has weights that do not lie on a diagonal.')
  }
  return weights
}
