// Talk over HTTP: JSON and events carry the same turn, files come along, and a client that leaves stops it.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { encodeEvent, wireEvent } from '#api/http/sse.ts'
import { ROW, startServer, stoppedTurns, storeModel, type TestServer } from './support.ts'

let parley: TestServer

beforeAll(async () => {
  parley = await startServer()
  await storeModel(parley.ports)
})
afterAll(() => parley.close())

interface Event {
  readonly event: string
  // biome-ignore lint/suspicious/noExplicitAny: events of every kind are matched against literals
  readonly data: any
}

function parseEvents(text: string): Event[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('event:'))
    .map((block) => {
      const [event = '', data = ''] = block.split('\n')
      return { event: event.slice('event: '.length), data: JSON.parse(data.slice('data: '.length)) }
    })
}

function stream(body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${parley.url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(body),
    ...(signal !== undefined && { signal }),
  })
}

const PREDICT = `run predict ${JSON.stringify({ model: 'churn', features: ROW })}`

describe('a turn', () => {
  test('is answered as JSON with exactly these parts', async () => {
    const { status, body } = await parley.ask('POST', '/api/chat', { message: PREDICT })
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['conversation_id', 'reply', 'blocks', 'steps'])
    expect(body.steps).toMatchObject([
      {
        operation: 'predict',
        input: { model: 'churn', features: ROW },
        status: 'done',
        output: { model: 'churn', predicted_label: expect.any(String) },
      },
    ])
  })

  test('that runs nothing has no steps, and goes on in its conversation', async () => {
    const first = await parley.ask('POST', '/api/chat', { message: 'hello' })
    expect(first.body).toMatchObject({ reply: 'You said hello', steps: [] })
    const again = await parley.ask('POST', '/api/chat', {
      message: 'hello again',
      conversation_id: first.body.conversation_id,
    })
    expect(again.body.conversation_id).toBe(first.body.conversation_id)
    const fresh = await parley.ask('POST', '/api/chat', { message: 'x', conversation_id: null })
    expect(fresh.status).toBe(200)
  })

  test('whose operation fails says so in its step', async () => {
    const message = 'run describe_model {"model": "chrun"}'
    const { status, body } = await parley.ask('POST', '/api/chat', { message })
    expect(status).toBe(200)
    expect(body.steps[0]).toMatchObject({ status: 'failed', error: { code: 'not_found' } })
  })

  test('streams the same as events, in order, ended by done', async () => {
    const response = await stream({ message: PREDICT })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const events = parseEvents(await response.text())
    expect(events.map(({ event }) => event)).toEqual([
      'started',
      'step-started',
      'step-finished',
      'text',
      'done',
    ])
    const done = events.at(-1)?.data
    expect(Object.keys(done)).toEqual(['conversation_id', 'reply', 'blocks', 'steps'])
    expect(done.conversation_id).toBe(events[0]?.data.conversation_id)
    expect(done.steps[0]).toMatchObject({ operation: 'predict', status: 'done' })
    expect(events[2]?.data.step).toEqual(done.steps[0])
  })

  test('that breaks is told without a word of the inside, either way', async () => {
    const whole = await parley.ask('POST', '/api/chat', { message: 'break' })
    expect([whole.status, whole.body.error.code]).toEqual([500, 'internal'])
    const events = parseEvents(await (await stream({ message: 'break' })).text())
    expect(events.at(-1)).toMatchObject({ event: 'error', data: { error: { code: 'internal' } } })
    expect(JSON.stringify([whole.body, events])).not.toContain('passwd')
    expect(JSON.stringify(parley.lines)).not.toContain('row 42')
  })

  test('stops when its reader leaves', async () => {
    const leave = new AbortController()
    const response = await stream({ message: 'wait', conversation_id: 'leaving' }, leave.signal)
    await response.body?.getReader().read()
    leave.abort()
    for (let turn = 0; turn < 200 && !stoppedTurns.includes('leaving'); turn += 1) {
      await Bun.sleep(10)
    }
    expect(stoppedTurns).toContain('leaving')
    const metrics = await (await fetch(`${parley.url}/metrics`)).text()
    expect(metrics).toContain('parley_http_requests_in_flight 1\n')
  })

  test('still running when the server stops is ended with it', async () => {
    const stopping = await startServer()
    const response = await fetch(`${stopping.url}/api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ message: 'wait', conversation_id: 'stopping' }),
    })
    const reader = response.body?.getReader()
    await reader?.read()
    await stopping.server.stop({ drainMs: 50 })
    expect(stoppedTurns).toContain('stopping')
    await stopping.close()
  })
})

describe('files', () => {
  function form(message: string, ...names: string[]): FormData {
    const data = new FormData()
    data.append('message', message)
    for (const name of names) data.append('file', new File(['12345'], name))
    return data
  }
  const post = async (body: FormData) => {
    const response = await fetch(`${parley.url}/api/chat`, { method: 'POST', body })
    // biome-ignore lint/suspicious/noExplicitAny: matched against literals
    return { status: response.status, body: (await response.json()) as any }
  }

  test('come along with a message, before or after it', async () => {
    const { body } = await post(form('deploy this', 'a.pkl', 'b.pkl'))
    expect(body.reply).toBe('You said deploy this [a.pkl 5] [b.pkl 5]')
    const silent = await post(form('', 'a.pkl'))
    expect(silent.body.reply).toBe('You said  [a.pkl 5]')
  })

  test('sent ahead are named by their handle', async () => {
    const data = new FormData()
    data.append('file', new File(['12345'], '../ahead.pkl'))
    const sent = await fetch(`${parley.url}/api/uploads`, { method: 'POST', body: data })
    expect(sent.status).toBe(201)
    const upload = (await sent.json()) as Record<string, unknown>
    expect(upload).toEqual({
      upload: expect.stringMatching(/^[0-9a-f]{32}$/),
      file_name: 'ahead.pkl',
      size_bytes: 5,
      sha256: new Bun.CryptoHasher('sha256').update('12345').digest('hex'),
      expires_at: expect.any(String),
    })
    const { body } = await parley.ask('POST', '/api/chat', {
      message: 'this one',
      uploads: [upload['upload']],
    })
    expect(body.reply).toBe('You said this one [ahead.pkl 5]')
    const unknown = await parley.ask('POST', '/api/chat', { message: 'x', uploads: ['nope'] })
    expect([unknown.status, unknown.body.error.details[0].path]).toEqual([404, 'uploads[0]'])
  })

  test('of one person are not there for another', async () => {
    const shared = await startServer({
      principalOf: (request) => ({
        id: request.headers.get('x-person') ?? 'nobody',
        role: 'admin',
        surface: 'rest',
      }),
    })
    const data = new FormData()
    data.append('file', new File(['12345'], 'mine.pkl'))
    const sent = await fetch(`${shared.url}/api/uploads`, {
      method: 'POST',
      headers: { 'x-person': 'ann' },
      body: data,
    })
    const { upload } = (await sent.json()) as { upload: string }
    const say = (person: string) =>
      fetch(`${shared.url}/api/chat`, {
        method: 'POST',
        headers: { 'x-person': person, 'content-type': 'application/json' },
        body: JSON.stringify({ message: 'deploy', uploads: [upload] }),
      })
    expect([(await say('bob')).status, (await say('ann')).status]).toEqual([404, 200])
    await shared.close()
  })

  test('too many, or with a form that is refused, leave nothing behind', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `${index}.pkl`)
    expect((await post(form('x', ...names))).status).toBe(422)
    const data = form('x', 'a.pkl')
    data.append('conversation_id', 'x'.repeat(200))
    expect((await post(data)).status).toBe(422)
  })
})

describe('a message is refused', () => {
  test.each([
    [{}, 422, 'message'],
    [{ message: '   ' }, 422, 'message'],
    [{ message: 7 }, 422, 'message'],
    [{ message: 'x', conversationId: 'y' }, 422, 'conversationId'],
    // Somebody's place on Slack, taken before they speak there, would never be theirs again.
    [{ message: 'x', conversation_id: 'slack:T1:D1:channel:U1' }, 422, 'conversation_id'],
    [{ message: 'x'.repeat(40_000) }, 422, 'message'],
  ])('%# with the field named', async (body, status, path) => {
    const answer = await parley.ask('POST', '/api/chat', body)
    expect([answer.status, answer.body.error.details[0].path]).toEqual([status, path])
  })

  test('where it is no JSON and no form', async () => {
    const response = await fetch(`${parley.url}/api/chat`, { method: 'POST', body: 'hello' })
    expect(response.status).toBe(415)
  })
})

test('every kind of event has its name and snake-case data; line breaks cannot end one early', () => {
  const conversationId = 'c'
  const step = { operation: 'help' as const, input: {}, status: 'done' as const }
  const result = { conversationId, reply: 'r', blocks: [], steps: [], language: 'claude' as const }
  expect([
    wireEvent({ type: 'started', conversationId }),
    wireEvent({ type: 'text', delta: 'd' }),
    wireEvent({ type: 'step-started', operation: 'help', title: 'Help' }),
    wireEvent({ type: 'progress', operation: 'help', fraction: 0.5, message: 'm' }),
    wireEvent({ type: 'step-finished', step }),
    wireEvent({ type: 'blocks', blocks: [] }),
    wireEvent({ type: 'done', result }),
  ]).toEqual([
    { event: 'started', data: { conversation_id: 'c' } },
    { event: 'text', data: { delta: 'd' } },
    { event: 'step-started', data: { operation: 'help', title: 'Help' } },
    { event: 'progress', data: { operation: 'help', fraction: 0.5, message: 'm' } },
    { event: 'step-finished', data: { step } },
    { event: 'blocks', data: { blocks: [] } },
    { event: 'done', data: { conversation_id: 'c', reply: 'r', blocks: [], steps: [] } },
  ])
  expect(encodeEvent({ event: 'text', data: { delta: 'a\n\nevent: done\ndata: {}\r\n' } })).toBe(
    'event: text\ndata: {"delta":"a\\n\\nevent: done\\ndata: {}\\r\\n"}\n\n',
  )
})
