// Looks at the beginning of a stream without losing it.

/** Reads until `isEnough` or `maximumBytes`; `stream` then gives everything from the start. */
export async function peekStream(
  input: ReadableStream<Uint8Array>,
  maximumBytes: number,
  isEnough: (bytes: Uint8Array) => boolean,
): Promise<{ readonly start: Uint8Array; readonly stream: ReadableStream<Uint8Array> }> {
  const reader = input.getReader()
  const pieces: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    pieces.push(value)
    size += value.byteLength
    if (size >= maximumBytes || isEnough(value)) break
  }
  const start = join(pieces, size)
  let waiting = start.byteLength > 0
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (waiting) {
          waiting = false
          controller.enqueue(start)
          return
        }
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return { start, stream }
}

function join(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return only
  const whole = new Uint8Array(size)
  let offset = 0
  for (const piece of pieces) {
    whole.set(piece, offset)
    offset += piece.byteLength
  }
  return whole
}
