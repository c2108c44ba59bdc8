// Holds the taking apart of texts against what Python and scikit-learn answered, in tests/fixtures/text.

import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Vectorizer } from '#core/pipeline/text.ts'
import { isDigit, isSpace, isWordCharacter } from '#core/text/character-sets.ts'
import { ENGLISH_STOP_WORDS } from '#core/text/english-stop-words.ts'
import { createTokenizer } from '#core/text/find-tokens.ts'
import { murmurHash } from '#core/text/murmurhash.ts'
import { stripAccents } from '#core/text/strip-accents.ts'
import { createAnalyzer } from '#core/text/terms.ts'

const FOLDER = join(import.meta.dir, '../../fixtures/text')

const read = (name: string) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))

interface PythonTexts {
  readonly texts: readonly string[]
  readonly lower: readonly string[]
  readonly ascii: readonly string[]
  readonly unicode: readonly string[]
  readonly patterns: readonly (readonly [string, readonly (readonly string[])[]])[]
  readonly analyzers: readonly (readonly [Options, readonly (readonly string[])[]])[]
}

interface Options {
  readonly analyzer?: Vectorizer['analyzer']
  readonly lowercase?: boolean
  readonly strip_accents?: 'ascii' | 'unicode'
  readonly token_pattern?: string
  readonly stop_words?: 'english'
  readonly ngram_range?: readonly [number, number]
}

const python: PythonTexts = read('python.json')

describe('texts as Python has them', () => {
  test('lower case is that of str.lower, dotted and final letters included', () => {
    expect(python.texts.map((text) => text.toLowerCase())).toEqual([...python.lower])
  })

  test('accents come off as in scikit-learn', () => {
    expect(python.texts.map((text) => stripAccents(text, 'ascii'))).toEqual([...python.ascii])
    expect(python.texts.map((text) => stripAccents(text, 'unicode'))).toEqual([...python.unicode])
  })

  for (const [pattern, expected] of python.patterns) {
    test(`re.findall(${pattern})`, () => {
      const tokenize = createTokenizer(pattern)
      expect(python.texts.map((text) => [...tokenize(text)])).toEqual(expected as string[][])
    })
  }

  for (const [options, expected] of python.analyzers) {
    test(`terms of ${JSON.stringify(options)}`, () => {
      const analyze = createAnalyzer(vectorizerOf(options))
      const found = python.texts.map((text) => {
        const terms: string[] = []
        analyze(text, (term) => terms.push(term))
        return terms
      })
      expect(found.map(sorted)).toEqual(expected.map(sorted))
    })
  }

  test('hashes are those of murmurhash3_32', () => {
    const hashes: readonly (readonly [string, number])[] = read('hashes.json')
    for (const [text, hash] of hashes) expect([text, murmurHash(text)]).toEqual([text, hash])
  })

  test('there are 318 stop words, each once', () => {
    expect(new Set(ENGLISH_STOP_WORDS).size).toBe(318)
  })
})

describe('characters as Python sorts them', () => {
  const sets = read('characters.json')

  const cases = [
    ['word', isWordCharacter],
    ['space', isSpace],
    ['digit', isDigit],
    ['stripped', (code: number) => stripAccents(String.fromCodePoint(code), 'unicode') === ''],
  ] as const

  for (const [name, has] of cases) {
    test(`${name}: every code point that Python's Unicode knew`, () => {
      const wanted = new Set(codesOf(sets[name]))
      const wrong = codesOf(sets.assigned).filter((code) => has(code) !== wanted.has(code))
      expect(wrong.map((code) => code.toString(16))).toEqual([])
    })
  }

  test('lower case of every letter', () => {
    const lower = codesOf(sets.changed).map((code) => String.fromCodePoint(code).toLowerCase())
    expect(lower.join('') === sets.lower).toBe(true)
  })
})

/** Code points of inclusive ranges. */
function codesOf(ranges: readonly (readonly [number, number])[]): readonly number[] {
  return ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, offset) => first + offset),
  )
}

const sorted = (terms: readonly string[]) => [...terms].sort()

function vectorizerOf(options: Options): Vectorizer {
  return {
    analyzer: options.analyzer ?? 'word',
    lowercase: options.lowercase ?? true,
    stripAccents: options.strip_accents ?? null,
    tokenPattern: options.token_pattern ?? '(?u)\\b\\w\\w+\\b',
    stopWords: options.stop_words === undefined ? [] : ENGLISH_STOP_WORDS,
    ngramRange: options.ngram_range ?? [1, 1],
    features: { kind: 'vocabulary', terms: [] },
    binary: false,
    sublinear: false,
    weights: null,
    norm: null,
  }
}
