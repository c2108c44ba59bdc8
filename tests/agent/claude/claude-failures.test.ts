// What becomes of a turn when Claude's API fails, its stream breaks or the person stops.

import { describe, expect, test } from 'bun:test'
import { CALL_PREDICT, KEY, replyOf, say, setUpConversations } from './claude-conversations.ts'
import {
  blockEvents,
  event,
  messageStart,
  type Scripted,
  startClaudeServer,
  wireOf,
} from './claude-server.ts'
import { type WatchedTurn, watchTurn } from './claude-turn.ts'

const talk = setUpConversations()

describe('a failure', () => {
  test('that passes is tried again', async () => {
    const limited: Scripted = { status: 429, type: 'rate_limit_error' }
    const overloaded: Scripted = { status: 529, type: 'overloaded_error' }
    const turn = await talk.converse([limited, overloaded, say('Here I am.')])
    expect(replyOf(turn)).toBe('Here I am.')
    expect(talk.server().requests).toHaveLength(3)
  })

  test('that stays is reported, with a sentence and without content', async () => {
    const turn = await talk.converse(() => ({ status: 529, type: 'overloaded_error' }), {
      message: 'my secret row 4711',
    })
    expect(turn.outcome).toMatchObject({
      ok: false,
      failure: { code: 'unavailable', message: 'Claude is overloaded right now.' },
    })
    expect(talk.server().requests).toHaveLength(3)
    expect(talk.lines()).toMatchObject([
      {
        level: 'warn',
        fields: { status: 529, type: 'overloaded_error', apiRequestId: 'req_test' },
      },
    ])
    expect(JSON.stringify(talk.lines())).not.toContain('4711')
  })

  for (const headers of [{ 'retry-after-ms': '60000' }, { 'retry-after': 'tomorrow' }]) {
    test(`that asks for a long wait (${Object.values(headers)}) is not waited for`, async () => {
      const limited: Scripted = { status: 429, type: 'rate_limit_error', headers }
      const turn = await talk.converse([limited, say('Never asked.')])
      expect(turn.outcome).toMatchObject({ ok: false, failure: { code: 'rate_limited' } })
      expect(talk.server().requests).toHaveLength(1)
    })
  }

  const FINAL = [
    [401, 'authentication_error', 'unavailable', 'did not accept the API key'],
    [404, 'not_found_error', 'unavailable', 'was not found'],
    [429, 'rate_limit_error', 'rate_limited', 'no more requests'],
    [400, 'invalid_request_error', 'unavailable', 'could not use the request'],
  ] as const
  for (const [status, type, code, words] of FINAL) {
    test(`of status ${status} says what it is`, async () => {
      const echo = `the key was ${KEY}`
      const turn = await talk.converse(
        () => ({ status, type, message: echo }),
        {},
        { maxRetries: 0 },
      )
      expect(turn.outcome).toMatchObject({ ok: false, failure: { code } })
      expect(JSON.stringify(turn.outcome)).toContain(words)
      expect(JSON.stringify(turn.outcome)).not.toContain(KEY)
      expect(talk.server().requests).toHaveLength(1)
    })
  }

  test('inside a stream is tried again while nothing was shown', async () => {
    const broken = messageStart() + event('error', { error: { type: 'overloaded_error' } })
    const turn = await talk.converse([{ raw: broken }, say('Better.')])
    expect(replyOf(turn)).toBe('Better.')
  })

  test('behind words that were shown is final', async () => {
    const raw =
      messageStart() +
      blockEvents({ text: 'I think' }, 0) +
      event('error', { error: { type: 'overloaded_error' } })
    const turn = await talk.converse([{ raw }, say('Never asked.')])
    expect(turn.outcome).toMatchObject({ ok: false, failure: { code: 'unavailable' } })
    expect(talk.server().requests).toHaveLength(1)
  })

  test('of a stream that makes no sense or ends too soon is reported', async () => {
    const nonsense = 'event: message_start\ndata: {"type":"message_start", oops\n\n'
    const cut = wireOf([{ text: 'Hello' }]).slice(0, -120)
    for (const raw of [nonsense, cut, '', '<html>a proxy</html>']) {
      const turn = await talk.converse(() => ({ raw }))
      expect(turn.outcome).toMatchObject({
        ok: false,
        failure: { code: 'unavailable', message: 'Claude’s answer could not be read.' },
      })
    }
  })

  test('of the connection is reported', async () => {
    const gone = startClaudeServer()
    await gone.stop()
    const watched = await watchTurn(talk.ports(), { message: 'hello' })
    const outcome = await talk.claude({ maxRetries: 1 }, { baseUrl: gone.url }).answer(watched.turn)
    expect(outcome).toMatchObject({
      ok: false,
      failure: { code: 'unavailable', message: 'Claude could not be reached.' },
    })
  })
})

describe('a stop by the person', () => {
  test('ends the stream at once and closes the connection', async () => {
    const raw = messageStart() + blockEvents({ text: 'Once upon a time' }, 0)
    talk.server().play([{ raw, hang: true }])
    const watched: WatchedTurn = await watchTurn(talk.ports(), {
      message: 'tell me',
      onSay: () => watched.stop(),
    })
    const outcome = await talk.claude().answer(watched.turn)
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'cancelled' } })
    for (let tries = 0; talk.server().hungUp() === 0 && tries < 100; tries++) await Bun.sleep(10)
    expect(talk.server().hungUp()).toBe(1)
  })

  test('while an operation runs asks Claude nothing more', async () => {
    talk
      .server()
      .play([{ say: [CALL_PREDICT, { ...CALL_PREDICT, id: 'second' }] }, say('Never asked.')])
    const watched: WatchedTurn = await watchTurn(talk.ports(), {
      message: 'predict',
      onRun: () => watched.stop(),
    })
    const outcome = await talk.claude().answer(watched.turn)
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'cancelled' } })
    expect(watched.steps).toHaveLength(1)
    expect(talk.server().requests).toHaveLength(1)
  })
})
