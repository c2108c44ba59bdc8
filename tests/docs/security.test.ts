// Every line of the threat model names tests that are there.

import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../..')

test('each threat names tests that exist', async () => {
  const text = await Bun.file(join(ROOT, 'docs/security.md')).text()
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| asset'))
  expect(lines.length).toBeGreaterThan(15)
  for (const line of lines) {
    const named = [...(line.split('|')[4] ?? '').matchAll(/`(tests\/[\w./-]+)`/g)]
    expect([line, named.length > 0]).toEqual([line, true])
    for (const [, path = ''] of named)
      expect([path, existsSync(join(ROOT, path))]).toEqual([path, true])
  }
})
