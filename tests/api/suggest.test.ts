// POST /api/suggest against a real server: what an application sends, and every kind of text that it should not.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startServer, type TestServer } from './support.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const suggest = (body: unknown) => server.ask('POST', '/api/suggest', body)

describe('POST /api/suggest', () => {
  test('answers good words for a day, with the version and how long it took', async () => {
    const { status, body } = await suggest({ text: 'have a <blank> day' })
    expect(status).toBe(200)
    expect(Object.keys(body).sort()).toEqual(['latency_ms', 'model_version', 'suggestions'])
    expect(body.suggestions).toEqual(expect.arrayContaining(['good', 'great', 'wonderful']))
    expect(body.model_version).toMatch(/^1-[0-9a-f]{12}$/)
    expect(body.latency_ms).toBeGreaterThan(0)
  })

  test('gives as many as asked for, with scores, and leaves out what is less positive', async () => {
    const ask = { text: 'The team was ___.', top_k: 8, min_positivity: 0.9, scores: true }
    const { body } = await suggest(ask)
    expect(body.scored.map((one: { text: string }) => one.text)).toEqual(body.suggestions)
    expect(body.suggestions.length).toBeLessThanOrEqual(8)
    for (const { positivity } of body.scored) expect(positivity).toBeGreaterThanOrEqual(0.9)
    const none = await suggest({ text: 'The team was ___.', min_positivity: 1 })
    expect(none).toMatchObject({ status: 200, body: { suggestions: [] } })
  })

  test('finds phrases of several words', async () => {
    const ask = { text: 'The headphones are very [blank].', max_words: 3, top_k: 10 }
    const { body } = await suggest(ask)
    expect(body.suggestions).toContain('easy to use')
  })

  test('answers several texts in their order, each as it would be alone', async () => {
    const texts = ['have a <blank> day', 'Thank you for your <blank>.']
    const { status, body } = await suggest({ texts })
    expect(status).toBe(200)
    const alone = await Promise.all(texts.map((text) => suggest({ text })))
    expect(body.results).toEqual(
      texts.map((text, at) => ({ text, suggestions: alone[at]?.body.suggestions })),
    )
  })

  test('takes markup, right-to-left text and emoji around the blank as text', async () => {
    const hostile = '<script>alert(1)</script> 🎉 שלום \u202e have a great and <blank> day {{7*7}}'
    const { status, body } = await suggest({ text: hostile })
    expect(status).toBe(200)
    for (const word of body.suggestions) expect(word).toMatch(/^[a-z']+$/)
  })

  test('equal requests are answered from memory, and counted', async () => {
    const before = server.ports.phrases.statistics()
    await suggest({ text: 'our sauna is <blank>' })
    await suggest({ text: 'our sauna is <blank>' })
    const after = server.ports.phrases.statistics()
    expect(after).toEqual({ hits: before.hits + 1, misses: before.misses + 1 })
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toContain(`parley_suggestion_cache_hits_total ${after.hits}\n`)
    expect(metrics).toContain(`parley_suggestion_cache_misses_total ${after.misses}\n`)
  })
})

describe('a deployed model that fills blanks', () => {
  beforeAll(async () => {
    await server.ask('POST', '/api/operations/deploy_model', { sample: 'positive-phrases' })
  })
  afterAll(() => server.ask('DELETE', '/api/models/positive-phrases'))

  test('answers as its own document says', async () => {
    const { body } = await server.ask('POST', '/api/predict/positive-phrases', {
      text: 'have a <blank> day',
    })
    expect(body).toMatchObject({ task: 'fill_mask', prediction: 'nice' })
    expect(body.suggestions).toContain('wonderful')
    const document = await server.ask('GET', '/api/models/positive-phrases/openapi.json')
    const { Prediction } = document.body.components.schemas
    expect(Prediction.required).toEqual(['prediction', 'suggestions'])
    expect(Prediction.properties.prediction.type).toBe('string')
    expect(Prediction.properties.suggestions.type).toBe('array')
  })

  test('is asked by name, several rows at once, and each text needs its blank', async () => {
    const named = await suggest({ text: 'have a <blank> day', model: 'positive-phrases', top_k: 1 })
    expect(named.body).toMatchObject({ suggestions: ['nice'] })
    const rows = await server.ask('POST', '/api/predict/positive-phrases', {
      instances: [{ text: 'have a <blank> day' }, { text: 'none' }],
    })
    expect(rows.status).toBe(422)
    expect(rows.body.error.details[0].path).toBe('instances[1].text')
  })
})

const WRONG: readonly (readonly [string, unknown, string, string])[] = [
  ['nothing', {}, 'text', 'is required'],
  ['both a text and texts', { text: 'a <blank>', texts: ['a <blank>'] }, 'text', 'is a sentence'],
  ['an empty text', { text: '  ' }, 'text', 'is empty'],
  ['no blank', { text: 'have a day' }, 'text', 'has no blank'],
  ['two blanks', { text: 'a <blank> and ___' }, 'text', 'has 2 blanks'],
  ['a blank alone', { text: '<blank>' }, 'text', 'has no English words'],
  ['another script', { text: 'Это <blank> день' }, 'text', 'has no English words'],
  ['mostly another script', { text: 'Это был очень ok <blank> день' }, 'text', 'must be English'],
  ['too many characters', { text: `<blank> ${'a'.repeat(1000)}` }, 'text', 'is too long'],
  ['too many words', { text: `<blank> ${'so '.repeat(61)}` }, 'text', 'has 61 words'],
  ['a bad one of several', { texts: ['a <blank> day', 'none'] }, 'texts[1]', 'has no blank'],
  ['no texts', { texts: [] }, 'texts', ''],
  ['a number for a text', { text: 7 }, 'text', ''],
  ['too many suggestions', { text: 'a <blank> day', top_k: 21 }, 'top_k', ''],
  ['too long phrases', { text: 'a <blank> day', max_words: 6 }, 'max_words', ''],
  ['an unknown key', { text: 'a <blank> day', maxwords: 2 }, 'maxwords', 'max_words'],
]

test.each(WRONG)('%s is refused with what to send', async (_, body, path, message) => {
  const { status, body: answer } = await suggest(body)
  expect(status).toBe(422)
  expect(answer.error.code).toBe('invalid_input')
  const [detail] = answer.error.details
  expect(detail.path).toBe(path)
  expect(detail.message).toContain(message)
})
