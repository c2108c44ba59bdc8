// A Discord on loopback: REST and gateway as discord.js speaks them, people who talk to the bot, and a record of all it sends.

import {
  APPLICATION_ID,
  BOT_ID,
  botUser,
  CHANNEL_ID,
  createGateway,
  GUILD_ID,
  member,
  TOKEN,
} from './discord-gateway.ts'
import type { DiscordServer, SentFile, User } from './discord-types.ts'
import {
  asInput,
  asMessage,
  asShown,
  bareMessage,
  gatewayInfo,
  readBody,
  type Stored,
  withoutDefaults,
} from './discord-wire.ts'
import { problemsOf, type Recorded } from './recorder.ts'

/** How an interaction was answered so far. */
interface Answered {
  readonly id: string
  readonly channel: string
  original: string | null
  isThinking: boolean
}

export function startDiscordServer(): DiscordServer {
  let counter = 1000n
  const start = BigInt(Date.now() - 1_420_070_400_000) << 22n
  const newId = () => {
    counter += 1n
    return String(start + counter)
  }
  const requests: Recorded[] = []
  const problems: string[] = []
  const messages = new Map<string, Stored>()
  const files = new Map<string, SentFile>()
  const interactions = new Map<string, Answered>()
  const commands = new Map<string, readonly object[]>()
  let lastModal: unknown = null
  let lastChoices: unknown = null

  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    development: false,
    async fetch(request, self) {
      const url = new URL(request.url)
      if (url.pathname === '/gateway' || url.pathname === '/gateway/') {
        return self.upgrade(request, { data: undefined })
          ? undefined
          : new Response('no upgrade', { status: 400 })
      }
      if (url.pathname.startsWith('/attachments/')) return serveFile(url)
      return answer(request, url)
    },
    websocket: {
      open: (socket) => gateway.websocket.open?.(socket),
      message: (socket, text) => gateway.websocket.message?.(socket, text),
      close: (socket, code, reason) => gateway.websocket.close?.(socket, code, reason),
    },
  })
  const gatewayUrl = `ws://127.0.0.1:${server.port}/gateway`
  const gateway = createGateway(() => gatewayUrl)

  function serveFile(url: URL): Response {
    const file = files.get(url.pathname)
    if (file === undefined) return new Response('gone', { status: 404 })
    if (file.fails !== undefined) return new Response('no', { status: file.fails })
    return new Response(file.content)
  }

  async function answer(request: Request, url: URL): Promise<Response> {
    const path = decodeURIComponent(url.pathname).replace(/^\/api\/v10/, '')
    const { body, posted } = await readBody(request)
    const recorded: Recorded = { method: request.method, path, body, files: posted }
    requests.push(recorded)
    problems.push(...problemsOf(recorded))
    const needsToken = !path.startsWith('/interactions/') && !path.startsWith('/webhooks/')
    if (needsToken && request.headers.get('authorization') !== `Bot ${TOKEN}`) {
      return Response.json({ message: '401: Unauthorized', code: 0 }, { status: 401 })
    }
    if (api.limitedOnce !== null && path.includes(api.limitedOnce)) {
      api.limitedOnce = null
      return Response.json(
        { message: 'You are being rate limited.', retry_after: 0.05, global: false },
        { status: 429, headers: { 'retry-after': '0.05', 'x-ratelimit-scope': 'shared' } },
      )
    }
    const { failing } = api
    if (failing !== null && path.includes(failing.path)) {
      return Response.json({ message: 'refused', code: failing.code }, { status: failing.status })
    }
    return route(recorded)
  }

  function route({ method, path, body, files: posted }: Recorded): Response {
    const parts = path.split('/').slice(1)
    const [first, second = '', third = '', fourth = ''] = parts
    if (path.startsWith('/gateway')) return Response.json(gatewayInfo(gatewayUrl))
    if (path === '/applications/@me') {
      return Response.json({ id: APPLICATION_ID, name: 'Parley', flags: api.applicationFlags })
    }
    if (first === 'applications') return commandsRoute(method, path, body)
    if (first === 'interactions') return callback(second, third, body)
    if (first === 'channels' && fourth === undefined) return new Response(null, { status: 404 })
    if (first === 'channels' && third === 'typing') return new Response(null, { status: 204 })
    if (first === 'channels' && method === 'POST') return Response.json(post(second, body, posted))
    if (first === 'channels') return edit(fourth, body, posted)
    if (first === 'webhooks') return webhook(method, third, parts[4], body, posted)
    problems.push(`${method} ${path} is not a route of Discord`)
    return Response.json({ message: '404: Not Found', code: 0 }, { status: 404 })
  }

  function commandsRoute(method: string, path: string, body: unknown): Response {
    if (method === 'PUT' && Array.isArray(body)) commands.set(path, body.map(asRegistered))
    return Response.json(commands.get(path) ?? [])
  }

  /** As Discord answers them: with ids and defaults of its own, and without what is off. */
  function asRegistered(command: object): object {
    const { options, ...rest } = Object(command)
    return {
      id: newId(),
      application_id: APPLICATION_ID,
      version: newId(),
      default_member_permissions: null,
      nsfw: false,
      ...rest,
      ...(options?.length > 0 && { options: options.map(withoutDefaults) }),
    }
  }

  function callback(id: string, token: string, body: unknown): Response {
    const interaction = interactions.get(token)
    if (interaction === undefined || interaction.id !== id) {
      return Response.json({ message: 'Unknown interaction', code: 10_062 }, { status: 404 })
    }
    const { type, data } = Object(body)
    if (interaction.original !== null) {
      problems.push('an interaction was answered twice')
      return Response.json({ message: 'Already acknowledged', code: 40_060 }, { status: 400 })
    }
    if (type === 8) lastChoices = data.choices
    else if (type === 9) lastModal = data
    else interaction.original = post(interaction.channel, data ?? {}, []).id
    interaction.isThinking = type === 5
    if (type === 8 || type === 9) interaction.original = 'none'
    return new Response(null, { status: 204 })
  }

  function webhook(
    method: string,
    token: string,
    messageId: string | undefined,
    body: unknown,
    posted: Recorded['files'],
  ): Response {
    const interaction = interactions.get(token)
    if (interaction === undefined) {
      return Response.json({ message: 'Unknown Webhook', code: 10_015 }, { status: 404 })
    }
    // What follows "is thinking" takes its place, as Discord has it, and with it who may see it.
    const isFollowUp = method === 'POST' && !interaction.isThinking
    interaction.isThinking = false
    if (isFollowUp) return Response.json(post(interaction.channel, body, posted))
    if (method === 'POST') return edit(interaction.original ?? '', body, posted)
    const id = messageId === '@original' ? (interaction.original ?? '') : (messageId ?? '')
    return edit(id, body, posted)
  }

  function post(channel: string, body: unknown, posted: Recorded['files']) {
    const { components = [], flags = 0 } = Object(body)
    const stored: Stored = { id: newId(), channel, components, flags, files: posted, edits: 0 }
    messages.set(stored.id, stored)
    return asMessage(stored)
  }

  function edit(id: string, body: unknown, posted: Recorded['files']): Response {
    const stored = messages.get(id)
    if (stored === undefined) {
      return Response.json({ message: 'Unknown Message', code: 10_008 }, { status: 404 })
    }
    const { components, flags } = Object(body)
    stored.components = components ?? stored.components
    stored.flags |= flags ?? 0
    stored.files = posted.length > 0 ? posted : stored.files
    stored.edits += 1
    return Response.json(asMessage(stored))
  }

  function asUser({ id, name }: User) {
    return { id, username: name, discriminator: '0', global_name: name, avatar: null, bot: false }
  }

  function keepFile(channel: string, file: SentFile) {
    const id = newId()
    const path = `/attachments/${channel}/${id}/${encodeURIComponent(file.name)}`
    files.set(path, file)
    const url = `http://127.0.0.1:${server.port}${path}?ex=1&hm=2`
    const size = Buffer.byteLength(file.content)
    return {
      id,
      filename: file.name,
      size,
      url,
      proxy_url: url,
      content_type: 'application/octet-stream',
    }
  }

  const api: DiscordServer = {
    apiUrl: `http://127.0.0.1:${server.port}/api`,
    gateway,
    requests,
    problems,
    failing: null,
    limitedOnce: null,
    applicationFlags: 0,
    messages: () => [...messages.values()].map(asShown),
    say(user, text, more = {}) {
      const { channel = CHANNEL_ID, mentions = true, isDirect = false, files: sent = [] } = more
      const isMention = mentions && !isDirect
      const id = newId()
      gateway.dispatch('MESSAGE_CREATE', {
        ...bareMessage(id, channel),
        author: asUser(user),
        content: isMention ? `<@${BOT_ID}> ${text}` : text,
        mentions: isMention ? [botUser()] : [],
        attachments: sent.map((file) => keepFile(channel, file)),
        ...(isDirect
          ? { channel_type: 1 }
          : { guild_id: GUILD_ID, member: { ...member({}, user.roles), user: undefined } }),
      })
      return id
    },
    interact(user, type, data, more = {}) {
      const id = more.id ?? newId()
      const token = `token-${newId()}`
      interactions.set(token, { id, channel: CHANNEL_ID, original: null, isThinking: false })
      gateway.dispatch('INTERACTION_CREATE', {
        id,
        application_id: APPLICATION_ID,
        type,
        data,
        guild_id: GUILD_ID,
        guild: { id: GUILD_ID, locale: 'en-US', features: [] },
        channel_id: CHANNEL_ID,
        channel: { id: CHANNEL_ID, type: 0, guild_id: GUILD_ID },
        member: member(asUser(user), user.roles),
        token,
        version: 1,
        app_permissions: '0',
        locale: 'en-US',
        guild_locale: 'en-US',
        entitlements: [],
        authorizing_integration_owners: { 0: GUILD_ID },
        context: 0,
        attachment_size_limit: 10_485_760,
        ...(type === 3 && { message: { ...bareMessage(newId(), CHANNEL_ID), author: botUser() } }),
      })
      return id
    },
    command(user, name, options = [], file) {
      const kept = file === undefined ? null : keepFile(CHANNEL_ID, file)
      return api.interact(user, 2, {
        id: newId(),
        name,
        type: 1,
        options:
          kept === null ? options : [...options, { name: 'upload', type: 11, value: kept.id }],
        ...(kept !== null && { resolved: { attachments: { [kept.id]: kept } } }),
      })
    },
    click: (user, buttonId) =>
      api.interact(user, 3, { custom_id: buttonId, component_type: 2, id: 1 }),
    modal() {
      const { custom_id: id, title, components } = Object(lastModal)
      return { id, title, inputs: components.map(asInput) }
    },
    submit(user, values) {
      const { id, inputs } = api.modal()
      const components = inputs.slice(0, values.length).map(({ id: input, type }, index) => ({
        type: 18,
        id: index + 1,
        component: {
          type,
          id: index + 20,
          custom_id: input,
          ...(type === 3 ? { values: [values[index]] } : { value: values[index] }),
        },
      }))
      return api.interact(user, 5, { custom_id: id, components })
    },
    completions: () => Object(lastChoices),
    stop: () => server.stop(true),
  }
  return api
}
