// A training run in the wire's words, for the API, the command line and the page; rows of the data are never part of it.

import { z } from 'zod'
import { reportSchema, toWireReport } from '#core/operations/report-wire.ts'
import { scalarField } from '#core/operations/wire.ts'
import { RUN_STATUSES, type TrainingRun } from '#core/registry/registry.ts'
import { shownRun } from './record.ts'

export const DEFAULT_RUNS = 50
export const MAX_RUNS = 500

const summaryShape = {
  run: z.string(),
  name: z.string(),
  status: z.enum(RUN_STATUSES),
  started_at: z.string(),
  duration_seconds: z.number(),
  owner: z.string(),
  parameters: z.record(z.string(), scalarField),
  metrics: z.record(z.string(), z.number()),
  /** What was deployed of it. */
  model: z.string().nullable(),
  version: z.int().nullable(),
}

export const runsOutput = z.object({ runs: z.array(z.object(summaryShape)) })

export const runOutput = z.object({
  ...summaryShape,
  evaluation: reportSchema.optional(),
  importance: z.array(z.object({ name: z.string(), share: z.number() })),
})

export type WireRunSummary = z.output<typeof runsOutput>['runs'][number]
export type WireRun = z.output<typeof runOutput>

export function toWireSummary(recorded: TrainingRun, nowMs: number): WireRunSummary {
  const run = shownRun(recorded, nowMs)
  return {
    run: run.id,
    name: run.name,
    status: run.status,
    started_at: run.startedAt,
    duration_seconds: run.durationMs / 1000,
    owner: run.owner,
    parameters: { ...run.parameters },
    metrics: { ...run.metrics },
    model: run.model,
    version: run.version,
  }
}

export function toWireRun(run: TrainingRun, nowMs: number): WireRun {
  return {
    ...toWireSummary(run, nowMs),
    ...toWireReport(run.report),
    importance: (run.report?.importance ?? []).map((one) => ({ ...one })),
  }
}
