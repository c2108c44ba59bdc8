// Reads the way back from a transformed target: the inverse of what its transformer does.

import type { Inverse } from '#core/pipeline/combined.ts'
import {
  attribute,
  type FittedObject,
  optionalVector,
  readFlag,
  readMatrix,
  readObject,
  readText,
  readVector,
  refuse,
} from './fitted-object.ts'
import { PREPROCESSING_READERS } from './preprocessing.ts'
import type { Reading, TableShape } from './reading.ts'

type InverseReader = (
  object: FittedObject,
  table: TableShape,
  reading: Reading,
) => readonly Inverse[]

const READERS: Readonly<Record<string, InverseReader>> = {
  FunctionTransformer: readFunction,
  StandardScaler: (object) => [
    rescale(
      readFlag(object, 'with_std', true) ? optionalVector(object, 'scale_') : null,
      readFlag(object, 'with_mean', true) ? optionalVector(object, 'mean_') : null,
    ),
  ],
  RobustScaler: (object) => [
    rescale(
      readFlag(object, 'with_scaling', true) ? optionalVector(object, 'scale_') : null,
      readFlag(object, 'with_centering', true) ? optionalVector(object, 'center_') : null,
    ),
  ],
  MaxAbsScaler: (object) => [rescale(readVector(object, 'scale_'), null)],
  MinMaxScaler: (object) => [
    {
      kind: 'scale',
      subtract: readVector(object, 'min_'),
      divide: readVector(object, 'scale_'),
      multiply: null,
      add: null,
      clip: null,
    },
  ],
  PowerTransformer: readPower,
  QuantileTransformer: readQuantiles,
}

/** Steps over `table.width` values. Throws FormatError for transformers whose way back is not known. */
export function readInverse(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): readonly Inverse[] {
  const read = Object.hasOwn(READERS, object.name) ? READERS[object.name] : undefined
  if (read !== undefined) return read(object, table, reading)
  throw refuse(
    object,
    'changes the target in a way that Parley cannot take back. Use a function of numpy with its inverse, or a scaler.',
  )
}

function rescale(multiply: Float64Array | null, add: Float64Array | null): Inverse {
  return { kind: 'scale', subtract: null, divide: null, multiply, add, clip: null }
}

/** The inverse function is read as the function of a transformer that goes the other way. */
function readFunction(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): readonly Inverse[] {
  if ((attribute(object, 'inverse_func') ?? null) === null) {
    if ((attribute(object, 'func') ?? null) === null) return []
    throw refuse(object, 'has no inverse_func, so its target cannot be taken back.')
  }
  const swapped: FittedObject = {
    ...object,
    attributes: new Map([
      ...object.attributes,
      ['func', attribute(object, 'inverse_func') ?? null],
      ['kw_args', attribute(object, 'inv_kw_args') ?? null],
    ]),
  }
  const transformer = PREPROCESSING_READERS['FunctionTransformer']?.(swapped, table, reading)
  if (transformer === undefined)
    throw refuse(object, 'is of a class that Parley does not read yet.')
  return transformer.kind === 'identity' ? [] : [transformer]
}

function readPower(object: FittedObject): readonly Inverse[] {
  const method = readText(object, 'method', 'yeo-johnson')
  if (method !== 'yeo-johnson' && method !== 'box-cox') {
    throw refuse(object, 'uses a method that Parley does not know.')
  }
  const power: Inverse = { kind: 'inverse-power', method, lambdas: readVector(object, 'lambdas_') }
  if (!readFlag(object, 'standardize', true)) return [power]
  const scaler = readObject(object, '_scaler')
  return [rescale(optionalVector(scaler, 'scale_'), optionalVector(scaler, 'mean_')), power]
}

function readQuantiles(object: FittedObject): readonly Inverse[] {
  if (readText(object, 'output_distribution', 'uniform') !== 'uniform') {
    throw refuse(
      object,
      'makes the target normal, which Parley cannot take back. Use output_distribution="uniform" or a PowerTransformer.',
    )
  }
  const quantiles = readMatrix(object, 'quantiles_')
  const references = readVector(object, 'references_')
  if (quantiles.columns !== 1 || quantiles.rows !== references.length) {
    throw refuse(object, 'has quantiles that do not fit a target of one number.')
  }
  return [{ kind: 'inverse-quantile', references, quantiles: quantiles.data }]
}
