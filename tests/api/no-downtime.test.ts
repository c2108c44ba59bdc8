// No downtime: versions are swapped under load and a server stops under load, and no answer is lost or of the wrong version.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { VersionRecord } from '#core/registry/registry.ts'
import { drainUnderLoad } from '../support/drain.ts'
import { type ServingProcess, startServingProcess } from '../support/serving-process.ts'
import { storeSwappedVersions } from '../support/swapped-versions.ts'
import { SWAPPED_MODEL, swapUnderLoad } from '../support/swaps.ts'
import { ROW, smallGraph } from './support.ts'

let folder = ''
let versions: readonly VersionRecord[] = []
let server: ServingProcess
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-no-downtime-'))
  versions = await storeSwappedVersions(folder, 4)
  server = await startServingProcess(folder)
})
afterAll(async () => {
  await server.kill()
  await rm(folder, { recursive: true, force: true })
})

/** `bun bench/swaps/run.ts` is the whole of it: a hundred thousand requests across two hundred swaps. */
describe('a real server under load', () => {
  test('answers every request with the version live in its time, whatever is swapped', async () => {
    const report = await swapUnderLoad({
      url: server.url,
      requests: 4_000,
      swaps: 20,
      connections: 16,
      versions,
      fileOf: (bias) => smallGraph(bias).onnx,
    })
    expect(report).toMatchObject({ problems: [], failed: 0, wronglyVersioned: 0 })
    expect(report.requests).toBeGreaterThanOrEqual(4_000)
    expect(report.swaps).toEqual({
      promote: 4,
      'roll back': 4,
      undeploy: 4,
      'deploy again': 4,
      'deploy a new version': 4,
    })
    expect(report.undeployed).toBeGreaterThan(0)
  }, 60_000)

  test('answers what it accepted before it stops', async () => {
    const report = await drainUnderLoad({
      url: server.url,
      path: `/api/predict/${SWAPPED_MODEL}`,
      body: JSON.stringify(ROW),
      connections: 32,
      beforeMs: 200,
      stop: async () => expect(await server.terminate()).toBe(0),
    })
    expect(report).toMatchObject({ lost: 0, refused: 0 })
    expect(report.answeredStopping).toBeGreaterThanOrEqual(32)
  }, 30_000)
})
