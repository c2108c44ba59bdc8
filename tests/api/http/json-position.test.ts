// A malformed body is answered with the place of its first fault and none of its content.

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { locateJsonFault } from '#api/http/json-position.ts'

describe('the first fault of a text that is not JSON', () => {
  test.each([
    ['', 1, 1, 'the body is empty'],
    ['{"tenure": 24,}', 1, 15, 'there is a comma too many before it'],
    ['{"tenure": 24', 1, 14, 'it ends too early'],
    ["{'tenure': 24}", 1, 2, 'a name in double quotes was expected here'],
    ['{"tenure": \'x\'}', 1, 12, 'strings need double quotes'],
    ['{"tenure": NaN}', 1, 12, 'JSON has no NaN or Infinity; send null for a missing value'],
    ['[1, -Infinity]', 1, 5, 'JSON has no NaN or Infinity; send null for a missing value'],
    ['{"a": 1}\n{"a": 2}', 2, 1, 'there is something after the end'],
    ['{\n  "a" 1}', 2, 7, '":" was expected here'],
    ['[1 2]', 1, 4, '"," or "]" was expected here'],
    ['{"a": 01}', 1, 8, '"," or "}" was expected here'],
    ['"abc', 1, 1, 'a string starts here and does not end'],
    ['"a\\x"', 1, 3, 'this escape is not one of JSON'],
    ['"a\nb"', 1, 3, 'a line break or control character stands inside a string'],
    ['tenure=24', 1, 1, 'a value was expected here'],
  ])('%p is at line %d, column %d', (text, line, column, message) => {
    expect(() => JSON.parse(text)).toThrow()
    expect(locateJsonFault(text)).toEqual({ line, column, message })
  })

  test('is found by the same rules as JSON.parse has', () => {
    const mutated = fc
      .tuple(fc.json({ maxDepth: 4 }), fc.nat(), fc.constantFrom('', ',', '"', '}', '1', '\\', ' '))
      .map(([json, at, piece]) => {
        const index = at % (json.length + 1)
        return json.slice(0, index) + piece + json.slice(index + 1)
      })
    fc.assert(
      fc.property(mutated, (text) => {
        let valid = true
        try {
          JSON.parse(text)
        } catch {
          valid = false
        }
        expect(locateJsonFault(text) === null).toBe(valid)
      }),
      { numRuns: 2_000 },
    )
  })

  test('ends in linear time and bounded depth on hostile texts', () => {
    expect(locateJsonFault('['.repeat(200_000))?.message).toBe('it is nested too deeply')
    expect(locateJsonFault(`"${'a'.repeat(2_000_000)}`)?.message).toContain('does not end')
  })
})
