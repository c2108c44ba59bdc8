// Brings a turn to where the person reads it: streamed into a thread, or posted to a command's response address.

import type { ScoredFile } from '#bots/shared/scored-file.ts'
import { splitText } from '#bots/shared/split-text.ts'
import type { TurnView } from '#bots/shared/turn-view.ts'
import { SLACK_LIMITS, STREAM_CHARACTERS, STREAM_LIFETIME_MS } from './limits.ts'
import { toMarkdown } from './markdown.ts'
import { fallbackText, inMessages, renderText } from './render.ts'
import type { KnownBlock, WebClient } from './slack-types.ts'

export interface Reply {
  /** Before anything is known: the person sees that somebody works, and can stop it. */
  begin(): Promise<void>
  /** The newest state of the turn while it runs. */
  show(view: TurnView): Promise<void>
  /** The whole answer; `blocks` come after its text. */
  finish(text: string, blocks: readonly KnownBlock[], files: readonly ScoredFile[]): Promise<void>
}

export interface ThreadTarget {
  readonly channel: string
  readonly thread: string
  readonly user: string
  readonly team: string
}

export interface ReplyTools {
  readonly client: WebClient
  readonly monotonicMs: () => number
  /** What the platform refused and the person does not need to know. */
  readonly report: (error: unknown) => void
}

/** Streams into a thread; a stream that dies or grows too long goes on in a new message, and nothing is said twice. */
export function createThreadReply(target: ThreadTarget, tools: ReplyTools): Reply {
  const { client, report } = tools
  const { channel, thread } = target
  const stream = createStream(target, tools)
  let status: string | null = null
  // Slack puts the app's name before it: "Parley is thinking…".
  const setStatus = async (text: string) => {
    if (text === status) return
    status = text
    await client.assistant.threads
      .setStatus({ channel_id: channel, thread_ts: thread, status: text })
      .catch(report)
  }
  // The session's status is what shows Slack's own Stop button.
  const setSession = (state: 'processing' | 'active') =>
    client.agents.sessions
      .setStatus({ channel_id: channel, thread_ts: thread, status: state })
      .catch(report)
  return {
    async begin() {
      await Promise.all([setStatus('is thinking…'), setSession('processing')])
    },
    async show({ text, status: doing }) {
      if (text !== '') await stream.write(text)
      else if (doing !== null) await setStatus(`is at work: ${doing}…`)
    },
    async finish(text, blocks, files) {
      try {
        await sayAll(text, blocks)
        for (const file of files) await attach(file)
      } finally {
        await Promise.all([setStatus(''), setSession('active')])
      }
    },
  }

  async function sayAll(text: string, blocks: readonly KnownBlock[]): Promise<void> {
    const [first = [], ...rest] = inMessages(
      stream.isOpen() ? blocks : [...renderText(stream.unsaid(text)), ...blocks],
    )
    const isClosed = await stream.close(text, first)
    for (const message of isClosed ? rest : [first, ...rest]) {
      await post(client, target, text, message)
    }
  }

  /** The answer stands where the file cannot be given; the person is told. */
  async function attach(file: ScoredFile): Promise<void> {
    try {
      await upload(client, target, file)
    } catch (error) {
      report(error)
      const sentence = `I could not attach “${file.fileName}” here; Slack did not take it.`
      await post(client, target, sentence, renderText(sentence))
    }
  }
}

async function post(
  client: WebClient,
  { channel, thread }: ThreadTarget,
  text: string,
  blocks: readonly KnownBlock[],
): Promise<void> {
  if (blocks.length === 0) return
  await client.chat.postMessage({
    channel,
    thread_ts: thread,
    text: fallbackText(text),
    blocks: [...blocks],
    unfurl_links: false,
    unfurl_media: false,
  })
}

async function upload(
  client: WebClient,
  { channel, thread }: ThreadTarget,
  { fileName, bytes }: ScoredFile,
): Promise<void> {
  await client.filesUploadV2({
    channel_id: channel,
    thread_ts: thread,
    filename: fileName,
    title: fileName,
    file: Buffer.from(bytes),
  })
}

interface Stream {
  /** Says what of `text` was not said yet. */
  write(text: string): Promise<void>
  isOpen(): boolean
  /** What of the whole text no stream has said. */
  unsaid(text: string): string
  /** Says the rest and ends with the blocks; false where no stream was open or it died, so that they must be posted. */
  close(text: string, blocks: readonly KnownBlock[]): Promise<boolean>
}

function createStream(target: ThreadTarget, { client, monotonicMs, report }: ReplyTools): Stream {
  const { channel, thread, user, team } = target
  let ts: string | null = null
  let openedAt = 0
  let inThis = 0
  let said = 0
  let isRefused = false

  async function start(text: string): Promise<void> {
    const started = await client.chat.startStream({
      channel,
      thread_ts: thread,
      recipient_user_id: user,
      recipient_team_id: team,
      markdown_text: text,
    })
    ts = started.ts ?? null
    openedAt = monotonicMs()
    inThis = text.length
  }

  async function say(text: string): Promise<void> {
    if (ts !== null && isSpent(text)) await end([])
    if (ts === null) return start(text)
    try {
      await client.chat.appendStream({ channel, ts, markdown_text: text })
      inThis += text.length
    } catch (error) {
      if (!isOver(error)) throw error
      ts = null
      await start(text)
    }
  }

  const isSpent = (text: string) =>
    monotonicMs() - openedAt > STREAM_LIFETIME_MS || inThis + text.length > STREAM_CHARACTERS

  /** False where the stream had died already. */
  async function end(blocks: readonly KnownBlock[]): Promise<boolean> {
    const ending = ts
    ts = null
    if (ending === null) return false
    try {
      await client.chat.stopStream({
        channel,
        ts: ending,
        ...(blocks.length > 0 ? { blocks: [...blocks] } : {}),
      })
      return true
    } catch (error) {
      if (!isOver(error)) report(error)
      return false
    }
  }

  async function write(text: string): Promise<void> {
    if (isRefused) return
    const fresh = text.slice(said)
    if (fresh === '') return
    try {
      for (const piece of pieces(fresh)) {
        await say(toMarkdown(piece))
        said += piece.length
      }
    } catch (error) {
      // Where streams are not to be had, the answer comes whole at the end.
      isRefused = true
      report(error)
    }
  }

  return {
    write,
    isOpen: () => ts !== null,
    unsaid: (text) => text.slice(said),
    async close(text, blocks) {
      if (ts === null) return false
      await write(text)
      return end(blocks)
    },
  }
}

/** Escaping makes text longer; a quarter of the room is for that. */
const PIECE = Math.floor(SLACK_LIMITS.streamText * 0.75)

/** Cut without losing a character, because what was said is counted in characters. */
function pieces(text: string): string[] {
  if (text.length <= PIECE) return [text]
  const [first = text.slice(0, PIECE)] = splitText(text, PIECE)
  const head = text.startsWith(first) ? first : text.slice(0, PIECE)
  return [head, ...pieces(text.slice(head.length))]
}

const OVER = new Set(['message_not_in_streaming_state', 'message_not_found'])

/** Slack has ended this stream: it was too old, or the person pressed Stop. */
function isOver(error: unknown): boolean {
  if (!(error instanceof Error) || !('data' in error)) return false
  const { data } = error
  if (typeof data !== 'object' || data === null || !('error' in data)) return false
  return typeof data.error === 'string' && OVER.has(data.error)
}

/** Slack takes five answers within half an hour; the last one says that there was more. */
const MAX_RESPONSES = 5

/** Answers a slash command where only the person sees it; works in channels that the app is not in. */
export function createResponseReply(
  responseUrl: string,
  tools: {
    readonly fetch: (url: string, init: RequestInit) => Promise<Response>
    readonly allowedOrigins: readonly string[]
    readonly report: (error: unknown) => void
  },
): Reply {
  async function respond(text: string, blocks: readonly KnownBlock[]): Promise<void> {
    if (!URL.canParse(responseUrl) || !tools.allowedOrigins.includes(new URL(responseUrl).origin))
      throw new Error('a response address outside Slack')
    const response = await tools.fetch(responseUrl, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        response_type: 'ephemeral',
        replace_original: false,
        text: fallbackText(text),
        blocks,
      }),
    })
    if (!response.ok) throw new Error(`the response address answered ${response.status}`)
  }
  return {
    begin: async () => undefined,
    show: async () => undefined,
    async finish(text, blocks, files) {
      const named = files.map(
        ({ fileName }) => `The scored table “${fileName}” can be had in a message to me.`,
      )
      const messages = inMessages([...renderText([text, ...named].join('\n\n')), ...blocks])
      for (const message of messages.slice(0, MAX_RESPONSES)) await respond(text, message)
      if (messages.length > MAX_RESPONSES) {
        tools.report(new Error('an answer was longer than a command may be answered'))
      }
    },
  }
}
