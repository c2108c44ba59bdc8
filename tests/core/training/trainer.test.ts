import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import type { Outcome } from '#core/errors.ts'
import type { TrainedModel, TrainingJob } from '#core/training/automatic.ts'
import { createTrainer, type Trainer, type TrainingLimits } from '#core/training/trainer.ts'
import { silentLogger } from '../../support/silent-logger.ts'

/** Each training starts a process, which a machine under full load may take seconds for. */
setDefaultTimeout(60_000)

const opened: Trainer[] = []

function open(limits?: TrainingLimits): Trainer {
  const trainer = createTrainer({
    logger: silentLogger,
    parleyVersion: '0.0.0-test',
    ...(limits === undefined ? {} : { limits }),
  })
  opened.push(trainer)
  return trainer
}

afterEach(async () => {
  for (const trainer of opened.splice(0)) await trainer.close()
})

const job: TrainingJob = {
  dataName: 'made.csv',
  wish: { target: 'y' },
  learner: 'rf',
  seed: 1,
  testShare: 0.2,
}

function tableOf(rows: number): Uint8Array {
  const lines = Array.from({ length: rows }, (_, row) =>
    [Math.sin(row), Math.cos(row * 7), Math.sin(row * row), row % 3 === 0 ? 'a' : 'b'].join(','),
  )
  return new TextEncoder().encode(['p,q,r,y', ...lines].join('\n'))
}

const SMALL = tableOf(60)
/** Takes seconds, so that what is done to it happens while it runs. */
const LARGE = tableOf(20_000)

const work = (over: Partial<Parameters<Trainer['train']>[2]> = {}) => ({
  signal: new AbortController().signal,
  progress: () => {},
  ...over,
})

/** Resolves at the first word from inside the training. */
function whenStarted() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return {
    promise,
    progress: ({ message }: { message: string }) => message.startsWith('comparing') && resolve(),
  }
}

test('trains in a process of its own, tells how far it is and hands over the file', async () => {
  const fractions: number[] = []
  const messages = new Set<string>()
  const outcome = await open().train(job, SMALL, {
    ...work(),
    progress: ({ fraction, message }) => {
      fractions.push(fraction)
      messages.add(message)
    },
  })
  if (!outcome.ok) throw new Error(outcome.failure.message)
  expect(outcome.value.trained.learner).toBe('rf')
  expect(outcome.value.file.byteLength).toBeGreaterThan(1000)
  expect([...messages]).toContain('comparing learners')
  expect(fractions).toEqual([...fractions].sort((left, right) => left - right))
})

test('a failure of the training comes back in its own words', async () => {
  const outcome = await open().train({ ...job, wish: { target: 'z' } }, SMALL, work())
  expect(outcome.ok ? null : outcome.failure.code).toBe('invalid_input')
  expect(outcome.ok ? '' : outcome.failure.message).toContain('The table has no column “z”')
})

test('leaves this thread free: timers go off all the while', async () => {
  const started = whenStarted()
  const controller = new AbortController()
  const running = open().train(job, LARGE, work({ ...started, signal: controller.signal }))
  await started.promise
  for (let tick = 0; tick < 100; tick++) await Bun.sleep(1)
  const winner = await Promise.race([running.then(() => 'done'), Promise.resolve('ticks')])
  controller.abort()
  await running
  expect(winner).toBe('ticks')
})

const codeOf = (outcome: Outcome<TrainedModel>) => (outcome.ok ? 'trained' : outcome.failure.code)

test('stops when told to, also while it waits for its turn', async () => {
  const trainer = open()
  const [first, second] = [new AbortController(), new AbortController()]
  const started = whenStarted()
  const running = trainer.train(job, LARGE, work({ ...started, signal: first.signal }))
  const waiting = trainer.train(job, SMALL, work({ signal: second.signal }))
  await started.promise
  second.abort()
  expect(codeOf(await waiting)).toBe('cancelled')
  first.abort()
  expect(codeOf(await running)).toBe('cancelled')
  expect(codeOf(await trainer.train(job, SMALL, work()))).toBe('trained')
})

test('one trains at a time, a few wait, and more are sent away', async () => {
  const trainer = open()
  const asked = Array.from({ length: 6 }, () => trainer.train(job, SMALL, work()))
  const outcomes = await Promise.all(asked)
  const codes: readonly string[] = outcomes.map(codeOf)
  expect(codes.filter((code) => code === 'trained')).toHaveLength(5)
  expect(codes.at(-1)).toBe('unavailable')
})

test('is ended when it takes too long or too much memory, and says what to do', async () => {
  const slow = await open({ timeMs: 50, memoryBytes: Number.MAX_SAFE_INTEGER }).train(
    job,
    LARGE,
    work(),
  )
  expect(codeOf(slow)).toBe('too_large')
  expect(slow.ok ? '' : slow.failure.message).toContain('took longer than')
  const large = await open({ timeMs: 60_000, memoryBytes: 1 }).train(job, LARGE, work())
  expect(large.ok ? '' : large.failure.message).toContain('more memory than it may have')
})
