// check_drift on the real churn model: too early, stable, drifting, wrong, unwatched and without anything to compare with.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Row } from '#core/model.ts'
import { checkDrift } from '#core/operations/check-drift.ts'
import { createTestPorts, deploySamples, run, type TestPorts } from '../../support/ports.ts'

let ports: TestPorts
let now = 1_700_000_000_000
beforeAll(async () => {
  ports = await createTestPorts({ now: () => now })
  await deploySamples(ports, ['churn', 'price'])
})
afterAll(() => ports.close())

async function check(model = 'churn') {
  const outcome = await run(ports, 'check_drift', { model })
  if (!outcome.ok) throw new Error(outcome.failure.message)
  const drift = checkDrift.output.parse(outcome.value)
  return { drift, text: checkDrift.present(drift).text }
}

async function predictAll(rows: readonly Row[], change: (row: Row) => Row = (row) => row) {
  for (const row of rows) {
    now += 100
    const input = { model: 'churn', features: change(row) }
    const done = await run(ports, 'predict', input, { requestId: `r${now}` })
    if (!done.ok) throw new Error(done.failure.message)
  }
}

test('says when it is too early, then that nothing changed, then what did', async () => {
  const rows = (await ports.registry.readReport('churn', 1))?.background ?? []
  expect(rows.length).toBe(64)
  expect((await check()).text).toContain('Too early to say')

  await predictAll([...rows, ...rows])
  const stable = await check()
  expect(stable.drift).toMatchObject({ verdict: 'stable', rows: 128, answers: 128 })
  expect(stable.text).toContain('No, churn looks stable')

  await predictAll([...rows, ...rows, ...rows], (row) => ({ ...row, tenure: 1 }))
  const drifted = await check()
  expect(drifted.drift.verdict).toBe('drifted')
  expect(drifted.drift.features.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['tenure', 'drifted'],
    ['monthly_charges', 'stable'],
    ['total_charges', 'stable'],
  ])
  expect(drifted.text).toMatch(/churn is drifting.*tenure/)
  const shares = drifted.drift.features[0]?.bins.reduce((sum, bin) => sum + bin.current, 0)
  expect(shares).toBeCloseTo(1, 9)
})

test('adds how right it was, once somebody says what was true', async () => {
  expect((await check()).drift.live).toBeNull()
  const version = await ports.registry.findVersion('churn', 1)
  if (version === null) throw new Error('churn is not there')
  const ids = Array.from({ length: 50 }, (_, index) => `r${now - index * 100}`)
  ports.monitor?.addOutcomes(
    'churn',
    ids.map((id) => ({ id, actual: 'neither' })),
  )
  const { drift, text } = await check()
  expect(drift.live).toMatchObject({
    rows: 50,
    value: 0,
    trained: version.metrics['accuracy'] ?? null,
  })
  expect(text).toContain('worse than in training')
})

test('says that it compared answers alone where the inputs were not kept', async () => {
  const drift = checkDrift.output.parse({
    ...(await check()).drift,
    rows: 0,
    answers: 100,
    verdict: 'stable',
  })
  expect(checkDrift.present(drift).text).toContain('about its answers alone')
})

test('is kind where there is nothing to compare with, or nobody watches', async () => {
  const { drift, text } = await check('price')
  expect(drift.verdict).toBe('no_reference')
  expect(text).toContain('Train it with Parley')
  const { monitor: _, ...unwatched } = ports
  const outcome = await run(unwatched, 'check_drift', { model: 'churn' })
  expect(outcome.ok && outcome.value).toMatchObject({ verdict: 'not_watched' })
})
