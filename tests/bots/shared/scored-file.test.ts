// What becomes of the address of a scored table where people have no key of ours.

import { expect, test } from 'bun:test'
import { withoutDownloads } from '#bots/shared/scored-file.ts'
import type { Block } from '#core/presentation/blocks.ts'

const OTHER: Block = { kind: 'link', label: 'Docs', href: '/docs' }
const DOWNLOAD: Block = { kind: 'link', label: 'Download x.csv', href: '/api/uploads/00' }

test('a scored table that is posted needs no address; of one that is too large it is said so', () => {
  expect(withoutDownloads([OTHER, DOWNLOAD], true)).toEqual([OTHER])
  const said = withoutDownloads([OTHER, DOWNLOAD], false)
  expect(said[0]).toEqual(OTHER)
  expect(said[1]).toMatchObject({ kind: 'notice', text: expect.stringContaining('too large') })
  expect(JSON.stringify(said)).not.toContain('/api/uploads/')
})
