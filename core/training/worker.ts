// The training process: takes one table over its standard input, trains, tells how far it is, and answers with the model.

import { createFrameDecoder, encodeFrame, type Frame } from '#core/formats/frames.ts'
import { trainAutomatically } from './automatic.ts'
import { MAX_TABLE_BYTES } from './table.ts'
import {
  TRAINING_HEAD_BYTES,
  type TrainingAnswer,
  type TrainingQuestion,
} from './training-protocol.ts'

const EMPTY = new Uint8Array(0)
/** More often than this nobody reads it. */
const PROGRESS_MS = 100

const output = Bun.stdout.writer()
let sending = Promise.resolve()

async function answer({ head, body }: Frame): Promise<void> {
  const { job, parleyVersion } = head as TrainingQuestion
  let lastMs = 0
  let lastMessage = ''
  try {
    const outcome = await trainAutomatically(job, body, {
      // Whoever wants it stopped ends this process.
      signal: new AbortController().signal,
      now: Date.now,
      parleyVersion,
      progress({ fraction, message }) {
        const nowMs = performance.now()
        if (message === lastMessage && nowMs - lastMs < PROGRESS_MS) return
        lastMs = nowMs
        lastMessage = message
        send({ kind: 'progress', fraction, message }, EMPTY)
      },
    })
    if (outcome.ok) send({ kind: 'trained', trained: outcome.value.trained }, outcome.value.file)
    else send({ kind: 'failed', failure: outcome.failure }, EMPTY)
  } catch (error) {
    const fault = String(error instanceof Error ? error.stack : error)
    send({ kind: 'broke', fault }, EMPTY)
  }
  await sending
}

/** One after another: two writes at once would mix their frames. */
function send(head: TrainingAnswer, body: Uint8Array): void {
  sending = sending.then(async () => {
    for (const part of encodeFrame(head, body)) output.write(part)
    await output.flush()
  })
}

const decode = createFrameDecoder(MAX_TABLE_BYTES + TRAINING_HEAD_BYTES)
for await (const chunk of Bun.stdin.stream()) {
  for (const frame of decode(chunk)) {
    await answer(frame)
    process.exit(0)
  }
}
