// The gateway half of the loopback Discord: hello, identify, ready, heartbeats, resume with what was missed.

import type { ServerWebSocket } from 'bun'
import { z } from 'zod'

export const APPLICATION_ID = '900000000000000001'
/** Discord gives both the same number. */
export const BOT_ID = '900000000000000001'
export const GUILD_ID = '800000000000000001'
export const CHANNEL_ID = '700000000000000001'
export const THREAD_ID = '700000000000000002'
export const DEPLOYER_ROLE_ID = '600000000000000001'
export const TOKEN = 'loopback.token'

const HEARTBEAT_MS = 41_250

const frameSchema = z.object({
  op: z.number(),
  d: z.unknown(),
})
const identifySchema = z.object({ token: z.string(), intents: z.number() })
const resumeSchema = z.object({ token: z.string(), session_id: z.string(), seq: z.number() })

export interface Gateway {
  readonly websocket: Bun.WebSocketHandler<undefined>
  /** What clients said when they connected. */
  readonly identifies: readonly { readonly intents: number }[]
  readonly resumes: readonly { readonly seq: number }[]
  /** Sends an event, now or when the client is back. */
  dispatch(type: string, data: unknown): void
  /** Sends the last event of a type again exactly as it was, with its number. */
  replay(type: 'MESSAGE_CREATE' | 'INTERACTION_CREATE'): void
  /** Ends the connection as a broken network would. */
  drop(): void
}

interface Sent {
  readonly op: 0
  readonly t: string
  readonly s: number
  readonly d: unknown
}

export function createGateway(urlOf: () => string): Gateway {
  const identifies: { intents: number }[] = []
  const resumes: { seq: number }[] = []
  const sent: Sent[] = []
  let socket: ServerWebSocket<undefined> | null = null
  let isReady = false

  const send = (frame: object) => socket?.send(JSON.stringify(frame))
  const dispatch = (type: string, data: unknown) => {
    const frame: Sent = { op: 0, t: type, s: sent.length + 1, d: data }
    sent.push(frame)
    if (isReady) send(frame)
  }

  function identify(data: unknown) {
    const { token, intents } = identifySchema.parse(data)
    if (token !== TOKEN) return socket?.close(4004, 'Authentication failed.')
    identifies.push({ intents })
    isReady = true
    dispatch('READY', ready(urlOf()))
    dispatch('GUILD_CREATE', guild())
    return undefined
  }

  function resume(data: unknown) {
    const { seq, session_id } = resumeSchema.parse(data)
    if (session_id !== 'session-1') return send({ op: 9, d: false })
    resumes.push({ seq })
    isReady = true
    for (const frame of sent.filter(({ s }) => s > seq)) send(frame)
    dispatch('RESUMED', {})
    return undefined
  }

  return {
    identifies,
    resumes,
    dispatch,
    replay(type) {
      const last = sent.findLast(({ t }) => t === type)
      if (last !== undefined) send(last)
    },
    drop() {
      isReady = false
      socket?.close(4000, 'Unknown error')
    },
    websocket: {
      open(opened) {
        socket = opened
        send({ op: 10, d: { heartbeat_interval: HEARTBEAT_MS } })
      },
      message(_from, text) {
        const { op, d } = frameSchema.parse(JSON.parse(String(text)))
        if (op === 1) send({ op: 11 })
        else if (op === 2) identify(d)
        else if (op === 6) resume(d)
      },
      close(closed) {
        if (closed === socket) {
          socket = null
          isReady = false
        }
      },
    },
  }
}

export function botUser() {
  return {
    id: BOT_ID,
    username: 'Parley',
    discriminator: '0000',
    global_name: null,
    avatar: null,
    bot: true,
    flags: 0,
  }
}

function ready(gatewayUrl: string) {
  return {
    v: 10,
    user: { ...botUser(), verified: true, mfa_enabled: false, email: null },
    guilds: [{ id: GUILD_ID, unavailable: true }],
    session_id: 'session-1',
    resume_gateway_url: gatewayUrl,
    shard: [0, 1],
    application: { id: APPLICATION_ID, flags: 0 },
  }
}

function role(id: string, name: string) {
  return {
    id,
    name,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    position: id === GUILD_ID ? 0 : 1,
    permissions: '0',
    managed: false,
    mentionable: false,
    flags: 0,
  }
}

function channel(id: string, type: number, more: object = {}) {
  return {
    id,
    type,
    guild_id: GUILD_ID,
    name: 'models',
    position: 0,
    permission_overwrites: [],
    nsfw: false,
    parent_id: null,
    ...more,
  }
}

function guild() {
  const now = '2026-11-21T00:00:00.000000+00:00'
  return {
    id: GUILD_ID,
    name: 'The team',
    icon: null,
    owner_id: '500000000000000001',
    afk_timeout: 300,
    afk_channel_id: null,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    roles: [role(GUILD_ID, '@everyone'), role(DEPLOYER_ROLE_ID, 'data scientists')],
    emojis: [],
    features: [],
    mfa_level: 0,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    premium_tier: 0,
    preferred_locale: 'en-US',
    nsfw_level: 0,
    stickers: [],
    joined_at: now,
    large: false,
    unavailable: false,
    member_count: 3,
    voice_states: [],
    members: [member(botUser())],
    channels: [channel(CHANNEL_ID, 0)],
    threads: [
      channel(THREAD_ID, 11, {
        parent_id: CHANNEL_ID,
        owner_id: BOT_ID,
        member_count: 2,
        message_count: 1,
        thread_metadata: {
          archived: false,
          auto_archive_duration: 1440,
          archive_timestamp: now,
          locked: false,
        },
        member: { id: THREAD_ID, user_id: BOT_ID, join_timestamp: now, flags: 0 },
      }),
    ],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
  }
}

export function member(user: object, roles: readonly string[] = []) {
  return {
    user,
    roles,
    nick: null,
    avatar: null,
    joined_at: '2026-01-01T00:00:00.000000+00:00',
    premium_since: null,
    deaf: false,
    mute: false,
    pending: false,
    flags: 0,
    permissions: '0',
    communication_disabled_until: null,
  }
}
