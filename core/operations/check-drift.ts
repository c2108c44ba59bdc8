// check_drift: whether what a model is asked and answers still looks like its training data, and whether it is still right.

import { z } from 'zod'
import { fail, succeed } from '#core/errors.ts'
import { type ColumnDrift, DRIFT_VERDICTS, worstOf } from '#core/monitoring/drift.ts'
import { LIVE_VERDICTS, liveAccuracy } from '#core/monitoring/live-accuracy.ts'
import { versionDrift } from '#core/monitoring/version-drift.ts'
import { presentDrift } from './check-drift-answer.ts'
import { findModel, findVersion, leaseModel, shownVersion } from './find-model.ts'
import { type Call, defineOperation } from './operation.ts'
import { modelField, versionField } from './wire.ts'

const columnSchema = z.object({
  name: z.string(),
  /** `text_length`: of texts the number of characters is compared. */
  kind: z.enum(['number', 'category', 'text_length']),
  verdict: z.enum(DRIFT_VERDICTS),
  /** Population stability index; `psi_beyond_chance` is what the number of rows does not explain. */
  psi: z.number(),
  psi_beyond_chance: z.number(),
  /** Kolmogorov and Smirnov's distance; null for categories. */
  ks: z.number().nullable(),
  /** Jensen and Shannon's distance, 0 to 1. */
  js: z.number(),
  /** Corrected for the number of columns. */
  p_value: z.number(),
  bins: z.array(z.object({ label: z.string(), reference: z.number(), current: z.number() })),
})

const output = z.object({
  model: z.string(),
  title: z.string(),
  version: z.int(),
  model_version: z.string(),
  /** The worst column's; `no_reference`: the version has no rows of its training data. */
  verdict: z.enum([...DRIFT_VERDICTS, 'no_reference', 'not_watched']),
  /** Rows of the training sample, and of recent predictions whose inputs and whose answers were compared. */
  reference_rows: z.int(),
  rows: z.int(),
  answers: z.int(),
  /** When the oldest of them was answered. */
  since: z.string().nullable(),
  features: z.array(columnSchema),
  predictions: columnSchema.nullable(),
  /** From what turned out to be true; null while nobody has said so. */
  live: z
    .object({
      rows: z.int(),
      measure: z.enum(['accuracy', 'mae']),
      value: z.number(),
      /** 95 % interval. */
      from: z.number(),
      to: z.number(),
      rmse: z.number().nullable(),
      trained: z.number().nullable(),
      verdict: z.enum(LIVE_VERDICTS),
    })
    .nullable(),
})

export type CheckedDrift = z.output<typeof output>

export const checkDrift = defineOperation({
  name: 'check_drift',
  title: 'Check for drift',
  description:
    'Compares recent predictions of a model with its training data, input by input and in its answers (PSI, Kolmogorov-Smirnov, Jensen-Shannon), and says how right it has been where outcomes were posted.',
  effect: 'read',
  cost: 'instant',
  input: z.strictObject({ model: modelField, version: versionField.optional() }),
  output,
  errors: ['not_found', 'conflict', 'unavailable'],
  examples: [{ utterance: 'Is churn drifting?', input: { model: 'churn' } }],
  async handle(input, call) {
    const { registry, monitor } = call.ports
    const found = await findModel(registry, input.model)
    if (!found.ok) return found
    const model = found.value
    const version =
      input.version === undefined
        ? await shownVersion(registry, model)
        : await findVersion(registry, model, input.version)
    if (version === null) return fail('not_found', `${model.name} has no version.`)
    if ('ok' in version && !version.ok) return version
    const shown = 'ok' in version ? version.value : version
    const head = {
      model: model.name,
      title: model.title,
      version: shown.number,
      model_version: shown.modelVersion,
      ...NOTHING_SEEN,
    }
    if (monitor === undefined) return succeed({ ...head, verdict: 'not_watched' as const })
    const live = liveAccuracy(monitor.judged(shown), shown.metrics)
    const recent = monitor.recent(shown)
    const seen = {
      ...head,
      live,
      answers: recent.length,
      since: recent.length === 0 ? null : new Date(recent.at(-1)?.atMs ?? 0).toISOString(),
    }
    const report = await registry.readReport(model.name, shown.number)
    const background = report?.background ?? []
    if (background.length === 0) return succeed({ ...seen, verdict: 'no_reference' as const })
    return compare(call, { ...seen, reference_rows: background.length }, background, recent)
  },
  present: presentDrift,
})

const NOTHING_SEEN = {
  reference_rows: 0,
  rows: 0,
  answers: 0,
  since: null,
  features: [],
  predictions: null,
  live: null,
}

async function compare(
  { ports, signal }: Call,
  seen: Omit<z.input<typeof output>, 'verdict'>,
  background: Parameters<typeof versionDrift>[1],
  recent: Parameters<typeof versionDrift>[2],
) {
  const leased = await leaseModel(ports, seen.model, seen.version)
  if (!leased.ok) return leased
  try {
    const drift = await versionDrift(leased.value, background, recent, signal)
    const columns = drift.predictions === null ? [] : [drift.predictions]
    const psi = [...drift.features, ...columns].map(({ psiBeyondChance }) => psiBeyondChance)
    ports.monitor?.noteCheck(leased.value.version, Math.max(0, ...psi))
    return succeed({
      ...seen,
      verdict: worstOf([...drift.features, ...columns].map(({ verdict }) => verdict)),
      rows: drift.rows,
      features: drift.features.map(toWire),
      predictions: drift.predictions === null ? null : toWire(drift.predictions),
    })
  } finally {
    leased.value.release()
  }
}

function toWire({ psiBeyondChance, pValue, bins, ...column }: ColumnDrift) {
  return {
    ...column,
    psi_beyond_chance: psiBeyondChance,
    p_value: pValue,
    bins: bins.map((bin) => ({ ...bin })),
  }
}
