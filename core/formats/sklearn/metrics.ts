// Reads how a predictor measures distances: scikit-learn's and scipy's metrics by name, and their parameters.

import { FLAG_RULES, type Metric } from '#core/pipeline/distances.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { asNumber, asText, isCompound, isDict } from '../pickle/access.ts'
import { printable, qualifiedName } from '../pickle/globals.ts'
import type { PickleValue } from '../pickle/value.ts'
import {
  attribute,
  type FittedObject,
  firstAttribute,
  matrixOf,
  numbersOfValue,
  readNumber,
  refuse,
} from './fitted-object.ts'
import { invert } from './inverse-matrix.ts'
import { isOlderThan } from './written-by.ts'

/** Metrics that a name tells all about. */
const PLAIN_METRICS: Readonly<Record<string, Metric>> = {
  euclidean: { kind: 'euclidean' },
  l2: { kind: 'euclidean' },
  sqeuclidean: { kind: 'squared-euclidean' },
  manhattan: { kind: 'manhattan' },
  cityblock: { kind: 'manhattan' },
  l1: { kind: 'manhattan' },
  chebyshev: { kind: 'chebyshev' },
  infinity: { kind: 'chebyshev' },
  cosine: { kind: 'cosine' },
  correlation: { kind: 'correlation' },
  hamming: { kind: 'hamming' },
  canberra: { kind: 'canberra' },
  haversine: { kind: 'haversine' },
  nan_euclidean: { kind: 'nan-euclidean' },
  ...Object.fromEntries(FLAG_RULES.map((rule) => [rule, { kind: 'flags', rule }])),
}

/** Parameters by name, without those that are None. */
type Parameters = ReadonlyMap<string, PickleValue>

type MetricReader = (object: FittedObject, parameters: Parameters, width: number) => Metric

/** Metrics with parameters, and the one that scikit-learn and scipy calculate differently. */
const METRIC_READERS: Readonly<Record<string, MetricReader>> = {
  minkowski: readMinkowski,
  wminkowski: readOldWeighted,
  seuclidean: readStandardized,
  mahalanobis: readMahalanobis,
  braycurtis: (object) => ({ kind: 'bray-curtis', divisor: brayCurtisDivisor(object) }),
}

/** Every metric that is read, by scikit-learn's names. */
export const METRIC_NAMES: readonly string[] = [
  ...Object.keys(PLAIN_METRICS),
  ...Object.keys(METRIC_READERS),
]

/** Parameters that each metric of `METRIC_READERS` knows. */
const KNOWN_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  minkowski: ['p', 'w'],
  wminkowski: ['p', 'w'],
  seuclidean: ['V'],
  mahalanobis: ['V', 'VI'],
}

/** The metric that it ended up with: `minkowski` with p = 2 is written down as `euclidean`. Throws FormatError for others. */
export function readMetric(object: FittedObject, width: number): Metric {
  const value = firstAttribute(object, 'effective_metric_', 'metric')
  const name = asText(value)
  if (name !== null) return metricNamed(object, name, parametersOf(object), width)
  const own =
    isCompound(value) && value.kind === 'global' ? ` ${printable(qualifiedName(value))}` : ''
  throw refuse(
    object,
    `uses a metric of your own${own}, which Parley does not run. Use a named one.`,
  )
}

function parametersOf(object: FittedObject): Parameters {
  const given = attribute(object, 'effective_metric_params_')
  const entries = isDict(given) ? [...given.entries] : []
  return new Map(
    entries.flatMap(([key, value]) => (value === null ? [] : [[asText(key) ?? '?', value]])),
  )
}

/** Throws FormatError for a metric that is not known, or not with these parameters. */
export function metricNamed(
  object: FittedObject,
  name: string,
  parameters: Parameters,
  width: number,
): Metric {
  const plain = Object.hasOwn(PLAIN_METRICS, name) ? PLAIN_METRICS[name] : undefined
  const read = Object.hasOwn(METRIC_READERS, name) ? METRIC_READERS[name] : undefined
  if (plain === undefined && read === undefined) {
    throw refuse(
      object,
      `uses the metric ${printable(name)}, which Parley does not read. Use one of ${METRIC_NAMES.join(', ')}.`,
    )
  }
  const unknown = [...parameters.keys()].find(
    (parameter) => KNOWN_PARAMETERS[name]?.includes(parameter) !== true && parameter !== 'p',
  )
  if (unknown !== undefined) {
    throw refuse(
      object,
      `gives its metric ${printable(name)} the parameter ${printable(unknown)}, which Parley does not apply. Leave it out, or scale the columns in a step before.`,
    )
  }
  if (plain?.kind === 'haversine' && width !== 2) {
    throw refuse(object, `measures angles on a sphere between rows of ${width} columns, not of 2.`)
  }
  const metric = plain ?? read?.(object, parameters, width)
  if (metric === undefined) throw refuse(object, 'uses no metric.')
  return metric
}

function readMinkowski(object: FittedObject, parameters: Parameters, width: number): Metric {
  const power = asNumber(parameters.get('p')) ?? readNumber(object, 'p')
  const weights = readWeightsOf(object, parameters, 'w', width)
  if (weights === null) {
    if (power === 1) return { kind: 'manhattan' }
    if (power === 2) return { kind: 'euclidean' }
    if (power === Number.POSITIVE_INFINITY) return { kind: 'chebyshev' }
  }
  if (!(power > 0 && Number.isFinite(power))) {
    throw refuse(
      object,
      `takes differences to the power ${power} and weighs them, which Parley does not. Use a positive p.`,
    )
  }
  return { kind: 'minkowski', power, weights }
}

/** Until 1.2 this name stood for weights within the power. */
function readOldWeighted(object: FittedObject, parameters: Parameters, width: number): Metric {
  const metric = readMinkowski(object, parameters, width)
  if (metric.kind !== 'minkowski' || metric.weights === null) return metric
  return { ...metric, weights: metric.weights.map((weight) => weight ** metric.power) }
}

/** Euclidean over columns divided by their deviations: weights of 1 / variance. */
function readStandardized(object: FittedObject, parameters: Parameters, width: number): Metric {
  const variances = readWeightsOf(object, parameters, 'V', width)
  if (variances === null) throw lacks(object, 'seuclidean', 'V')
  return { kind: 'minkowski', power: 2, weights: variances.map((variance) => 1 / variance) }
}

/** One number a column; null where there are none. */
function readWeightsOf(
  object: FittedObject,
  parameters: Parameters,
  name: string,
  width: number,
): Float64Array | null {
  const value = parameters.get(name)
  if (value === undefined) return null
  const numbers = numbersOfValue(value)
  if (numbers?.length === width && numbers.every((number) => number >= 0)) return numbers
  throw refuse(object, `has a metric whose ${name} is not one number a column.`)
}

function readMahalanobis(object: FittedObject, parameters: Parameters, width: number): Metric {
  const own = squareOf(parameters.get('VI'), width)
  if (own !== null) return { kind: 'mahalanobis', inverse: own }
  const covariance = squareOf(parameters.get('V'), width)
  const inverse = covariance === null ? null : invert(covariance)
  if (inverse === null) throw lacks(object, 'mahalanobis', 'VI')
  return { kind: 'mahalanobis', inverse }
}

function squareOf(value: PickleValue | undefined, width: number): Matrix | null {
  const matrix = matrixOf(value)
  return matrix?.rows === width && matrix.columns === width ? matrix : null
}

function lacks(object: FittedObject, metric: string, parameter: string): Error {
  return refuse(
    object,
    `measures by ${metric} without a usable ${parameter}. Give it in metric_params, fit it again, and upload that.`,
  )
}

/** scipy divides by |x + y|; it calculated for `brute` until scikit-learn 1.1 did so itself. */
function brayCurtisDivisor(object: FittedObject): 'sizes' | 'sums' {
  const method = asText(attribute(object, '_fit_method')) ?? 'brute'
  return method === 'brute' && isOlderThan(object, 1, 1, 0) ? 'sums' : 'sizes'
}
