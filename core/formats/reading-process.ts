// One reading process: started, asked one question at a time, watched, and ended when it costs too much.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createFrameDecoder, encodeFrame, type Frame } from './frames.ts'
import {
  MAX_FILE_BYTES,
  READ_DATA_LIMIT_BYTES,
  READ_MEMORY_KILL_BYTES,
  READ_TIME_MS,
  RECYCLE_MEMORY_BYTES,
} from './limits.ts'
import { REQUEST_HEAD_BYTES, type ReadingAnswer, type ReadingRequest } from './reading-protocol.ts'

/** Why a question got no answer: it took too long, too much memory, or the process ended by itself or by `end`. */
export type Ending = 'time' | 'memory' | 'exit'

export type Reply =
  | { readonly kind: 'answer'; readonly answer: ReadingAnswer; readonly body: Uint8Array }
  | { readonly kind: 'ended'; readonly ending: Ending }

export interface ReadingProcess {
  readonly pid: number
  /** One question at a time. The clock starts when the process is ready and has the file. */
  ask(request: ReadingRequest, file: Uint8Array): Promise<Reply>
  /** False once it has ended or grown so large that a new one should take its place. */
  reusable(): boolean
  end(): void
}

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** Between two looks at the memory; a process fills some 10 MB in this time. */
const WATCH_MS = 10

/** An answer that has arrived while the server was busy is taken before the process is ended for being late. */
const GRACE_MS = 30

/** Until it is ready. Loading takes some 50 ms; a machine under full load may need seconds. */
const START_TIME_MS = 10_000

/** `statm` counts in pages of this size on every platform that has it and that we run on. */
const PAGE_BYTES = 4096

/** ONNX of the largest file, which repeats each tree's arrays as attributes. */
const MAX_ANSWER_BYTES = 4 * MAX_FILE_BYTES

/** What one read may cost before its process is ended. */
export interface ReadingLimits {
  readonly timeMs: number
  readonly memoryBytes: number
}

const LIMITS: ReadingLimits = { timeMs: READ_TIME_MS, memoryBytes: READ_MEMORY_KILL_BYTES }

export function startReadingProcess(limits: ReadingLimits = LIMITS): ReadingProcess {
  const child = Bun.spawn(command(), {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
    // Neither the server's secrets nor a configuration file of the folder it was started in.
    env: { BUN_ENABLE_CRASH_REPORTING: '0' },
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
  child.unref()
  let waiting: ((reply: Reply) => void) | null = null
  let ended = false

  const settle = (reply: Reply): void => {
    const resolve = waiting
    waiting = null
    resolve?.(reply)
  }
  const end = (ending: Ending): void => {
    ended = true
    child.kill('SIGKILL')
    settle({ kind: 'ended', ending })
  }
  const receive = (frame: Frame): void =>
    settle({ kind: 'answer', answer: frame.head as ReadingAnswer, body: frame.body })

  const ready = new Promise<Reply>((resolve) => {
    waiting = resolve
  })
  void pump(child.stdout, receive).finally(() => end('exit'))

  return {
    pid: child.pid,
    async ask(request, file) {
      child.ref()
      const late = setTimeout(() => end('time'), START_TIME_MS)
      const started = await ready
      clearTimeout(late)
      if (started.kind === 'ended' || ended) {
        child.unref()
        return { kind: 'ended', ending: 'exit' }
      }
      const stopWatching = watch(child.pid, limits, end)
      const reply = new Promise<Reply>((resolve) => {
        waiting = resolve
      })
      // A process that ends while it is being written to shows as its end, not as a broken pipe.
      await write(child.stdin, request, file).catch(() => end('exit'))
      try {
        return await reply
      } finally {
        stopWatching()
        child.unref()
      }
    },
    reusable: () => !ended && (residentBytes(child.pid) ?? 0) < RECYCLE_MEMORY_BYTES,
    end: () => end('exit'),
  }
}

async function write(sink: Bun.FileSink, request: ReadingRequest, file: Uint8Array): Promise<void> {
  for (const part of encodeFrame(request, file)) sink.write(part)
  await sink.flush()
}

async function pump(
  stream: ReadableStream<Uint8Array>,
  receive: (frame: Frame) => void,
): Promise<void> {
  const decode = createFrameDecoder(MAX_ANSWER_BYTES + REQUEST_HEAD_BYTES)
  try {
    for await (const chunk of stream) for (const frame of decode(chunk)) receive(frame)
  } catch {
    // What cannot be read ends the process, as its silence would.
  }
}

/** Ends the process when it is late or large; returns how to stop watching. */
function watch(pid: number, limits: ReadingLimits, end: (ending: Ending) => void): () => void {
  let grace: ReturnType<typeof setTimeout> | undefined
  const late = setTimeout(() => {
    grace = setTimeout(() => end('time'), GRACE_MS)
  }, limits.timeMs - GRACE_MS)
  const look = setInterval(() => {
    if ((residentBytes(pid) ?? 0) > limits.memoryBytes) end('memory')
  }, WATCH_MS)
  return () => {
    clearTimeout(late)
    clearTimeout(grace)
    clearInterval(look)
  }
}

/** Resident memory; null where the system has no /proc, and the reader's own budget is the cap. */
function residentBytes(pid: number): number | null {
  try {
    const pages = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]
    return Number(pages) * PAGE_BYTES
  } catch {
    return null
  }
}

/** The worker under the system's own cap where there is a shell to set it; no core dump of a hostile file. */
function command(): string[] {
  const worker = [process.execPath, WORKER]
  const shell = Bun.which('sh')
  if (shell === null || process.platform === 'win32') return worker
  const kilobytes = READ_DATA_LIMIT_BYTES / 1024
  const script = `ulimit -c 0; ulimit -d ${kilobytes} 2>/dev/null; exec "$0" "$@"`
  return [shell, '-c', script, ...worker]
}
