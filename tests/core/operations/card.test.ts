// A model's card: where it comes from, what replaces it, and how long it may be.

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createTestPorts, run, SAMPLES_FOLDER, type TestPorts } from '../../support/ports.ts'

const CHURN_CARD = await Bun.file(join(SAMPLES_FOLDER, 'churn/card.md')).text()
const LIMIT = 65_536

let ports: TestPorts

beforeEach(async () => {
  ports = await createTestPorts()
})
afterEach(() => ports.close())

async function deploy(input: Readonly<Record<string, unknown>>) {
  const outcome = await run(ports, 'deploy_model', input)
  if (!outcome.ok) throw new Error(outcome.failure.message)
}

async function cardOf(model: string): Promise<unknown> {
  const outcome = await run(ports, 'describe_model', { model })
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome.value['card']
}

async function uploadChurn(): Promise<string> {
  const stored = await ports.registry.createUpload({
    fileName: 'churn_model.pkl',
    owner: 'local',
    content: await Bun.file(join(SAMPLES_FOLDER, 'churn/churn_model.pkl')).bytes(),
    maximumBytes: 10_000_000,
  })
  if (!stored.ok) throw new Error(stored.failure.message)
  return stored.value.id
}

test('a sample brings its own', async () => {
  await deploy({ sample: 'churn' })
  expect(CHURN_CARD).toContain('# Customer churn')
  expect(await cardOf('churn')).toBe(CHURN_CARD)
})

test('a file has none until one is given, with the file, the same file again or the name alone', async () => {
  await deploy({ upload: await uploadChurn() })
  expect(await cardOf('churn')).toBeUndefined()
  await deploy({ upload: await uploadChurn(), card: '# One' })
  expect(await cardOf('churn')).toBe('# One')
  await deploy({ name: 'churn', card: '# Two' })
  expect(await cardOf('churn')).toBe('# Two')
  await deploy({ upload: await uploadChurn(), positive_label: 'No', classes: ['No', 'Yes'] })
  expect(await cardOf('churn')).toBe('# Two')
  await deploy({ name: 'churn', card: '' })
  expect(await cardOf('churn')).toBeUndefined()
})

test('a sample fills a gap and never takes the place of what a person wrote', async () => {
  await deploy({ upload: await uploadChurn() })
  await deploy({ sample: 'churn' })
  expect(await cardOf('churn')).toBe(CHURN_CARD)
  await deploy({ name: 'churn', card: '# Mine' })
  await deploy({ sample: 'churn', name: 'churn' })
  expect(await cardOf('churn')).toBe('# Mine')
})

test('64 KB is the most, counted in bytes', async () => {
  await deploy({ sample: 'churn', card: 'a'.repeat(LIMIT) })
  for (const card of ['a'.repeat(LIMIT + 1), 'ü'.repeat(LIMIT / 2 + 1)]) {
    const refused = await run(ports, 'deploy_model', { sample: 'churn', card })
    expect(refused.ok ? null : refused.failure).toMatchObject({
      code: 'invalid_input',
      details: [{ path: 'card' }],
    })
  }
})
