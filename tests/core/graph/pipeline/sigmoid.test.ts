// Small probabilities keep their digits on the way from a margin through onnxruntime.

import { expect, test } from 'bun:test'
import { createSession } from '#core/engine/session.ts'
import { createGraphBuilder } from '#core/graph/graph-builder.ts'
import { writeOnnx } from '#core/graph/onnx-writer.ts'
import { answerOfMargins } from '#core/graph/pipeline/trees-answer.ts'

const MARGINS = [-700, -40, -30, -18, -5, 0, 3, 36, 800]

test('a sigmoid of a margin has all digits of a double, however small it is', async () => {
  const graph = createGraphBuilder()
  const answer = answerOfMargins(graph, 'margins', { kind: 'sigmoid-value' }, 1)
  if (answer.kind !== 'values') throw new Error('no values')
  graph.rename(answer.values, 'values')
  const onnx = writeOnnx({
    name: 'model',
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: [{ name: 'margins', type: 'float64', shape: ['rows', 1] }],
    outputs: [{ name: 'values', type: 'float64', shape: ['rows', 1] }],
  })
  const input = { tensor: 'margins', type: 'float64', fields: ['margin'], rank: 2 } as const
  const session = await createSession(onnx, { inputs: [input], values: 'values' })
  const columns = [Float64Array.from(MARGINS)]
  const { values } = await session.run({ count: MARGINS.length, columns })
  await session.release()
  MARGINS.forEach((margin, row) => {
    const exact = 1 / (1 + Math.exp(-margin))
    expect(Math.abs((values?.data[row] ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 1e-14)
  })
})
