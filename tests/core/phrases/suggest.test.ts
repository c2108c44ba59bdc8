// The bundled pair against what the reference pipeline of models/positive-phrases/training gave for it.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import {
  encodeText,
  readVocabulary,
  splitWords,
  type Vocabulary,
} from '#core/language/word-tokens.ts'
import { splitAtBlanks } from '#core/phrases/blank.ts'
import { createPhraseSuggester, type PhraseSuggester } from '#core/phrases/create-suggester.ts'
import { type FolderModel, openPhraseFolder } from '#core/phrases/phrase-model.ts'
import type { PhraseWishes } from '#core/phrases/rank-phrases.ts'
import goldenSuggestions from '#models/positive-phrases/suggest.golden.json'
import goldenTokens from '#models/positive-phrases/tokens.golden.json'
import { SAMPLES_FOLDER } from '../../support/ports.ts'

const FOLDER = join(SAMPLES_FOLDER, 'positive-phrases')
const WISHES = { topK: 5, minPositivity: 0.6, maxWords: 1 }

let vocabulary: Vocabulary
let suggester: PhraseSuggester
let model: FolderModel
let clockMs = 0

beforeAll(async () => {
  suggester = createPhraseSuggester({ folder: FOLDER, now: () => clockMs })
  const bundled = await suggester.bundled()
  if (!bundled.ok) throw new Error(bundled.failure.message)
  model = bundled.value
  vocabulary = readVocabulary(await Bun.file(join(FOLDER, 'vocabulary.txt')).text())
})
afterAll(() => suggester.close())

const ask = (halves: readonly [string, string], wishes: PhraseWishes) =>
  suggester.ask(model, model.modelVersion, halves, wishes)

const halvesOf = (text: string) => {
  const [left = '', right = ''] = splitAtBlanks(text)
  return [left, right] as const
}

describe('tokens', () => {
  test(`${goldenTokens.length} texts are taken apart as the reference does`, () => {
    for (const { text, tokens, ids } of goldenTokens) {
      expect([text, splitWords(text)]).toEqual([text, tokens])
      expect([text, encodeText(text, vocabulary)]).toEqual([text, ids])
    }
  })

  test('of any text have ids of the vocabulary, and reading is total', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const ids = encodeText(text, vocabulary)
        expect(ids.every((id) => id >= 4 && id < vocabulary.words.length)).toBe(true)
      }),
    )
  })

  test('a blank is written in three ways', () => {
    expect(splitAtBlanks('a <BLANK> b')).toEqual(['a ', ' b'])
    expect(splitAtBlanks('a [blank] b')).toEqual(['a ', ' b'])
    expect(splitAtBlanks('a _____ b')).toEqual(['a ', ' b'])
    expect(splitAtBlanks('a __ b')).toEqual(['a __ b'])
  })
})

describe('suggestions', () => {
  test.each(goldenSuggestions)('$text ($max_words words, $top_k) as the reference', async (row) => {
    const wishes = { ...WISHES, topK: row.top_k, maxWords: row.max_words }
    const found = await ask(halvesOf(row.text), wishes)
    expect(found.map(({ text }) => text)).toEqual(row.suggestions.map(({ text }) => text))
    found.forEach(({ score, positivity }, at) => {
      expect(score).toBeCloseTo(row.suggestions[at]?.score ?? Number.NaN, 3)
      expect(positivity).toBeCloseTo(row.suggestions[at]?.positivity ?? Number.NaN, 3)
    })
  })

  test('of any text are positive, apart from each other and no longer than asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ maxLength: 60 }),
        fc.string({ maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        async (left, right, maxWords) => {
          const wishes = { topK: 8, minPositivity: 0.8, maxWords }
          const found = await ask([left, right], wishes)
          expect(found.length).toBeLessThanOrEqual(8)
          expect(new Set(found.map(({ text }) => text)).size).toBe(found.length)
          for (const { text, positivity } of found) {
            expect(positivity).toBeGreaterThanOrEqual(0.8)
            expect(text.split(' ').length).toBeLessThanOrEqual(maxWords)
            expect(text).toMatch(/^[a-z']+(?: [a-z']+)*$/)
          }
        },
      ),
      { numRuns: 25 },
    )
  })

  test('never repeat the word before or behind the blank', async () => {
    const wishes = { topK: 20, minPositivity: 0, maxWords: 1 }
    for (const word of ['good', 'great', 'nice', 'beautiful', 'wonderful']) {
      const before = await ask([`have a ${word} `, ' day'], wishes)
      expect(before.map(({ text }) => text)).not.toContain(word)
      const behind = await ask(['have a ', ` ${word} day`], wishes)
      expect(behind.map(({ text }) => text)).not.toContain(word)
    }
  })

  test('to equal requests at once are made once, and again when they are old', async () => {
    const before = suggester.statistics()
    const halves = halvesOf('our new office is <blank>')
    await Promise.all([ask(halves, WISHES), ask(halves, WISHES)])
    expect(suggester.statistics()).toEqual({ hits: before.hits + 1, misses: before.misses + 1 })
    clockMs += 10 * 60 * 1000
    await ask(halves, WISHES)
    expect(suggester.statistics()).toEqual({ hits: before.hits + 1, misses: before.misses + 2 })
  })
})

describe('a folder of models', () => {
  test('that lacks a file or has a damaged one is named before anything is loaded', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-phrases-'))
    try {
      const empty = await openPhraseFolder(folder)
      expect(empty.ok ? '' : empty.failure.message).toContain('config.json')
      for (const name of ['config.json', 'vocabulary.txt', 'fill.onnx', 'sentiment.onnx']) {
        await cp(join(FOLDER, name), join(folder, name))
      }
      const lacking = await openPhraseFolder(folder)
      expect(lacking).toMatchObject({ ok: false, failure: { code: 'unavailable' } })
      expect(lacking.ok ? '' : lacking.failure.message).toContain('phrases.txt')
      await writeFile(join(folder, 'phrases.txt'), 'something else\n')
      const damaged = await openPhraseFolder(folder)
      expect(damaged.ok ? '' : damaged.failure.message).toContain('phrases.txt')
      expect(damaged.ok ? '' : damaged.failure.message).toContain('damaged')
      const later = createPhraseSuggester({ folder, now: () => 0 })
      expect((await later.bundled()).ok).toBe(false)
      await cp(join(FOLDER, 'phrases.txt'), join(folder, 'phrases.txt'))
      expect((await later.bundled()).ok).toBe(true)
      await later.close()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
