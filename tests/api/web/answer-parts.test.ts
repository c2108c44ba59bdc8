// What of an answer becomes a card, and that no block is shown twice or lost.

import { expect, test } from 'bun:test'
import { groupFigures, partsOf } from '#api/web/chat/answer-parts.ts'
import { snippetsFor } from '#api/web/models/snippets.ts'
import { formatRoute, parseRoute } from '#api/web/state/route.ts'
import type { PredictOutput } from '#core/operations/predict.ts'
import { presentPrediction } from '#core/operations/predict-answer.ts'
import type { Block } from '#core/presentation/blocks.ts'

const OUTPUT: PredictOutput = {
  model: 'churn',
  title: 'Customer churn',
  model_version: '1-000000000000',
  task: 'binary_classification',
  prediction: 'No',
  predicted_label: 'No',
  class_probabilities: { No: 0.77, Yes: 0.23 },
  inputs: [{ name: 'tenure', value: 24, unit: 'months' }],
  latency_ms: 0.1,
}
const STEP = { operation: 'predict', input: {}, status: 'done', output: OUTPUT } as const
const NOTE: Block = { kind: 'text', text: 'and another thing' }
const CHOICES: Block = { kind: 'choices', items: [{ label: 'Why?', message: 'why?' }] }

test('a prediction becomes a card in place of exactly its own blocks', () => {
  const blocks = [...presentPrediction(OUTPUT).blocks, NOTE, CHOICES]
  const parts = partsOf([STEP], blocks)
  expect(parts.cards).toEqual([{ kind: 'prediction', output: OUTPUT }])
  expect(parts.blocks).toEqual([NOTE])
  expect(parts.choices).toEqual([CHOICES])
})

test('a step that failed, or an output of another shape, leaves every block', () => {
  for (const step of [
    { ...STEP, status: 'failed' as const },
    { ...STEP, output: { something: 'else' } },
    { operation: 'list_models', input: {}, status: 'done', output: { models: [] } } as const,
  ]) {
    expect(partsOf([step], [NOTE])).toEqual({ cards: [], blocks: [NOTE], choices: [] })
  }
})

test('a confirmation gets its buttons unless the answer has choices of its own', () => {
  const step = { operation: 'delete_model', input: {}, status: 'needs_confirmation' } as const
  expect(partsOf([step], []).choices).toHaveLength(1)
  expect(partsOf([step], [CHOICES]).choices).toEqual([CHOICES])
})

test('figures that follow each other share a card', () => {
  const fields: Block = { kind: 'fields', items: [] }
  const bars: Block = { kind: 'bars', maximum: 1, format: 'percent', items: [] }
  const groups = groupFigures([bars, fields, NOTE, fields])
  expect(groups.map(({ isCard, blocks }) => [isCard, blocks.length])).toEqual([
    [true, 2],
    [false, 1],
    [true, 1],
  ])
})

test('snippets quote what could break out of them', () => {
  const [curl, python, typescript] = snippetsFor('http://127.0.0.1:3000/api/predict/x', {
    "it's": 'a "quote"',
    flag: true,
    none: null,
  })
  expect(curl?.text).toContain(`'{"it'\\''s":"a \\"quote\\"","flag":true,"none":null}'`)
  expect(python?.text).toContain('"it\'s": "a \\"quote\\"",\n    "flag": True,\n    "none": None,')
  expect(typescript?.text).toContain('"flag": true')
})

test('the address keeps conversation and model', () => {
  const route = { conversation: 'a1', model: 'churn & co', runs: ['a1', 'b2'], phrases: true }
  expect(parseRoute(formatRoute(route))).toEqual(route)
  expect(parseRoute('')).toEqual({
    conversation: null,
    model: null,
    runs: null,
    phrases: false,
  })
  expect(parseRoute('#runs=')).toMatchObject({ runs: [] })
  expect(parseRoute('#runs=a,b,c')).toMatchObject({ runs: ['a', 'b'] })
})
