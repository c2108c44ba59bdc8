// The gate every operation passes: what is refused, in which words, what is logged and what never leaves.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { z } from 'zod'
import { mayInvoke } from '#core/operations/access.ts'
import { findOperation } from '#core/operations/index.ts'
import { invoke, needsInput } from '#core/operations/invoke.ts'
import { defineOperation, type Role } from '#core/operations/operation.ts'
import {
  createTestPorts,
  run,
  type TestPorts,
  testCall,
  testPrincipal,
} from '../../support/ports.ts'
import { createRecordingLogger } from '../../support/silent-logger.ts'

const { logger, lines } = createRecordingLogger()
let ports: TestPorts

beforeAll(async () => {
  ports = await createTestPorts({ logger })
})
afterAll(() => ports.close())

const SECRET = 'row data 4711'

/** An operation whose behaviour the input chooses. */
const probe = defineOperation({
  name: 'help',
  title: 'Probe',
  description: 'Does what it is told.',
  effect: 'read',
  cost: 'instant',
  input: z.strictObject({
    mode: z.enum(['works', 'throws', 'lies', 'waits']),
    count: z.int().min(1).max(3).optional(),
    rows: z.array(z.strictObject({ price: z.number() })).optional(),
  }),
  output: z.object({ answer: z.number() }),
  errors: [],
  examples: [],
  async handle({ mode }, { signal }) {
    if (mode === 'throws') throw new Error(SECRET)
    if (mode === 'lies') return { ok: true, value: { answer: SECRET as unknown as number } }
    if (mode === 'waits') {
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    }
    return { ok: true, value: { answer: 42 } }
  },
  present: () => ({ text: '', blocks: [] }),
})

function lastLine() {
  const line = lines.at(-1)
  if (line === undefined) throw new Error('nothing was logged')
  return line
}

describe('an input', () => {
  test('that is wrong in several places is answered with all of them and their paths', async () => {
    const outcome = await invoke(
      probe,
      { mode: 'sings', count: 7, rows: [{ price: 1 }, { price: '2', colour: 'red' }], moed: 1 },
      testCall(ports),
    )
    expect(outcome).toEqual({
      ok: false,
      failure: {
        code: 'invalid_input',
        message:
          'help cannot run with this input: mode must be one of "works", "throws", "lies", "waits"; count must be at most 3; rows[1].price must be a number; and 2 more.',
        details: [
          { path: 'mode', message: 'must be one of "works", "throws", "lies", "waits"' },
          { path: 'count', message: 'must be at most 3' },
          { path: 'rows[1].price', message: 'must be a number' },
          { path: 'rows[1].colour', message: 'is not known here' },
          { path: 'moed', message: 'is not known here; did you mean "mode"?' },
        ],
      },
    })
  })

  test.each([undefined, null, 5, 'text', [[]]])('that is %p is no object', async (input) => {
    const outcome = await invoke(probe, input, testCall(ports))
    expect(outcome.ok ? null : outcome.failure.details[0]).toEqual({
      path: '',
      message: 'must be an object',
    })
  })

  test('without a field that is needed says so', async () => {
    const outcome = await run(ports, 'predict', {})
    expect(outcome.ok ? null : outcome.failure.details).toEqual([
      { path: 'model', message: 'is required' },
      { path: 'features', message: 'is required' },
    ])
  })

  test('that does not yet say enough is answered with the question', async () => {
    const deploy = findOperation('deploy_model')
    if (deploy === null) throw new Error('deploy_model is missing')
    expect(needsInput(deploy, {})?.text).toStartWith('Great! Please upload your model file')
    expect(needsInput(deploy, { sample: 'churn' })).toBeNull()
    const outcome = await run(ports, 'deploy_model', {})
    expect(outcome.ok ? null : outcome.failure).toMatchObject({
      code: 'invalid_input',
      details: [{ path: 'upload', message: 'is required' }],
    })
  })
})

describe('a role', () => {
  const matrix: readonly [Role, string, boolean][] = [
    ['viewer', 'predict', true],
    ['viewer', 'predict_batch', true],
    ['viewer', 'deploy_model', false],
    ['deployer', 'deploy_model', true],
    ['deployer', 'promote_version', true],
    ['deployer', 'delete_model', false],
    ['admin', 'delete_model', true],
  ]
  test.each(matrix)('%s may use %s: %p', (role, name, allowed) => {
    const operation = findOperation(name)
    if (operation === null) throw new Error(`${name} is missing`)
    expect(mayInvoke(operation, { ...testPrincipal, role })).toBe(allowed)
  })

  test('that is too low is told which one is needed, before the input is looked at', async () => {
    const principal = { ...testPrincipal, role: 'viewer' as const }
    const outcome = await run(ports, 'deploy_model', { nonsense: 1 }, { principal })
    expect(outcome.ok ? null : outcome.failure).toEqual({
      code: 'forbidden',
      message:
        '“Deploy a model” needs the role deployer; you have the role viewer. Ask an admin of this Parley for it.',
      details: [],
    })
  })
})

describe('a destructive operation', () => {
  const ask = async (input: Record<string, unknown>, principal = testPrincipal) => {
    const outcome = await run(ports, 'delete_model', input, { principal })
    if (outcome.ok) throw new Error('it ran without a question')
    return outcome.failure
  }
  const isThere = async (name: string) => (await ports.registry.findModel(name)) !== null

  test('asks first, of what it would work on, and gives what says yes', async () => {
    await run(ports, 'deploy_model', { sample: 'iris', name: 'doomed' })
    expect(await ask({ model: 'Doomed ' })).toEqual({
      code: 'needs_confirmation',
      message: 'This deletes doomed with all its versions and cannot be undone. Shall I go ahead?',
      details: [
        {
          path: 'confirmation',
          message:
            'is needed: send the same again with the token of this answer, or say yes where asked',
        },
      ],
      confirmation: {
        token: expect.stringMatching(/^[\da-f]{32}$/),
        expiresAt: expect.stringMatching(/Z$/),
      },
    })
    expect(await isThere('doomed')).toBe(true)
  })

  test('says that there is nothing of that name before it asks anything', async () => {
    expect(await ask({ model: 'nothing' })).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('There is no model called “nothing”'),
    })
  })

  test('runs once with that confirmation, for the same person and input only', async () => {
    for (const name of ['doomed', 'spared']) {
      await run(ports, 'deploy_model', { sample: 'iris', name })
    }
    const { token = '' } = (await ask({ model: 'doomed' })).confirmation ?? {}
    const other = { ...testPrincipal, id: 'key:0123456789ab' }
    const refusals = [
      await ask({ model: 'doomed', confirmation: token }, other),
      await ask({ model: 'spared', confirmation: token }),
      await ask({ model: 'doomed', confirmation: '0'.repeat(32) }),
    ]
    for (const { code, message, confirmation } of refusals) {
      expect([code, confirmation]).toEqual(['conflict', undefined])
      expect(message).toContain('Nothing was done')
    }
    expect([await isThere('doomed'), await isThere('spared')]).toEqual([true, true])
    const done = await run(ports, 'delete_model', { model: 'doomed', confirmation: token })
    expect(done).toMatchObject({ ok: true, value: { model: 'doomed' } })
    await run(ports, 'deploy_model', { sample: 'iris', name: 'doomed' })
    expect(await ask({ model: 'doomed', confirmation: token })).toMatchObject({ code: 'conflict' })
    expect(await isThere('doomed')).toBe(true)
  })

  test('is asked about again when the yes comes too late', async () => {
    let now = Date.now()
    const slow = await createTestPorts({ now: () => now })
    await run(slow, 'deploy_model', { sample: 'iris' })
    const asked = await run(slow, 'delete_model', { model: 'iris' })
    const confirmation = asked.ok ? '' : asked.failure.confirmation?.token
    now += 10 * 60 * 1000
    const late = await run(slow, 'delete_model', { model: 'iris', confirmation })
    expect(late.ok ? null : late.failure.code).toBe('conflict')
    await slow.close()
  })

  test('cannot be confirmed by the words of a conversation, whatever they carry', async () => {
    await run(ports, 'deploy_model', { sample: 'iris', name: 'doomed' })
    const principal = { ...testPrincipal, surface: 'chat' as const }
    const { token } = (await ask({ model: 'doomed' }, principal)).confirmation ?? {}
    const again = await ask({ model: 'doomed', confirmation: token }, principal)
    expect(again.code).toBe('needs_confirmation')
    expect(await isThere('doomed')).toBe(true)
    const said = { principal, confirmed: true }
    expect(await run(ports, 'delete_model', { model: 'doomed' }, said)).toMatchObject({ ok: true })
  })
})

describe('what goes wrong inside', () => {
  test('is answered without a word of it, and logged without the message that may hold rows', async () => {
    lines.length = 0
    const outcome = await invoke(probe, { mode: 'throws' }, testCall(ports))
    expect(outcome).toEqual({
      ok: false,
      failure: {
        code: 'internal',
        message: 'Something went wrong on our side. It is logged under request test-request.',
        details: [],
      },
    })
    expect(lines.map(({ level }) => level)).toEqual(['error', 'warn'])
    expect(JSON.stringify(lines)).toContain('invoke.test.ts')
    expect(JSON.stringify(lines)).not.toContain(SECRET)
  })

  test('a broken promise about the output is our fault and shows no value', async () => {
    lines.length = 0
    const outcome = await invoke(probe, { mode: 'lies' }, testCall(ports))
    expect(outcome.ok ? null : outcome.failure.code).toBe('internal')
    expect(lines[0]?.fields['issues']).toEqual([{ code: 'invalid_type', path: 'answer' }])
    expect(JSON.stringify(lines)).not.toContain(SECRET)
  })

  test('a call that is stopped is cancelled, not broken', async () => {
    const controller = new AbortController()
    const running = invoke(probe, { mode: 'waits' }, testCall(ports, { signal: controller.signal }))
    controller.abort()
    expect(await running).toMatchObject({ failure: { code: 'cancelled' } })
  })
})

test('each call leaves one line: operation, who, where, how long, how it ended, and no row', async () => {
  lines.length = 0
  await run(ports, 'predict', { model: 'nothing', features: { secret: SECRET } })
  expect(lines).toHaveLength(1)
  expect(lastLine()).toEqual({
    level: 'warn',
    message: 'operation',
    fields: {
      operation: 'predict',
      principal: 'local',
      surface: 'test',
      requestId: 'test-request',
      latencyMs: expect.any(Number),
      outcome: 'not_found',
    },
  })
})
