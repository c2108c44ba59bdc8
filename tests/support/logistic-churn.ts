// A small model with known numbers, made by our own graph writer: a logistic regression about churn.

import { createEngine } from '#core/engine/create-engine.ts'
import type { ModelDescription } from '#core/formats/description.ts'
import { toOnnx } from '#core/graph/to-onnx.ts'
import type { Signature } from '#core/model.ts'
import { withDefaultBands } from '#core/operations/bands.ts'
import type { Lease, Ports } from '#core/operations/operation.ts'
import type { VersionRecord } from '#core/registry/registry.ts'
import { silentLogger } from './silent-logger.ts'

const WEIGHTS = [-0.05, 0.02, -0.0001] as const
const BIAS = 0.1

/** What the model must answer for complete rows. */
export function churnProbability(tenure: number, monthly: number, total: number): number {
  const margin = BIAS + WEIGHTS[0] * tenure + WEIGHTS[1] * monthly + WEIGHTS[2] * total
  return 1 / (1 + Math.exp(-margin))
}

const inputs = [
  { name: 'tenure', type: 'float', optional: false, unit: 'months', example: 24 },
  { name: 'monthly_charges', type: 'float', optional: false, unit: 'USD', example: 70 },
  { name: 'total_charges', type: 'float', optional: true, unit: 'USD', example: 1680 },
] as const

const description: ModelDescription = {
  task: 'binary_classification',
  library: 'xgboost',
  libraryVersion: '3.0.0',
  modelClass: 'XGBClassifier',
  objective: 'binary:logistic',
  inputs,
  namesKnown: true,
  classes: ['No', 'Yes'],
  outputNames: null,
  missingValue: null,
  predictor: {
    kind: 'linear',
    featureCount: 3,
    groups: 1,
    weights: Float32Array.from(WEIGHTS),
    bias: Float32Array.of(BIAS),
    transform: 'sigmoid',
  },
  warnings: [],
}

export const churnSignature: Signature = withDefaultBands({
  task: 'binary_classification',
  inputs,
  namesKnown: true,
  outputs: [
    { name: 'label', type: 'label' },
    { name: 'probabilities', type: 'probability' },
  ],
  classes: ['No', 'Yes'],
  positiveLabel: 'Yes',
  target: 'churn',
})

/** A lease on the model and the little of the ports that predicting needs; `close` ends its session. */
export async function leaseChurn(): Promise<{
  readonly lease: Lease
  readonly ports: Pick<Ports, 'serving' | 'monotonicMs'>
  /** How often the lease was given back, and what was recorded. */
  readonly seen: { released: number; recorded: { rows: number; ok: boolean }[] }
  close(): Promise<void>
}> {
  const engine = createEngine({ logger: silentLogger })
  const artifact = toOnnx(description)
  const loaded = await engine.load({ ...artifact, signature: churnSignature })
  if (!loaded.ok) throw new Error(loaded.failure.message)
  const seen = { released: 0, recorded: [] as { rows: number; ok: boolean }[] }
  const version: VersionRecord = {
    model: 'churn',
    number: 1,
    modelVersion: '1-000000000000',
    signature: churnSignature,
    binding: artifact.binding,
    origin: {
      fileName: 'churn_model.pkl',
      sizeBytes: 1,
      sha256: '0'.repeat(64),
      library: 'xgboost',
      libraryVersion: '3.0.0',
      modelClass: 'XGBClassifier',
      uploadedBy: 'test',
      uploadedAt: '2026-01-01T00:00:00.000Z',
    },
    artifactSha256: '0'.repeat(64),
    artifactBytes: artifact.onnx.byteLength,
    originalSha256: '0'.repeat(64),
    warnings: [],
    metrics: {},
    createdAt: '2026-01-01T00:00:00.000Z',
  }
  const release = () => {
    seen.released += 1
  }
  const lease = { version, model: loaded.value, release }
  const serving: Ports['serving'] = {
    isRouted: () => false,
    traffic: () => null,
    rolledBack: () => null,
    leaseNow: () => lease,
    lease: async () => ({ ok: true, value: lease }),
    leaseVersion: async () => ({ ok: true, value: lease }),
    loaded: () => ['churn'],
    failures: () => new Map(),
    refresh: async () => undefined,
    statistics: () => ({ requests: 0, rows: 0, errors: 0, latencyMs: null }),
    record: (_name, { rows, ok }) => void seen.recorded.push({ rows, ok }),
    close: async () => undefined,
  }
  return {
    lease,
    ports: { serving, monotonicMs: () => performance.now() },
    seen,
    close: () => engine.close(),
  }
}
