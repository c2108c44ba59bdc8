// Watches predictions from beside their way: keeps a sample in memory, writes it behind, takes what turned out to be true.

import type { Prediction, Row } from '#core/model.ts'
import type { Logger } from '#core/operations/operation.ts'
import type { VersionRecord } from '#core/registry/registry.ts'
import type {
  Judged,
  LoggedPrediction,
  LoggedValue,
  PostedOutcome,
  PredictionLog,
} from './prediction-log.ts'

/** Of one version; more a second says no more about drift, and a write of them takes under a millisecond. */
const ROWS_A_SECOND = 50
/** Rows that a check looks at: chance alone moves a share by under two points. */
const WINDOW_ROWS = 1_000
/** Of wide tables fewer rows are held, so that no version takes more than some megabytes. */
const WINDOW_CELLS = 200_000
const LEAST_WINDOW_ROWS = 100
/** Versions watched at once; the one seen first is let go first. */
const MAX_VERSIONS = 256
/** Waiting to be written; what comes while it is full is counted and let go. */
const MAX_QUEUE = 5_000
const WRITE_AFTER_MS = 500
const SWEEP_EVERY_MS = 60 * 60 * 1000
const DAY_MS = 24 * 60 * 60 * 1000
/** About 100 bytes each without rows. */
const MAX_LOGGED = 1_000_000
/** As the newest say how a model does now. */
const JUDGED_WINDOW = 5_000

export interface Told {
  readonly requestId: string
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly predictions: readonly Prediction[]
}

export interface WatchedPrediction {
  readonly atMs: number
  readonly answer: LoggedValue
  readonly probability: number | null
  /** Null for predictions of before the start whose rows were not kept. */
  readonly row: Row | null
}

export interface Monitor {
  /** Told after each answer; takes under a microsecond, never waits and never throws. */
  predicted(version: VersionRecord, told: Told): void
  /** The newest predictions of a version that were sampled. */
  recent(version: VersionRecord): readonly WatchedPrediction[]
  /** The ids that were found. Throws where the log cannot be written. */
  addOutcomes(model: string, outcomes: readonly PostedOutcome[]): readonly string[]
  judged(version: VersionRecord): readonly Judged[]
  /** Everything of a model that is no more. */
  forget(model: string): void
  /** The last check of each version, for /metrics. */
  noteCheck(version: VersionRecord, psi: number): void
  checks(): readonly { readonly model: string; readonly version: string; readonly psi: number }[]
  statistics(): { readonly logged: number; readonly skipped: number; readonly dropped: number }
  /** Writes what waits. */
  flush(): void
  close(): void
}

export interface MonitorOptions {
  readonly log: PredictionLog
  readonly logger: Logger
  readonly now: () => number
  /** True where rows go into the log too; they are held in memory either way. */
  readonly keepRows: boolean
  readonly retentionDays: number
}

interface Window {
  readonly kept: (WatchedPrediction & { readonly id: string })[]
  next: number
  readonly capacity: number
  second: number
  taken: number
}

export function createMonitor({
  log,
  logger,
  now,
  keepRows,
  retentionDays,
}: MonitorOptions): Monitor {
  const windows = new Map<string, Window>()
  let queue: LoggedPrediction[] = []
  let timer: ReturnType<typeof setTimeout> | null = null
  let sweptAtMs = Number.NEGATIVE_INFINITY
  const checks = new Map<string, { model: string; version: string; psi: number }>()
  const counts = { logged: 0, skipped: 0, dropped: 0 }

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    const waiting = queue
    queue = []
    try {
      if (waiting.length > 0) log.write(waiting)
      counts.logged += waiting.length
      if (now() - sweptAtMs < SWEEP_EVERY_MS) return
      sweptAtMs = now()
      log.sweep(now() - retentionDays * DAY_MS, MAX_LOGGED)
    } catch (error) {
      counts.dropped += waiting.length
      const name = error instanceof Error ? error.name : typeof error
      logger.warn({ error: name, predictions: waiting.length }, 'predictions could not be logged')
    }
  }
  const windowOf = (version: VersionRecord): Window => {
    const key = keyOf(version)
    const known = windows.get(key)
    if (known !== undefined) return known
    const [oldest] = windows.keys()
    if (windows.size >= MAX_VERSIONS && oldest !== undefined) windows.delete(oldest)
    const made = { kept: [], next: 0, capacity: capacityOf(version), second: 0, taken: 0 }
    windows.set(key, made)
    return made
  }
  const keep = (version: VersionRecord, told: Told, index: number, atMs: number): void => {
    const prediction = told.predictions[index]
    const row = told.rows[index]
    const read = prediction === undefined ? null : readPrediction(version, prediction)
    if (read === null || row === undefined) return
    const id = told.rows.length === 1 ? told.requestId : `${told.requestId}#${index}`
    const window = windowOf(version)
    // The validator let it through: it is a flat object of scalars.
    window.kept[window.next] = { id, atMs, ...read, row: row as Row }
    window.next = (window.next + 1) % window.capacity
    if (queue.length >= MAX_QUEUE) {
      counts.dropped += 1
      return
    }
    const { model, number } = version
    queue.push({ id, model, version: number, atMs, ...read, row: keepRows ? (row as Row) : null })
    if (timer !== null) return
    timer = setTimeout(flush, WRITE_AFTER_MS)
    timer.unref()
  }

  return {
    predicted(version, told) {
      const atMs = now()
      const window = windowOf(version)
      const second = Math.floor(atMs / 1000)
      if (second !== window.second) {
        window.second = second
        window.taken = 0
      }
      const rows = told.rows.length
      const wanted = Math.min(rows, ROWS_A_SECOND - window.taken)
      counts.skipped += rows - wanted
      window.taken += wanted
      // Spread over the request, whose rows may be sorted.
      for (let turn = 0; turn < wanted; turn++) {
        keep(version, told, Math.floor((turn * rows) / wanted), atMs)
      }
    },
    recent(version) {
      flush()
      const window = windowOf(version)
      const held = new Map(window.kept.map((one) => [one.id, one]))
      const logged = log.recent(version.model, version.number, window.capacity)
      // Another process may have logged some, and the memory begins with the start.
      for (const one of logged) if (!held.has(one.id)) held.set(one.id, one)
      return [...held.values()]
        .sort((left, right) => right.atMs - left.atMs)
        .slice(0, window.capacity)
    },
    addOutcomes(model, outcomes) {
      flush()
      return log.addOutcomes(model, outcomes, now())
    },
    judged: ({ model, number }) => log.judged(model, number, JUDGED_WINDOW),
    forget(model) {
      for (const key of [...windows.keys()]) if (key.startsWith(`${model}@`)) windows.delete(key)
      for (const [key, check] of [...checks]) if (check.model === model) checks.delete(key)
      queue = queue.filter((one) => one.model !== model)
      log.forget(model)
    },
    noteCheck(version, psi) {
      const [oldest] = checks.keys()
      if (checks.size >= MAX_VERSIONS && oldest !== undefined) checks.delete(oldest)
      checks.set(keyOf(version), { model: version.model, version: version.modelVersion, psi })
    },
    checks: () => [...checks.values()],
    statistics: () => ({ ...counts }),
    flush,
    close() {
      flush()
      log.close()
    },
  }
}

const keyOf = ({ model, number }: VersionRecord) => `${model}@${number}`

function capacityOf({ signature }: VersionRecord): number {
  const rows = Math.floor(WINDOW_CELLS / Math.max(1, signature.inputs.length))
  return Math.min(WINDOW_ROWS, Math.max(LEAST_WINDOW_ROWS, rows))
}

/** Null for answers that are neither a class nor one number. */
export function readPrediction(
  { signature }: Pick<VersionRecord, 'signature'>,
  prediction: Prediction,
): { answer: LoggedValue; probability: number | null } | null {
  switch (prediction.kind) {
    case 'classification': {
      const { positiveLabel, classes = [] } = signature
      const place = positiveLabel === undefined ? -1 : classes.indexOf(positiveLabel)
      return { answer: prediction.label, probability: prediction.probabilities[place] ?? null }
    }
    case 'regression':
      return { answer: prediction.value, probability: null }
    case 'values':
    case 'suggestions':
      return null
  }
}
