// Claude behind the real agent: a conversation with a file, a held deletion and its yes, and the interpreter as the way out.

import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createAgent } from '#agent/agent.ts'
import type { TurnEvent, TurnRequest, TurnResult } from '#agent/turn.ts'
import { run, SAMPLES_FOLDER } from '../../support/ports.ts'
import { CALL_PREDICT, FEATURES, say, setUpConversations } from './claude-conversations.ts'
import { blockEvents, event, messageStart, type Scripted } from './claude-server.ts'

const talk = setUpConversations()

const OVERLOADED: Scripted = { status: 529, type: 'overloaded_error' }

interface Turn extends TurnResult {
  readonly events: readonly TurnEvent[]
  readonly streamed: string
}

/** One turn through a new agent: nothing but the registry carries a conversation on. */
async function turn(
  message: string,
  options: Partial<TurnRequest> & { readonly as?: string } = {},
): Promise<Turn> {
  const { as = 'local', ...request } = options
  const agent = createAgent({ ports: talk.ports(), claude: talk.claude({ maxRetries: 0 }) })
  const events: TurnEvent[] = []
  for await (const one of agent.turn({
    conversationId: null,
    message,
    uploads: [],
    principal: { id: as, role: 'admin', surface: 'chat' },
    requestId: 'request-1',
    signal: new AbortController().signal,
    ...request,
  })) {
    events.push(one)
  }
  const last = events.at(-1)
  if (last?.type !== 'done') throw new Error('the turn did not end')
  const streamed = events.map((one) => (one.type === 'text' ? one.delta : '')).join('')
  return { ...last.result, events, streamed }
}

async function upload(): Promise<TurnRequest['uploads'][number]> {
  const content = await Bun.file(join(SAMPLES_FOLDER, 'churn/churn_model.pkl')).bytes()
  const stored = await talk.ports().registry.createUpload({
    fileName: 'churn_model.pkl',
    owner: 'local',
    content,
    maximumBytes: content.byteLength,
  })
  if (!stored.ok) throw new Error(stored.failure.message)
  return { id: stored.value.id, fileName: 'churn_model.pkl', sizeBytes: content.byteLength }
}

describe('a conversation', () => {
  test('from a file to a prediction keeps what happened for the next turn', async () => {
    const file = await upload()
    const input = { upload: file.id, name: 'loyalty', title: 'Customer loyalty' }
    talk
      .server()
      .play([
        { say: [{ call: 'deploy_model', input }] },
        say('It is live now.'),
        { say: [{ call: 'predict', input: { model: 'loyalty', features: FEATURES } }] },
        say('Low risk, with tenure 24.'),
      ])
    const first = await turn('Deploy this as my customer loyalty model', { uploads: [file] })
    expect(first.language).toBe('claude')
    expect(first.steps).toMatchObject([{ operation: 'deploy_model', input, status: 'done' }])
    const second = await turn('24 months, $70 monthly, $1680 in total', {
      conversationId: first.conversationId,
    })
    expect(second.steps).toMatchObject([{ operation: 'predict', status: 'done' }])
    expect(second.reply).toBe('Low risk, with tenure 24.')
    expect(second.streamed).toBe(second.reply)
    const { messages, system } = talk.server().requests[2]?.body ?? {}
    expect(messages[0].content).toContain('Deploy this as my customer loyalty model')
    expect(messages[1].content[0]).toMatchObject({ type: 'tool_use', name: 'deploy_model', input })
    expect(messages[2].content[0].type).toBe('tool_result')
    expect(messages[3]).toEqual({ role: 'assistant', content: 'It is live now.' })
    expect(system[1].text).toContain('"name":"loyalty"')
    expect(system[1].text).toContain('"files_waiting":[]')
    await run(talk.ports(), 'delete_model', { model: 'loyalty' }, { confirmed: true })
  })

  test('deletes only after the yes of the same person', async () => {
    await run(talk.ports(), 'deploy_model', { sample: 'iris' })
    const names = async () => (await talk.ports().registry.listModels()).map(({ name }) => name)
    talk
      .server()
      .play([
        { say: [{ call: 'delete_model', input: { model: 'iris' } }] },
        say('Nothing of that is known to me.'),
        { say: [{ call: 'delete_model', input: { model: 'iris' } }] },
      ])
    const held = await turn('delete iris')
    expect(held.steps).toMatchObject([{ operation: 'delete_model', status: 'needs_confirmation' }])
    expect(held.reply).toContain('?')
    const { conversationId } = held
    await turn('yes', { conversationId, as: 'somebody else' })
    expect(await names()).toContain('iris')
    const again = await turn('delete iris', { conversationId })
    expect(again.steps).toMatchObject([{ status: 'needs_confirmation' }])
    const confirmed = await turn('yes', { conversationId })
    expect(confirmed.steps).toMatchObject([{ operation: 'delete_model', status: 'done' }])
    expect(await names()).not.toContain('iris')
    expect(talk.server().requests).toHaveLength(3)
  })
})

describe('when Claude fails', () => {
  test('the interpreter answers and says so', async () => {
    talk.server().play(() => OVERLOADED)
    const answered = await turn(
      'Make a churn prediction for 24 months tenure, $70 monthly charges and $1680 total charges',
    )
    expect(answered.language).toBe('interpreter')
    expect(answered.steps).toMatchObject([
      { operation: 'predict', input: CALL_PREDICT.input, status: 'done' },
    ])
    expect(answered.reply).toContain('Claude')
    expect(answered.reply).toContain('probability')
    expect(answered.streamed).toBe(answered.reply)
  })

  test('after an operation ran, its own answer stands and it is not run again', async () => {
    talk.server().play([{ say: [{ text: 'Let me see.' }, CALL_PREDICT] }, OVERLOADED])
    const answered = await turn(
      'Make a churn prediction for 24 months tenure, $70 monthly charges and $1680 total charges',
    )
    expect(answered.steps).toHaveLength(1)
    expect(answered.reply).toContain('probability')
    expect(answered.blocks.map(({ kind }) => kind)).toContain('bars')
    expect(answered.streamed).toBe(answered.reply)
  })

  test('behind words that were shown, the reply holds them and the apology', async () => {
    const raw =
      messageStart() +
      blockEvents({ text: 'I think' }, 0) +
      event('error', { error: { type: 'overloaded_error' } })
    talk.server().play([{ raw }])
    const answered = await turn('Show me available models')
    expect(answered.reply.split('\n\n')).toEqual([
      'I think',
      'Claude is overloaded right now. I answer without it.',
      '2 models are deployed: churn and price.',
    ])
    expect(answered.streamed).toBe(answered.reply)
  })
})
