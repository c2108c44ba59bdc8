// What a conversation holds for somebody with limits, and for somebody who talks too fast.

import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Principal } from '#core/operations/operation.ts'
import { createRateLimiter, RATE_LIMITS } from '#core/people/rate-limits.ts'
import { createTestPorts, type TestPorts } from '../support/ports.ts'
import { registerModels } from './support/catalogue-models.ts'
import { talkTo } from './support/talk.ts'
import { CATALOGUE } from './utterances/catalogue.ts'

let ports: TestPorts

beforeEach(async () => {
  ports = await createTestPorts()
  await registerModels(ports, CATALOGUE)
})
afterEach(() => ports.close())

const CHURN_ONLY: Principal = {
  id: 'slack:T1:U1',
  role: 'admin',
  surface: 'slack',
  models: ['churn'],
}

test('who may use churn only is told of no other model, in lists, hints and answers', async () => {
  const talk = talkTo(ports)
  const say = (message: string) => talk.say(message, { principal: CHURN_ONLY })
  const listed = await say('which models are there?')
  const missed = await say('what does the iris model need?')
  const deleted = await say('delete iris')
  expect(listed.reply).toContain('churn')
  for (const answer of [listed, missed, deleted]) {
    const { reply, blocks, steps } = answer
    // Who names a model hears its name back; nothing else of it.
    const names = CATALOGUE.map(({ name }) => name).filter(
      (name) => !['churn', 'iris'].includes(name),
    )
    const told = JSON.stringify({ reply, blocks, steps: steps.map(({ output }) => output) })
    for (const name of names) expect(told).not.toContain(`"${name}"`)
  }
  expect(JSON.stringify(missed.steps)).not.toContain('petal')
  expect(await ports.registry.findModel('iris')).not.toBeNull()
  const predicted = await say(
    'predict churn with tenure 24, monthly charges 70 and total charges 1680',
  )
  expect(predicted.steps).toMatchObject([{ operation: 'predict', status: 'done' }])
})

test('who may not do something is told so at once, and is not asked for what it would take', async () => {
  const talk = talkTo(ports)
  const lister: Principal = { ...CHURN_ONLY, scopes: ['list_models'] }
  const asked = await talk.say('predict churn', { principal: lister })
  expect(asked.steps).toMatchObject([{ operation: 'predict', status: 'failed' }])
  expect(asked.reply).toContain('needs the scope predict or read')
  expect(asked.reply).not.toContain('tenure')
  const viewer: Principal = { id: 'slack:T1:U2', role: 'viewer', surface: 'slack' }
  const sent = await talkTo(ports).say('I want to deploy my model', { principal: viewer })
  expect(sent.reply).toContain('needs the role deployer')
})

test('who talks too fast on a platform is told when to go on, and nothing runs', async () => {
  const rates = createRateLimiter({ monotonicMs: () => 0 })
  const talk = talkTo({ ...ports, rates })
  const say = () => talk.say('which models are there?', { principal: CHURN_ONLY })
  for (let count = 0; count < RATE_LIMITS.turn.capacity; count += 1) {
    expect((await say()).steps).toHaveLength(1)
  }
  const refused = await say()
  expect(refused.steps).toEqual([])
  expect(refused.reply).toBe('Too many messages at once. Try again in 2 seconds.')
})
