// What every store of files promises, on a folder and on S3.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { BlobKey, BlobStore } from '#core/registry/blobs/blob-store.ts'
import { openFolderBlobs } from '#core/registry/blobs/folder-blobs.ts'
import { createS3Blobs } from '#core/registry/blobs/s3-blobs.ts'
import { type LoopbackS3, startLoopbackS3 } from '../../support/loopback-s3.ts'
import { makeTemporaryFolder, randomId, sha256 } from './sample-version.ts'

let s3: LoopbackS3
let temporary: Awaited<ReturnType<typeof makeTemporaryFolder>>
beforeAll(async () => {
  ;[s3, temporary] = await Promise.all([startLoopbackS3(), makeTemporaryFolder()])
})
afterAll(async () => {
  await Promise.all([s3.stop(), temporary.remove()])
})

const bytes = (text: string) => new TextEncoder().encode(text)
const artifact = (content: Uint8Array): BlobKey => `artifacts/${sha256(content)}`

describe.each([
  ['a folder', () => openFolderBlobs(temporary.folder, randomId)],
  ['S3', async () => createS3Blobs(s3.settings('team/one'))],
] as const)('files in %s', (_name, open) => {
  let blobs: BlobStore
  beforeAll(async () => {
    blobs = await open()
  })

  test('come back as they were, from bytes and from a stream, and are gone when they are removed', async () => {
    const content = bytes('a model'.repeat(10_000))
    const upload: BlobKey = `uploads/${randomId()}`
    const stream = new Blob([content]).stream()
    const expected = { sha256: sha256(content), sizeBytes: content.byteLength }
    expect(await blobs.write(artifact(content), content, 1e6)).toEqual(expected)
    expect(await blobs.write(upload, stream, 1e6)).toEqual(expected)
    expect(await blobs.read(artifact(content))).toEqual(content)
    expect(await blobs.read(upload)).toEqual(content)
    expect(await blobs.has(upload)).toBe(true)
    await blobs.remove(upload)
    await blobs.remove(upload)
    expect(await blobs.read(upload)).toBe(null)
    expect(await blobs.has(upload)).toBe(false)
  })

  test('that are too long, or whose sender breaks off, were never there', async () => {
    const content = bytes('0123456789')
    const [one, other, third] = [0, 1, 2].map((): BlobKey => `uploads/${randomId()}`)
    if (one === undefined || other === undefined || third === undefined) return
    expect(await blobs.write(one, content, 9)).toBe(null)
    expect(await blobs.write(other, new Blob([content]).stream(), 9)).toBe(null)
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(content)
        controller.error(new Error('the sender went away'))
      },
    })
    await expect(blobs.write(third, broken, 100)).rejects.toThrow('went away')
    for (const key of [one, other, third]) expect(await blobs.has(key)).toBe(false)
  })

  test('are listed by kind with the time of their writing', async () => {
    const content = bytes(`listed ${randomId()}`)
    const startMs = Date.now()
    await blobs.write(artifact(content), content, 100)
    const found = (await blobs.list('artifacts')).find(({ key }) => key === artifact(content))
    // S3 tells whole seconds.
    expect(Math.abs((found?.writtenAtMs ?? 0) - startMs)).toBeLessThan(60_000)
    expect((await blobs.list('uploads')).every(({ key }) => key.startsWith('uploads/'))).toBe(true)
  })

  test('are replaced whole', async () => {
    const key = artifact(bytes('damaged once'))
    await blobs.write(key, bytes('damaged'), 100)
    await blobs.write(key, bytes('damaged once'), 100)
    expect(await blobs.read(key)).toEqual(bytes('damaged once'))
  })
})
