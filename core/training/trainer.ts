// Trains in processes of their own, so that predictions stay fast meanwhile: one at a time, watched, and ended when told to.

import { readFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { createFrameDecoder, encodeFrame } from '#core/formats/frames.ts'
import type { Logger } from '#core/operations/operation.ts'
import type { TrainedModel, TrainingJob } from './automatic.ts'
import {
  TRAINING_HEAD_BYTES,
  type TrainingAnswer,
  type TrainingQuestion,
} from './training-protocol.ts'

/** A table that trains within the time below, with every learner that is compared. */
export const MAX_TRAINING_BYTES = 128 * 1024 * 1024
/** Longer than anybody waits for an answer in a chat; the command line has no such limit. */
export const TRAINING_TIME_MS = 15 * 60 * 1000
/** The largest table as JavaScript values, its learner's matrix and a forest: beyond it the machine's other work suffers. */
const TRAINING_MEMORY_BYTES = 4 * 1024 * 1024 * 1024
/** A learner takes a whole core; a second one at the same time would take the server's. */
const MAX_RUNNING = 1
/** Each holds its table in memory. */
const MAX_WAITING = 4
const WATCH_MS = 100
/** `statm` counts in pages of this size on every platform that has it and that we run on. */
const PAGE_BYTES = 4096
/** A file of this size is refused by the reader of models anyway. */
const MAX_MODEL_BYTES = 1024 * 1024 * 1024

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

export interface TrainingWork {
  readonly signal: AbortSignal
  readonly progress: (progress: { readonly fraction: number; readonly message: string }) => void
}

export interface Trainer {
  readonly parleyVersion: string
  /** Fails with `cancelled` when the signal is aborted; the process is gone then. */
  train(job: TrainingJob, bytes: Uint8Array, work: TrainingWork): Promise<Outcome<TrainedModel>>
  /** Ends what runs and what waits. */
  close(): Promise<void>
}

export interface TrainingLimits {
  readonly timeMs: number
  readonly memoryBytes: number
}

export interface TrainerOptions {
  readonly logger: Logger
  readonly parleyVersion: string
  readonly limits?: TrainingLimits
}

const LIMITS: TrainingLimits = { timeMs: TRAINING_TIME_MS, memoryBytes: TRAINING_MEMORY_BYTES }

export function createTrainer({ logger, parleyVersion, limits = LIMITS }: TrainerOptions): Trainer {
  const closing = new AbortController()
  const waiting: (() => void)[] = []
  let running = 0

  const takeTurn = async ({ signal, progress }: TrainingWork): Promise<Outcome<void>> => {
    if (running < MAX_RUNNING) {
      running++
      return succeed(undefined)
    }
    if (waiting.length >= MAX_WAITING) {
      return fail('unavailable', 'Several models are being trained. Try again in a few minutes.')
    }
    progress({ fraction: 0, message: 'waiting for another training' })
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.push(resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    const place = waiting.indexOf(resolve)
    // Still in the row: not called up, but stopped.
    if (place < 0) return succeed(undefined)
    waiting.splice(place, 1)
    return stopped()
  }
  const endTurn = () => {
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }

  return {
    parleyVersion,
    async train(job, bytes, { signal, progress }) {
      const work = { signal: AbortSignal.any([signal, closing.signal]), progress }
      if (work.signal.aborted) return stopped()
      const turn = await takeTurn(work)
      if (!turn.ok) return turn
      try {
        return await runProcess({ job, parleyVersion }, bytes, work, { limits, logger })
      } finally {
        endTurn()
      }
    },
    async close() {
      closing.abort()
    },
  }
}

const stopped = () => fail('cancelled', 'Stopped before it was done.')

interface Watch {
  readonly limits: TrainingLimits
  readonly logger: Logger
}

async function runProcess(
  question: TrainingQuestion,
  bytes: Uint8Array,
  { signal, progress }: TrainingWork,
  { limits, logger }: Watch,
): Promise<Outcome<TrainedModel>> {
  if (signal.aborted) return stopped()
  const child = startProcess()
  let ending: Outcome<never> | null = null
  const end = (outcome: Outcome<never>) => {
    ending ??= outcome
    child.kill('SIGKILL')
  }
  const onAbort = () => end(stopped())
  signal.addEventListener('abort', onAbort, { once: true })
  const late = setTimeout(() => end(tooLong(limits)), limits.timeMs)
  const look = setInterval(() => {
    if ((residentBytes(child.pid) ?? 0) > limits.memoryBytes) end(tooLarge())
  }, WATCH_MS)
  try {
    for (const part of encodeFrame(question, bytes)) child.stdin.write(part)
    // A process that ends while it is written to shows as its end, not as a broken pipe.
    await Promise.resolve(child.stdin.flush()).catch(() => undefined)
    const answered = await readAnswer(child.stdout, progress)
    return ending ?? outcomeOf(answered, logger)
  } finally {
    clearTimeout(late)
    clearInterval(look)
    signal.removeEventListener('abort', onAbort)
    child.kill('SIGKILL')
  }
}

function startProcess() {
  const child = Bun.spawn([process.execPath, WORKER], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
    // Neither the server's secrets nor a configuration file of the folder it was started in.
    env: { BUN_ENABLE_CRASH_REPORTING: '0' },
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
  try {
    // Where cores are few, whoever waits for a prediction goes first.
    setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // A system that does not let us shares its cores evenly.
  }
  return child
}

interface Answered {
  readonly answer: Exclude<TrainingAnswer, { kind: 'progress' }>
  readonly body: Uint8Array
}

/** Null where the process ended without an answer, or said what cannot be read. */
async function readAnswer(
  stream: ReadableStream<Uint8Array>,
  progress: TrainingWork['progress'],
): Promise<Answered | null> {
  const decode = createFrameDecoder(MAX_MODEL_BYTES + TRAINING_HEAD_BYTES)
  try {
    for await (const chunk of stream) {
      for (const { head, body } of decode(chunk)) {
        const answer = head as TrainingAnswer
        if (answer.kind !== 'progress') return { answer, body }
        progress({ fraction: answer.fraction, message: answer.message })
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return null
}

function outcomeOf(answered: Answered | null, logger: Logger): Outcome<TrainedModel> {
  if (answered === null) return fail('internal', 'The training broke off; nothing was kept of it.')
  const { answer, body } = answered
  switch (answer.kind) {
    case 'trained':
      return succeed({ trained: answer.trained, file: body })
    case 'failed':
      return { ok: false, failure: answer.failure }
    case 'broke':
      logger.error({ fault: answer.fault }, 'the training broke')
      return fail('internal', 'The training broke off; nothing was kept of it.')
  }
}

function tooLong({ timeMs }: TrainingLimits): Outcome<never> {
  const minutes = Math.round(timeMs / 60_000)
  return fail(
    'too_large',
    `Training took longer than ${minutes} minutes, so it was stopped. Name one learner, or train on a sample of the rows.`,
  )
}

function tooLarge(): Outcome<never> {
  return fail(
    'too_large',
    'Training needed more memory than it may have, so it was stopped. Train on a sample of the rows, or on fewer columns.',
  )
}

/** Resident memory; null where the system has no /proc, and the time is the only cap. */
function residentBytes(pid: number): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES
  } catch {
    return null
  }
}
