// Opens the log of predictions that PARLEY_PREDICTION_LOG asks for, and the monitor that writes it.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Outcome, succeed } from '#core/errors.ts'
import { createMonitor, type Monitor } from '#core/monitoring/monitor.ts'
import { openSqlitePredictionLog } from '#core/monitoring/sqlite-prediction-log.ts'
import type { Logger } from '#core/operations/operation.ts'
import type { Registry } from '#core/registry/registry.ts'
import type { Configuration } from './configuration.ts'
import { invalid } from './settings.ts'

const KEPT = ['off', 'answers', 'rows'] as const

export interface PredictionLogConfiguration {
  /** `answers`: ids, times and answers; `rows`: the inputs too. */
  readonly keeps: (typeof KEPT)[number]
  readonly retentionDays: number
}

const DEFAULT_DAYS = 30
const MOST_DAYS = 3650
const WHOLE_NUMBER = /^\d{1,4}$/

export function readPredictionLog(
  value: (name: string) => string | null,
): Outcome<PredictionLogConfiguration> {
  const given = value('PARLEY_PREDICTION_LOG') ?? 'answers'
  const keeps = KEPT.find((one) => one === given)
  if (keeps === undefined) {
    return invalid(
      `PARLEY_PREDICTION_LOG must be one of ${KEPT.join(', ')}; it is "${given}". "rows" keeps what people send.`,
    )
  }
  const days = value('PARLEY_PREDICTION_LOG_DAYS') ?? String(DEFAULT_DAYS)
  const retentionDays = Number(days)
  if (!WHOLE_NUMBER.test(days) || retentionDays < 1 || retentionDays > MOST_DAYS) {
    return invalid(
      `PARLEY_PREDICTION_LOG_DAYS must be a whole number from 1 to ${MOST_DAYS}; it is "${days}".`,
    )
  }
  return succeed({ keeps, retentionDays })
}

/** Null where it is off. Where the folder cannot be written, predictions are watched in memory alone. */
export function openMonitor(
  { dataFolder, predictionLog }: Pick<Configuration, 'dataFolder' | 'predictionLog'>,
  registry: Pick<Registry, 'onChange' | 'findModel'>,
  logger: Logger,
  now: () => number,
): Monitor | null {
  const { keeps, retentionDays } = predictionLog
  if (keeps === 'off') return null
  const log = openFile(dataFolder, logger)
  const monitor = createMonitor({ log, logger, now, keepRows: keeps === 'rows', retentionDays })
  const forgetDeleted = async (names: readonly string[]) => {
    for (const name of names) {
      if ((await registry.findModel(name)) === null) monitor.forget(name)
    }
  }
  const unsubscribe = registry.onChange((names) => {
    // What cannot be forgotten now goes with its age.
    forgetDeleted(names).catch((error: unknown) => {
      logger.warn({ error: String(error) }, 'the predictions of a model could not be forgotten')
    })
  })
  return {
    ...monitor,
    close() {
      unsubscribe()
      monitor.close()
    },
  }
}

function openFile(folder: string, logger: Logger) {
  try {
    mkdirSync(folder, { recursive: true })
    return openSqlitePredictionLog(join(folder, 'predictions.sqlite'))
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error
    logger.warn(
      { error: name },
      'predictions are watched in memory: the data folder cannot be written',
    )
    return openSqlitePredictionLog(':memory:')
  }
}
