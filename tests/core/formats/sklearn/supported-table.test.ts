// The page of what is read says what the fixtures say.

import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { corpusFiles } from './corpus.ts'
import { REFUSED } from './refused-cases.ts'
import { supportedPage } from './supported-table.ts'

const PAGE = fileURLToPath(new URL('../../../../docs/supported-models.md', import.meta.url))

test('docs/supported-models.md is what the fixtures hold Parley to', () => {
  const refused = new Set(Object.keys(REFUSED))
  const page = supportedPage(corpusFiles('sklearn'), corpusFiles('lightgbm'), refused)
  expect(readFileSync(PAGE, 'utf8')).toBe(page)
})

test('a case that is refused shows in the table', () => {
  const [file] = corpusFiles('sklearn')
  if (file === undefined) throw new Error('no fixtures')
  const [name = ''] = file.expected.covers
  const page = supportedPage([file], [], new Set([file.title]))
  expect(page).toContain(`| ${name} | no |`)
  expect(supportedPage([file], [], new Set())).toContain(`| ${name} | yes |`)
})
