// Reads server-sent events from a response body, piece by piece as they come.

export interface ServerEvent {
  readonly event: string
  readonly data: string
}

const EVENT_END = /\r?\n\r?\n/
const LINE_END = /\r?\n/

/** Comments (keep-alives) and events without data are passed over. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true })
      const parts = rest.split(EVENT_END)
      rest = parts.pop() ?? ''
      for (const part of parts) {
        const event = parseEvent(part)
        if (event !== null) yield event
      }
      if (done) return
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}

export function parseEvent(text: string): ServerEvent | null {
  let event = 'message'
  const data: string[] = []
  for (const line of text.split(LINE_END)) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const field = line.slice(0, colon)
    const value = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') event = value
    if (field === 'data') data.push(value)
  }
  return data.length === 0 ? null : { event, data: data.join('\n') }
}
