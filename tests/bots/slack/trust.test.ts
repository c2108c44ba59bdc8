// What comes from outside and may be forged, old, doubled or broken.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { deploySamples } from '../../support/ports.ts'
import { BOT, signedRequest, TEAM } from './fake-slack.ts'
import { ANA, CHANNEL, DIRECT, openWorkspace, read, until, type Workspace } from './workspace.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await openWorkspace()
  await deploySamples(workspace.ports, ['churn'])
})
afterAll(() => workspace.close())

const messageEvent = (text: string, ts: string) => ({
  type: 'event_callback',
  team_id: TEAM,
  event_id: `Ev${ts}`,
  event: {
    type: 'message',
    channel_type: 'im',
    channel: DIRECT,
    user: ANA,
    text,
    ts,
    event_ts: ts,
  },
})

const send = (json: unknown, options: Parameters<typeof signedRequest>[2] = {}) => {
  const request = signedRequest('http://127.0.0.1/slack/events', { json }, options)
  const { handle } = workspace.bot
  if (handle === null) throw new Error('not over HTTP')
  return handle(request)
}

const FIVE_MINUTES_MS = 5 * 60 * 1000

describe('a request over HTTP', () => {
  test.each([
    ['a wrong signature', { secret: 'another' }, 401],
    ['a time too long ago', { atMs: Date.now() - FIVE_MINUTES_MS - 5_000 }, 401],
    ['a time too far ahead', { atMs: Date.now() + FIVE_MINUTES_MS + 5_000 }, 401],
    ['the right signature and time', {}, 200],
  ] as const)('with %s', async (_, options, status) => {
    const { slack } = workspace
    const before = slack.requests.length
    const response = await send(messageEvent('help', slack.nextTs()), options)
    expect(response.status).toBe(status)
    if (status === 401) expect(slack.requests.length).toBe(before)
    else await until(() => slack.count('agents.sessions.setStatus') >= 2)
  })

  test('without signature, with a changed body, too large or not JSON is refused', async () => {
    const { handle } = workspace.bot
    const post = (init: RequestInit) =>
      handle?.(new Request('http://127.0.0.1/slack/events', { method: 'POST', ...init }))
    expect((await post({ body: '{}' }))?.status).toBe(401)
    const signed = signedRequest('http://127.0.0.1/', { json: messageEvent('help', '1.1') })
    expect((await post({ body: '{"changed":1}', headers: signed.headers }))?.status).toBe(401)
    expect((await post({ body: 'x'.repeat(2_000_000) }))?.status).toBe(413)
    expect((await handle?.(new Request('http://127.0.0.1/slack/events')))?.status).toBe(405)
    expect((await send('not an object')).status).toBe(400)
  })

  test('proves the address to Slack', async () => {
    const answer = await send({ type: 'url_verification', challenge: 'abc' })
    expect(await answer.json()).toEqual({ challenge: 'abc' })
  })
})

describe('an event', () => {
  test('that is sent again, also after a restart, is answered once', async () => {
    const { slack } = workspace
    const event = messageEvent('Show me available models', slack.nextTs())
    const answered = () =>
      slack.messages.filter(({ thread, onlyFor }) => thread === event.event.ts && onlyFor === null)
        .length
    await send(event)
    await until(() => answered() === 1)
    expect((await send(event, { retry: 1 })).status).toBe(200)
    await workspace.restart()
    expect((await send(event, { retry: 2 })).status).toBe(200)
    await workspace.ask({ text: 'help' })
    expect(answered()).toBe(1)
  })

  test('is acknowledged while the work goes on', async () => {
    const gate = Promise.withResolvers<void>()
    const own = await openWorkspace({
      agent: () => ({
        async *turn(request) {
          await gate.promise
          yield {
            type: 'done',
            result: {
              conversationId: request.conversationId ?? '',
              reply: 'late',
              blocks: [],
              steps: [],
              language: 'interpreter',
            },
          }
        },
      }),
    })
    await own.say({ text: 'slow' })
    expect(own.slack.messages).toHaveLength(0)
    gate.resolve()
    await until(() => read(own.slack.messages).includes('late'))
    await own.close()
  })

  test('of another bot or an edit is not heard', async () => {
    const { slack } = workspace
    const before = slack.messages.length
    const base = { type: 'message', channel: DIRECT, channel_type: 'im', text: 'help' }
    await workspace.event({
      ...base,
      user: 'U0X',
      bot_id: 'B0X',
      ts: slack.nextTs(),
      event_ts: '1',
    })
    await workspace.event({ ...base, user: BOT, ts: slack.nextTs(), event_ts: '1' })
    await workspace.event({
      ...base,
      subtype: 'message_changed',
      ts: slack.nextTs(),
      event_ts: '1',
    })
    await workspace.ask({ text: 'help' })
    expect(slack.messages.slice(before).every(({ thread }) => thread !== null)).toBe(true)
    expect(slack.messages.length - before).toBe(1)
  })
})

describe('an attachment', () => {
  test.each([
    ['missing', 'Please send the file again'],
    ['sign-in', 'may not read files'],
  ] as const)('that cannot be fetched (%s) is said in words', async (brokenOff, words) => {
    const file = workspace.slack.addFile('model.pkl', 'x', { brokenOff })
    expect(read(await workspace.ask({ text: 'deploy this', files: [file] }))).toContain(words)
  })

  test('that is known by its id alone is asked for', async () => {
    const { id, name } = workspace.slack.addFile(
      'rows.csv',
      'tenure,monthly_charges,total_charges\n24,70,1680\n',
    )
    const answer = await workspace.ask({
      text: 'score it with churn',
      files: [{ id, name, file_access: 'check_file_info' }],
    })
    expect(read(answer)).toContain('churn')
    expect(workspace.slack.files.at(-1)?.name).toBe('rows-scored.csv')
  })

  test('that is no model is refused without a trace', async () => {
    const file = workspace.slack.addFile('notes.pkl', 'hello <!channel> <@U1>')
    const answer = read(await workspace.ask({ text: 'deploy <!here>', files: [file] }))
    expect(answer).not.toContain('<!')
    expect(answer).not.toContain(' at /')
  })
})

describe('the platform', () => {
  test('says "too fast" and is obeyed', async () => {
    workspace.slack.failNext('chat.startStream', 'ratelimited')
    workspace.slack.failNext('chat.postMessage', 'ratelimited')
    expect(read(await workspace.ask({ text: 'Show me available models' }))).toContain('churn')
  })

  test('does not take a file, and the answer stands', async () => {
    const { slack } = workspace
    slack.failNext('files.getUploadURLExternal', 'missing_scope')
    const file = slack.addFile('rows.csv', 'tenure,monthly_charges,total_charges\n24,70,1680\n')
    const answer = read(await workspace.ask({ text: 'score it with churn', files: [file] }))
    expect(answer).toContain('scored 1 row')
    expect(answer).toContain('could not attach “rows-scored.csv”')
  })

  test('hears of it where we break, without a word of the inside', async () => {
    const own = await openWorkspace({
      ports: workspace.ports,
      agent: () => ({
        turn() {
          throw new Error('secret inside')
        },
      }),
    })
    const answer = read(await own.ask({ text: 'help' }))
    expect(answer).toContain('went wrong on our side')
    expect(answer).not.toContain('secret')
    await own.close()
  })

  test('loses the socket, and the next message is answered over a new one', async () => {
    const own = await openWorkspace({ mode: 'socket', ports: workspace.ports })
    expect(read(await own.ask({ text: 'Show me available models' }))).toContain('churn')
    own.slack.dropSocket()
    await until(() => own.slack.connections === 2)
    await Bun.sleep(20)
    expect(read(await own.ask({ text: 'Show me available models' }))).toContain('churn')
    await own.close()
  })

  test('refuses a token, and the start says so', async () => {
    const own = await openWorkspace({ ports: workspace.ports })
    own.slack.failNext('auth.test', 'invalid_auth')
    await expect(own.restart()).rejects.toThrow('invalid_auth')
    await own.close()
  })

  test('shows prompts that fit the models when the conversation is opened', async () => {
    await workspace.event({
      type: 'app_home_opened',
      tab: 'messages',
      user: ANA,
      channel: DIRECT,
      event_ts: '1',
    })
    await until(() => workspace.slack.count('assistant.threads.setSuggestedPrompts') === 1)
    const prompts = workspace.slack.requests.find(({ method }) =>
      method.endsWith('SuggestedPrompts'),
    )?.args
    expect(JSON.stringify(prompts)).toContain('churn')
  })

  test('was sent nothing beyond its limits', () => {
    expect(workspace.slack.problems).toEqual([])
    expect(CHANNEL).toStartWith('C')
  })
})
