// The hot path of predicting, shared by every surface: a leased version, its own validator, the engine, an answer.

import type { Outcome } from '#core/errors.ts'
import { succeed } from '#core/errors.ts'
import type { Prediction } from '#core/model.ts'
import { traced } from '#core/monitoring/tracer.ts'
import type { Call, Lease, Ports } from './operation.ts'
import { answerOf, type PredictionAnswer, type PredictionFields } from './prediction-answer.ts'

type Features = Readonly<Record<string, unknown>>

/** What of the ports a prediction needs. */
export type PredictionPorts = Pick<
  Ports,
  'serving' | 'monotonicMs' | 'monitor' | 'usage' | 'tracer'
>

/** Whose request it is, for the log of predictions; what nobody can name later is not logged. */
export type Asker = Pick<Call, 'requestId' | 'principal'>

export interface TimedPredictions {
  readonly predictions: readonly Prediction[]
  readonly latencyMs: number
}

const NO_PREFIX = () => ''

/**
 * One row. No schema runs here: the validator that the engine compiled for this version is the validation, and its
 * failure is `invalid_input` with paths such as `tenure` behind `pathPrefix`. The caller keeps the lease and releases it.
 */
export async function runPrediction(
  ports: PredictionPorts,
  lease: Lease,
  features: Features,
  signal?: AbortSignal,
  pathPrefix: string = '',
  asker?: Asker,
): Promise<Outcome<PredictionAnswer>> {
  const prefix = pathPrefix === '' ? NO_PREFIX : () => pathPrefix
  const outcome = await predictRows(ports, lease, [features], prefix, signal, asker)
  if (!outcome.ok) return outcome
  const { predictions, latencyMs } = outcome.value
  const [first] = predictions
  if (first === undefined) throw new Error('the engine answered no prediction for one row')
  const { version } = lease
  const fields = answerOf(version.signature, first)
  return succeed({
    model: version.model,
    model_version: version.modelVersion,
    task: version.signature.task,
    ...fields,
    latency_ms: latencyMs,
  })
}

/** Many rows at once, all or nothing; `pathPrefix` names a row in problems (`instances[2].`). */
export async function runPredictions(
  ports: PredictionPorts,
  lease: Lease,
  rows: readonly Features[],
  pathPrefix: (row: number) => string,
  signal?: AbortSignal,
  asker?: Asker,
): Promise<
  Outcome<{ predictions: PredictionFields[]; raw: readonly Prediction[]; latencyMs: number }>
> {
  const outcome = await predictRows(ports, lease, rows, pathPrefix, signal, asker)
  if (!outcome.ok) return outcome
  const { predictions: raw, latencyMs } = outcome.value
  const { signature } = lease.version
  return succeed({ predictions: raw.map((one) => answerOf(signature, one)), raw, latencyMs })
}

async function predictRows(
  ports: PredictionPorts,
  lease: Lease,
  rows: readonly Features[],
  pathPrefix: (row: number) => string,
  signal: AbortSignal | undefined,
  asker: Asker | undefined,
): Promise<Outcome<TimedPredictions>> {
  const startedAtMs = ports.monotonicMs()
  let ok = false
  let latencyMs = 0
  try {
    const encoded = lease.model.encode(rows, pathPrefix)
    if (!encoded.ok) return encoded
    const run = async () => lease.model.predict(encoded.value, signal)
    const facts = { 'parley.model': lease.version.model, 'parley.rows': rows.length }
    const predictions = await traced(ports.tracer, 'engine predict', facts, run)
    latencyMs = elapsed(ports, startedAtMs)
    ok = true
    if (asker !== undefined) {
      lease.shadow?.(rows, predictions)
      ports.monitor?.predicted(lease.version, { requestId: asker.requestId, rows, predictions })
    }
    return succeed({ predictions, latencyMs })
  } finally {
    if (!ok) latencyMs = elapsed(ports, startedAtMs)
    const { model, number: version } = lease.version
    ports.serving.record(model, { version, rows: rows.length, latencyMs, ok })
    const surface = asker?.principal.surface
    if (surface !== undefined) {
      ports.usage?.predicted(lease.version, { surface, rows: rows.length, latencyMs, ok })
    }
  }
}

/** Milliseconds to the microsecond. */
function elapsed(ports: PredictionPorts, startedAtMs: number): number {
  return Math.round((ports.monotonicMs() - startedAtMs) * 1000) / 1000
}
