// A queue between a stream that must go on and a reader that may be slow: bounded memory, the rest in a temporary file.

import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One read from the file: as large as the pieces that are written. */
const READ_BYTES = 256 * 1024
/** Only this user may read what waits. */
const PRIVATE_MODE = 0o600

export interface SpillOptions {
  /** Bytes kept in memory; what comes while so much waits goes to the file. */
  readonly memoryBytes: number
  /** Where the file is made; the system's temporary folder by default. */
  readonly folder?: string
  /** A name for the file that nobody else has. */
  readonly fileName: string
}

export interface Spill {
  /** Everything the source gave, in order; errors when the source did, after what came before. */
  readonly output: ReadableStream<Uint8Array>
  /** Resolves when the source has ended or failed (with its error), or when `bytes` have come, whichever is first. */
  settled(bytes: number): Promise<'ended' | 'failed' | 'flowing'>
  /** What the source failed with. */
  readonly failure: () => unknown
}

/**
 * Reads the source at its own pace. Many clients send a whole body before they read any of the answer: were the answer
 * to wait for them, they would wait for each other for ever.
 */
export function spill(source: ReadableStream<Uint8Array>, options: SpillOptions): Spill {
  const reader = source.getReader()
  const queue = createQueue(options)
  let state: 'flowing' | 'ended' | 'failed' | 'left' = 'flowing'
  let failure: unknown
  let received = 0
  let wake = Promise.withResolvers<void>()
  const notify = () => {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }
  const pump = async () => {
    try {
      for (;;) {
        const next = await reader.read()
        if (next.done || state === 'left') break
        received += next.value.byteLength
        await queue.push(next.value)
        notify()
        // A source that never waits for anything would keep every other request waiting for it.
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
      if (state === 'flowing') state = 'ended'
    } catch (error) {
      failure = error
      if (state === 'flowing') state = 'failed'
    }
    notify()
  }
  const pumped = pump()
  const output = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          // Taken before looking, so that a piece that comes in between is not slept through.
          const news = wake.promise
          const isFlowing = state === 'flowing'
          const piece = await queue.shift()
          if (piece !== null) return controller.enqueue(piece)
          if (isFlowing) {
            await news
            continue
          }
          await queue.close()
          if (state === 'failed') controller.error(failure)
          else controller.close()
          return
        }
      },
      async cancel(reason) {
        state = 'left'
        await reader.cancel(reason).catch(() => undefined)
        await pumped
        await queue.close()
      },
    },
    { highWaterMark: 0 },
  )
  return {
    output,
    failure: () => failure,
    async settled(bytes) {
      while (state === 'flowing' && received < bytes) await wake.promise
      return state === 'left' ? 'ended' : state
    },
  }
}

/** First in, first out; once anything is in the file, what follows goes there too, until the file has been read. */
function createQueue({ memoryBytes, folder = tmpdir(), fileName }: SpillOptions) {
  const memory: Uint8Array[] = []
  let waitingBytes = 0
  let file: FileHandle | null = null
  let written = 0
  let read = 0
  const openFile = async (): Promise<FileHandle> => {
    const path = join(folder, fileName)
    const handle = await open(path, 'wx+', PRIVATE_MODE)
    // Taken out of the folder at once, so that nothing is left behind however the process ends.
    await rm(path, { force: true })
    return handle
  }
  return {
    async push(piece: Uint8Array): Promise<void> {
      if (written === read && waitingBytes < memoryBytes) {
        memory.push(piece)
        waitingBytes += piece.byteLength
        return
      }
      file ??= await openFile()
      await file.write(piece, 0, piece.byteLength, written)
      written += piece.byteLength
    },
    async shift(): Promise<Uint8Array | null> {
      const first = memory.shift()
      if (first !== undefined) {
        waitingBytes -= first.byteLength
        return first
      }
      if (file === null || read >= written) return null
      const buffer = new Uint8Array(Math.min(READ_BYTES, written - read))
      const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, read)
      read += bytesRead
      return buffer.subarray(0, bytesRead)
    },
    async close(): Promise<void> {
      const handle = file
      file = null
      memory.length = 0
      await handle?.close()
    },
  }
}
