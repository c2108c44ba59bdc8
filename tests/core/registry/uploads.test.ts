// How many bytes of one person may wait: what is over is not kept, also where two files come in at once.

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, wrapDatabase } from '#core/registry/database.ts'
import { openUploadStore, type UploadStore } from '#core/registry/uploads.ts'

let folder: string
let store: UploadStore

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-uploads-'))
  store = await openUploadStore({
    folder,
    queries: wrapDatabase(await openDatabase(':memory:')),
    now: () => 0,
    randomId: () => randomBytes(16).toString('hex'),
    maximumWaitingBytes: 1000,
  })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const send = (sizeBytes: number, owner = 'ann', maximumBytes = 900) =>
  store.create({ fileName: 'a.csv', owner, content: new Uint8Array(sizeBytes), maximumBytes })

test('what does not fit beside the files that wait is refused and not kept', async () => {
  expect((await send(600)).ok).toBe(true)
  const full = await send(401)
  expect(full.ok ? null : full.failure.code).toBe('rate_limited')
  expect((await send(400)).ok).toBe(true)
  const large = await send(901, 'bob')
  expect(large.ok ? null : large.failure.code).toBe('too_large')
  expect(await readdir(folder)).toHaveLength(2)
})

test('two that fit alone do not slip in together', async () => {
  const both = await Promise.all([send(700), send(700)])
  expect(both.map(({ ok }) => ok).sort()).toEqual([false, true])
  expect(await readdir(folder)).toHaveLength(1)
})
