// What a description says of a model's inputs: which of them its answers depend on.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { describeModel } from '#core/operations/describe-model.ts'
import type { Predictor } from '#core/pipeline/pipeline.ts'
import { createTestPorts, run, type TestPorts } from '../../support/ports.ts'
import { deployPipeline, number, type PipelineModel } from './pipeline-models.ts'

let ports: TestPorts

beforeAll(async () => {
  ports = await createTestPorts()
})
afterAll(() => ports.close())

let count = 0

async function importanceOf(model: PipelineModel, at: TestPorts = ports) {
  const name = `model_${count++}`
  await deployPipeline(ports, name, model)
  // The live version comes into memory with the first answer.
  const row = Object.fromEntries(
    model.inputs
      .filter(({ unused }) => unused !== true)
      .map(({ name: field, categories }) => [field, categories?.[0] ?? 0]),
  )
  const predicted = await run(at, 'predict', { model: name, features: row })
  if (!predicted.ok) throw new Error(predicted.failure.message)
  const described = await run(at, 'describe_model', { model: name })
  if (!described.ok) throw new Error(described.failure.message)
  return describeModel.output.parse(described.value).importance
}

function linear(...coefficients: readonly number[]): Predictor {
  const data = Float64Array.from(coefficients)
  return {
    kind: 'linear',
    coefficients: { rows: 1, columns: data.length, data },
    intercept: Float64Array.of(1),
    link: 'identity',
  }
}

const spread = { minimum: 0, maximum: 10 }

describe('what the answers depend on', () => {
  test('is the one input that counts, where there is one', async () => {
    const inputs = ['a', 'b', 'c'].map((name) => number(name, spread))
    expect(await importanceOf({ predictor: linear(0, 3, 0), inputs, classes: null })).toEqual([
      { name: 'b', share: 1 },
      { name: 'a', share: 0 },
      { name: 'c', share: 0 },
    ])
  })

  test('is shared by how far each input moves the answer', async () => {
    const inputs = [number('a', spread), number('b', { minimum: 0, maximum: 30 })]
    const importance = await importanceOf({ predictor: linear(1, -1), inputs, classes: null })
    expect(importance?.map(({ name }) => name)).toEqual(['b', 'a'])
    // Three times the range moves it three times as far, within what the shuffles differ.
    expect(Math.abs((importance?.[0]?.share ?? 0) - 0.75)).toBeLessThan(0.04)
    expect(importance?.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9)
  })

  test('counts a category as one input, and leaves out what the model does not look at', async () => {
    const predictor: Predictor = {
      kind: 'chain',
      steps: [
        {
          kind: 'columns',
          parts: [
            {
              columns: [1],
              transformer: {
                kind: 'one-hot',
                columns: [
                  {
                    categories: { type: 'text', values: ['basic', 'gold'] },
                    outputs: Int32Array.of(0, 1),
                    width: 2,
                    unknown: 'refused',
                  },
                ],
              },
              weight: 1,
            },
            { columns: [2], transformer: { kind: 'identity' }, weight: 1 },
          ],
        },
      ],
      predictor: linear(-5, 5, 0.001),
    }
    const importance = await importanceOf({
      predictor,
      inputs: [
        { ...number('id', spread), unused: true },
        { ...number('plan'), type: 'category', categories: ['basic', 'gold'] },
        number('size', spread),
      ],
      classes: null,
    })
    expect(importance?.map(({ name }) => name)).toEqual(['plan', 'size'])
    expect(importance?.[0]?.share).toBeGreaterThan(0.99)
  })

  test('is measured over rows of the training data where there are some', async () => {
    // a never moves there, although its range is wide.
    const known = Array.from({ length: 20 }, (_, index) => ({ a: 4, b: index, churned: 'no' }))
    const background = [...known, { a: 'four', b: 1 }, { b: 3 }]
    const importance = await importanceOf({
      predictor: linear(1, 1),
      inputs: [number('a', { minimum: 0, maximum: 1000 }), number('b', spread)],
      classes: null,
      report: { background },
    })
    expect(importance).toEqual([
      { name: 'b', share: 1 },
      { name: 'a', share: 0 },
    ])
  })

  test('is what the training said, where it did', async () => {
    const importance = [
      { name: 'b', share: 0.9 },
      { name: 'a', share: 0.1 },
    ]
    const inputs = [number('a', spread), number('b', spread)]
    const model = { predictor: linear(1, 1), inputs, classes: null, report: { importance } }
    expect(await importanceOf(model)).toEqual(importance)
  })

  test('is left out where nothing is known of an input, and where the model is too slow', async () => {
    const known = [number('a', spread), number('b', spread)]
    const unknown = [number('a', spread), number('b')]
    expect(
      await importanceOf({ predictor: linear(1, 1), inputs: unknown, classes: null }),
    ).toBeUndefined()
    let clock = 0
    const slow = { ...ports, monotonicMs: () => (clock += 100) }
    expect(
      await importanceOf({ predictor: linear(1, 1), inputs: known, classes: null }, slow),
    ).toBeUndefined()
  })
})
