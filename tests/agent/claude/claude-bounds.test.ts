// The bounds of a turn with Claude, and what may be trusted in it.

import { describe, expect, test } from 'bun:test'
import { run } from '../../support/ports.ts'
import { CALL_PREDICT, replyOf, say, setUpConversations } from './claude-conversations.ts'
import { messageStart, type Scripted } from './claude-server.ts'

const talk = setUpConversations()

describe('a bound', () => {
  test('of rounds ends a loop that would never end, and the reply says so', async () => {
    const turn = await talk.converse(
      () => ({ say: [{ call: 'list_models', input: {} }] }),
      {},
      { maxRounds: 4 },
    )
    expect(talk.server().requests).toHaveLength(4)
    expect(talk.server().requests[3]?.body.tool_choice).toEqual({ type: 'none' })
    expect(turn.steps).toHaveLength(3)
    expect(replyOf(turn)).toContain('I stopped after 4 rounds')
  })

  test('of tokens ends the turn', async () => {
    const turn = await talk.converse(
      () => ({ say: [CALL_PREDICT], inputTokens: 6000 }),
      {},
      { maxTurnTokens: 10_000 },
    )
    expect(talk.server().requests).toHaveLength(2)
    expect(replyOf(turn)).toContain('I stopped because this turn grew too long')
  })

  test('of calls in one answer leaves the rest unrun, each with its own answer', async () => {
    const calls = Array.from({ length: 5 }, (_, index) => ({
      ...CALL_PREDICT,
      id: `call_${index}`,
    }))
    const turn = await talk.converse([{ say: calls }, say('Done.')], {}, { maxCallsPerRound: 3 })
    expect(turn.steps).toHaveLength(3)
    expect(talk.resultsIn(1).map(({ is_error }) => is_error === true)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ])
  })

  test('of time ends a server that never answers', async () => {
    const turn = await talk.converse(
      [{ raw: messageStart(), hang: true }],
      {},
      { turnTimeoutMs: 60 },
    )
    expect(turn.outcome).toMatchObject({
      ok: false,
      failure: { code: 'unavailable', message: 'Claude took too long to answer.' },
    })
  })

  test('of time counts all rounds together, and only the waiting', async () => {
    let nowMs = 0
    const monotonicMs = () => {
      nowMs += 400
      return nowMs
    }
    const turn = await talk.converse(
      () => ({ say: [CALL_PREDICT] }),
      {},
      { turnTimeoutMs: 1000 },
      { monotonicMs },
    )
    expect(talk.server().requests).toHaveLength(3)
    expect(turn.outcome).toMatchObject({ ok: false, failure: { code: 'unavailable' } })
  })

  test('of length: a call that was cut is not run', async () => {
    const turn = await talk.converse([
      {
        say: [{ text: 'I will.' }, { call: 'predict', input: CALL_PREDICT.input }],
        stop: 'max_tokens',
      },
    ])
    expect(turn.steps).toEqual([])
    expect(replyOf(turn)).toContain('cut short')
  })

  test('of the context leaves earlier turns out and asks again', async () => {
    const transcript = [{ person: 'before', uploads: [], reply: 'then', steps: [] }]
    const full: Scripted = { say: [], stop: 'model_context_window_exceeded' }
    const turn = await talk.converse([full, say('Now it fits.')], { state: { transcript } })
    expect(replyOf(turn)).toBe('Now it fits.')
    expect(talk.server().requests.map(({ body }) => body.messages.length)).toEqual([3, 1])
    const refused: Scripted = {
      status: 400,
      type: 'invalid_request_error',
      message: 'prompt is too long: 210000 tokens > 200000 maximum',
    }
    const again = await talk.converse([refused, say('Now it fits.')], { state: { transcript } })
    expect(replyOf(again)).toBe('Now it fits.')
    const hopeless = await talk.converse([full])
    expect(replyOf(hopeless)).toContain('Start a new one')
  })
})

describe('trust', () => {
  test('a destructive operation is held, asked about in its own words, and nothing is deleted', async () => {
    const turn = await talk.converse([
      {
        say: [
          { text: 'I deleted churn for you.' },
          { call: 'delete_model', input: { model: 'churn', confirmation: '0' }, id: 'one' },
          { ...CALL_PREDICT, id: 'two' },
          { call: 'delete_model', input: { model: 'price' }, id: 'three' },
        ],
      },
    ])
    expect(turn.steps.map(({ operation, status }) => `${operation} ${status}`)).toEqual([
      'predict done',
      'delete_model needs_confirmation',
    ])
    expect(talk.server().requests).toHaveLength(1)
    expect(replyOf(turn).split('\n\n').at(-1)).toMatch(/churn.*\?/)
    const models = await run(talk.ports(), 'list_models', {})
    expect(JSON.stringify(models)).toContain('"churn"')
    expect(JSON.stringify(models)).toContain('"price"')
  })

  test('an invented number is flagged beside the reply', async () => {
    const turn = await talk.converse([
      { say: [CALL_PREDICT] },
      say('With tenure 24 there is a 93.7% probability.'),
    ])
    expect(turn.shown.at(-1)).toMatchObject({
      kind: 'notice',
      tone: 'warning',
      details: ['93.7%'],
    })
    expect(talk.lines().map(({ message }) => message)).toContain(
      'claude wrote numbers without a source',
    )
  })

  test('numbers of earlier results and of the person are no inventions', async () => {
    const transcript = [
      {
        person: 'with eighteen months',
        uploads: [],
        reply: 'ok',
        steps: [
          {
            operation: 'predict' as const,
            input: '{}',
            status: 'done',
            result: '{"probability":0.613}',
          },
        ],
      },
    ]
    const turn = await talk.converse([say('61% before, with 18 months; now you say 30.')], {
      message: 'and with thirty?',
      state: { transcript },
    })
    expect(turn.shown).toEqual([])
  })

  test('a tool that does not exist and broken input run nothing', async () => {
    const turn = await talk.converse([
      {
        say: [
          { call: 'drop_table', input: {}, id: 'one' },
          { call: 'predict', json: '{"model":"churn","features":{"tenure":24', id: 'two' },
        ],
      },
      say('Sorry.'),
    ])
    expect(turn.steps).toEqual([])
    expect(talk.resultsIn(1).map(({ is_error }) => is_error)).toEqual([true, true])
  })

  test('a refusal is answered plainly', async () => {
    const turn = await talk.converse([{ say: [], stop: 'refusal' }])
    expect(replyOf(turn)).toContain('I can’t help with that')
  })
})
