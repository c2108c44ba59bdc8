// The small markdown of answers: what is marked, what stays text, what is taken out.

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Part, parseMarkdown, parseSpans } from '#api/web/chat/parse-markdown.ts'

test('bold and code are marked, everything else is text', () => {
  expect(parseSpans('It is **churn** at `/api/predict/churn`, <b>not</b> *this*.')).toEqual([
    { kind: 'plain', text: 'It is ' },
    { kind: 'bold', text: 'churn' },
    { kind: 'plain', text: ' at ' },
    { kind: 'code', text: '/api/predict/churn' },
    { kind: 'plain', text: ', <b>not</b> *this*.' },
  ])
})

test('an escaped mark stands for itself', () => {
  expect(parseSpans('a \\*\\*b\\*\\* and monthly\\_charges')).toEqual([
    { kind: 'plain', text: 'a **b** and monthly_charges' },
  ])
})

test('a backslash in code stays', () => {
  expect(parseSpans('`a\\_b`')).toEqual([{ kind: 'code', text: 'a\\_b' }])
})

test('paragraphs, lists, headings and fences are told apart', () => {
  const parts = parseMarkdown('# Title\none\ntwo\n\n- a\n- b\n1. c\n```bash\ncurl **x**\n```\nend')
  expect(parts.map(({ kind }) => kind)).toEqual([
    'heading',
    'paragraph',
    'list',
    'list',
    'code',
    'paragraph',
  ])
  expect(parts[1]).toEqual({
    kind: 'paragraph',
    lines: [[{ kind: 'plain', text: 'one' }], [{ kind: 'plain', text: 'two' }]],
  })
  expect(parts[4]).toEqual({ kind: 'code', language: 'bash', text: 'curl **x**' })
})

test('a table has a head, a rule and rows of bars; without its rule it is text', () => {
  const cell = (text: string) => (text === '' ? [] : [{ kind: 'plain' as const, text }])
  const [table, after] = parseMarkdown('| a | |\n|---|:-:|\n| 1 \\| 2 | x |\n|y|z|\nend')
  expect(table).toEqual({
    kind: 'table',
    head: [cell('a'), cell('')],
    rows: [
      [cell('1 | 2'), cell('x')],
      [cell('y'), cell('z')],
    ],
  })
  expect(after?.kind).toBe('paragraph')
  expect(parseMarkdown('| a | b |\nno rule').map(({ kind }) => kind)).toEqual(['paragraph'])
})

test('a fence that is still open holds what has come so far', () => {
  expect(parseMarkdown('```\nhalf')).toEqual([{ kind: 'code', language: '', text: 'half' }])
})

test('marks that turn the direction of the text around are taken out', () => {
  expect(parseSpans('safe')).toEqual([{ kind: 'plain', text: 'safe' }])
  const [part] = parseMarkdown('evil\u202ekp\u2066.x')
  expect(JSON.stringify(part)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
})

/** Every word a part shows. */
function wordsOf(part: Part): string {
  switch (part.kind) {
    case 'paragraph':
      return part.lines
        .flat()
        .map(({ text }) => text)
        .join('')
    case 'heading':
      return part.spans.map(({ text }) => text).join('')
    case 'list':
      return part.items
        .flat()
        .map(({ text }) => text)
        .join('')
    case 'code':
      return part.text
    case 'table':
      return [part.head, ...part.rows]
        .flat(2)
        .map(({ text }) => text)
        .join('')
  }
}

test('no letter of any text is lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab*`\\_#-| \n1.<>é') }), (text) => {
      const letters = (value: string) => value.replace(/[^ab<>é]/g, '')
      // A word after the marks of a fence names its language and is not shown as text.
      fc.pre(!text.includes('```'))
      expect(letters(parseMarkdown(text).map(wordsOf).join(''))).toBe(letters(text))
    }),
  )
})
