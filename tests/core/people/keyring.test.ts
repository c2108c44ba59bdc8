// Keys over a real registry: what is kept of them, whose they are, and how soon they stop.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { idOfKey, makeApiKey, matchesKey, type NewApiKey } from '#core/people/api-key.ts'
import { createKeyring, KEY_MEMORY_MS, type Keyring } from '#core/people/keyring.ts'
import { createRequestPrincipals } from '#core/people/request-principals.ts'
import { createTestPorts, type TestPorts } from '../../support/ports.ts'
import { silentLogger } from '../../support/silent-logger.ts'

const START_MS = Date.parse('2026-03-01T12:00:00.000Z')
const WISH: NewApiKey = {
  name: 'ci',
  role: 'viewer',
  scopes: null,
  models: null,
  expiresAtMs: null,
  createdBy: 'local',
}

let ports: TestPorts
let keyring: Keyring
let clock: number

beforeEach(async () => {
  clock = START_MS
  ports = await createTestPorts({ now: () => clock })
  keyring = createKeyring({ store: ports.registry, now: () => clock, logger: silentLogger })
})
afterEach(async () => {
  await keyring.close()
  await ports.close()
})

async function create(changes: Partial<NewApiKey> = {}) {
  const made = makeApiKey({ ...WISH, ...changes }, { randomBytes, nowMs: clock })
  await ports.registry.createApiKey(made.stored)
  return { key: made.key, id: made.stored.id }
}

describe('a key', () => {
  test('is 40 letters and digits after its prefix and id, and all of them occur', () => {
    const keys = Array.from({ length: 200 }, () => makeApiKey(WISH, { randomBytes, nowMs: 0 }).key)
    expect(keys.every((key) => /^parley_[0-9a-f]{12}_[0-9A-Za-z]{40}$/.test(key))).toBe(true)
    expect(new Set(keys).size).toBe(200)
    expect(new Set(keys.flatMap((key) => [...key.slice(20)])).size).toBe(62)
  })

  test('has letters that are equally likely, whatever the bytes are', () => {
    const bytes = Array.from({ length: 512 }, (_, index) => index % 256)
    let at = 0
    const source = (count: number) =>
      Uint8Array.from({ length: count }, () => bytes[at++ % bytes.length] ?? 0)
    const counts = new Map<string, number>()
    for (let key = 0; key < 620; key += 1) {
      at = key * 7
      for (const letter of makeApiKey(WISH, { randomBytes: source, nowMs: 0 }).key.slice(20)) {
        counts.set(letter, (counts.get(letter) ?? 0) + 1)
      }
    }
    expect(Math.max(...counts.values()) / Math.min(...counts.values())).toBeLessThan(1.2)
  })

  test('is kept as a hash only', async () => {
    const { key, stored } = makeApiKey(WISH, { randomBytes, nowMs: 0 })
    expect(JSON.stringify(stored)).not.toContain(key.slice(20))
    expect(stored.sha256).toBe(new Bun.CryptoHasher('sha256').update(key).digest('hex'))
    expect(matchesKey(key, stored)).toBe(true)
    expect(matchesKey(`${key.slice(0, -1)}~`, stored)).toBe(false)
    expect(matchesKey(key, { sha256: '' })).toBe(false)
  })

  test.each(['', 'parley_', 'parley_000000000000_short', 'Bearer x', 'parley_zzzzzzzzzzzz_'])(
    '%p is none',
    (text) => {
      expect(idOfKey(text)).toBeNull()
      expect(keyring.principalOf(text, 'rest')).toBeNull()
    },
  )
})

describe('the holder of a key', () => {
  test('has its role, its limits and its name', async () => {
    const { key, id } = await create({ role: 'deployer', scopes: ['predict'], models: ['churn'] })
    expect(await keyring.principalOf(key, 'mcp')).toEqual({
      id: `key:${id}`,
      role: 'deployer',
      surface: 'mcp',
      display: 'ci',
      scopes: ['predict'],
      models: ['churn'],
    })
    const plain = await create()
    const holder = await keyring.principalOf(plain.key, 'rest')
    expect(holder).toEqual({
      id: `key:${plain.id}`,
      role: 'viewer',
      surface: 'rest',
      display: 'ci',
    })
  })

  test('is nobody with another secret, before and after the right one was seen', async () => {
    const { key, id } = await create()
    const wrong = `parley_${id}_${'0'.repeat(40)}`
    expect(await keyring.principalOf(wrong, 'rest')).toBeNull()
    expect(await keyring.principalOf(key, 'rest')).not.toBeNull()
    expect(keyring.principalOf(wrong, 'rest')).toBeNull()
  })

  test('is known without a question to the database for a moment', async () => {
    const { key } = await create()
    await keyring.principalOf(key, 'rest')
    expect(keyring.principalOf(key, 'rest')).not.toBeInstanceOf(Promise)
    clock += KEY_MEMORY_MS
    expect(keyring.principalOf(key, 'rest')).toBeInstanceOf(Promise)
  })

  test('is out at its expiry, to the millisecond, also when it was just seen', async () => {
    const { key } = await create({ expiresAtMs: START_MS + 500 })
    expect(await keyring.hasUsableKey()).toBe(true)
    clock += 499
    expect(await keyring.principalOf(key, 'rest')).not.toBeNull()
    clock += 1
    expect(await keyring.principalOf(key, 'rest')).toBeNull()
    expect(await keyring.hasUsableKey()).toBe(false)
  })

  test('is out a moment after another process revoked it', async () => {
    const { key, id } = await create()
    await keyring.principalOf(key, 'rest')
    await ports.registry.revokeApiKey(id)
    clock += KEY_MEMORY_MS
    expect(await keyring.principalOf(key, 'rest')).toBeNull()
    expect(await keyring.hasUsableKey()).toBe(false)
  })

  test('leaves the time of the last use, written at the end if not before', async () => {
    const { key, id } = await create()
    const unused = await create()
    await keyring.principalOf(key, 'rest')
    clock += 10
    await keyring.principalOf(key, 'rest')
    expect((await ports.registry.findApiKey(id))?.lastUsedAtMs).toBeNull()
    await keyring.close()
    expect((await ports.registry.findApiKey(id))?.lastUsedAtMs).toBe(START_MS + 10)
    expect((await ports.registry.findApiKey(unused.id))?.lastUsedAtMs).toBeNull()
  })
})

test('a key that was sent decides; without one it is the person at the machine, or nobody', async () => {
  const { key, id } = await create()
  const local = { id: 'local', role: 'admin', surface: 'rest' } as const
  const open = createRequestPrincipals({ keyring, local, surface: 'rest' })
  const closed = createRequestPrincipals({ keyring, local: null, surface: 'rest' })
  const sending = (authorization?: string) => ({
    headers: new Headers(authorization === undefined ? {} : { authorization }),
  })
  expect(open(sending())).toBe(local)
  expect(closed(sending())).toBeNull()
  expect(await open(sending(`Bearer ${key}`))).toMatchObject({ id: `key:${id}` })
  expect(await closed(sending(`bearer ${key}`))).toMatchObject({ id: `key:${id}` })
  for (const wrong of ['Bearer parley_wrong', 'Bearer', 'Bearer  ', 'bearer a b', 'parley_wrong']) {
    expect(await open(sending(wrong))).toBeNull()
  }
  // A proxy's own credentials are no key of ours.
  expect(open(sending('Basic YTpi'))).toBe(local)
  expect(closed(sending('Basic YTpi'))).toBeNull()
})
