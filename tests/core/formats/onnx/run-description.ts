// Runs a description's graph on onnxruntime, one feed for all rows; for tests alone.

import { InferenceSession, Tensor } from '#core/engine/onnxruntime.ts'
import type { ModelDescription, TensorBinding } from '#core/formats/description.ts'

/** A row as the fixtures write it: a value or a list of values by input name. */
export type FixtureRow = Readonly<Record<string, unknown>>

export interface RunAnswers {
  readonly labels: readonly string[] | null
  readonly probabilities: readonly (readonly number[])[] | null
  readonly values: readonly (readonly number[])[] | null
}

export async function runDescription(
  description: ModelDescription,
  rows: readonly FixtureRow[],
): Promise<RunAnswers> {
  const { predictor } = description
  if (predictor.kind !== 'onnx') throw new Error('no ONNX model')
  const session = await InferenceSession.create(predictor.onnx, { logSeverityLevel: 3 })
  try {
    const feeds: Record<string, Tensor> = {}
    for (const input of predictor.binding.inputs) feeds[input.tensor] = makeFeed(input, rows)
    const { binding } = predictor
    const wanted = [binding.label, binding.probabilities, binding.values].filter(
      (name) => name !== undefined,
    )
    const results = await session.run(feeds, wanted)
    return {
      labels:
        binding.label === undefined ? null : Array.from(dataOf(results[binding.label]), String),
      probabilities: matrix(results[binding.probabilities ?? ''], rows.length),
      values: matrix(results[binding.values ?? ''], rows.length),
    }
  } finally {
    await session.release()
  }
}

function makeFeed(input: TensorBinding['inputs'][number], rows: readonly FixtureRow[]): Tensor {
  const cells = rows.flatMap((row) => {
    const value = row[input.tensor]
    return Array.isArray(value) ? value : [value]
  })
  const dims = input.rank === 1 ? [rows.length] : [rows.length, input.fields.length]
  const numbers = cells.map((cell) => (cell === null ? Number.NaN : Number(cell)))
  switch (input.type) {
    case 'float32':
      return new Tensor('float32', Float32Array.from(numbers), dims)
    case 'float64':
      return new Tensor('float64', Float64Array.from(numbers), dims)
    case 'int64':
      return new Tensor('int64', BigInt64Array.from(numbers, BigInt), dims)
    case 'int32':
      return new Tensor('int32', Int32Array.from(numbers), dims)
    case 'bool':
      return new Tensor('bool', Uint8Array.from(numbers), dims)
    case 'string':
      return new Tensor('string', cells.map(String), dims)
  }
}

function dataOf(tensor: Tensor | undefined): ArrayLike<unknown> {
  if (tensor === undefined) throw new Error('the graph lacks an output')
  return tensor.data as unknown as ArrayLike<unknown>
}

function matrix(tensor: Tensor | undefined, rows: number): readonly (readonly number[])[] | null {
  if (tensor === undefined) return null
  const numbers = Array.from(dataOf(tensor), Number)
  const width = numbers.length / rows
  return Array.from({ length: rows }, (_, row) => numbers.slice(row * width, (row + 1) * width))
}
