// What every registry promises, whatever stores it; each adapter's test runs this against its own opener.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import {
  AUDIT_RETENTION_MS,
  type NewAuditEntry,
  type StoredApiKey,
} from '#core/people/people-store.ts'
import {
  CONVERSATION_LIFETIME_MS,
  type Registry,
  type TrainingRun,
  UPLOAD_LIFETIME_MS,
} from '#core/registry/registry.ts'
import type { TrafficPlan } from '#core/traffic/traffic-plan.ts'
import { sampleVersion, sha256 } from './sample-version.ts'

/** One empty place of storage that can be opened several times, one after another or at once. */
export interface RegistryPlace {
  open(now: () => number): Promise<Registry>
  remove(): Promise<void>
}

const START_MS = Date.parse('2026-03-01T12:00:00.000Z')

const KEY: StoredApiKey = {
  id: 'a'.repeat(12),
  sha256: 'f'.repeat(64),
  name: 'ci',
  role: 'viewer',
  scopes: ['predict'],
  models: ['churn'],
  createdAtMs: START_MS,
  createdBy: 'local',
  expiresAtMs: START_MS + 1000,
  revokedAtMs: null,
  lastUsedAtMs: null,
}

const ENTRY: NewAuditEntry = {
  principal: 'key:aaaaaaaaaaaa',
  display: 'ci',
  surface: 'rest',
  operation: 'undeploy_model',
  subject: 'churn',
  outcome: 'done',
  requestId: 'r1',
}

const PLAN: TrafficPlan = {
  startedAt: '2026-11-20T10:00:00.000Z',
  candidates: [{ version: 2, percent: 10 }],
  shadows: [2],
  rollBack: { maximumErrorRate: 0.05, maximumLatencyMs: null, minimumRequests: 100 },
}

export function testRegistryContract(makePlace: () => Promise<RegistryPlace>): void {
  let place: RegistryPlace
  let registry: Registry
  let clock: number
  const opened: Registry[] = []
  const open = async (): Promise<Registry> => {
    const another = await place.open(() => clock)
    opened.push(another)
    return another
  }

  beforeEach(async () => {
    clock = START_MS
    place = await makePlace()
    registry = await open()
  })
  afterEach(async () => {
    for (const another of opened.splice(0)) await another.close()
    await place.remove()
  })

  describe('models and versions', () => {
    test('a card is kept with its model, apart from the lists, until the model goes', async () => {
      const card = `# Churn\n\n${'ü'.repeat(30_000)}`
      await registry.createVersion({ ...sampleVersion('churn', 'a', {}), card })
      expect(await registry.readCard('churn')).toBe(card)
      expect(await registry.readCard('nothing')).toBe('')
      expect(JSON.stringify(await registry.listModels())).not.toContain('# Churn')
      await registry.createVersion(sampleVersion('churn', 'b', {}))
      expect(await registry.readCard('churn')).toBe(card)
      const changed = await registry.updateModel('churn', { card: 'short' })
      expect(changed.ok && Object.keys(changed.value)).not.toContain('card')
      expect(await registry.readCard('churn')).toBe('short')
      await registry.deleteModel('churn')
      await registry.createVersion(sampleVersion('churn', 'c', {}))
      expect(await registry.readCard('churn')).toBe('')
    })

    test('a report is kept with its version, apart from the lists', async () => {
      const report = {
        evaluation: '25 % of the rows, seed 42',
        confusion: {
          labels: ['No', 'Yes'],
          counts: [
            [5, 1],
            [0, 4],
          ],
        },
        background: [{ tenure: 3 }, { tenure: null }],
      }
      await registry.createVersion(sampleVersion('churn', 'a', { report }))
      await registry.createVersion(sampleVersion('churn', 'b'))
      expect(await registry.readReport('churn', 1)).toEqual(report)
      expect(await registry.readReport('churn', 2)).toBeNull()
      expect(await registry.readReport('churn', 3)).toBeNull()
      expect(JSON.stringify(await registry.listVersions('churn'))).not.toContain('confusion')
      await registry.deleteModel('churn')
      expect(await registry.readReport('churn', 1)).toBeNull()
    })

    test('training runs are listed newest first, and the end of one takes the place of its beginning', async () => {
      const run: TrainingRun = {
        id: '0a'.repeat(16),
        name: 'iris',
        status: 'running',
        startedAt: '2026-01-01T00:00:00.000Z',
        durationMs: 0,
        owner: 'local',
        parameters: { model: 'logreg', C: 1, seed: 42 },
        metrics: {},
        model: null,
        version: null,
        report: null,
      }
      const later = { ...run, id: '0b'.repeat(16), startedAt: '2026-01-02T00:00:00.000Z' }
      await registry.writeRun(run)
      await registry.writeRun(later)
      expect((await registry.listRuns(10)).map(({ id }) => id)).toEqual([later.id, run.id])
      expect(await registry.listRuns(1)).toHaveLength(1)
      const ended: TrainingRun = {
        ...run,
        status: 'finished',
        durationMs: 900,
        metrics: { accuracy: 0.95 },
        report: { confusion: { labels: ['a'], counts: [[1]] } },
      }
      await registry.writeRun(ended)
      expect(await registry.findRun(run.id)).toEqual(ended)
      expect(await registry.findRun('0c'.repeat(16))).toBeNull()
      expect(await registry.listRuns(10)).toHaveLength(2)
    })

    test('an empty registry lists nothing and finds nothing', async () => {
      expect(await registry.listModels()).toEqual([])
      expect(await registry.findModel('churn')).toBeNull()
      expect(await registry.listVersions('churn')).toEqual([])
      expect(await registry.findVersion('churn', 1)).toBeNull()
    })

    test('a version comes back exactly as it was given', async () => {
      const given = sampleVersion('churn', 'a', {
        title: 'Customer churn',
        description: 'Who leaves.',
        aliases: ['leaving'],
        warnings: ['No names in the file.'],
        metrics: { auc: 0.84 },
      })
      const created = await registry.createVersion(given)
      expect(created).toEqual({
        model: 'churn',
        number: 1,
        modelVersion: `1-${sha256(given.onnx).slice(0, 12)}`,
        signature: given.signature,
        binding: given.binding,
        origin: given.origin,
        artifactSha256: sha256(given.onnx),
        artifactBytes: given.onnx.byteLength,
        originalSha256: sha256(given.original),
        warnings: ['No names in the file.'],
        metrics: { auc: 0.84 },
        createdAt: '2026-03-01T12:00:00.000Z',
      })
      expect(await registry.findVersion('churn', 1)).toEqual(created)
      expect(await registry.findModel('churn')).toEqual({
        name: 'churn',
        title: 'Customer churn',
        description: 'Who leaves.',
        aliases: ['leaving'],
        liveVersion: 1,
        traffic: null,
        versionCount: 1,
        createdAt: '2026-03-01T12:00:00.000Z',
        updatedAt: '2026-03-01T12:00:00.000Z',
      })
    })

    test('the graph and the original file are kept byte by byte', async () => {
      const given = sampleVersion('churn', 'a')
      const { artifactSha256, originalSha256 } = await registry.createVersion(given)
      expect(await registry.readArtifact(artifactSha256)).toEqual(given.onnx)
      expect(await registry.readArtifact(originalSha256)).toEqual(given.original)
    })

    test('the next version keeps what people call the model, and becomes live only when asked', async () => {
      await registry.createVersion(sampleVersion('churn', 'a', { title: 'Customer churn' }))
      clock += 1000
      await registry.createVersion(sampleVersion('churn', 'b', { deploy: false }))
      expect(await registry.findModel('churn')).toMatchObject({
        title: 'Customer churn',
        liveVersion: 1,
        versionCount: 2,
        createdAt: '2026-03-01T12:00:00.000Z',
        updatedAt: '2026-03-01T12:00:01.000Z',
      })
      await registry.createVersion(sampleVersion('churn', 'c'))
      expect((await registry.findModel('churn'))?.liveVersion).toBe(3)
      expect((await registry.listVersions('churn')).map((version) => version.number)).toEqual([
        1, 2, 3,
      ])
    })

    test('a model that nobody named gets a title made from its name', async () => {
      await registry.createVersion(sampleVersion('house_price', 'a'))
      expect((await registry.findModel('house_price'))?.title).toBe('House price')
    })

    test('models are listed by name', async () => {
      for (const name of ['iris', 'churn', 'price']) {
        await registry.createVersion(sampleVersion(name, name))
      }
      const names = (await registry.listModels()).map((model) => model.name)
      expect(names).toEqual(['churn', 'iris', 'price'])
    })

    test('a name that would not fit an endpoint is refused and leaves nothing', async () => {
      for (const name of ['', 'Churn', '-churn', 'a/b', '..', 'a'.repeat(64), 'churn\n']) {
        await expect(registry.createVersion(sampleVersion(name, 'a'))).rejects.toThrow(
          'valid model name',
        )
      }
      expect(await registry.listModels()).toEqual([])
    })

    test('content already stored is found under its name only, the newest first', async () => {
      const first = await registry.createVersion(sampleVersion('churn', 'a'))
      await registry.createVersion(sampleVersion('churn', 'b'))
      expect(await registry.findByOriginal('churn', first.originalSha256)).toEqual(first)
      expect(await registry.findByOriginal('price', first.originalSha256)).toBeNull()
      const again = await registry.createVersion(sampleVersion('churn', 'a'))
      expect(await registry.findByOriginal('churn', first.originalSha256)).toEqual(again)
    })

    test('everything is still there after a restart', async () => {
      await registry.createVersion(sampleVersion('churn', 'a', { title: 'Customer churn' }))
      const before = [await registry.listModels(), await registry.listVersions('churn')]
      await registry.close()
      opened.splice(0)
      registry = await open()
      expect([await registry.listModels(), await registry.listVersions('churn')]).toEqual(before)
    })

    test('versions written at once get a number each', async () => {
      const contents = Array.from({ length: 12 }, (_, index) => `at once ${index}`)
      const created = await Promise.all(
        contents.map((content) => registry.createVersion(sampleVersion('churn', content))),
      )
      const numbers = created.map((version) => version.number).sort((a, b) => a - b)
      expect(numbers).toEqual(contents.map((_, index) => index + 1))
    })
  })

  describe('the live alias', () => {
    test('an earlier version can be promoted, and undeploying keeps every version', async () => {
      await registry.createVersion(sampleVersion('churn', 'a'))
      await registry.createVersion(sampleVersion('churn', 'b'))
      const promoted = await registry.setLive('churn', 1)
      expect(promoted).toMatchObject({ ok: true, value: { liveVersion: 1, versionCount: 2 } })
      expect(await registry.setLive('churn', null)).toMatchObject({ value: { liveVersion: null } })
      expect(await registry.findModel('churn')).toMatchObject({
        liveVersion: null,
        versionCount: 2,
      })
    })

    test('a model or version that does not exist is not found, and nothing changes', async () => {
      await registry.createVersion(sampleVersion('churn', 'a'))
      expect(await registry.setLive('price', 1)).toMatchObject({ failure: { code: 'not_found' } })
      expect(await registry.setLive('churn', 2)).toMatchObject({ failure: { code: 'not_found' } })
      expect((await registry.findModel('churn'))?.liveVersion).toBe(1)
    })

    test('a plan for traffic is kept with the live version, and ends when another is made live', async () => {
      await registry.createVersion(sampleVersion('churn', 'a'))
      await registry.createVersion(sampleVersion('churn', 'b'))
      const changed = await registry.setLive('churn', 1, { traffic: PLAN })
      expect(changed).toMatchObject({ ok: true, value: { liveVersion: 1, traffic: PLAN } })
      expect(await registry.findModel('churn')).toMatchObject({ liveVersion: 1, traffic: PLAN })
      expect((await registry.listModels())[0]?.traffic).toEqual(PLAN)
      // The same version again, without a plan: that is a change.
      expect(await registry.setLive('churn', 1)).toMatchObject({ value: { traffic: null } })
      await registry.setLive('churn', 1, { traffic: PLAN })
      expect(await registry.setLive('churn', null)).toMatchObject({ value: { traffic: null } })
      await registry.setLive('churn', 1, { traffic: PLAN })
      await registry.createVersion(sampleVersion('churn', 'c', { deploy: false }))
      expect((await registry.findModel('churn'))?.traffic).toEqual(PLAN)
      await registry.createVersion(sampleVersion('churn', 'd'))
      expect(await registry.findModel('churn')).toMatchObject({ liveVersion: 4, traffic: null })
    })

    test('a plan names versions that exist, and takes the place of none but the one that is meant', async () => {
      await registry.createVersion(sampleVersion('churn', 'a'))
      const traffic = { ...PLAN, candidates: [], shadows: [2] }
      expect(await registry.setLive('churn', 1, { traffic })).toMatchObject({
        failure: { code: 'not_found' },
      })
      await registry.createVersion(sampleVersion('churn', 'b', { deploy: false }))
      await registry.setLive('churn', 1, { traffic })
      const late = await registry.setLive('churn', 1, { replacing: '2026-01-01T00:00:00.000Z' })
      expect(late).toMatchObject({ failure: { code: 'conflict' } })
      expect((await registry.findModel('churn'))?.traffic).toEqual(traffic)
      const meant = await registry.setLive('churn', 1, { replacing: PLAN.startedAt })
      expect(meant).toMatchObject({ ok: true, value: { traffic: null } })
    })

    test('what people call a model changes without a new version', async () => {
      await registry.createVersion(sampleVersion('churn', 'a', { description: 'Who leaves.' }))
      const changed = await registry.updateModel('churn', { title: 'Leavers', aliases: ['exit'] })
      expect(changed).toMatchObject({
        value: { title: 'Leavers', aliases: ['exit'], description: 'Who leaves.', versionCount: 1 },
      })
      if (changed.ok) expect(await registry.findModel('churn')).toEqual(changed.value)
      expect(await registry.updateModel('price', { title: 'x' })).toMatchObject({
        failure: { code: 'not_found' },
      })
    })
  })

  describe('deleting', () => {
    test('takes away the model, its versions and its files', async () => {
      await registry.createVersion(sampleVersion('churn', 'a'))
      const last = await registry.createVersion(sampleVersion('churn', 'b'))
      expect(await registry.deleteModel('churn')).toEqual({
        ok: true,
        value: { versionsDeleted: 2 },
      })
      expect(await registry.findModel('churn')).toBeNull()
      expect(await registry.listVersions('churn')).toEqual([])
      await expect(registry.readArtifact(last.artifactSha256)).rejects.toThrow('missing')
      expect(await registry.deleteModel('churn')).toMatchObject({ failure: { code: 'not_found' } })
    })

    test('keeps files that another model still needs', async () => {
      const given = sampleVersion('churn', 'shared')
      const { artifactSha256 } = await registry.createVersion(given)
      await registry.createVersion(sampleVersion('copy', 'shared'))
      await registry.deleteModel('churn')
      expect(await registry.readArtifact(artifactSha256)).toEqual(given.onnx)
    })

    test('a version number is never given out again, after a restart either', async () => {
      await registry.createVersion(sampleVersion('churn', 'a'))
      await registry.createVersion(sampleVersion('churn', 'b'))
      await registry.deleteModel('churn')
      registry = await open()
      const next = await registry.createVersion(sampleVersion('churn', 'c'))
      expect(next.number).toBe(3)
      expect((await registry.findModel('churn'))?.versionCount).toBe(1)
    })
  })

  describe('uploads', () => {
    const content = new TextEncoder().encode('a pickle of some length')
    const upload = { fileName: 'churn_model.pkl', owner: 'slack:T1:U2', maximumBytes: 1000 }

    test('a file comes back as it was sent, whole or in pieces', async () => {
      const stream = new Blob([content.slice(0, 5), content.slice(5)]).stream()
      for (const body of [content, stream]) {
        const created = await registry.createUpload({ ...upload, content: body })
        if (!created.ok) throw new Error(created.failure.message)
        expect(created.value).toEqual({
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          fileName: 'churn_model.pkl',
          owner: 'slack:T1:U2',
          sizeBytes: content.byteLength,
          sha256: sha256(content),
          createdAt: '2026-03-01T12:00:00.000Z',
        })
        expect(await registry.findUpload(created.value.id)).toEqual(created.value)
        expect(await registry.readUpload(created.value.id)).toEqual(content)
      }
    })

    test('a file of exactly the limit fits; one byte more is refused while it is read', async () => {
      const exact = { ...upload, maximumBytes: content.byteLength, content }
      expect((await registry.createUpload(exact)).ok).toBe(true)
      let sent = 0
      let cancelled = false
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += 1
          controller.enqueue(new Uint8Array(400))
        },
        cancel() {
          cancelled = true
        },
      })
      const refused = await registry.createUpload({ ...upload, content: endless })
      expect(refused).toMatchObject({ failure: { code: 'too_large' } })
      expect(cancelled).toBe(true)
      expect(sent).toBeLessThan(10)
    })

    test('a sender that breaks off is answered with a failure', async () => {
      const broken = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(content),
        pull: (controller) => controller.error(new Error('connection reset')),
      })
      const refused = await registry.createUpload({ ...upload, content: broken })
      expect(refused).toMatchObject({ failure: { code: 'cancelled' } })
    })

    test('only so many files of one person wait, until one is deleted or expires', async () => {
      const send = (owner: string) => registry.createUpload({ ...upload, owner, content })
      const first = await send('ann')
      clock += 60_000
      for (let count = 1; count < 499; count++) await send('ann')
      // Two at once, and room for one.
      const both = await Promise.all([send('ann'), send('ann')])
      expect(both.map(({ ok }) => ok).sort()).toEqual([false, true])
      const refused = await send('ann')
      expect(refused.ok ? null : refused.failure).toMatchObject({
        code: 'rate_limited',
        message: expect.stringContaining('Too many files of yours wait here'),
        retryAfterSeconds: UPLOAD_LIFETIME_MS / 1000 - 60,
      })
      expect((await send('bob')).ok).toBe(true)
      if (first.ok) await registry.deleteUpload(first.value.id)
      expect((await send('ann')).ok).toBe(true)
      expect((await send('ann')).ok).toBe(false)
      clock += UPLOAD_LIFETIME_MS
      expect((await send('ann')).ok).toBe(true)
    })

    test('an upload ends when it is deleted, and a lifetime after it came', async () => {
      const first = await registry.createUpload({ ...upload, content })
      const second = await registry.createUpload({ ...upload, content })
      if (!(first.ok && second.ok)) throw new Error('an upload was refused')
      await registry.deleteUpload(first.value.id)
      await registry.deleteUpload(first.value.id)
      expect(await registry.findUpload(first.value.id)).toBeNull()
      clock += UPLOAD_LIFETIME_MS - 1
      expect(await registry.readUpload(second.value.id)).toEqual(content)
      clock += 1
      expect(await registry.findUpload(second.value.id)).toBeNull()
      await expect(registry.readUpload(second.value.id)).rejects.toThrow('expired')
    })

    test('a handle that was never given out finds nothing', async () => {
      for (const id of ['', '../parley.db', 'f'.repeat(32)]) {
        expect(await registry.findUpload(id)).toBeNull()
        await expect(registry.readUpload(id)).rejects.toThrow('gone')
        await registry.deleteUpload(id)
      }
      expect(await registry.listModels()).toEqual([])
    })
  })

  describe('conversations', () => {
    test('the newest document is read, and only by its owner', async () => {
      await registry.writeConversation('c1', 'ann', '{"turns":1}')
      await registry.writeConversation('c1', 'ann', '{"turns":2}')
      expect(await registry.readConversation('c1')).toBe('{"turns":2}')
      expect(await registry.readConversation('c1', 'ann')).toBe('{"turns":2}')
      expect(await registry.readConversation('c1', 'bob')).toBeNull()
      expect(await registry.readConversation('c2', 'ann')).toBeNull()
      await expect(registry.writeConversation('c1', 'bob', '{}')).rejects.toThrow('belongs')
      expect(await registry.readConversation('c1', 'ann')).toBe('{"turns":2}')
    })

    test('one that rested for its lifetime is gone', async () => {
      await registry.writeConversation('c1', 'ann', '{}')
      clock += CONVERSATION_LIFETIME_MS
      expect(await registry.readConversation('c1')).toBe('{}')
      clock += 1
      expect(await registry.readConversation('c1')).toBeNull()
    })
  })

  describe('API keys', () => {
    test('are found with their hash by id, and listed without it in the order they were made', async () => {
      await registry.createApiKey(KEY)
      await registry.createApiKey({ ...KEY, id: 'b'.repeat(12), createdAtMs: START_MS - 1 })
      expect(await registry.findApiKey(KEY.id)).toEqual(KEY)
      expect(await registry.findApiKey('c'.repeat(12))).toBeNull()
      const listed = await registry.listApiKeys()
      expect(listed.map(({ id }) => id)).toEqual(['b'.repeat(12), KEY.id])
      expect(JSON.stringify(listed)).not.toContain(KEY.sha256)
    })

    test('are revoked once, for every process, and kept', async () => {
      await registry.createApiKey(KEY)
      const other = await open()
      expect(await other.revokeApiKey(KEY.id)).toMatchObject({ value: { revokedAtMs: START_MS } })
      clock += 1000
      await registry.revokeApiKey(KEY.id)
      expect(await registry.findApiKey(KEY.id)).toMatchObject({ revokedAtMs: START_MS })
      expect(await registry.listApiKeys()).toHaveLength(1)
      expect(await registry.revokeApiKey('nothing')).toMatchObject({
        failure: { code: 'not_found' },
      })
    })

    test('keep the latest time of use, whoever writes it last', async () => {
      await registry.createApiKey(KEY)
      await registry.touchApiKeys(
        new Map([
          [KEY.id, 2000],
          ['gone', 1],
        ]),
      )
      await registry.touchApiKeys(new Map([[KEY.id, 1000]]))
      expect((await registry.findApiKey(KEY.id))?.lastUsedAtMs).toBe(2000)
    })
  })

  describe('the audit log', () => {
    test('tells the newest first, of one thing and since a time where that is asked', async () => {
      for (const subject of ['churn', 'iris', 'churn']) {
        await registry.recordAudit({ ...ENTRY, subject })
        clock += 1000
      }
      const all = await registry.listAudit({ limit: 10 })
      expect(all.map(({ subject }) => subject)).toEqual(['churn', 'iris', 'churn'])
      expect(all.map(({ atMs }) => atMs - START_MS)).toEqual([2000, 1000, 0])
      const ids = all.map(({ id }) => id)
      expect(ids).toEqual([...ids].sort((left, right) => right - left))
      expect(await registry.listAudit({ limit: 1 })).toEqual(all.slice(0, 1))
      expect(await registry.listAudit({ limit: 9, subject: 'iris' })).toEqual(all.slice(1, 2))
      expect(await registry.listAudit({ limit: 9, sinceMs: START_MS + 1000 })).toEqual(
        all.slice(0, 2),
      )
    })

    test('what began is there at once, and says how it ended when it has', async () => {
      const id = await registry.recordAudit({ ...ENTRY, subject: null, outcome: 'started' })
      expect(await registry.listAudit({ limit: 1 })).toMatchObject([{ id, outcome: 'started' }])
      await registry.finishAudit(id, { outcome: 'done', subject: 'churn' })
      expect(await registry.listAudit({ limit: 1 })).toEqual([
        { ...ENTRY, id, atMs: START_MS, outcome: 'done', subject: 'churn' },
      ])
      await registry.finishAudit(id, { outcome: 'conflict', subject: null })
      expect(await registry.listAudit({ limit: 1 })).toMatchObject([
        { outcome: 'conflict', subject: 'churn' },
      ])
    })

    test('is kept for its time and no longer, and an id is never used again', async () => {
      const id = await registry.recordAudit(ENTRY)
      clock += AUDIT_RETENTION_MS
      expect(await (await open()).listAudit({ limit: 1 })).toHaveLength(1)
      clock += 1
      const reopened = await open()
      expect(await reopened.listAudit({ limit: 1 })).toEqual([])
      expect(await reopened.recordAudit(ENTRY)).toBeGreaterThan(id)
    })
  })

  describe('news of changes', () => {
    test('every kind of write is told at once to who listens here', async () => {
      const told: string[] = []
      const stop = registry.onChange((names) => told.push(names.join(' ')))
      await registry.createVersion(sampleVersion('churn', 'a'))
      await registry.setLive('churn', null)
      await registry.updateModel('churn', { title: 'Leavers' })
      await registry.createVersion(sampleVersion('price', 'a'))
      await registry.deleteModel('churn')
      expect(told).toEqual(['churn', 'churn', 'churn', 'price', 'churn'])
      stop()
      await registry.deleteModel('price')
      expect(told).toHaveLength(5)
    })

    test('a write that changes nothing is no news', async () => {
      await registry.createVersion(sampleVersion('churn', 'a'))
      const told: string[] = []
      registry.onChange((names) => told.push(names.join(' ')))
      await registry.setLive('churn', 1)
      await registry.setLive('churn', 7)
      await registry.writeConversation('c1', 'ann', '{}')
      expect(told).toEqual([])
    })

    test('one listener that fails keeps the news from no other', async () => {
      const told: string[] = []
      registry.onChange(() => {
        throw new Error('a listener with a bug')
      })
      registry.onChange((names) => told.push(names.join(' ')))
      await registry.createVersion(sampleVersion('churn', 'a'))
      expect(told).toEqual(['churn'])
    })

    test('another connection hears of the names that differ, of nothing else', async () => {
      await registry.createVersion(sampleVersion('price', 'a'))
      const other = await open()
      const heard = new Promise<readonly string[]>((resolve) => other.onChange(resolve))
      await registry.createVersion(sampleVersion('churn', 'a'))
      expect(await heard).toEqual(['churn'])
      const heardDelete = new Promise<readonly string[]>((resolve) => other.onChange(resolve))
      await registry.deleteModel('churn')
      expect(await heardDelete).toEqual(['churn'])
      expect(await other.findModel('churn')).toBeNull()
    })
  })

  test('closing twice is closing once', async () => {
    await registry.close()
    await registry.close()
  })
}
