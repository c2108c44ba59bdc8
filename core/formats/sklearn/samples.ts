// What fitted transformers kept of the values that they saw, told to the inputs that those came from.

import { predictorSamples } from '#core/pipeline/predictor-samples.ts'
import {
  type ColumnSample,
  momentSample,
  pointSamples,
  rangeSample,
} from '#core/pipeline/samples.ts'
import {
  attribute,
  type FittedObject,
  itemsOfValue,
  matrixOf,
  numbersOfValue,
  optionalVector,
  textsOfValue,
} from './fitted-object.ts'
import type { ReadPredictor, TableShape } from './reading.ts'

type SampleReader = (object: FittedObject) => readonly (ColumnSample | null)[]

const READERS: Readonly<Record<string, SampleReader>> = {
  StandardScaler: readMoments,
  PCA: readMoments,
  IncrementalPCA: readMoments,
  FastICA: readMoments,
  FactorAnalysis: readMoments,
  LinearDiscriminantAnalysis: (object) =>
    perNumber(optionalVector(object, 'xbar_'), (mean) => momentSample(mean, null)),
  RobustScaler: (object) => {
    const scales = optionalVector(object, 'scale_')
    return perNumber(optionalVector(object, 'center_'), (center, at) =>
      momentSample(center, (scales?.[at] ?? 0) ** 2),
    )
  },
  MinMaxScaler: (object) => {
    const largest = optionalVector(object, 'data_max_')
    return perNumber(optionalVector(object, 'data_min_'), (smallest, at) =>
      rangeSample(smallest, largest?.[at] ?? Number.NaN),
    )
  },
  SimpleImputer: readFills,
  KBinsDiscretizer: (object) =>
    (itemsOfValue(attribute(object, 'bin_edges_')) ?? []).map((value) => {
      const edges = numbersOfValue(value)
      return edges === null ? null : rangeSample(edges[0] ?? Number.NaN, edges.at(-1) ?? Number.NaN)
    }),
  QuantileTransformer: (object) => readPoints(object, 'quantiles_'),
  KNNImputer: (object) => readPoints(object, '_fit_X'),
}

/** What is known of the inputs, by their positions; what stands nearest to an input has the first word. */
export type Samples = Map<number, ColumnSample>

export function noteTransformer(samples: Samples, object: FittedObject, table: TableShape): void {
  if (!Object.hasOwn(READERS, object.name) || table.origins === undefined) return
  note(samples, READERS[object.name]?.(object) ?? [], table)
}

export function notePredictor(samples: Samples, read: ReadPredictor, table: TableShape): void {
  if (table.origins === undefined) return
  note(samples, predictorSamples(read.predictor), table)
}

function note(
  samples: Samples,
  found: readonly (ColumnSample | null)[],
  { origins, width }: TableShape,
): void {
  for (let column = 0; column < Math.min(width, found.length); column++) {
    const origin = origins?.[column]
    const sample = found[column]
    if (origin == null || sample == null) continue
    samples.set(origin, { ...sample, ...samples.get(origin) })
  }
}

function perNumber(
  numbers: Float64Array | null,
  read: (number: number, at: number) => ColumnSample,
): readonly ColumnSample[] {
  return numbers === null ? [] : Array.from(numbers, read)
}

/** A mean a column, and its variance where the class keeps it. */
function readMoments(object: FittedObject): readonly ColumnSample[] {
  const variances = optionalVector(object, 'var_')
  return perNumber(optionalVector(object, 'mean_'), (mean, at) =>
    momentSample(mean, variances?.[at] ?? null),
  )
}

function readPoints(object: FittedObject, name: string): readonly ColumnSample[] {
  const points = matrixOf(attribute(object, name))
  return points === null ? [] : pointSamples(points)
}

/** What fills in for a missing value is a value that the column may have. */
function readFills(object: FittedObject): readonly (ColumnSample | null)[] {
  const value = attribute(object, 'statistics_')
  const numbers = numbersOfValue(value)
  if (numbers !== null) return perNumber(numbers, (number) => momentSample(number, null))
  return (textsOfValue(value) ?? []).map((text) => ({ example: text }))
}
