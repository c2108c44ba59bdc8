// Fitted objects written by hand, as the pickle machine would give them, and what Parley answers with them.

import { createEncoder } from '#core/engine/encoder.ts'
import { readPredictions } from '#core/engine/predictions.ts'
import { createSession } from '#core/engine/session.ts'
import type { PickleRecord, PickleValue } from '#core/formats/pickle/value.ts'
import { signatureOf } from '#core/formats/signature.ts'
import { describeSklearn } from '#core/formats/sklearn/describe-sklearn.ts'
import { toOnnx } from '#core/graph/to-onnx.ts'
import type { Prediction } from '#core/model.ts'

/** `path` is the class with its module, such as `sklearn.pipeline.Pipeline`. */
export function made(path: string, attributes: Record<string, PickleValue>): PickleRecord {
  const cut = path.lastIndexOf('.')
  const state: PickleValue = { kind: 'dict', entries: new Map(Object.entries(attributes)) }
  return {
    kind: 'record',
    callable: { kind: 'global', module: path.slice(0, cut), name: path.slice(cut + 1), offset: 0 },
    args: [],
    kwargs: null,
    state,
    listItems: [],
    dictItems: new Map(),
    offset: 0,
  }
}

/** An array of doubles; `shape` is one row unless given. */
export function doubles(values: readonly number[], shape?: readonly number[]): PickleValue {
  return {
    kind: 'ndarray',
    dtype: { code: 'f8', littleEndian: true, itemSize: 8, fields: null },
    shape: shape ?? [values.length],
    data: Float64Array.from(values),
  }
}

export function integers(...values: readonly number[]): PickleValue {
  return {
    kind: 'ndarray',
    dtype: { code: 'i4', littleEndian: true, itemSize: 4, fields: null },
    shape: [values.length],
    data: Int32Array.from(values),
  }
}

export function texts(...values: readonly string[]): PickleValue {
  return {
    kind: 'ndarray',
    dtype: { code: 'O8', littleEndian: true, itemSize: 8, fields: null },
    shape: [values.length],
    data: values,
  }
}

export function list(...items: readonly PickleValue[]): PickleValue {
  return { kind: 'list', items: [...items] }
}

export function tuple(...items: readonly PickleValue[]): PickleValue {
  return { kind: 'tuple', items }
}

/** A logistic regression of two classes over `weights.length` columns. */
export function logistic(
  weights: readonly number[],
  intercept = 0,
  classes: PickleValue = integers(0, 1),
): PickleRecord {
  return made('sklearn.linear_model._logistic.LogisticRegression', {
    coef_: doubles(weights, [1, weights.length]),
    intercept_: doubles([intercept]),
    classes_: classes,
    n_features_in_: weights.length,
    _sklearn_version: '1.6.1',
  })
}

export function linear(weights: readonly number[], intercept = 0): PickleRecord {
  return made('sklearn.linear_model._base.LinearRegression', {
    coef_: doubles(weights),
    intercept_: intercept,
    n_features_in_: weights.length,
    _sklearn_version: '1.6.1',
  })
}

export function pipeline(...steps: readonly (readonly [string, PickleValue])[]): PickleRecord {
  return made('sklearn.pipeline.Pipeline', {
    steps: list(...steps.map(([name, value]) => tuple(name, value))),
    _sklearn_version: '1.6.1',
  })
}

/** Rows of values in the order of the inputs, through the whole way of a prediction. */
export async function answers(
  model: PickleRecord,
  rows: readonly (readonly (number | string | null)[])[],
): Promise<readonly Prediction[]> {
  const description = describeSklearn(model, {})
  const signature = signatureOf(description, {})
  const { onnx, binding } = toOnnx(description)
  const named = rows.map((row) =>
    Object.fromEntries(signature.inputs.map((field, index) => [field.name, row[index] ?? null])),
  )
  const encoded = createEncoder(signature, binding).encode(named, (row) => `row ${row}`)
  if (!encoded.ok) throw new Error(encoded.failure.message)
  const session = await createSession(onnx, binding)
  try {
    return readPredictions(signature, await session.run(encoded.value), rows.length)
  } finally {
    await session.release()
  }
}

/** One number a row of a regression of a single value. */
export async function values(
  model: PickleRecord,
  rows: readonly (readonly number[])[],
): Promise<readonly number[]> {
  return (await answers(model, rows)).map((prediction) => {
    if (prediction.kind === 'regression') return prediction.value
    throw new Error(`a prediction of the kind ${prediction.kind}`)
  })
}

export async function classified(
  model: PickleRecord,
  rows: readonly (readonly number[])[],
): Promise<readonly { readonly label: string; readonly probabilities: readonly number[] }[]> {
  return (await answers(model, rows)).map((prediction) => {
    if (prediction.kind === 'classification') return prediction
    throw new Error(`a prediction of the kind ${prediction.kind}`)
  })
}
