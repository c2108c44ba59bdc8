// Plays the example conversation over the route that the web page talks to: once as JSON, once as a stream of events.

import { createAgent } from '#agent/agent.ts'
import { createServer } from '#api/server.ts'
import { createTestPorts } from '../../support/ports.ts'
import { CHURN_FILE, type Exchange, type Moment, WORDS } from './facts.ts'

/** As the page asks for it, and as a program does. */
export const ACCEPTS = ['application/json', 'text/event-stream'] as const

const TURNS: readonly (readonly [Moment | null, string, isFile?: boolean])[] = [
  [null, WORDS.wish],
  ['deploy', '', true],
  ['predict', WORDS.predict],
  ['why', WORDS.why],
  ['list', WORDS.list],
  ['inputs', WORDS.inputs],
]

/** The sentences and blocks of each answer, as data. */
export async function playChatRoute(accept: (typeof ACCEPTS)[number]): Promise<Exchange[]> {
  const ports = await createTestPorts()
  const server = createServer({ ports, agent: createAgent({ ports }), port: 0 })
  const exchanges: Exchange[] = []
  let conversation: string | null = null
  try {
    for (const [moment, message, isFile = false] of TURNS) {
      const body = new FormData()
      body.append('message', message)
      if (conversation !== null) body.append('conversation_id', conversation)
      if (isFile) body.append('file', Bun.file(CHURN_FILE), 'churn_model.pkl')
      const response = await fetch(`${server.url}/api/chat`, {
        method: 'POST',
        headers: { accept },
        body,
      })
      const answer = readAnswer(await response.text())
      conversation = answer.conversation_id
      exchanges.push({ moment, shown: JSON.stringify([answer.reply, answer.blocks]) })
    }
    return exchanges
  } finally {
    await server.stop({ drainMs: 100 })
    await ports.close()
  }
}

const DONE = /^event: done\ndata: (.*)$/m

/** The whole answer, which is the last event of a stream. */
function readAnswer(text: string): { conversation_id: string; reply: string; blocks: unknown[] } {
  return JSON.parse(DONE.exec(text)?.[1] ?? text)
}
