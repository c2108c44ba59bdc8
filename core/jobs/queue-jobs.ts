// Jobs of several replicas, in a BullMQ queue on Redis: whoever has room takes one, and takes it over from one that died.

import { type Job, Queue, QueueEvents, UnrecoverableError, Worker } from 'bullmq'
import { z } from 'zod'
import { fail, type Outcome } from '#core/errors.ts'
import type { Logger, Progress } from '#core/operations/operation.ts'
import type { Redis } from '#core/redis/redis.ts'
import {
  cancelledJob,
  JOB_LIFETIME_MS,
  type JobState,
  type Jobs,
  type JobWork,
  type RunWork,
} from './jobs.ts'

const QUEUE = 'parley-jobs'

/** Trainings and batches use all cores by themselves; two of them only wait for each other. */
const CONCURRENCY = 1

/** A replica that has not been heard of for so long is dead, and another begins its job anew. */
const LOCK_MS = 15_000

/** A job that took three replicas with it would take the next one too. */
const MAX_DEATHS = 3

/** How soon a job that runs elsewhere hears that it is cancelled. */
const CANCEL_POLL_MS = 500

/** A connection that was lost a moment ago may never end; the process does. */
const CLOSE_MS = 2_000

/** News come at once; this is for those that were lost. */
const LOOK_MS = 5_000

/** A queue that does not take a job within this is away, and the job runs here. */
const ENQUEUE_MS = 2_000

export interface QueueJobsOptions {
  readonly url: string
  /** Of the same server, for what is not the queue's. */
  readonly redis: Redis
  readonly runWork: RunWork
  readonly logger: Logger
  /** Shorter in tests. */
  readonly lockMs?: number
}

export async function openQueueJobs(options: QueueJobsOptions): Promise<Jobs> {
  const { url, redis, runWork, logger, lockMs = LOCK_MS } = options
  // Each part makes a connection of its own: one that waits for news takes no commands meanwhile.
  const asking = { url, maxRetriesPerRequest: 1 }
  const waiting = { url, maxRetriesPerRequest: null }
  const queue = new Queue<JobWork, Outcome<unknown>>(QUEUE, { connection: asking })
  const events = new QueueEvents(QUEUE, {
    connection: waiting,
    lastEventId: await lastEvent(redis),
  })
  const worker = new Worker<JobWork, Outcome<unknown>>(QUEUE, (job) => work(job), {
    connection: waiting,
    concurrency: CONCURRENCY,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: MAX_DEATHS - 1,
  })
  // Said once by health; a line for each try would fill the log.
  queue.on('error', () => undefined)
  events.on('error', () => undefined)
  worker.on('error', () => undefined)
  const watchers = new Map<string, (progress: Progress) => void>()
  events.on('progress', ({ jobId, data }) => {
    const progress = progressSchema.safeParse(data)
    if (progress.success) watchers.get(jobId)?.(progress.data)
  })

  const cancelKey = (id: string) => `parley:cancel:${id}`
  const isCancelled = async (id: string) =>
    Number(await redis.send('EXISTS', [cancelKey(id)])) === 1
  const work = async (job: Job<JobWork>): Promise<Outcome<unknown>> => {
    const controller = new AbortController()
    const timer = setInterval(() => {
      isCancelled(job.id ?? '').then(
        (found) => found && controller.abort(),
        () => undefined,
      )
    }, CANCEL_POLL_MS)
    try {
      return await runWork(job.data, {
        signal: controller.signal,
        progress(progress) {
          job.updateProgress({ ...progress }).catch(() => undefined)
        },
      })
    } catch (error) {
      logger.error({ error: String(error) }, 'a job threw')
      throw new UnrecoverableError('threw')
    } finally {
      clearInterval(timer)
    }
  }
  const cancel = async (id: string): Promise<void> => {
    await redis.send('SET', [cancelKey(id), '1', 'PX', String(JOB_LIFETIME_MS)])
    const job = await queue.getJob(id)
    // One that runs hears of it by the key.
    if ((await job?.getState()) === 'waiting') await job?.remove().catch(() => undefined)
  }
  return {
    async run(id, data, watching) {
      const keep = { age: JOB_LIFETIME_MS / 1000 }
      const added = await within(
        queue.add(data.operation, data, {
          jobId: id,
          removeOnComplete: keep,
          removeOnFail: keep,
        }),
        ENQUEUE_MS,
      )
      if (added === null) {
        logger.warn({}, 'the queue is away; the job runs here')
        return runWork(data, watching)
      }
      watchers.set(id, watching.progress)
      const stop = () => {
        cancel(id).catch(() => undefined)
      }
      if (watching.signal.aborted) stop()
      watching.signal.addEventListener('abort', stop, { once: true })
      const { promise: missed, timer } = look(queue, id, isCancelled)
      try {
        return await Promise.race([added.waitUntilFinished(events), missed])
      } catch {
        return watching.signal.aborted ? cancelledJob() : lost()
      } finally {
        clearInterval(timer)
        watchers.delete(id)
        watching.signal.removeEventListener('abort', stop)
      }
    },
    async find(id) {
      const job = await queue.getJob(id)
      if (job === undefined) return null
      return stateOf(job, await job.getState())
    },
    cancel,
    async close() {
      // What runs here is given up: another replica takes it over, or this one when it is back.
      await within(
        Promise.allSettled([worker.close(true), events.close(), queue.close()]),
        CLOSE_MS,
      )
    },
  }
}

/** From now on, by Redis's own clock: where reading begins at the first question, what ends before it is never heard of. */
async function lastEvent(redis: Redis): Promise<string> {
  const time = await redis.send('TIME', [])
  return Array.isArray(time) ? `${Number(time[0]) * 1000}-0` : '$'
}

/** Ends where news of the end were lost: Redis may have forgotten the job, or the news of it. */
function look(
  queue: Queue<JobWork, Outcome<unknown>>,
  id: string,
  isCancelled: (id: string) => Promise<boolean>,
) {
  const { promise, resolve } = Promise.withResolvers<Outcome<unknown>>()
  const ask = async () => {
    const job = await queue.getJob(id)
    // One that had not begun is taken away when it is cancelled.
    if (job === undefined) return resolve((await isCancelled(id)) ? cancelledJob() : lost())
    const { outcome } = stateOf(job, await job.getState())
    if (outcome !== null) resolve(outcome)
  }
  const timer = setInterval(() => void ask().catch(() => undefined), LOOK_MS)
  return { promise, timer }
}

const progressSchema = z.object({ fraction: z.number().nullable(), message: z.string() })

function stateOf(job: Job<JobWork, Outcome<unknown>>, queued: string): JobState {
  const { operation, principal } = job.data
  const outcome = queued === 'completed' ? job.returnvalue : queued === 'failed' ? lost() : null
  const progress = progressSchema.safeParse(job.progress)
  return {
    id: job.id ?? '',
    operation,
    owner: principal.id,
    status:
      outcome === null
        ? queued === 'active'
          ? 'running'
          : 'waiting'
        : outcome.ok
          ? 'done'
          : 'failed',
    progress: progress.success ? progress.data : null,
    outcome,
    createdAtMs: job.timestamp,
  }
}

function lost(): Outcome<never> {
  return fail(
    'unavailable',
    'The work was lost: the machines that did it stopped again and again. Try once more, or with less data.',
  )
}

/** null where it fails or takes longer. */
async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), milliseconds)
  })
  try {
    return await Promise.race([work.catch(() => null), late])
  } finally {
    clearTimeout(timer)
  }
}
