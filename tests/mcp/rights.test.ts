// `parley mcp` with no server running has the rights that the server would give: the permissions file's, or a key's.

import { afterAll, afterEach, beforeAll, describe, expect, setSystemTime, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { KEY_MEMORY_MS } from '#core/people/keyring.ts'
import { createKey, revokeKey } from '#core/people/manage-keys.ts'
import { createMcpServer } from '#mcp/create-server.ts'
import { readConfiguration } from '../../bin/configuration.ts'
import { openOwn } from '../../bin/mcp-backends.ts'
import { openRegistry } from '../../bin/ports.ts'
import { CHURN_FILE, ROOT } from '../api/support.ts'
import { testPrincipal } from '../support/ports.ts'
import { silentLogger } from '../support/silent-logger.ts'
import { connectStdio } from './support.ts'

const PATIENCE_MS = 30_000

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-rights-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
afterEach(() => {
  setSystemTime()
})

/** A data folder with this permissions file, and what is needed to open it as the command does. */
async function dataFolder(name: string, permissions?: unknown) {
  const data = join(folder, name)
  await mkdir(data, { recursive: true })
  if (permissions !== undefined) {
    await Bun.write(join(data, 'parley.permissions.json'), JSON.stringify(permissions))
  }
  const configuration = readConfiguration({ PARLEY_DATA: data, PORT: '1' })
  if (!configuration.ok) throw new Error(configuration.failure.message)
  const withRegistry = async <T>(
    work: (registry: Awaited<ReturnType<typeof openRegistry>>) => Promise<T>,
  ): Promise<T> => {
    const registry = await openRegistry(configuration.value, silentLogger)
    try {
      return await work(registry)
    } finally {
      await registry.close()
    }
  }
  return { data, configuration: configuration.value, withRegistry }
}

describe('the person at this machine', () => {
  test(
    'who is a viewer reads, changes nothing, and each attempt is in the audit log',
    async () => {
      const { data, withRegistry } = await dataFolder('viewer', { local: 'viewer' })
      const allowed = join(folder, 'allowed')
      await mkdir(allowed)
      await copyFile(CHURN_FILE, join(allowed, 'churn_model.pkl'))
      const client = await connectStdio('2026-07-28', {
        words: ['--allow', allowed],
        environment: { PARLEY_DATA: data, PORT: '1' },
      })
      expect((await client.call('list_models', {})).isError).toBe(false)
      const refused = await client.call('deploy_model', { path: 'churn_model.pkl' })
      expect(refused).toMatchObject({ isError: true, error: { code: 'forbidden' } })
      expect(refused.text).toContain('needs the role deployer; you have the role viewer')
      await client.close()
      const entries = await withRegistry((registry) => registry.listAudit({ limit: 10 }))
      expect(entries).toHaveLength(1)
      expect(entries[0]).toMatchObject({
        principal: 'local',
        surface: 'mcp',
        operation: 'deploy_model',
        outcome: 'forbidden',
      })
    },
    PATIENCE_MS,
  )

  test.each([
    ['nobody', { local: 'none' }, {}, null, 'The permissions file gives "local" no rights'],
    ['missing', undefined, { PARLEY_PERMISSIONS: '/no/such.json' }, null, '/no/such.json'],
    ['keyed', undefined, { PARLEY_REQUIRE_KEYS: '1' }, null, 'Everybody needs a key here'],
    ['wrong', undefined, {}, 'parley_wrong', 'The key in PARLEY_API_KEY is none that works for'],
  ])('is told why nobody may come in (%s)', async (name, permissions, environment, key, words) => {
    const { data } = await dataFolder(name, permissions)
    const configuration = readConfiguration({ ...environment, PARLEY_DATA: data, PORT: '1' })
    if (!configuration.ok) throw new Error(configuration.failure.message)
    const opened = await openOwn(configuration.value, { folders: [], logger: silentLogger, key })
    expect(opened.ok ? 'it opened' : opened.failure.message).toContain(words)
  })

  test.each([
    ['broken', { local: 'vewer' }, 2, '/broken/parley.permissions.json, local must be viewer'],
    ['closed', { local: 'none' }, 6, 'gives "local" no rights'],
  ])(
    'is told in one sentence why the start stops (%s)',
    async (name, permissions, code, sentence) => {
      const { data } = await dataFolder(name, permissions)
      const child = Bun.spawn([process.execPath, `${ROOT}/bin/parley.ts`, 'mcp'], {
        env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA: data, PORT: '1' },
        stdin: 'ignore',
        stdout: 'pipe',
        stderr: 'pipe',
      })
      const [printed, complained] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ])
      expect([await child.exited, printed]).toEqual([code, ''])
      expect(complained).toContain(sentence)
      expect(complained.trim().split('\n')).toHaveLength(1)
    },
    PATIENCE_MS,
  )
})

test('a key decides with no server running too, also where the file gives more, until it is revoked', async () => {
  const { configuration, withRegistry } = await dataFolder('held', { local: 'admin' })
  const context = { randomBytes, now: Date.now, by: testPrincipal, requestId: 'test' }
  const wish = { name: 'desk', role: 'viewer', scopes: ['predict'], models: null } as const
  const made = await withRegistry((store) =>
    createKey({ ...wish, lifetimeMs: null }, { ...context, store }),
  )
  if (!made.ok) throw new Error(made.failure.message)
  const { key, record } = made.value
  const opened = await openOwn(configuration, { folders: [], logger: silentLogger, key })
  if (!opened.ok) throw new Error(opened.failure.message)
  const { backend, findPrincipal, close } = opened.value
  const [near, far] = InMemoryTransport.createLinkedPair()
  const settings = { backend, findPrincipal, version: '0', logger: silentLogger }
  await createMcpServer(settings).connect(far)
  const client = new Client({ name: 'parley-tests', version: '1' })
  await client.connect(near)
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('predict')
  expect(await findPrincipal()).toEqual({
    id: `key:${record.id}`,
    display: 'desk',
    role: 'viewer',
    scopes: ['predict'],
    surface: 'mcp',
  })
  await withRegistry((store) => revokeKey(record.id, { ...context, store }))
  setSystemTime(Date.now() + KEY_MEMORY_MS)
  expect(await findPrincipal()).toBeNull()
  expect(client.listTools()).rejects.toThrow('does not work any more')
  await client.close()
  await close()
})
