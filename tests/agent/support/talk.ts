// Talks to a real agent over real ports the way a surface does: files are stored first, then the turn is taken.

import { createAgent } from '#agent/agent.ts'
import type { LanguageModel } from '#agent/language.ts'
import type { Agent, TurnEvent, TurnResult } from '#agent/turn.ts'
import type { Operation, Ports, Principal } from '#core/operations/operation.ts'

export const person: Principal = { id: 'local', role: 'admin', surface: 'chat' }

const MAX_UPLOAD_BYTES = 50_000_000

export interface TalkOptions {
  readonly claude?: LanguageModel
  readonly operations?: readonly Operation[]
  readonly agent?: Agent
}

export interface FileToSend {
  readonly fileName: string
  readonly content: Uint8Array | string
}

export interface Talk {
  readonly agent: Agent
  say(
    message: string,
    options?: SayOptions,
  ): Promise<TurnResult & { readonly events: readonly TurnEvent[] }>
  /** The id once the first turn has begun. */
  conversationId(): string | null
}

export interface SayOptions {
  readonly files?: readonly FileToSend[]
  readonly principal?: Principal
  readonly signal?: AbortSignal
}

export function talkTo(ports: Ports, options: TalkOptions = {}): Talk {
  const agent =
    options.agent ??
    createAgent({
      ports,
      ...(options.claude === undefined ? {} : { claude: options.claude }),
      ...(options.operations === undefined ? {} : { operations: options.operations }),
    })
  let conversationId: string | null = null
  let requests = 0
  return {
    agent,
    conversationId: () => conversationId,
    async say(message, { files = [], principal = person, signal } = {}) {
      const uploads = await Promise.all(files.map((file) => storeFile(ports, file, principal)))
      const events: TurnEvent[] = []
      let result: TurnResult | null = null
      for await (const event of agent.turn({
        conversationId,
        message,
        uploads,
        principal,
        requestId: `request-${++requests}`,
        signal: signal ?? new AbortController().signal,
      })) {
        events.push(event)
        if (event.type === 'done') result = event.result
      }
      if (result === null) throw new Error('the turn ended without a result')
      conversationId ??= result.conversationId
      return { ...result, events }
    },
  }
}

/** Keeps a file as a surface does that was sent one; answers what a turn is told of it. */
export async function storeFile(ports: Ports, file: FileToSend, principal: Principal) {
  const content =
    typeof file.content === 'string' ? new TextEncoder().encode(file.content) : file.content
  const stored = await ports.registry.createUpload({
    fileName: file.fileName,
    owner: principal.id,
    content,
    maximumBytes: MAX_UPLOAD_BYTES,
  })
  if (!stored.ok) throw new Error(stored.failure.message)
  const { id, fileName, sizeBytes } = stored.value
  return { id, fileName, sizeBytes }
}
