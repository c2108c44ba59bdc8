// The two versions of the model: the customer's file read and joined to its table, the better one behind it, and the change between them.

import { join } from 'node:path'
import { type Outcome, succeed } from '#core/errors.ts'
import type { ModelReport } from '#core/model.ts'
import { deployVersion } from '#core/operations/deploy-version.ts'
import { invoke } from '#core/operations/invoke.ts'
import type { Call, SampleConfig } from '#core/operations/operation.ts'
import { promoteVersion } from '#core/operations/promote-version.ts'
import type { VersionRecord } from '#core/registry/registry.ts'
import { createRandom, shuffledIndices } from '#core/training/random.ts'
import { takeRows } from '#core/training/table.ts'
import config from './config.json' with { type: 'json' }
import type { Evaluation } from './evaluate.ts'
import { SEED } from './fit.ts'
import { FILE_NAMES, HOME_COLUMNS, KEY } from './source.ts'
import { askPrice, type Home, type Line } from './submit.ts'
import { type HouseTables, rowsOf } from './tables.ts'

export const MODEL = config.name
/** Points of the plot of residuals, and rows that explanations compare with. */
const RESIDUALS = 500
const BACKGROUND = 60

export interface MadeFile {
  readonly fileName: string
  readonly bytes: Uint8Array
  readonly evaluation: Evaluation
  readonly card: string
}

/** Stores the next version, or finds the one that holds this very file and table already. */
export async function storeVersion(
  file: MadeFile,
  tables: HouseTables,
  live: boolean,
  call: Call,
): Promise<Outcome<{ readonly version: VersionRecord; readonly created: boolean }>> {
  const { fileName, bytes, evaluation, card } = file
  const sample = {
    fileName,
    bytes,
    config: config satisfies SampleConfig,
    card,
    metrics: { ...evaluation.test },
    report: reportOf(evaluation, tables),
  }
  const demographics = { fileName: FILE_NAMES.demographics, bytes: tables.demographicsFile }
  const table = { ...demographics, key: KEY, unknown: 'refuse' } as const
  const wishes = { name: MODEL, card, accept: HOME_COLUMNS, deploy: live }
  const stored = await deployVersion(
    { fileName, bytes, sample, previous: null, table },
    wishes,
    call,
  )
  if (!stored.ok) return stored
  if (live) await call.ports.serving.refresh([MODEL])
  return stored
}

function reportOf(
  { actual, predicted, importance }: Evaluation,
  { sales }: HouseTables,
): ModelReport {
  const random = createRandom(SEED).split('report')
  const shown = shuffledIndices(actual.length, random).subarray(0, RESIDUALS)
  const known = shuffledIndices(sales.rows, random.split('background')).subarray(0, BACKGROUND)
  return {
    evaluation: `25 % of the sales put aside, seed ${SEED}`,
    residuals: {
      predicted: Array.from(shown, (row) => Math.round(predicted[row] ?? 0)),
      actual: Array.from(shown, (row) => actual[row] ?? 0),
    },
    importance,
    background: rowsOf(takeRows(sales, known), HOME_COLUMNS),
  }
}

export interface Change {
  /** Requests answered by each version while the change was made. */
  readonly answered: ReadonlyMap<string, number>
  readonly failed: number
}

/** Requests in flight at a time, and those that each version must have answered before the change counts as seen. */
const CLIENTS = 4
const ENOUGH = 20

/** Promotes `next` while homes are being priced all the time, and counts what became of every request. */
export async function promoteUnderLoad(
  next: VersionRecord,
  homes: readonly Home[],
  url: string,
  call: Call,
  line: Line,
): Promise<Outcome<Change>> {
  const answered = new Map<string, number>()
  let failed = 0
  let isOver = false
  const client = async (start: number) => {
    for (let turn = start; !isOver; turn += CLIENTS) {
      const home = homes[turn % homes.length] ?? {}
      const answer = await askPrice(url, MODEL, home, line)
      if (!answer.ok) failed++
      else {
        const { modelVersion } = answer.value
        answered.set(modelVersion, (answered.get(modelVersion) ?? 0) + 1)
      }
    }
  }
  const clients = Array.from({ length: CLIENTS }, (_, start) => client(start))
  const watched = Promise.all(clients)
  const reach = async (enough: () => boolean) => {
    while (!enough()) {
      call.signal.throwIfAborted()
      await Promise.race([Bun.sleep(5), watched])
    }
  }
  try {
    await reach(() => failed > 0 || sum(answered) >= ENOUGH)
    const promoted = await invoke(promoteVersion, { model: MODEL, version: next.number }, call)
    if (!promoted.ok) return promoted
    await reach(() => failed > 0 || (answered.get(next.modelVersion) ?? 0) >= ENOUGH)
  } finally {
    isOver = true
    await Promise.allSettled(clients)
  }
  return succeed({ answered, failed })
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0)
}

/** What an earlier run left: the live version, and which data it was made of. */
export async function findEarlier(
  folder: string,
  { ports }: Call,
): Promise<{ readonly modelVersion: string; readonly data: string } | null> {
  const model = await ports.registry.findModel(MODEL)
  if (model === null || model.liveVersion === null) return null
  const version = await ports.registry.findVersion(MODEL, model.liveVersion)
  const left = Bun.file(join(folder, FIGURES_FILE))
  if (version === null || !(await left.exists())) return null
  const figures: unknown = await left.json().catch(() => null)
  if (typeof figures !== 'object' || figures === null || !('data' in figures)) return null
  return { modelVersion: version.modelVersion, data: String(figures.data) }
}

export const FIGURES_FILE = 'figures.json'
