// Objects of scikit-learn as values, and predictors run through onnxruntime: what tests of single predictors share.

import { createSession } from '#core/engine/session.ts'
import { FormatError } from '#core/formats/format-error.ts'
import { createBudget } from '#core/formats/limits.ts'
import type { NdArray, PickleRecord, PickleValue } from '#core/formats/pickle/value.ts'
import { openObject } from '#core/formats/sklearn/fitted-object.ts'
import { createReading, readPredictor } from '#core/formats/sklearn/read-object.ts'
import type { ReadPredictor } from '#core/formats/sklearn/reading.ts'
import { pipelineToOnnx } from '#core/graph/pipeline/to-graph.ts'
import type { InputField } from '#core/model.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { Predictor } from '#core/pipeline/pipeline.ts'

/** A fitted object as a pickle gives it, e.g. `fitted('svm._classes', 'SVC', {…})`. */
export function fitted(
  module: string,
  name: string,
  attributes: Readonly<Record<string, PickleValue>>,
): PickleRecord {
  return {
    kind: 'record',
    callable: { kind: 'global', module: `sklearn.${module}`, name, offset: 0 },
    args: [],
    kwargs: null,
    state: { kind: 'dict', entries: new Map(Object.entries(attributes)) },
    listItems: [],
    dictItems: new Map(),
    offset: 0,
  }
}

/** A numpy array of doubles; rows of the same length make two dimensions. */
export function array(values: readonly number[] | readonly (readonly number[])[]): NdArray {
  const rows = values.filter((row) => typeof row !== 'number')
  const shape = rows.length > 0 ? [rows.length, rows[0]?.length ?? 0] : [values.length]
  return ndarray('f8', shape, Float64Array.from(values.flat()))
}

/** A numpy array of texts. */
export function texts(...values: readonly string[]): NdArray {
  return ndarray('O8', [values.length], values)
}

export function list(...items: readonly PickleValue[]): PickleValue {
  return { kind: 'list', items: [...items] }
}

function ndarray(code: string, shape: readonly number[], data: NdArray['data']): NdArray {
  return {
    kind: 'ndarray',
    dtype: { code, littleEndian: true, itemSize: 8, fields: null },
    shape,
    data,
  }
}

/** Reads an object as the model of a table of `width` columns without names. */
export function read(record: PickleRecord, width: number): ReadPredictor {
  const reading = createReading(createBudget())
  return readPredictor(openObject(record, []), { width, names: null }, reading)
}

/** What the person is told of an object that is not read. */
export function refusal(record: PickleRecord, width: number): string {
  try {
    read(record, width)
  } catch (error) {
    if (error instanceof FormatError) return error.message
    throw error
  }
  return 'nothing was refused'
}

export function matrix(...rows: readonly (readonly number[])[]): Matrix {
  return { rows: rows.length, columns: rows[0]?.length ?? 0, data: Float64Array.from(rows.flat()) }
}

export interface Answers {
  readonly labels: readonly string[] | null
  /** Probabilities or values, a list a row. */
  readonly numbers: readonly (readonly number[])[]
}

/** Answers of a predictor over number columns, one for each row. */
export async function answersOf(
  predictor: Predictor,
  rows: readonly (readonly number[])[],
  classes: readonly string[] | null,
): Promise<Answers> {
  const width = rows[0]?.length ?? 0
  const inputs = Array.from(
    { length: width },
    (_, index): InputField => ({ name: `f${index}`, type: 'float', optional: false }),
  )
  const model = { kind: 'pipeline', predictor } as const
  const { onnx, binding } = pipelineToOnnx({ model, inputs, classes })
  const session = await createSession(onnx, binding)
  try {
    const columns = [Float64Array.from(rows.flat())]
    const outputs = await session.run({ count: rows.length, columns })
    const table = outputs.probabilities ?? outputs.values
    return {
      labels: outputs.label === null ? null : [...outputs.label].map(String),
      numbers:
        table === null
          ? []
          : rows.map((_, row) => [
              ...table.data.subarray(row * table.width, (row + 1) * table.width),
            ]),
    }
  } finally {
    await session.release()
  }
}
