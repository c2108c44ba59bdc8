// A workspace to test in: the real bot and the real Bolt against the loopback Slack, and people who talk, click and fill in forms.

import { createAgent } from '#agent/agent.ts'
import type { Agent } from '#agent/turn.ts'
import type { DirectAgent } from '#bots/shared/direct-agent.ts'
import { createSlackBot, type SlackBot } from '#bots/slack/bot.ts'
import type { Principal, Role } from '#core/operations/operation.ts'
import type { Identity } from '#core/people/grants.ts'
import { createTestPorts, type TestPorts } from '../../support/ports.ts'
import {
  BOT,
  BOT_TOKEN,
  type FakeSlack,
  type SeenMessage,
  SIGNING_SECRET,
  signedRequest,
  startFakeSlack,
  TEAM,
} from './fake-slack.ts'

type Json = Record<string, unknown>

export const ANA = 'U0ANA'
export const BEN = 'U0BEN'
export const EVE = 'U0EVE'
export const CHANNEL = 'C0ML'
export const DIRECT = 'D0ANA'

const ROLES: Readonly<Record<string, Role>> = { [ANA]: 'admin', [BEN]: 'admin' }

/** Ana and Ben are admins, everybody else a viewer. */
export function principalOf(identity: Identity): Principal | null {
  if (identity.surface !== 'slack') return null
  const { team, user } = identity
  return { id: `slack:${team}:${user}`, role: ROLES[user] ?? 'viewer', surface: 'slack' }
}

export interface Workspace {
  readonly slack: FakeSlack
  readonly ports: TestPorts
  readonly bot: SlackBot
  /** A message; both events for a mention, as Slack sends them. Resolves when the events are acknowledged. */
  say(message: Said): Promise<{ readonly ts: string; readonly thread: string }>
  /** The same, and waits for the answer: the messages it brought, in order. */
  ask(message: Said): Promise<readonly SeenMessage[]>
  command(text: string, who?: string): Promise<readonly SeenMessage[]>
  press(message: SeenMessage, label: string, who?: string): Promise<readonly SeenMessage[]>
  submit(view: Json, values: Readonly<Record<number, string>>, who?: string): Promise<unknown>
  event(event: Json): Promise<Response | unknown>
  deliver(type: string, payload: Json): Promise<unknown>
  /** Another process on the same registry. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface Said {
  readonly text: string
  readonly user?: string
  readonly channel?: string
  readonly thread?: string
  readonly files?: readonly Json[]
}

export interface WorkspaceOptions {
  readonly mode?: 'http' | 'socket'
  readonly agent?: (ports: TestPorts) => Agent
  readonly direct?: DirectAgent
  readonly ports?: TestPorts
  readonly principals?: typeof principalOf
  readonly needsUserGroups?: boolean
}

/** Ids of events and triggers are never given twice, also not by another workspace on the same registry. */
let counter = 0

export async function openWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const slack = startFakeSlack()
  const ports = options.ports ?? (await createTestPorts())
  const mode = options.mode ?? 'http'
  const make = () =>
    createSlackBot({
      ports,
      agent: options.agent?.(ports) ?? createAgent({ ports }),
      botToken: BOT_TOKEN,
      connection:
        mode === 'http'
          ? { mode, signingSecret: SIGNING_SECRET }
          : { mode, appToken: 'xapp-test', patienceMs: 200 },
      apiUrl: slack.apiUrl,
      principalOf: options.principals ?? principalOf,
      needsUserGroups: options.needsUserGroups ?? false,
      ...(options.direct === undefined ? {} : { direct: options.direct }),
    })
  let bot = make()
  await bot.start()
  const front = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) => bot.handle?.(request) ?? new Response('no', { status: 404 }),
  })
  const eventsUrl = `http://127.0.0.1:${front.port}/slack/events`

  async function deliver(type: string, payload: Json): Promise<unknown> {
    if (mode === 'socket') return slack.deliverBySocket(type, payload)
    const body =
      type === 'events_api'
        ? { json: payload }
        : type === 'slash_commands'
          ? { form: payload as Record<string, string> }
          : { form: { payload: JSON.stringify(payload) } }
    const response = await fetch(signedRequest(eventsUrl, body))
    const text = await response.text()
    if (!response.ok) throw new Error(`events were answered ${response.status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  const event = (inner: Json) => {
    counter += 1
    return deliver('events_api', {
      type: 'event_callback',
      team_id: TEAM,
      api_app_id: 'A0',
      event_id: `Ev${counter}`,
      event_time: 1_700_000_000,
      authorizations: [{ team_id: TEAM, user_id: BOT, is_bot: true, enterprise_id: null }],
      event: inner,
    })
  }

  async function say(said: Said) {
    const { text, user = ANA, channel = DIRECT, thread, files } = said
    const ts = slack.nextTs()
    const common = {
      user,
      channel,
      ts,
      event_ts: ts,
      text,
      ...(thread === undefined ? {} : { thread_ts: thread }),
    }
    const message = {
      ...common,
      type: 'message',
      channel_type: channel.startsWith('D') ? 'im' : 'channel',
      ...(files === undefined ? {} : { subtype: 'file_share', files }),
    }
    const events = [event(message)]
    if (text.includes(`<@${BOT}>`)) events.unshift(event({ ...common, type: 'app_mention' }))
    await Promise.all(events)
    return { ts, thread: thread ?? ts }
  }

  /** Turns that ended: each sets its session active again. */
  const ended = () =>
    slack.requests.filter(
      ({ method, args }) => method === 'agents.sessions.setStatus' && args['status'] === 'active',
    ).length

  async function waitFor(
    act: () => Promise<unknown>,
    isDone: () => boolean,
  ): Promise<readonly SeenMessage[]> {
    const before = slack.messages.length
    await act()
    await until(isDone)
    await quiet(slack)
    return slack.messages.slice(before)
  }

  return {
    slack,
    ports,
    get bot() {
      return bot
    },
    deliver,
    event,
    say,
    ask(said) {
      const target = ended() + 1
      return waitFor(
        () => say(said),
        () => ended() >= target,
      )
    },
    command(text, who = ANA) {
      const target = slack.count('response_url') + 1
      const opened = slack.views.length
      counter += 1
      const payload = {
        command: '/parley',
        text,
        team_id: TEAM,
        channel_id: CHANNEL,
        user_id: who,
        user_name: 'someone',
        trigger_id: `trigger-${counter}`,
        response_url: `${slack.origin}/hooks/${CHANNEL}`,
        api_app_id: 'A0',
      }
      return waitFor(
        () => deliver('slash_commands', payload),
        () => slack.count('response_url') >= target || slack.views.length > opened,
      )
    },
    press(message, label, who = ANA) {
      const target = { ended: ended() + 1, hooks: slack.count('response_url') + 1 }
      const whispers = slack.count('chat.postEphemeral')
      const opened = slack.views.length
      counter += 1
      const isEphemeral = message.onlyFor !== null
      const payload = {
        type: 'block_actions',
        user: { id: who, team_id: TEAM },
        team: { id: TEAM },
        channel: { id: message.channel },
        api_app_id: 'A0',
        container: { type: 'message', is_ephemeral: isEphemeral },
        ...(isEphemeral
          ? {}
          : {
              message: {
                ts: message.ts,
                text: message.text,
                blocks: message.blocks,
                ...(message.thread === null ? {} : { thread_ts: message.thread }),
              },
            }),
        trigger_id: `trigger-${counter}`,
        response_url: `${slack.origin}/hooks/${message.channel}`,
        actions: [buttonOf(message, label)],
      }
      return waitFor(
        () => deliver('interactive', payload),
        () =>
          ended() >= target.ended ||
          slack.count('response_url') >= target.hooks ||
          slack.count('chat.postEphemeral') > whispers ||
          slack.views.length > opened,
      )
    },
    submit(view, values, who = ANA) {
      counter += 1
      const state = Object.fromEntries(
        Object.entries(values).map(([index, value]) => [
          `field:${index}`,
          { value: { type: 'plain_text_input', value } },
        ]),
      )
      return deliver('interactive', {
        type: 'view_submission',
        team: { id: TEAM },
        user: { id: who, team_id: TEAM },
        api_app_id: 'A0',
        trigger_id: `trigger-${counter}`,
        view: {
          ...view,
          id: 'V1',
          hash: `hash-${counter}`,
          team_id: TEAM,
          state: { values: state },
        },
      })
    },
    async restart() {
      await bot.stop()
      bot = make()
      await bot.start()
    },
    async close() {
      await bot.stop()
      await front.stop(true)
      await slack.close()
      if (options.ports === undefined) await ports.close()
    },
  }
}

export function buttonOf({ blocks }: SeenMessage, label: string): Json {
  for (const block of blocks) {
    const elements: Json[] = Array.isArray(block['elements']) ? block['elements'] : []
    const found = elements.find((element) => JSON.stringify(element['text'] ?? '').includes(label))
    if (block['type'] === 'actions' && found !== undefined) return { type: 'button', ...found }
  }
  throw new Error(`there is no button ${label}`)
}

/** Everything of messages that people read, on one string. */
export function read(messages: readonly SeenMessage[]): string {
  return messages.map(({ text, blocks }) => `${text}\n${JSON.stringify(blocks)}`).join('\n')
}

const PATIENCE_MS = 8_000

/** Waits for something to become true; throws where it does not. */
export async function until(isDone: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!isDone()) {
    if (performance.now() > deadline) throw new Error('it did not happen')
    await Bun.sleep(2)
  }
}

/** Long enough for the next of several messages of one answer to follow the one before. */
const QUIET_MS = 25

/** Waits until the bot has nothing more to say for the moment. */
async function quiet({ requests }: FakeSlack): Promise<void> {
  for (let seen = -1; seen !== requests.length; ) {
    seen = requests.length
    await Bun.sleep(QUIET_MS)
  }
}
