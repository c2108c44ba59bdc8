// Scopes, models, the audit log and the pace of changes, held by `invoke` for every surface alike.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import type { Principal } from '#core/operations/operation.ts'
import type { AuditEntry } from '#core/people/people-store.ts'
import { createRateLimiter } from '#core/people/rate-limits.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import { createTestPorts, deploySamples, run, type TestPorts } from '../../support/ports.ts'

let ports: TestPorts
let highest = 0

beforeAll(async () => {
  ports = await createTestPorts()
  await deploySamples(ports, ['churn', 'iris'])
})
afterAll(() => ports.close())
beforeEach(async () => {
  highest = (await ports.registry.listAudit({ limit: 1 }))[0]?.id ?? 0
})

/** What was written into the log by this test, oldest first. */
async function audited(): Promise<readonly AuditEntry[]> {
  const entries = await ports.registry.listAudit({ limit: 100 })
  return entries.filter(({ id }) => id > highest).reverse()
}

const ROW = { tenure: 24, monthly_charges: 70, total_charges: 1680 }
const KEY: Principal = { id: 'key:1', role: 'admin', surface: 'rest', display: 'ci' }
const CHURN_ONLY: Principal = { ...KEY, models: ['churn'] }

const INPUTS = {
  list_models: {},
  describe_model: { model: 'churn' },
  undeploy_model: { model: 'churn' },
  predict: { model: 'churn', features: ROW },
} as const

describe('scopes', () => {
  test.each([
    [['predict'], 'predict', true],
    [['predict'], 'describe_model', false],
    [['read'], 'describe_model', true],
    [['read'], 'undeploy_model', false],
    [['read', 'undeploy_model'], 'undeploy_model', true],
    [[], 'list_models', false],
  ] as const)('%p and %s: %p', async (scopes, operation, allowed) => {
    const principal = { ...KEY, scopes }
    const outcome = await run(ports, operation, INPUTS[operation], { principal })
    expect(outcome.ok || outcome.failure.code).toBe(allowed || 'forbidden')
    if (operation === 'undeploy_model') await run(ports, 'deploy_model', { name: 'churn' })
  })

  test('that lack one say which would do, and never lift a role', async () => {
    const scoped = await run(
      ports,
      'list_models',
      {},
      { principal: { ...KEY, scopes: ['predict'] } },
    )
    expect(scoped.ok ? '' : scoped.failure.message).toBe(
      '“List models” needs the scope list_models or read; you have predict. Ask an admin of this Parley for it.',
    )
    const principal = { ...KEY, role: 'viewer' as const, scopes: ['write'] }
    const raised = await run(ports, 'undeploy_model', { model: 'churn' }, { principal })
    expect(raised.ok ? '' : raised.failure.message).toContain('needs the role deployer')
  })
})

describe('somebody who may use churn only', () => {
  const principal = CHURN_ONLY

  test('predicts with it under every name it has', async () => {
    for (const model of ['churn', 'Customer churn']) {
      const outcome = await run(ports, 'predict', { model, features: ROW }, { principal })
      expect(outcome.ok).toBe(true)
    }
  })

  test('sees no other model, and cannot tell whether there is one', async () => {
    const listed = await run(ports, 'list_models', {}, { principal })
    expect(listed.ok && listed.value['models']).toMatchObject([{ name: 'churn' }])
    for (const model of ['iris', 'nothing', 'iri']) {
      const outcome = await run(ports, 'describe_model', { model }, { principal })
      expect(outcome.ok ? null : outcome.failure).toMatchObject({
        code: 'forbidden',
        message: `You may use churn only; “${model}” is not among them. Ask an admin of this Parley to add it.`,
      })
    }
  })

  test.each([
    ['deploy_model', { sample: 'iris' }],
    ['deploy_model', { sample: 'price', name: 'cost' }],
    ['undeploy_model', { model: 'iris' }],
    ['promote_version', { model: 'iris', version: 1 }],
    ['delete_model', { model: 'iris' }],
  ] as const)('cannot %s %p', async (operation, input) => {
    const outcome = await run(ports, operation, input, { principal })
    expect(outcome.ok ? null : outcome.failure.code).toBe('forbidden')
    expect(await ports.registry.findModel('iris')).toMatchObject({ liveVersion: 1 })
    expect(await ports.registry.findModel('cost')).toBeNull()
  })

  test('gives it another version', async () => {
    const input = { sample: 'churn', title: 'Leavers', positive_label: 'No' }
    const outcome = await run(ports, 'deploy_model', input, { principal })
    expect(outcome).toMatchObject({ ok: true, value: { name: 'churn', version: 2 } })
  })
})

describe('the audit log', () => {
  test('has who, what, on which model, from where and how it ended, and never an input', async () => {
    await run(ports, 'undeploy_model', { model: 'iris' }, { principal: KEY })
    await run(ports, 'deploy_model', { name: 'iris' }, { principal: KEY, requestId: 'r2' })
    expect(await audited()).toMatchObject([
      {
        principal: 'key:1',
        display: 'ci',
        surface: 'rest',
        operation: 'undeploy_model',
        subject: 'iris',
        outcome: 'done',
        requestId: 'test-request',
      },
      { operation: 'deploy_model', subject: 'iris', outcome: 'done', requestId: 'r2' },
    ])
  })

  test('has no reads, and every refused change', async () => {
    await run(ports, 'predict', { model: 'churn', features: ROW }, { principal: KEY })
    await run(ports, 'list_models', {}, { principal: KEY })
    const viewer = { ...KEY, role: 'viewer' as const }
    await run(ports, 'undeploy_model', { model: 'iris' }, { principal: viewer })
    // A question is no refusal; a confirmation that was not given with one is.
    await run(ports, 'delete_model', { model: 'iris' }, { principal: KEY })
    await run(ports, 'delete_model', { model: 'iris', confirmation: 'x' }, { principal: KEY })
    await run(ports, 'undeploy_model', { modle: 'iris' }, { principal: KEY })
    await run(ports, 'undeploy_model', { model: 'row 4711' }, { principal: KEY })
    expect((await audited()).map(({ outcome, subject }) => [outcome, subject])).toEqual([
      ['forbidden', 'iris'],
      ['conflict', 'iris'],
      ['invalid_input', null],
      ['not_found', null],
    ])
  })

  test('that cannot be written keeps a change from happening, and no read', async () => {
    const full: TestPorts = {
      ...ports,
      registry: {
        ...ports.registry,
        recordAudit: () => Promise.reject(new RegistryUnavailable('The disk is full.')),
      },
    }
    const changed = await run(full, 'undeploy_model', { model: 'iris' }, { principal: KEY })
    expect(changed.ok ? null : changed.failure).toMatchObject({
      code: 'unavailable',
      message: 'This cannot be written into the audit log, so it was not done. The disk is full.',
    })
    expect(await ports.registry.findModel('iris')).toMatchObject({ liveVersion: 1 })
    expect((await run(full, 'list_models', {}, { principal: KEY })).ok).toBe(true)
    const viewer = { ...KEY, role: 'viewer' as const }
    const refused = await run(full, 'undeploy_model', { model: 'iris' }, { principal: viewer })
    expect(refused.ok ? null : refused.failure.code).toBe('forbidden')
  })

  test('says that a change began while it is running', async () => {
    const seen: unknown[] = []
    const watching: TestPorts = {
      ...ports,
      registry: {
        ...ports.registry,
        async setLive(name, number) {
          seen.push(...(await audited()).map(({ outcome }) => outcome))
          return ports.registry.setLive(name, number)
        },
      },
    }
    await run(watching, 'undeploy_model', { model: 'iris' }, { principal: KEY })
    await run(ports, 'deploy_model', { name: 'iris' })
    expect(seen).toEqual(['started'])
  })
})

test('changes beyond the pace wait, reads do not, and neither fills the log', async () => {
  const rates = createRateLimiter({
    monotonicMs: () => 0,
    limits: {
      request: { capacity: 1, perSecond: 1 },
      turn: { capacity: 1, perSecond: 1 },
      change: { capacity: 2, perSecond: 0.1 },
    },
  })
  const paced: TestPorts = { ...ports, rates }
  const undeploy = (principal: Principal) =>
    run(paced, 'undeploy_model', { model: 'nothing' }, { principal })
  await undeploy(KEY)
  await undeploy(KEY)
  const third = await undeploy(KEY)
  expect(third.ok ? null : third.failure).toEqual({
    code: 'rate_limited',
    message: 'Too many changes at once. Try again in 10 seconds.',
    details: [],
    retryAfterSeconds: 10,
  })
  expect(await audited()).toHaveLength(2)
  expect((await run(paced, 'list_models', {}, { principal: KEY })).ok).toBe(true)
  const other = await undeploy({ ...KEY, id: 'key:2' })
  expect(other.ok ? null : other.failure.code).toBe('not_found')
  for (let count = 0; count < 4; count += 1) {
    const local = await undeploy({ id: 'local', role: 'admin', surface: 'cli' })
    expect(local.ok ? null : local.failure.code).toBe('not_found')
  }
})
