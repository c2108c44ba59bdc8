// The log of predictions: behind, bounded, without rows unless they are asked for, and forgotten in time.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMonitor, type MonitorOptions } from '#core/monitoring/monitor.ts'
import { openSqlitePredictionLog } from '#core/monitoring/sqlite-prediction-log.ts'
import type { VersionRecord } from '#core/registry/registry.ts'
import { silentLogger } from '../../support/silent-logger.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** What of a version the monitor reads. */
const churn = {
  model: 'churn',
  number: 1,
  signature: {
    task: 'binary_classification',
    inputs: [],
    classes: ['No', 'Yes'],
    positiveLabel: 'Yes',
  },
} as unknown as VersionRecord
const yes = { kind: 'classification', label: 'Yes', probabilities: [0.2, 0.8] } as const

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-log-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let files = 0
function open(changes: Partial<MonitorOptions> = {}) {
  files += 1
  const path = join(folder, `${files}.sqlite`)
  const clock = { now: 1_000_000 * 1000 }
  const options: MonitorOptions = {
    log: openSqlitePredictionLog(path),
    logger: silentLogger,
    now: () => clock.now,
    keepRows: false,
    retentionDays: 30,
    ...changes,
  }
  const monitor = createMonitor(options)
  const tell = (
    requestId: string,
    rows: readonly Record<string, unknown>[] = [{ name: 'Ada-7' }],
  ) => monitor.predicted(churn, { requestId, rows, predictions: rows.map(() => yes) })
  return { monitor, path, clock, tell, options }
}

test('what was answered is there, with its row in memory and not in the file', async () => {
  const { monitor, path, tell } = open()
  tell('r1')
  expect(monitor.recent(churn)).toMatchObject([
    { answer: 'Yes', probability: 0.8, row: { name: 'Ada-7' } },
  ])
  monitor.close()
  expect(await readFile(path, 'latin1')).not.toContain('Ada-7')
  const reopened = createMonitor({ ...open().options, log: openSqlitePredictionLog(path) })
  expect(reopened.recent(churn)).toMatchObject([{ answer: 'Yes', row: null }])
  reopened.close()
})

test('rows are in the file where somebody asked for it, and read back after a start', async () => {
  const { monitor, path, tell } = open({ keepRows: true })
  tell('r1')
  monitor.close()
  expect(await readFile(path, 'latin1')).toContain('Ada-7')
  const reopened = createMonitor({ ...open().options, log: openSqlitePredictionLog(path) })
  expect(reopened.recent(churn)).toMatchObject([{ row: { name: 'Ada-7' } }])
  reopened.close()
})

test('a busy second is sampled, evenly over a request of many rows, and counted', () => {
  const { monitor, tell, clock } = open()
  tell(
    'many',
    Array.from({ length: 1000 }, (_, row) => ({ row })),
  )
  tell('late')
  const kept = monitor.recent(churn).map(({ row }) => row?.['row'])
  expect(kept.length).toBe(50)
  expect(Math.max(...kept.map(Number))).toBe(980)
  expect(monitor.statistics()).toEqual({ logged: 50, skipped: 951, dropped: 0 })
  clock.now += 1000
  tell('next second')
  expect(monitor.recent(churn).length).toBe(51)
  monitor.close()
})

test('a log that cannot be written costs its predictions and nothing else', () => {
  const log = openSqlitePredictionLog(join(folder, 'closed.sqlite'))
  const { monitor, tell, clock } = open({
    log: {
      ...log,
      write: () => {
        throw new Error('full')
      },
    },
  })
  for (let request = 0; request < 10; request++) tell(`r${request}`)
  expect(monitor.recent(churn).length).toBe(10)
  expect(monitor.statistics()).toEqual({ logged: 0, skipped: 0, dropped: 10 })
  for (let second = 0; second < 150; second++) {
    clock.now += 1000
    for (let request = 0; request < 50; request++) tell(`s${second}-${request}`)
  }
  // The queue is bounded: what came after it was full is counted.
  expect(monitor.statistics().dropped).toBe(10 + 150 * 50 - 5000)
  monitor.close()
})

test('the truth finds its prediction by id, a second one replaces the first, strangers are told', () => {
  const { monitor, tell } = open()
  tell('r1')
  tell('r2', [{ row: 0 }, { row: 1 }])
  const found = monitor.addOutcomes('churn', [
    { id: 'r1', actual: 'No' },
    { id: 'r2#1', actual: 'Yes' },
    { id: 'r9', actual: 'Yes' },
  ])
  expect([...found].sort()).toEqual(['r1', 'r2#1'])
  monitor.addOutcomes('churn', [{ id: 'r1', actual: 'Yes' }])
  expect(monitor.judged(churn)).toEqual([
    { answer: 'Yes', actual: 'Yes' },
    { answer: 'Yes', actual: 'Yes' },
  ])
  expect(monitor.addOutcomes('iris', [{ id: 'r1', actual: 'No' }])).toEqual([])
  monitor.close()
})

test('what is older than its time goes, and all of a model that is no more', () => {
  const { monitor, tell, clock, options } = open({ retentionDays: 7 })
  tell('old')
  monitor.flush()
  clock.now += 8 * DAY_MS
  tell('new')
  monitor.flush()
  expect(options.log.recent('churn', 1, 10).map(({ id }) => id)).toEqual(['new'])
  monitor.forget('churn')
  expect(monitor.recent(churn)).toEqual([])
  monitor.close()
})

test('telling it takes a few microseconds at most, sampled or not', () => {
  const { monitor, tell } = open()
  const startedMs = performance.now()
  for (let request = 0; request < 100_000; request++) tell(`r${request}`)
  expect(performance.now() - startedMs).toBeLessThan(1000)
  monitor.close()
})
