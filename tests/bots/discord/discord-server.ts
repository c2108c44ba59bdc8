// A Discord on loopback: REST and gateway as discord.js speaks them, people who talk to the bot, and a record of all it sends.

import {
  APPLICATION_ID,
  BOT_ID,
  botUser,
  CHANNEL_ID,
  createGateway,
  type Gateway,
  GUILD_ID,
  member,
  TOKEN,
} from './discord-gateway.ts'
import { nested, problemsOf, type Recorded } from './recorder.ts'

export interface User {
  readonly id: string
  readonly name: string
  readonly roles?: readonly string[]
}

export interface SentFile {
  readonly name: string
  readonly content: string | Uint8Array<ArrayBuffer>
  /** The file store answers this instead of the file. */
  readonly fails?: number
}

/** A message of the bot as people see it now. */
export interface Shown {
  readonly id: string
  readonly channel: string
  /** All text of the message, in order. */
  readonly text: string
  readonly buttons: readonly { readonly label: string; readonly id: string }[]
  readonly isEphemeral: boolean
  readonly files: Recorded['files']
  readonly edits: number
}

export interface Option {
  readonly name: string
  readonly type: number
  readonly value: string | number | boolean
  readonly focused?: boolean
}

export interface DiscordServer {
  /** `http://127.0.0.1:1234/api` */
  readonly apiUrl: string
  readonly gateway: Gateway
  readonly requests: readonly Recorded[]
  /** Everything Discord would have refused. */
  readonly problems: readonly string[]
  /** Messages of the bot, oldest first, in every channel. */
  messages(): readonly Shown[]
  /** Somebody writes; answers the message's id. */
  say(user: User, text: string, more?: Partial<Saying>): string
  interact(user: User, type: number, data: object, more?: Partial<Interacting>): string
  command(user: User, name: string, options?: readonly Option[], file?: SentFile): string
  click(user: User, buttonId: string): string
  /** The modal that was opened last. */
  modal(): { readonly id: string; readonly title: string; readonly inputs: readonly ModalInput[] }
  /** The values of the first inputs, in order. */
  submit(user: User, values: readonly string[]): string
  /** What autocomplete answered last. */
  completions(): readonly { readonly name: string; readonly value: string | number }[]
  /** Answers every request to a path that holds this with an error, until told otherwise. */
  failing: { path: string; status: number; code: number } | null
  /** Answers the next request to a path that holds this with "too many", once. */
  limitedOnce: string | null
  applicationFlags: number
  stop(): Promise<void>
}

export interface ModalInput {
  readonly label: string
  readonly id: string
  readonly type: number
}

interface Saying {
  readonly channel: string
  readonly mentions: boolean
  readonly isDirect: boolean
  readonly files: readonly SentFile[]
}

interface Interacting {
  readonly id: string
  readonly resolved: object
}

interface Stored {
  id: string
  channel: string
  components: readonly unknown[]
  flags: number
  files: Recorded['files']
  edits: number
}

const EPHEMERAL = 1 << 6

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
  const interactions = new Map<string, { id: string; channel: string; original: string | null }>()
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
    if (method === 'POST') return Response.json(post(interaction.channel, body, posted))
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
    const path = `/attachments/${channel}/${id}/${file.name}`
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
      interactions.set(token, { id, channel: CHANNEL_ID, original: null })
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

function asInput(one: unknown): ModalInput {
  const { label, component } = Object(one)
  return { label, id: component.custom_id, type: component.type }
}

function withoutDefaults(option: unknown): object {
  const { required, autocomplete, ...rest } = Object(option)
  return { ...rest, ...(required && { required }), ...(autocomplete && { autocomplete }) }
}

function gatewayInfo(url: string) {
  return {
    url,
    shards: 1,
    session_start_limit: { total: 1000, remaining: 999, reset_after: 0, max_concurrency: 1 },
  }
}

function bareMessage(id: string, channel: string) {
  return {
    id,
    channel_id: channel,
    content: '',
    timestamp: '2026-11-21T00:00:00.000000+00:00',
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    pinned: false,
    type: 0,
    flags: 0,
    components: [],
  }
}

function asMessage({ id, channel, components, flags }: Stored) {
  return { ...bareMessage(id, channel), author: botUser(), components, flags }
}

function asShown({ id, channel, components, flags, files, edits }: Stored): Shown {
  const all = nested(components)
  return {
    id,
    channel,
    text: asSeen(all.flatMap(({ content }) => content ?? []).join('\n')),
    buttons: all.flatMap(({ type, label = '', custom_id }) =>
      type === 2 && custom_id !== undefined ? [{ label, id: custom_id }] : [],
    ),
    isEphemeral: (flags & EPHEMERAL) !== 0,
    files,
    edits,
  }
}

/** Escapes as a person sees them. */
function asSeen(markdown: string): string {
  return markdown.replace(/\\([^A-Za-z0-9\s])/g, '$1')
}

async function readBody(
  request: Request,
): Promise<{ body: unknown; posted: { name: string; text: string }[] }> {
  const type = request.headers.get('content-type') ?? ''
  if (type.startsWith('application/json')) return { body: await request.json(), posted: [] }
  if (!type.startsWith('multipart/form-data')) return { body: null, posted: [] }
  const form = await request.formData()
  const posted: { name: string; text: string }[] = []
  for (const [key, value] of form.entries()) {
    if (key === 'payload_json') continue
    const { name } = Object(value)
    posted.push({ name, text: await new Response(value).text() })
  }
  return { body: JSON.parse(String(form.get('payload_json'))), posted }
}
