// Whatever an answer holds, every message made of it is one that Discord takes, and text stays text.

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { escapeDiscord, toDiscordMarkdown } from '#bots/discord/markdown.ts'
import { type Renderable, renderMessages } from '#bots/discord/render.ts'
import type { Block } from '#core/presentation/blocks.ts'
import { nested, problemsOf } from './recorder.ts'

const V2 = 1 << 15

function problemsOfAnswer(answer: Renderable): string[] {
  return renderMessages(answer).flatMap((components) =>
    problemsOf({
      method: 'POST',
      path: '/channels/700000000000000001/messages',
      body: { components, flags: V2, allowed_mentions: { parse: [] } },
      files: (answer.files ?? []).map((name) => ({ name, text: '' })),
    }),
  )
}

const text = fc.string({ unit: 'grapheme', maxLength: 3000 })
const label = fc.string({ minLength: 1, maxLength: 300 })
const value = fc.double({ noNaN: true, noDefaultInfinity: true })
const cell = fc.oneof(text, value, fc.boolean(), fc.constant(null))
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text }),
  fc.record({
    kind: fc.constant('fields' as const),
    items: fc.array(fc.record({ label, value: text }), { maxLength: 60 }),
  }),
  fc.record({
    kind: fc.constant('table' as const),
    title: label,
    columns: fc.constant([{ label: 'a' }, { label: 'b', align: 'right' as const }]),
    rows: fc.array(fc.tuple(cell, cell), { maxLength: 80 }),
  }),
  fc.record({
    kind: fc.constant('bars' as const),
    maximum: fc.constant(1),
    format: fc.constant('percent' as const),
    items: fc.array(fc.record({ label, value: fc.double({ min: 0, max: 1, noNaN: true }) })),
  }),
  fc.record({
    kind: fc.constant('contributions' as const),
    items: fc.array(fc.record({ label, value })),
  }),
  fc.record({ kind: fc.constant('code' as const), language: fc.constant('sh'), text }),
  fc.record({ kind: fc.constant('link' as const), label, href: fc.webUrl() }),
  fc.record({
    kind: fc.constant('notice' as const),
    tone: fc.constantFrom('warning' as const, 'error' as const, 'success' as const),
    text,
    details: fc.array(label, { maxLength: 30 }),
  }),
)
const buttons = fc
  .array(label, { maxLength: 40 })
  .map((labels) =>
    labels.map((one, index) => ({ label: one, tone: 'primary' as const, id: `do:${index}` })),
  )

describe('messages made of blocks', () => {
  test('never break a limit of Discord', () => {
    fc.assert(
      fc.property(text, fc.array(block, { maxLength: 12 }), buttons, (words, blocks, some) => {
        const answer = { text: words, blocks, buttons: some, files: ['scored.csv'], status: 'x' }
        expect(problemsOfAnswer(answer)).toEqual([])
        const pages = renderMessages(answer)
        expect(pages.length).toBeGreaterThan(0)
        expect(pages.length).toBeLessThanOrEqual(6)
      }),
      { numRuns: 150 },
    )
  })

  test('a long table is cut into messages that say so at the end, with the buttons last', () => {
    const rows = Array.from({ length: 2000 }, (_, index) => [`customer ${index}`, index])
    const pages = renderMessages({
      text: 'All of them:',
      blocks: [{ kind: 'table', columns: [{ label: 'Who' }, { label: 'N' }], rows }],
      buttons: [{ label: 'Why?', tone: 'primary', id: 'do:1' }],
    })
    const last = nested(pages.at(-1) ?? [])
    expect(last.some(({ content }) => content?.includes('There is more than fits here'))).toBe(true)
    expect(last.at(-1)?.label).toBe('Why?')
  })

  test('many small parts are spread over messages of forty components', () => {
    const blocks: Block[] = Array.from({ length: 60 }, (_, index) => ({
      kind: 'notice',
      tone: 'warning',
      text: `remark ${index}`,
    }))
    expect(problemsOfAnswer({ text: 'x', blocks })).toEqual([])
    const pages = renderMessages({ text: 'x', blocks })
    expect(pages.map((page) => nested(page).length)).toEqual([39, 40, 40, 2])
  })

  test('an answer without words still is a message', () => {
    expect(nested(renderMessages({ text: '', blocks: [] })[0] ?? [])[0]?.content).toBe('Done.')
  })
})

describe('text of files and people', () => {
  test('cannot ring anybody, become a heading, a link or a style, or end a code block', () => {
    const hostile = '@everyone <@1> # big\n# big\n> quote\n- item\n||spoiler|| [a](https://b) ~~x~~'
    const out = escapeDiscord(hostile)
    expect(out).toContain('\\<@1\\>')
    expect(out).toContain('\\[a\\]')
    expect(out).toContain('\\|\\|spoiler')
    expect(toDiscordMarkdown(hostile)).toContain('\n\\# big')
    const [page = []] = renderMessages({
      text: 'x',
      blocks: [{ kind: 'code', language: 'csv', text: 'a\n```\n@everyone' }],
    })
    const code = nested(page)[1]?.content ?? ''
    expect(code.match(/```/g)?.length).toBe(2)
  })

  test('keeps bold, code and addresses', () => {
    expect(toDiscordMarkdown('**Yes** at `/api/predict/churn_2`, a\\_b https://x.org/a_b')).toBe(
      '**Yes** at `/api/predict/churn_2`, a\\_b https://x.org/a_b',
    )
  })
})

describe('the recorder', () => {
  const message = (body: object) =>
    problemsOf({ method: 'POST', path: '/channels/1/messages', body, files: [] })
  const display = (content: string) => ({ type: 10, content })

  test('notices what Discord would refuse', () => {
    const allowed_mentions = { parse: [] }
    const good = { components: [display('a')], flags: V2, allowed_mentions }
    expect(message(good)).toEqual([])
    expect(message({ ...good, flags: 0 })).toHaveLength(1)
    expect(message({ ...good, content: 'a' })).toHaveLength(1)
    expect(message({ ...good, allowed_mentions: undefined })).toHaveLength(1)
    const long = [display('a'.repeat(3000)), display('b'.repeat(3000))]
    expect(message({ ...good, components: long })).toHaveLength(1)
    const button = { type: 2, style: 1, label: 'a', custom_id: 'x'.repeat(101) }
    expect(message({ ...good, components: [{ type: 1, components: [button] }] })).toHaveLength(1)
    expect(problemsOf({ method: 'POST', path: '/guilds', body: {}, files: [] })).toHaveLength(1)
  })
})
