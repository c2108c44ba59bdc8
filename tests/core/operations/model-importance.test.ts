// What a description says of a model's inputs: which of them its answers depend on.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { describeModel } from '#core/operations/describe-model.ts'
import type { LinearPredictor } from '#core/pipeline/linear.ts'
import type { Predictor } from '#core/pipeline/pipeline.ts'
import type { Vectorizer } from '#core/pipeline/text.ts'
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
      .map(({ name: field, type, categories }) => [
        field,
        categories?.[0] ?? (type === 'string' ? 'good' : 0),
      ]),
  )
  const predicted = await run(at, 'predict', { model: name, features: row })
  if (!predicted.ok) throw new Error(predicted.failure.message)
  const described = await run(at, 'describe_model', { model: name })
  if (!described.ok) throw new Error(described.failure.message)
  return describeModel.output.parse(described.value).importance
}

function linear(...coefficients: readonly number[]) {
  return weights(coefficients)
}

function weights(coefficients: readonly number[]): LinearPredictor {
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

  test('is the same at every time, for models in memory and for those that come back', async () => {
    const inputs = ['a', 'b', 'c'].map((name) => number(name, spread))
    const model = { predictor: linear(1, 2, 3), inputs, classes: null }
    expect(await importanceOf(model)).toEqual(await importanceOf(model))
  })

  test('counts the rows whose label changes where there are only labels', async () => {
    const importance = await importanceOf({
      predictor: {
        kind: 'centres',
        centres: { rows: 3, columns: 2, data: Float64Array.of(0, 5, 5, 5, 10, 5) },
        metric: { kind: 'euclidean' },
        posterior: null,
      },
      inputs: [number('a', spread), number('b', spread)],
      classes: ['small', 'middle', 'large'],
    })
    expect(importance).toEqual([
      { name: 'a', share: 1 },
      { name: 'b', share: 0 },
    ])
  })

  test('counts each of several values by its own spread', async () => {
    // The first value moves with a by thousands, the second with b by ones.
    const importance = await importanceOf({
      predictor: {
        kind: 'linear',
        coefficients: { rows: 2, columns: 2, data: Float64Array.of(1000, 0, 0, 1) },
        intercept: Float64Array.of(0, 0),
        link: 'identity',
      },
      inputs: [number('a', spread), number('b', spread)],
      classes: null,
    })
    for (const { share } of importance ?? []) expect(Math.abs(share - 0.5)).toBeLessThan(0.1)
  })
})

function texts(predictor: Predictor, more: Partial<Vectorizer> = {}): PipelineModel {
  const vectorizer: Vectorizer = {
    analyzer: 'word',
    lowercase: true,
    stripAccents: null,
    tokenPattern: '(?u)\\b\\w\\w+\\b',
    stopWords: [],
    ngramRange: [1, 2],
    features: { kind: 'vocabulary', terms: ['awful', 'fine', 'good', 'not', 'not good'] },
    binary: false,
    sublinear: false,
    weights: null,
    norm: null,
    ...more,
  }
  return {
    predictor: { kind: 'chain', steps: [{ kind: 'text', vectorizer }], predictor },
    inputs: [{ name: 'review', type: 'string', optional: false }],
    classes: null,
  }
}

describe('what the answers of a text model depend on', () => {
  test('are its strongest words, with what they speak for', async () => {
    const binary: Predictor = { ...weights([-4, 0.5, 2, 0, 0]), link: 'sigmoid' }
    const model = { ...texts(binary), classes: ['bad', 'well'] }
    const importance = await importanceOf(model)
    expect(importance?.map(({ name }) => name)).toEqual([
      '“awful” (for bad)',
      '“good” (for well)',
      '“fine” (for well)',
    ])
    expect(importance?.map(({ share }) => share)).toEqual([4 / 6.5, 2 / 6.5, 0.5 / 6.5])
  })

  test('count how rare a word is where the model does', async () => {
    const importance = await importanceOf(
      texts(weights([1, 1, 1, 0, 0]), { weights: [1, 5, 2, 1, 1], norm: 'l2' }),
    )
    expect(importance?.map(({ name }) => name)).toEqual([
      '“fine” (raises)',
      '“good” (raises)',
      '“awful” (raises)',
    ])
    expect(importance?.[0]?.share).toBeCloseTo(5 / 8, 9)
  })

  test('name the class of several for which a word speaks', async () => {
    const several: Predictor = {
      kind: 'linear',
      coefficients: {
        rows: 3,
        columns: 5,
        data: Float64Array.of(3, -1, -1, 0, 0, -1, 2, -1, 0, 0, -2, -1, 1, 0, 0),
      },
      intercept: Float64Array.of(0, 0, 0),
      link: 'softmax',
    }
    const importance = await importanceOf({ ...texts(several), classes: ['bad', 'mixed', 'well'] })
    expect(importance?.map(({ name }) => name)).toEqual([
      '“awful” (for bad)',
      '“fine” (for mixed)',
      '“good” (for well)',
    ])
  })

  test('are left out where its words cannot be told apart, and where the clock says so', async () => {
    const hashed = texts(weights([1, 2, 3]), {
      features: { kind: 'hash', count: 3, alternateSign: true },
    })
    expect(await importanceOf(hashed)).toBeUndefined()
    let clock = 0
    const slow = { ...ports, monotonicMs: () => (clock += 900) }
    expect(await importanceOf(texts(weights([1, 2, 3, 0, 0])), slow)).toBeUndefined()
  })
})
