// Checks that whatever an operation presents fits into what Slack takes, and that nothing in it can act.

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { fromSlackText, toMrkdwn } from '#bots/slack/markdown.ts'
import { predictModal, readSubmission } from '#bots/slack/modal.ts'
import { inMessages, renderBlocks, renderText } from '#bots/slack/render.ts'
import type { Signature } from '#core/model.ts'
import type { Block } from '#core/presentation/blocks.ts'
import { problemsOf } from './limit-check.ts'

const baseUrl = 'https://parley.example.com'
const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ minLength: 3_000, maxLength: 9_000 }),
)
const cell = fc.oneof(text, fc.double(), fc.boolean(), fc.constant(null))

const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text }),
  fc.record({
    kind: fc.constant('fields' as const),
    title: text,
    items: fc.array(fc.record({ label: text, value: text }), { maxLength: 30 }),
  }),
  fc.record({
    kind: fc.constant('table' as const),
    columns: fc.array(fc.record({ label: text }), { minLength: 1, maxLength: 25 }),
    rows: fc.array(fc.array(cell, { maxLength: 25 }), { maxLength: 130 }),
  }),
  fc.record({ kind: fc.constant('code' as const), language: fc.constant('sh'), text }),
  fc.record({ kind: fc.constant('link' as const), label: text, href: text }),
  fc.record({
    kind: fc.constant('choices' as const),
    items: fc.array(fc.record({ label: text, message: text }), { maxLength: 40 }),
  }),
  fc.record({
    kind: fc.constant('notice' as const),
    tone: fc.constant('warning' as const),
    text,
    details: fc.array(text, { maxLength: 4 }),
  }),
)

describe('whatever is presented', () => {
  test('fits into messages that Slack takes', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
        for (const message of inMessages(renderBlocks(blocks, { baseUrl }))) {
          const problems = problemsOf('chat.postMessage', {
            text: 'x',
            blocks: JSON.parse(JSON.stringify(message)),
          })
          expect(problems.filter((problem) => !problem.endsWith('twice'))).toEqual([])
        }
      }),
      { numRuns: 60 },
    )
  })

  test('calls nobody and closes no fence', () => {
    const hostile = 'a <!channel> <@U1> <https://x|y> ``` & *b*'
    const rendered = JSON.stringify([
      renderText(hostile),
      renderBlocks(
        [
          { kind: 'fields', items: [{ label: hostile, value: hostile }] },
          { kind: 'code', language: '', text: hostile },
          { kind: 'notice', tone: 'error', text: hostile },
          { kind: 'link', label: hostile, href: 'https://x/|><!channel>' },
        ],
        { baseUrl },
      ),
    ])
    expect(rendered).not.toContain('<!channel>')
    expect(rendered).not.toContain('<@U1>')
  })

  test('links to our own addresses from where Parley is reached', () => {
    const [link] = renderBlocks([{ kind: 'link', label: 'Docs', href: '/docs' }], { baseUrl })
    expect(link).toMatchObject({ text: { text: '<https://parley.example.com/docs|Docs>' } })
  })

  test('keeps numbers of a table as numbers, and says what was left out', () => {
    const rows = Array.from({ length: 150 }, (_, index) => [`row ${index}`, index / 2])
    const [table, more] = renderBlocks(
      [{ kind: 'table', columns: [{ label: 'a' }, { label: 'b' }], rows, omitted: 10 }],
      { baseUrl },
    )
    expect(table).toMatchObject({
      type: 'data_table',
      rows: { 2: { 1: { type: 'raw_number', value: 0.5 } } },
    })
    expect(JSON.stringify(more)).toContain('and 60 more')
  })
})

describe('text', () => {
  test('is read as it was meant', () => {
    expect(
      fromSlackText('<@U0BOT> is a &lt; b &amp; <https://x.example|x.example>?', 'U0BOT'),
    ).toBe('is a < b & x.example?')
    expect(fromSlackText('have a &lt;blank&gt; day', null)).toBe('have a <blank> day')
    expect(fromSlackText('have a <blank> day', null)).toBe('have a <blank> day')
  })
  test('is written in mrkdwn', () => {
    expect(toMrkdwn('**bold** monthly\\_charges <a>')).toBe('*bold* monthly_charges &lt;a&gt;')
  })
})

describe('a form', () => {
  const signature = (count: number): Signature => ({
    task: 'regression',
    namesKnown: true,
    inputs: Array.from({ length: count }, (_, index) => ({
      name: `${'long '.repeat(500)}${index}`,
      type: index % 2 === 0 ? ('category' as const) : ('float' as const),
      optional: false,
      ...(index % 2 === 0
        ? { categories: Array.from({ length: index * 3 + 1 }, (_, at) => `c${at}`) }
        : {}),
    })),
    outputs: [],
  })
  const context = { model: 'm', number: 1, channel: 'C1', thread: null, responseUrl: null }

  test('of the most inputs that Slack can show is within its limits, and one more is not made', () => {
    const view = predictModal({ title: 'T', signature: signature(99), context, features: {} })
    expect(problemsOf('views.open', { view: JSON.parse(JSON.stringify(view)) })).toEqual([])
    expect(
      predictModal({ title: 'T', signature: signature(100), context, features: {} }),
    ).toBeNull()
  })

  test('gives back what was chosen and typed', () => {
    const submitted = {
      'field:0': { value: { selected_option: { value: 'c0' } } },
      'field:1': { value: { value: '1,200' } },
    }
    const reading = readSubmission(signature(2), submitted)
    expect(reading.ok && Object.values(reading.features)).toEqual(['c0', 1200])
  })
})
