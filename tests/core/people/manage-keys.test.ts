// Making and revoking keys over a real registry: what is refused, and what the audit log holds of it.

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import type { Principal } from '#core/operations/operation.ts'
import { createKeyring } from '#core/people/keyring.ts'
import { createKey, type KeyContext, type KeyWish, revokeKey } from '#core/people/manage-keys.ts'
import { createTestPorts, type TestPorts } from '../../support/ports.ts'
import { silentLogger } from '../../support/silent-logger.ts'

const NOW_MS = Date.parse('2026-03-01T12:00:00.000Z')
const BY: Principal = { id: 'local', role: 'admin', surface: 'cli', display: 'Ada' }
const WISH: KeyWish = { name: 'ci', role: 'viewer', scopes: null, models: null, lifetimeMs: null }

let ports: TestPorts
let context: KeyContext

beforeEach(async () => {
  ports = await createTestPorts({ now: () => NOW_MS })
  context = { store: ports.registry, randomBytes, now: () => NOW_MS, by: BY, requestId: 'r1' }
})
afterEach(() => ports.close())

async function auditLines() {
  const entries = await ports.registry.listAudit({ limit: 10 })
  return entries.map(({ operation, outcome, principal, subject }) => ({
    operation,
    outcome,
    principal,
    subject,
  }))
}

test('a key that was made opens until it is revoked, and both stand in the audit log', async () => {
  const made = await createKey({ ...WISH, lifetimeMs: 60_000 }, context)
  if (!made.ok) throw new Error(made.failure.message)
  const { key, record } = made.value
  expect(record).toMatchObject({ name: 'ci', createdBy: 'local', expiresAtMs: NOW_MS + 60_000 })
  expect(JSON.stringify(record)).not.toContain('sha256')
  const keyring = createKeyring({ store: ports.registry, now: () => NOW_MS, logger: silentLogger })
  expect(await keyring.hasUsableKey()).toBe(true)
  expect(key).toContain(record.id)
  const revoked = await revokeKey(record.id, context)
  expect(revoked).toMatchObject({ ok: true, value: { id: record.id, revokedAtMs: NOW_MS } })
  expect(await keyring.hasUsableKey()).toBe(false)
  await keyring.close()
  const line = { outcome: 'done', principal: 'local', subject: record.id } as const
  expect(await auditLines()).toEqual([
    { operation: 'revoke_key', ...line },
    { operation: 'create_key', ...line },
  ])
})

test.each([
  ['a name of spaces', { name: '  ' }, 'A key needs a name of 1 to 64 characters.'],
  ['a name that is too long', { name: 'n'.repeat(65) }, 'A key needs a name of 1 to 64'],
  ['a scope that is not there', { scopes: ['fly'] }, 'There is no scope “fly”'],
  ['a model that cannot be', { models: ['Big One'] }, '“Big One” cannot be the name of a model.'],
])('%s makes no key and leaves no line', async (_, change, message) => {
  const made = await createKey({ ...WISH, ...change }, context)
  expect(made.ok ? '' : made.failure.message).toStartWith(message)
  expect(await ports.registry.listApiKeys()).toEqual([])
  expect(await auditLines()).toEqual([])
})

test('a key that is not there cannot be revoked', async () => {
  const revoked = await revokeKey('0123456789ab', context)
  expect(revoked).toMatchObject({ ok: false, failure: { code: 'not_found' } })
  expect(await auditLines()).toEqual([])
})
