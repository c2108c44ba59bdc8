// What a pattern from a file may not do to the texts of other people.

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createTokenizer, TokenLimit } from '#core/text/find-tokens.ts'
import { UnsupportedPattern } from '#core/text/pattern-characters.ts'

describe('patterns that never end', () => {
  for (const pattern of ['(?:a|aa)+$', '(a*)*b', '(?:a+)+!', 'a*a*a*a*a*!']) {
    test(`${pattern} stops at the limit`, () => {
      const tokenize = createTokenizer(pattern)
      expect(() => tokenize('a'.repeat(3000))).toThrow(TokenLimit)
    })
  }

  test('a long word and a long text are no trouble', () => {
    const tokenize = createTokenizer('[a-z]{2,}(?:-[a-z]+)*')
    expect(tokenize('a'.repeat(100_000))).toHaveLength(1)
    expect(tokenize('well-known words '.repeat(6000))).toHaveLength(12_000)
  })
})

describe('what is not understood of Python is refused by name', () => {
  const cases = [
    ['(\\w)\\1', '\\1'],
    ['(\\w+) (\\w+)', 'more than one group'],
    ['(?x) \\w +', 'the flag x'],
    ['(?P=word)', '(?P…)'],
    ['(?<=\\w+)x', 'a look back of no fixed length'],
    ['\\w++', 'possessive repeats'],
    ['a**', 'a repeat of a repeat'],
    ['\\p{L}', '\\p'],
    ['[z-a]', 'a range that runs backwards'],
    ['(\\w+', 'a bracket that is not closed'],
    ['\\w+)', 'a bracket too many'],
    ['[abc', 'an end too early'],
    [`${'('.repeat(60)}a${')'.repeat(60)}`, 'groups in groups without end'],
    ['a'.repeat(3000), '3000 characters'],
  ] as const

  for (const [pattern, reason] of cases) {
    test(pattern.slice(0, 30), () => {
      expect(() => createTokenizer(pattern)).toThrow(new UnsupportedPattern(reason))
    })
  }
})

test('any text and any pattern end in tokens of the text or in a refusal', () => {
  const symbols = fc.constantFrom(...'ab1 -_.\\wdsbWB[]^(?:)|*+?{2,}$=!<'.split(''))
  const pattern = fc.array(symbols, { maxLength: 14 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(pattern, fc.string({ maxLength: 40 }), (source, text) => {
      try {
        for (const token of createTokenizer(source)(text)) expect(text).toContain(token)
      } catch (error) {
        expect(error instanceof UnsupportedPattern || error instanceof TokenLimit).toBe(true)
      }
    }),
    { numRuns: 3000, seed: 7 },
  )
})
