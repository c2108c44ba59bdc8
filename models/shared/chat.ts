// Talks to a server as a person does in the page, and prints both sides.

import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Block } from '#core/presentation/blocks.ts'
import { renderPlainText } from '#core/presentation/plain-text.ts'

/** What an example needs of an answer; the blocks are Parley's own, which its server wrote. */
const answerSchema = z.object({
  conversation_id: z.string(),
  reply: z.string(),
  blocks: z.array(z.custom<Block>((block) => typeof block === 'object' && block !== null)),
  steps: z.array(
    z.object({
      operation: z.string(),
      status: z.enum(['done', 'failed', 'needs_input', 'needs_confirmation']),
      output: z.unknown().optional(),
    }),
  ),
})

type ChatAnswer = z.output<typeof answerSchema>

export interface Chat {
  /** Says it, with files where there are some; fails unless the operation that was meant ran to its end. */
  say(turn: ChatTurn): Promise<Outcome<ChatAnswer>>
}

export interface ChatTurn {
  readonly message: string
  readonly file?: File
  /** What the turn must have run, or null where it runs nothing. */
  readonly runs: string | null
  /** Only these kinds of blocks are printed, where they are named. */
  readonly shows?: readonly Block['kind'][]
}

export function createChat(
  url: string,
  {
    fetch,
    say,
    signal,
  }: { fetch: typeof globalThis.fetch; say: (line: string) => void; signal: AbortSignal },
): Chat {
  let conversationId: string | undefined
  return {
    async say({ message, file, runs, shows }) {
      const form = new FormData()
      form.append('message', message)
      if (conversationId !== undefined) form.append('conversation_id', conversationId)
      if (file !== undefined) form.append('file', file)
      const response = await fetch(`${url}/api/chat`, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: form,
        signal,
      })
      const parsed = answerSchema.safeParse(await response.json())
      if (!parsed.success) return fail('internal', `The chat answered with ${response.status}.`)
      const { reply, blocks, steps } = parsed.data
      conversationId = parsed.data.conversation_id
      const shown = shows === undefined ? blocks : blocks.filter(({ kind }) => shows.includes(kind))
      say(`\nYou     ${message}${file === undefined ? '' : ` [${file.name}]`}`)
      say(`Parley  ${renderPlainText({ text: reply, blocks: shown })}`)
      const ran = steps.some(({ operation, status }) => operation === runs && status === 'done')
      if (runs !== null && !ran) return fail('internal', `“${message}” did not run ${runs}.`)
      return succeed(parsed.data)
    },
  }
}
