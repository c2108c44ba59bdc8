// Messages between the server and its reading process: a JSON head and raw bytes, over a pipe.

/** Head and body lengths as two unsigned 32-bit numbers. */
const PREFIX_BYTES = 8

export interface Frame {
  readonly head: unknown
  readonly body: Uint8Array
}

/** The parts of one message, to be written in order. */
export function encodeFrame(head: unknown, body: Uint8Array): readonly Uint8Array[] {
  const text = new TextEncoder().encode(JSON.stringify(head))
  const prefix = new Uint8Array(PREFIX_BYTES)
  const view = new DataView(prefix.buffer)
  view.setUint32(0, text.length, true)
  view.setUint32(4, body.length, true)
  return [prefix, text, body]
}

/**
 * Puts messages together from the pieces a pipe delivers.
 * @throws RangeError when a message is longer than `maxBytes`: the other side is not what it should be.
 */
export function createFrameDecoder(maxBytes: number): (chunk: Uint8Array) => readonly Frame[] {
  let prefix = new Uint8Array(PREFIX_BYTES)
  let filled = 0
  let headLength = 0
  let content: Uint8Array | null = null
  return (chunk) => {
    const frames: Frame[] = []
    for (let at = 0; at < chunk.length; ) {
      const target: Uint8Array = content ?? prefix
      const part = chunk.subarray(at, at + target.length - filled)
      target.set(part, filled)
      at += part.length
      filled += part.length
      if (filled < target.length) break
      filled = 0
      if (content === null) {
        const view = new DataView(prefix.buffer)
        headLength = view.getUint32(0, true)
        const size = headLength + view.getUint32(4, true)
        if (size > maxBytes) throw new RangeError('A message of the reading process is too long.')
        content = new Uint8Array(size)
        prefix = new Uint8Array(PREFIX_BYTES)
      } else {
        frames.push(decodeFrame(content, headLength))
        content = null
      }
    }
    return frames
  }
}

function decodeFrame(content: Uint8Array, headLength: number): Frame {
  const head: unknown = JSON.parse(new TextDecoder().decode(content.subarray(0, headLength)))
  return { head, body: content.subarray(headLength) }
}
