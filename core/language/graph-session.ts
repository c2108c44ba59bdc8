// One ONNX graph over token ids: opened with a single thread, fed with padded rows.

import { InferenceSession, Tensor } from '#core/engine/onnxruntime.ts'

/** One thread: a request is small, and others run beside it. */
const SESSION = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
} as const

export type Rows = readonly (readonly number[])[]

/** Throws what onnxruntime throws where the bytes are no graph that it can run. */
export function openGraph(onnx: Uint8Array): Promise<InferenceSession> {
  return InferenceSession.create(onnx, SESSION)
}

/** Rows as one tensor, the short ones filled up with `pad`. */
export function padRows(rows: Rows, pad: number, shortest: number): Tensor {
  const length = rows.reduce((longest, row) => Math.max(longest, row.length), shortest)
  const data = new BigInt64Array(rows.length * length)
  if (pad !== 0) data.fill(BigInt(pad))
  rows.forEach((row, at) => {
    row.forEach((id, place) => {
      data[at * length + place] = BigInt(id)
    })
  })
  return new Tensor('int64', data, [rows.length, length])
}

/** Throws where the graph gives no such tensor of float32. */
export function numbersOf(
  results: InferenceSession.OnnxValueMapType,
  name: string | undefined,
): Float32Array {
  const data = name === undefined ? undefined : results[name]?.data
  if (!(data instanceof Float32Array)) throw new Error(`a language model gives no ${name}`)
  return data
}
