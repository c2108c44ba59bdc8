// The same loop against a stand-in of the API that others wrote, so that our reading of the wire format is not the only one.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { LLMock } from '@copilotkit/aimock'
import {
  CALL_PREDICT,
  FEATURES,
  replyOf,
  setUpConversations,
  type Turned,
} from './claude-conversations.ts'
import { watchTurn } from './claude-turn.ts'

const talk = setUpConversations()
const mock = new LLMock({ host: '127.0.0.1', port: 0, strict: true })

beforeAll(async () => {
  const asked = { userMessage: 'will this customer stay?' }
  const call = { name: CALL_PREDICT.call, arguments: JSON.stringify(CALL_PREDICT.input) }
  mock.on({ ...asked, hasToolResult: false }, { toolCalls: [{ ...call, id: 'toolu_mock' }] })
  mock.on({ ...asked, hasToolResult: true }, { content: 'The churn model has answered.' })
  mock.on(
    { userMessage: 'too much' },
    { error: { message: 'busy', type: 'overloaded_error' }, status: 529 },
  )
  await mock.start()
})
afterAll(() => mock.stop())

async function ask(message: string): Promise<Turned> {
  const watched = await watchTurn(talk.ports(), { message })
  const claude = talk.claude({ maxRetries: 0 }, { baseUrl: mock.url })
  return { ...watched, outcome: await claude.answer(watched.turn) }
}

test('a call is run and its result answered', async () => {
  const turn = await ask('will this customer stay?')
  expect(turn.steps).toMatchObject([
    { operation: 'predict', input: { model: 'churn', features: FEATURES }, status: 'done' },
  ])
  expect(replyOf(turn)).toBe('The churn model has answered.')
})

test('its overload is one', async () => {
  expect((await ask('too much')).outcome).toMatchObject({
    ok: false,
    failure: { message: 'Claude is overloaded right now.' },
  })
})
