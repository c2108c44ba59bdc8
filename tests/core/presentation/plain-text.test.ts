// Plain text: what every surface falls back to, straight columns in any script and no tricks of a terminal.

import { describe, expect, test } from 'bun:test'
import type { Block } from '#core/presentation/blocks.ts'
import { renderBlock, renderPlainText, renderTable } from '#core/presentation/plain-text.ts'

describe('a presentation as plain text', () => {
  test('has its sentences first and one blank line between blocks', () => {
    const text = renderPlainText({
      text: 'The model gives **Yes** for `tenure`.',
      blocks: [
        { kind: 'fields', title: 'Inputs', items: [{ label: 'tenure', value: '24 months' }] },
        { kind: 'notice', tone: 'warning', text: 'Old file.', details: ['one'] },
      ],
    })
    expect(text).toBe(
      'The model gives Yes for tenure.\n\nInputs\n  tenure  24 months\n\nNote: Old file.\n  - one',
    )
  })

  test('shows the marks of names that hold them, once escaped', () => {
    expect(renderPlainText({ text: 'It is **a\\_b\\*c**.', blocks: [] })).toBe('It is a_b*c.')
  })

  test('has every kind of block', () => {
    const blocks: Block[] = [
      { kind: 'text', text: 'words' },
      { kind: 'fields', items: [] },
      { kind: 'table', columns: [{ label: 'a' }], rows: [[1]] },
      { kind: 'bars', maximum: 1, format: 'percent', items: [{ label: 'a', value: 0.5 }] },
      { kind: 'code', language: 'bash', text: 'curl\n  -d' },
      { kind: 'link', label: 'Docs', href: '/docs' },
      { kind: 'choices', title: 'Try', items: [{ label: 'a', message: 'say a' }] },
      { kind: 'notice', tone: 'error', text: 'no' },
    ]
    expect(blocks.map(renderBlock)).toEqual([
      'words',
      '',
      '  a\n  ─\n  1',
      '  a  ████████████░░░░░░░░░░░░  50%',
      '  curl\n    -d',
      'Docs: /docs',
      'Try\n  - say a',
      'Error: no',
    ])
  })
})

describe('a table', () => {
  test('keeps its columns straight under wide characters and combining marks', () => {
    const text = renderTable(
      [{ label: 'name' }, { label: 'value', align: 'right' }],
      [
        ['価格', 12345.6],
        ['e\u0301te\u0301', null],
        ['👩‍👩‍👧', true],
      ],
    )
    expect(text.split('\n')).toEqual([
      '  name   value',
      '  ────  ──────',
      '  価格  12,346',
      '  e\u0301te\u0301        –',
      '  👩‍👩‍👧       yes',
    ])
    const widths = text.split('\n').map((line) => Bun.stringWidth(line))
    expect(new Set(widths).size).toBe(1)
  })

  test('cuts a long cell, says how many rows are left out and keeps line breaks out of cells', () => {
    const text = renderTable([{ label: 'a' }], [['x'.repeat(100)], ['two\nlines']], 40)
    expect(text).toContain(`${'x'.repeat(59)}…`)
    expect(text).toContain('two lines')
    expect(text.endsWith('and 40 more')).toBe(true)
  })

  test('passes no control character on to a terminal', () => {
    const text = renderTable([{ label: 'a\u001b[2J' }], [['b\u202e\u0007c']])
    expect(text).toBe('  a[2J\n  ────\n  bc')
  })
})

test('bars mark the answer and never stand outside their range', () => {
  const text = renderBlock({
    kind: 'bars',
    maximum: 10,
    format: 'number',
    items: [
      { label: 'No', value: 12, emphasised: true },
      { label: 'Maybe', value: -1 },
    ],
  })
  expect(text).toBe(`  No     ${'█'.repeat(24)}  12 ←\n  Maybe  ${'░'.repeat(24)}  -1`)
})
