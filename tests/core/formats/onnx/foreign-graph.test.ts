// A graph that somebody else wrote runs once where it can be stopped, before the server sees it.

import { afterAll, expect, test } from 'bun:test'
import { createModelReader } from '#core/formats/reader.ts'
import { modelBytes, node, tensor, type Write } from './build-model.ts'

const reader = createModelReader()
afterAll(() => reader.close())

/** int64 values of a small constant tensor. */
const constant = (name: string, values: readonly number[]): Write => {
  return (writer) => {
    writer.integer(1, values.length)
    writer.integer(2, 7)
    for (const value of values) writer.integer(7, value)
    writer.text(8, name)
  }
}

/** y = x + the sum of a tensor of `size` zeros, made while it runs. */
function graphThatAllocates(size: number): Uint8Array {
  return modelBytes({
    nodes: [
      node('ConstantOfShape', ['size'], ['many']),
      node('ReduceSum', ['many'], ['sum']),
      node('Add', ['x', 'sum'], ['y']),
    ],
    graph: (writer) => writer.message(5, () => constant('size', [size])(writer)),
  })
}

test('a harmless graph is read', async () => {
  const read = await reader.read({ bytes: modelBytes(), fileName: 'plain.onnx' })
  expect(read.ok).toBe(true)
})

test('a graph that asks for more memory than a read may take is refused, and the next file is read', async () => {
  const read = await reader.read({
    bytes: graphThatAllocates(20_000_000_000),
    fileName: 'big.onnx',
  })
  expect(read.ok).toBe(false)
  if (!read.ok) expect(read.failure.code).toBe('unreadable_model')
  expect((await reader.read({ bytes: modelBytes(), fileName: 'plain.onnx' })).ok).toBe(true)
}, 15_000)

test('a graph of a few bytes that cannot run says so', async () => {
  const broken = modelBytes({
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
    graph: (writer) => writer.message(5, () => tensor('w', [3, 2], [1, 2, 3, 4, 5, 6])(writer)),
  })
  const read = await reader.read({ bytes: broken, fileName: 'broken.onnx' })
  expect(read.ok).toBe(false)
})
