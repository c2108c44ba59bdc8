// The reading process: takes one file at a time over its standard input and answers with ONNX or a problem.

import type { LoadableModel } from '#core/engine/engine.ts'
import { FormatError } from './format-error.ts'
import { createFrameDecoder, encodeFrame, type Frame } from './frames.ts'
import { createBudget, MAX_FILE_BYTES, READ_TIME_MS } from './limits.ts'
import { MAX_LOOKUP_BYTES } from './lookup-table.ts'
import { inspectModelFile, readModelFile } from './read-model.ts'
import { REQUEST_HEAD_BYTES, type ReadingAnswer, type ReadingRequest } from './reading-protocol.ts'

/** Ready to read: modules are loaded. The time of a read does not include them. */
const READY: ReadingAnswer = { kind: 'ready' }

const EMPTY = new Uint8Array(0)

/** The libraries of graphs that Parley did not write. */
const FOREIGN: ReadonlySet<string> = new Set(['onnx', 'transformers', 'parley'])

/** Not Bun.write, which lost parts of frames written one after another to a pipe that was slow to empty. */
const output = Bun.stdout.writer()

await send(READY, EMPTY)
const decode = createFrameDecoder(MAX_FILE_BYTES + MAX_LOOKUP_BYTES + REQUEST_HEAD_BYTES)
for await (const chunk of Bun.stdin.stream()) {
  for (const frame of decode(chunk)) await answer(frame)
}

async function answer(frame: Frame): Promise<void> {
  const request = frame.head as ReadingRequest
  try {
    const budget = createBudget()
    if (request.kind === 'inspect') {
      await send({ kind: 'inspected', result: inspectModelFile(frame.body, budget) }, EMPTY)
    } else {
      const { hints, tableBytes } = request
      const file = frame.body.subarray(0, frame.body.length - tableBytes)
      const table = frame.body.subarray(file.length)
      const { onnx, ...result } = readModelFile(file, hints, budget, table)
      if (FOREIGN.has(result.library)) await tryForeignGraph({ onnx, ...result })
      await send({ kind: 'read', result }, onnx)
    }
  } catch (error) {
    await send(describeProblem(error), EMPTY)
  }
}

/**
 * Runs one row of a graph that somebody else wrote, here where time and memory are capped: onnxruntime would take the whole
 * server with it when the graph asks for more memory than there is. Loaded late, as pickles do not need it.
 */
async function tryForeignGraph(model: LoadableModel): Promise<void> {
  const { createEngine } = await import('#core/engine/create-engine.ts')
  const logger = { info: ignore, warn: ignore, error: ignore }
  const engine = createEngine({ logger, workers: 1, compile: false })
  const loaded = await engine.load(model)
  if (!loaded.ok) throw new FormatError(loaded.failure.message, 0)
  await loaded.value.close()
  await engine.close()
}

function ignore(): void {}

/** A FormatError is about the file. Anything else is our fault or the engine's, and its text stays here. */
function describeProblem(error: unknown): ReadingAnswer {
  if (error instanceof FormatError) {
    return { kind: 'problem', code: error.code, message: error.message, offset: error.offset }
  }
  const outOfMemory = error instanceof RangeError
  return {
    kind: 'problem',
    code: outOfMemory ? 'too_large' : 'unreadable_model',
    message: outOfMemory
      ? `Reading this file needs more memory or longer than ${READ_TIME_MS / 1000} seconds; Parley stopped.`
      : 'Parley could not make sense of this file.',
    offset: 0,
    ...(outOfMemory ? {} : { fault: String(error instanceof Error ? error.stack : error) }),
  }
}

async function send(head: ReadingAnswer, body: Uint8Array): Promise<void> {
  for (const part of encodeFrame(head, body)) output.write(part)
  await output.flush()
}
