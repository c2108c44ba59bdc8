// The utterance table is sound: ids and wordings are used once, and every expectation names real models and fields.

import { describe, expect, test } from 'bun:test'
import type { ExpectedStep, UtteranceCase } from './case.ts'
import { CATALOGUE } from './catalogue.ts'
import { EXAMPLE_CONVERSATION, EXAMPLE_REQUESTS } from './conversation.example.ts'
import { HELD_OUT_CASES } from './held-out.ts'
import { judge } from './judge.ts'
import { MORE_MODELS } from './more-models.ts'
import { LATER_CASES, VISIBLE_CASES } from './table.ts'

const ALL = [...VISIBLE_CASES, ...HELD_OUT_CASES]
const WHITESPACE = /\s+/g

const stepsOf = (given: UtteranceCase): readonly ExpectedStep[] => {
  if ('expect' in given) return given.expect
  return 'expectAny' in given ? given.expectAny.flat() : []
}

const wording = (given: UtteranceCase) =>
  JSON.stringify([given.say, given.files, given.filesBefore]).toLowerCase().replace(WHITESPACE, ' ')

const repeated = (values: readonly string[]) =>
  values.filter((value, index) => values.indexOf(value) !== index)

/** Complaints about an expected step against the catalogue; a misspelt field would teach the rules a wrong thing. */
function complaints(step: ExpectedStep): string[] {
  const { model, features } = step.input as { model?: string; features?: Record<string, unknown> }
  if (model === undefined) return []
  const known = [...CATALOGUE, ...MORE_MODELS].find((candidate) => candidate.name === model)
  if (known === undefined) return [`${model} is not in the catalogue`]
  if (features === undefined) return []
  const names = known.signature.inputs.map((field) => field.name)
  const unknown = Object.keys(features).filter((name) => !names.includes(name))
  const missing = known.signature.inputs
    .filter(({ name, unused }) => unused !== true && !(name in features))
    .map(({ name }) => name)
  if (step.status === 'done' && missing.length > 0) unknown.push(`missing ${missing.join()}`)
  if (step.status === 'needs_input' && missing.length === 0) unknown.push('nothing is missing')
  return unknown
}

describe('the utterance table', () => {
  test('is large enough, a third of it set aside', () => {
    expect(ALL.length).toBeGreaterThanOrEqual(270)
    expect(HELD_OUT_CASES.length / ALL.length).toBeGreaterThanOrEqual(1 / 3)
  })

  test('uses every id and every wording once', () => {
    const all = [...ALL, ...LATER_CASES]
    expect(repeated(all.map((given) => given.id))).toEqual([])
    expect(repeated(all.map(wording))).toEqual([])
  })

  test('judges no turn of the set-aside third that the visible part judges too', () => {
    const judged = (given: UtteranceCase) => [given.say].flat().join('\n').toLowerCase()
    const visible = new Set(VISIBLE_CASES.map(judged).filter((said) => said !== ''))
    expect(HELD_OUT_CASES.map(judged).filter((said) => visible.has(said))).toEqual([])
  })

  test('names only models and fields of the catalogue', () => {
    const found = [...ALL, ...LATER_CASES, ...EXAMPLE_REQUESTS].flatMap((given) =>
      stepsOf(given)
        .flatMap(complaints)
        .map((complaint) => `${given.id}: ${complaint}`),
    )
    expect(found).toEqual([])
  })

  test('holds the categories of the visible part in the set-aside third too', () => {
    const categories = (cases: readonly UtteranceCase[]) =>
      [...new Set(cases.map((given) => given.category))].sort()
    expect(categories(HELD_OUT_CASES)).toEqual(categories(VISIBLE_CASES))
  })

  test('has the example conversation in three turns', () => {
    expect(EXAMPLE_CONVERSATION.turns.map((turn) => turn.expect.length)).toEqual([1, 1, 1])
  })
})

describe('judging a turn', () => {
  const predicted: UtteranceCase = {
    id: 'x',
    category: 'x',
    say: 'x',
    expect: [
      { operation: 'predict', input: { model: 'm', features: { a: 1, b: 2 } }, status: 'done' },
    ],
  }
  const run = (features: Record<string, unknown>) =>
    ({ operation: 'predict', input: { features, model: 'm' }, status: 'done' }) as const

  test('passes the same step whatever the order of its keys', () => {
    expect(judge(predicted, [run({ b: 2, a: 1 })])).toEqual({ passed: true, falseExecution: false })
  })

  test('counts a run on other inputs, texts for numbers included, as a false execution', () => {
    for (const features of [{ a: 1, b: 3 }, { a: '1', b: 2 }, { a: 1 }, { a: 1, b: 2, c: 3 }]) {
      expect(judge(predicted, [run(features)])).toEqual({ passed: false, falseExecution: true })
    }
  })

  test('counts silence and a question back as a miss only', () => {
    expect(judge(predicted, [])).toEqual({ passed: false, falseExecution: false })
    const question = { ...run({ a: 1 }), status: 'needs_input' } as const
    expect(judge(predicted, [question])).toEqual({ passed: false, falseExecution: false })
  })

  test('counts a delete that skips its confirmation as a false execution', () => {
    const given: UtteranceCase = {
      id: 'x',
      category: 'x',
      say: 'x',
      expect: [{ operation: 'delete_model', input: { model: 'm' }, status: 'needs_confirmation' }],
    }
    const step = { operation: 'delete_model', input: { model: 'm', confirmation: '0' } } as const
    expect(judge(given, [{ ...step, status: 'needs_confirmation' }]).passed).toBe(true)
    expect(judge(given, [{ ...step, status: 'done' }])).toEqual({
      passed: false,
      falseExecution: true,
    })
  })

  test('lets a harmless case read and ask, and nothing else', () => {
    const given: UtteranceCase = { id: 'x', category: 'x', say: 'x', expectHarmless: true }
    const list = { operation: 'list_models', input: {}, status: 'done' } as const
    expect(judge(given, [list]).passed).toBe(true)
    expect(judge(given, [run({ a: 1 })])).toEqual({ passed: false, falseExecution: true })
  })
})
