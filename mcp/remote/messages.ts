// Reads the JSON-RPC messages of an HTTP answer, whether it is one body or a stream of events.

import { type JSONRPCMessage, parseJSONRPCMessage } from '@modelcontextprotocol/server'
import { MAX_MESSAGE_BYTES } from '../limits.ts'

const EVENT_STREAM = 'text/event-stream'
const LINE_END = /\r\n|\r|\n/

/** In the order they arrive. Throws where the answer is not what the protocol allows. */
export async function* readMessages(response: Response): AsyncGenerator<JSONRPCMessage> {
  const type = response.headers.get('content-type') ?? ''
  if (!type.startsWith(EVENT_STREAM)) {
    yield parseJSONRPCMessage(await response.json())
    return
  }
  if (response.body === null) return
  let rest = ''
  let data: string[] = []
  const decoder = new TextDecoder()
  for await (const piece of response.body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split(LINE_END)
    rest = lines.pop() ?? ''
    if (rest.length > MAX_MESSAGE_BYTES) throw new Error('an event is too large')
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice('data:'.length).trimStart())
      if (line !== '' || data.length === 0) continue
      const text = data.join('\n')
      data = []
      if (text !== '') yield parseJSONRPCMessage(JSON.parse(text))
    }
  }
}
