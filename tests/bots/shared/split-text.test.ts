// Checks that long texts are cut where a reader would, and never inside a character or an open code fence.

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { clipText, splitText } from '#bots/shared/split-text.ts'

const LIMIT = 120

describe('splitText', () => {
  test('leaves a short text alone and drops a blank one', () => {
    expect(splitText('Hello.', LIMIT)).toEqual(['Hello.'])
    expect(splitText('  ', LIMIT)).toEqual([])
  })

  test('cuts between paragraphs before sentences, and between words before characters', () => {
    const paragraph = 'One sentence that goes on for a while. '.repeat(2).trim()
    expect(splitText(`${paragraph}\n\n${paragraph}`, LIMIT)).toEqual([paragraph, paragraph])
  })

  test('closes a code block that is cut and opens it again in its language', () => {
    const lines = Array.from({ length: 12 }, (_, index) => `  "line_${index}": ${index},`)
    const pieces = splitText(`Here:\n\`\`\`json\n${lines.join('\n')}\n\`\`\`\nDone.`, LIMIT)
    expect(pieces.length).toBeGreaterThan(2)
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(LIMIT)
      expect((piece.match(/```/g) ?? []).length % 2).toBe(0)
    }
    expect(pieces[1]).toStartWith('```json\n')
    for (const line of lines) expect(pieces.join('\n')).toContain(line)
  })

  test('never cuts inside an emoji of several code points', () => {
    const family = '👨‍👩‍👧‍👦'
    for (const piece of splitText(family.repeat(60), LIMIT)) {
      expect(piece.replaceAll(family, '')).toBe('')
    }
  })

  test('says everything, within the limit, for any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000, unit: 'grapheme' }), (text) => {
        const pieces = splitText(text.replaceAll('`', ''), LIMIT)
        expect(pieces.every((piece) => piece.length <= LIMIT)).toBe(true)
        const bare = (value: string) => value.replaceAll('`', '').replace(/\s/g, '')
        expect(bare(pieces.join(''))).toBe(bare(text))
      }),
      { numRuns: 200 },
    )
  })
})

test('clipText marks what it left out', () => {
  expect(clipText('abcdef', 6)).toBe('abcdef')
  expect(clipText('abcdefg', 6)).toBe('abcde…')
})
