// Explanations of pipelines as people get them: by input and by word, with what they start from, exact or sampled.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { explainPrediction } from '#core/operations/explain-prediction.ts'
import type { Predictor, Transformer } from '#core/pipeline/pipeline.ts'
import type { Vectorizer } from '#core/pipeline/text.ts'
import { createTestPorts, run, type TestPorts } from '../../support/ports.ts'
import { deployPipeline, number } from './pipeline-models.ts'

let ports: TestPorts

beforeAll(async () => {
  ports = await createTestPorts()
})
afterAll(() => ports.close())

async function explain(
  model: string,
  features: Record<string, unknown>,
  more: Record<string, unknown> = {},
) {
  const outcome = await run(ports, 'explain_prediction', { model, features, ...more })
  if (!outcome.ok) throw new Error(outcome.failure.message)
  const explained = explainPrediction.output.parse(outcome.value)
  const total = explained.contributions.reduce(
    (sum, { contribution }) => sum + contribution,
    explained.baseline,
  )
  expect(total).toBeCloseTo(explained.margin, 9)
  return { ...explained, text: explainPrediction.present(explained).text }
}

function linear(
  coefficients: readonly number[],
  intercept: number,
  link: 'sigmoid' | 'identity' | 'label' = 'identity',
): Predictor {
  const data = Float64Array.from(coefficients)
  return {
    kind: 'linear',
    coefficients: { rows: 1, columns: data.length, data },
    intercept: Float64Array.of(intercept),
    link,
  }
}

function chain(predictor: Predictor, ...steps: readonly Transformer[]): Predictor {
  return { kind: 'chain', steps, predictor }
}

function scaler(subtract: readonly number[], divide: readonly number[]): Transformer {
  return {
    kind: 'scale',
    subtract: Float64Array.from(subtract),
    divide: Float64Array.from(divide),
    multiply: null,
    add: null,
    clip: null,
  }
}

/** Two numbers scaled, and a category with a column for each of two plans. */
const MIXED = chain(linear([2, -1, 4, 7], 10), {
  kind: 'columns',
  parts: [
    { columns: [0, 1], transformer: scaler([100, 5], [10, 2]), weight: 1 },
    {
      columns: [2],
      transformer: {
        kind: 'one-hot',
        columns: [
          {
            categories: { type: 'text', values: ['basic', 'gold'] },
            outputs: Int32Array.of(0, 1),
            width: 2,
            unknown: -1,
          },
        ],
      },
      weight: 1,
    },
  ],
})
const MIXED_INPUTS = [
  number('area', { unit: 'm²' }),
  number('rooms'),
  { ...number('plan'), type: 'category', categories: ['basic', 'gold'], open: true },
] as const

const VECTORIZER: Vectorizer = {
  analyzer: 'word',
  lowercase: true,
  stripAccents: null,
  tokenPattern: '(?u)\\b\\w\\w+\\b',
  stopWords: [],
  ngramRange: [1, 2],
  features: { kind: 'vocabulary', terms: ['good', 'not', 'not good', 'slow'] },
  binary: false,
  sublinear: false,
  weights: null,
  norm: null,
}

describe('a linear pipeline', () => {
  test('is explained by its inputs: a category’s columns are one input', async () => {
    await deployPipeline(ports, 'mixed', { predictor: MIXED, inputs: MIXED_INPUTS, classes: null })
    const explained = await explain('mixed', { area: 120, rooms: 3, plan: 'gold' })
    expect(explained).toMatchObject({
      method: 'exact',
      scale: 'value',
      baseline: 10,
      margin: 22,
      background: { rows: 1, source: 'centre' },
    })
    expect(explained.contributions).toEqual([
      { name: 'plan', value: 'gold', contribution: 7 },
      { name: 'area', value: 120, unit: 'm²', contribution: 4 },
      { name: 'rooms', value: 3, contribution: 1 },
    ])
    expect(explained.text).toBe(
      '**plan of gold** raises the estimate most; area of 120 m² raises it and rooms of 3 raises it. From a starting point of 10 (a row in the middle of what the model was trained on) the model arrives at 22.',
    )
  })

  test('starts from the mean of its training rows where the version has some', async () => {
    const background = [
      { area: 120, rooms: 3, plan: 'gold' },
      { area: 100, rooms: 5, plan: 'basic' },
    ]
    await deployPipeline(ports, 'known', {
      predictor: MIXED,
      inputs: MIXED_INPUTS,
      classes: null,
      report: { background },
    })
    const explained = await explain('known', { area: 120, rooms: 3, plan: 'gold' })
    expect(explained.background).toEqual({ rows: 2, source: 'training' })
    // The mean of 22 and 14.
    expect(explained.baseline).toBeCloseTo(18, 9)
    expect(explained.contributions.map(({ contribution }) => contribution)).toEqual([2, 1.5, 0.5])
    expect(explained.text).toContain('(the average of 2 rows of the training data)')
  })

  test('that only says labels is explained by the score of the label', async () => {
    await deployPipeline(ports, 'labels', {
      predictor: linear([1, -2], 0.5, 'label'),
      inputs: [number('a'), number('b')],
      classes: ['no', 'yes'],
    })
    const { text, ...explained } = await explain('labels', { a: 3, b: 1 })
    expect(explained).toMatchObject({ method: 'exact', scale: 'score', explained: 'yes' })
    expect(explained.margin).toBe(1.5)
    expect(text).toStartWith('**a of 3** raises the score of yes most')
  })

  test('whose columns mix several inputs is sampled', async () => {
    const mean = Float64Array.of(0, 0)
    const components = { rows: 1, columns: 2, data: Float64Array.of(0.6, 0.8) }
    await deployPipeline(ports, 'mixing', {
      predictor: chain(linear([2], 1), { kind: 'project', mean, components, divide: null }),
      inputs: [number('a', { minimum: 0, maximum: 1 }), number('b', { minimum: 0, maximum: 1 })],
      classes: null,
    })
    const explained = await explain('mixing', { a: 5, b: 5 })
    expect(explained).toMatchObject({ method: 'sampled', background: { source: 'ranges' } })
    expect(explained.contributions.every(({ error = 0 }) => error > 0)).toBe(true)
    expect(explained.text).toContain('These are estimates from sampling, give or take ')
  })

  test.each([
    ['"slope":1', '"slope":3'],
    ['"tensor":"numbers"', '"tensor":"nowhere"'],
    ['"count":1', '"count":9'],
  ])('whose artifact says %s wrongly is sampled', async (right, wrong) => {
    const tamper = (onnx: Uint8Array) => {
      const bytes = Buffer.from(onnx)
      const at = bytes.indexOf(right)
      expect(at).toBeGreaterThan(0)
      bytes.write(wrong, at)
      return new Uint8Array(bytes)
    }
    const name = `tampered_${wrong.length}${wrong.at(-1)}`.replace('"', '')
    await deployPipeline(ports, name, {
      predictor: linear([1, 1], 0),
      inputs: [number('a', { minimum: 0, maximum: 1 }), number('b', { minimum: 0, maximum: 1 })],
      classes: null,
      tamper,
    })
    expect((await explain(name, { a: 1, b: 1 })).method).toBe('sampled')
  })
})

describe('a text', () => {
  test('is explained by its words, pairs of words shared between them', async () => {
    await deployPipeline(ports, 'reviews', {
      predictor: chain(linear([1, -0.5, -3, -1], 0.25, 'sigmoid'), {
        kind: 'text',
        vectorizer: VECTORIZER,
      }),
      inputs: [{ name: 'review', type: 'string', optional: false }],
      classes: ['bad', 'fine'],
    })
    const explained = await explain('reviews', { review: 'Not good, but cheap' })
    expect(explained).toMatchObject({
      method: 'exact',
      scale: 'log_odds',
      background: { rows: 1, source: 'text' },
      baseline: 0.25,
    })
    expect(explained.contributions).toEqual([
      { name: 'not', value: 'not', word: 'review', contribution: -2 },
      { name: 'good', value: 'good', word: 'review', contribution: -0.5 },
    ])
    expect(explained.text).toStartWith(
      '**“not”** lowers the probability of fine most; “good” lowers it. From a starting point of 56% (a text without these words)',
    )
  })

  test('that trees read may lack the word that counts', async () => {
    const leaf = { left: -1, right: -1 }
    await deployPipeline(ports, 'grown', {
      predictor: chain(
        {
          kind: 'forest',
          outputs: 1,
          base: Float64Array.of(0),
          scale: 1,
          trees: [
            {
              group: 0,
              left: Int32Array.of(1, leaf.left, leaf.left),
              right: Int32Array.of(2, leaf.right, leaf.right),
              feature: Int32Array.of(3, 0, 0),
              threshold: Float64Array.of(0.5, 0, 0),
              missingLeft: Uint8Array.of(0, 0, 0),
              values: Float64Array.of(0, 8, 2),
              cover: Float64Array.of(4, 1, 3),
              categories: new Map(),
            },
          ],
          precision: 'float64',
          takesMissing: false,
          link: { kind: 'identity' },
        },
        { kind: 'text', vectorizer: VECTORIZER },
      ),
      inputs: [{ name: 'review', type: 'string', optional: false }],
      classes: null,
    })
    const explained = await explain('grown', { review: 'good' })
    expect(explained.background).toBeUndefined()
    expect(explained.contributions).toEqual([
      { name: 'slow', value: null, word: 'review', contribution: 4.5 },
    ])
    expect(explained.text).toStartWith('**no “slow”** raises the estimate most. From a starting')
  })

  test('whose characters are counted is sampled over its words', async () => {
    await deployPipeline(ports, 'letters', {
      predictor: chain(linear([1, -1, 0, 2], 0), {
        kind: 'text',
        vectorizer: {
          ...VECTORIZER,
          analyzer: 'char_wb',
          features: { kind: 'vocabulary', terms: ['go', 'no', 'xx', 'lo'] },
        },
      }),
      inputs: [{ name: 'review', type: 'string', optional: false }],
      classes: null,
    })
    const explained = await explain('letters', { review: 'good but slow' })
    expect(explained).toMatchObject({ method: 'sampled', background: { source: 'text' } })
    expect(explained.contributions[0]).toMatchObject({ name: 'slow', word: 'review' })
  })
})

/** The nearer of two centres: only a label, 1 for the second. */
const NEARER: Predictor = {
  kind: 'centres',
  centres: { rows: 2, columns: 2, data: Float64Array.of(0, 0, 10, 0) },
  metric: { kind: 'euclidean' },
  posterior: null,
}

describe('a model that only says labels', () => {
  const range = { minimum: 0, maximum: 10 }

  test('is explained by how many of the compared rows keep the label', async () => {
    await deployPipeline(ports, 'clusters', {
      predictor: NEARER,
      inputs: [number('income', range), number('age', range)],
      classes: ['small', 'large'],
    })
    const explained = await explain('clusters', { income: 9, age: 4 })
    expect(explained).toMatchObject({
      method: 'sampled',
      scale: 'label_share',
      explained: 'large',
      margin: 1,
    })
    expect(explained.baseline).toBeCloseTo(0.5, 9)
    // Half of the incomes are nearer to the small one, and the age says nothing.
    expect(explained.contributions.map(({ name }) => name)).toEqual(['income', 'age'])
    expect(explained.contributions[0]?.contribution).toBeCloseTo(0.5, 9)
    expect(explained.contributions[1]?.contribution).toBe(0)
    expect(explained.text).toStartWith(
      '**income of 9** speaks most for the label large. Of the rows that this one is compared with, 50% get the same label. These are estimates from sampling, give or take ',
    )
  })

  test('says which label a change leads to', async () => {
    const changed = async (from: number, to: number) =>
      (await explain('clusters', { income: to, age: 4 }, { instead_of: { income: from, age: 4 } }))
        .text
    expect(await changed(2, 8)).toStartWith(
      'With income of 8 instead of 2, the answer changes to **large**. ',
    )
    expect(await changed(7, 8)).toStartWith(
      'With income of 8 instead of 7, the answer is still **large**. ',
    )
    await deployPipeline(ports, 'sides', {
      predictor: linear([1, 0], -5, 'label'),
      inputs: [number('income', range), number('age', range)],
      classes: ['no', 'yes'],
    })
    const turned = await explain(
      'sides',
      { income: 2, age: 1 },
      { instead_of: { income: 9, age: 1 } },
    )
    expect(turned.text).toStartWith(
      'With income of 2 instead of 9, the answer is no longer **yes**. ',
    )
  })

  test('says so where every compared row has the label', async () => {
    await deployPipeline(ports, 'settled', {
      predictor: NEARER,
      inputs: [number('income', { minimum: 8, maximum: 10 }), number('age', range)],
      classes: ['small', 'large'],
    })
    const { text } = await explain('settled', { income: 9, age: 4 })
    expect(text).toStartWith(
      'The rows that this one is compared with get the label large too, so no input decides it. These are estimates from sampling, compared with',
    )
  })
})

/** A network that looks at both inputs, so that nothing adds up. */
const NETWORK: Predictor = {
  kind: 'layers',
  layers: [
    {
      weights: { rows: 2, columns: 1, data: Float64Array.of(1, 2) },
      bias: Float64Array.of(0),
    },
  ],
  activation: 'relu',
  output: 'identity',
}

describe('a file that does not say what its inputs usually are', () => {
  test('is compared with zeros, and that is told', async () => {
    await deployPipeline(ports, 'bare', {
      predictor: NETWORK,
      inputs: [number('a'), number('b')],
      classes: null,
    })
    const explained = await explain('bare', { a: 3, b: 4 })
    expect(explained).toMatchObject({
      method: 'sampled',
      background: { source: 'zero', unknown: ['a', 'b'] },
      baseline: 0,
      margin: 11,
    })
    expect(explained.text).toEndWith(
      'These are estimates from sampling, compared with zeros: the model’s file does not say what its inputs usually are.',
    )
  })

  test('names the inputs that zeros stand for where it knows some', async () => {
    await deployPipeline(ports, 'half_known', {
      predictor: NETWORK,
      inputs: [number('a', { example: 2 }), number('b')],
      classes: null,
    })
    const explained = await explain('half_known', { a: 3, b: 4 })
    expect(explained.background).toMatchObject({ source: 'zero', unknown: ['b'] })
    expect(explained.baseline).toBeCloseTo(2, 9)
    expect(explained.text).toEndWith(
      'compared with a row in the middle of what the model was trained on, but with 0 for b: the model’s file does not say what it usually is.',
    )
  })

  test('is refused kindly where zeros have no answer', async () => {
    await deployPipeline(ports, 'logarithms', {
      predictor: chain(NETWORK, { kind: 'function', name: 'log' }),
      inputs: [number('a'), number('b')],
      classes: null,
    })
    const outcome = await run(ports, 'explain_prediction', {
      model: 'logarithms',
      features: { a: 3, b: 4 },
    })
    expect(outcome).toMatchObject({
      ok: false,
      failure: {
        code: 'unavailable',
        message:
          'I cannot explain logarithms here: it has no answer for some of the rows that this one would be compared with, such as a logarithm of zero.',
      },
    })
  })
})
