// What is written is what is served: the file, read back as any upload is, answers as the fitted pipeline did.

import { describe, expect, test } from 'bun:test'
import { createEncoder } from '#core/engine/encoder.ts'
import { readPredictions } from '#core/engine/predictions.ts'
import { createSession } from '#core/engine/session.ts'
import { createBudget } from '#core/formats/limits.ts'
import { readModelFile } from '#core/formats/read-model.ts'
import type { Prediction, Scalar } from '#core/model.ts'
import { writeJoblib } from '#core/training/artifacts/joblib.ts'
import type { Table } from '#core/training/table.ts'
import { predictTable, type TrainedPipeline } from '#core/training/trained-pipeline.ts'
import { CASES, fitCase, makeTable } from './cases.ts'

const TABLE = makeTable()

async function serve(pipeline: TrainedPipeline, version: string) {
  const file = writeJoblib(pipeline, version)
  const { onnx, binding, signature } = readModelFile(file, {}, createBudget())
  const names = signature.inputs.map(({ name }) => name)
  const encoded = createEncoder(signature, binding).encode(rowsOf(TABLE, names), String)
  if (!encoded.ok) throw new Error(encoded.failure.message)
  const session = await createSession(onnx, binding)
  try {
    const answers = await session.run(encoded.value)
    return { signature, predictions: readPredictions(signature, answers, TABLE.rows) }
  } finally {
    await session.release()
  }
}

function rowsOf({ rows, columns }: Table, names: readonly string[]) {
  const used = columns.filter(({ name }) => names.includes(name))
  return Array.from({ length: rows }, (_, row) => {
    const cells = used.map(({ name, values }) => {
      const value: Scalar = values[row] ?? null
      return [name, Number.isNaN(value) ? null : value] as const
    })
    return Object.fromEntries(cells)
  })
}

function numbersOf(prediction: Prediction): readonly number[] {
  if (prediction.kind === 'classification') return prediction.probabilities
  if (prediction.kind === 'regression') return [prediction.value]
  return prediction.kind === 'values' ? prediction.values : []
}

const VERSIONS = ['1.2.2', '1.6.1'] as const
const cases = CASES.flatMap((one) => VERSIONS.map((version) => ({ ...one, version })))

describe('a written file answers what was fitted', () => {
  test.each(cases)('$name for scikit-learn $version', async (one) => {
    const pipeline = await fitCase(one)
    const { signature, predictions } = await serve(pipeline, one.version)
    expect([...signature.inputs.map(({ name }) => name)].sort()).toEqual(
      [...pipeline.features].sort(),
    )
    if (pipeline.answer.kind === 'classes') {
      expect(signature.classes).toEqual([...pipeline.answer.labels])
    }
    const wanted = predictTable(pipeline, TABLE)
    const served = predictions.flatMap(numbersOf)
    expect(served.length).toBe(wanted.data.length)
    const gaps = served.map((value, at) => {
      const truth = wanted.data[at] ?? Number.NaN
      return Math.abs(value - truth) / Math.max(1, Math.abs(truth))
    })
    expect(Math.max(...gaps)).toBeLessThan(1e-9)
  })
})
