// predict_batch: many rows at once, given in the request or as an uploaded table.

import { z } from 'zod'
import { fail, succeed } from '#core/errors.ts'
import type { Prediction } from '#core/model.ts'
import { createBatchSummary, summarySchema } from './batch-summary.ts'
import { findOwnUpload } from './deploy-source.ts'
import { leaseModel } from './find-model.ts'
import { type Call, defineOperation, type Lease } from './operation.ts'
import { predictionShape } from './predict.ts'
import { presentBatch } from './predict-batch-answer.ts'
import { runPredictions } from './run-prediction.ts'
import { scoreUpload } from './score-upload.ts'
import { featuresField, MAX_NAME_LENGTH, modelField, taskField, versionField } from './wire.ts'

/** An answer with more rows than this is no longer read but processed: send a table instead. */
const MAX_INLINE_ROWS = 1_000

const output = z.object({
  model: z.string(),
  model_version: z.string(),
  task: taskField,
  rows: z.int(),
  scored: z.int(),
  failed: z.int(),
  summary: summarySchema,
  unit: z.string().optional(),
  /** One for each row given in the request. */
  predictions: z.array(z.object(predictionShape)).optional(),
  /** The scored table, kept like an upload; only for an uploaded table. */
  result: z
    .object({ upload: z.string(), file_name: z.string(), size_bytes: z.number() })
    .optional(),
  first_rows: z.object({
    columns: z.array(z.string()),
    rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  }),
  problems: z.array(z.object({ line: z.int(), message: z.string() })),
  latency_ms: z.number(),
})

export type BatchOutput = z.output<typeof output>

export const predictBatch = defineOperation({
  name: 'predict_batch',
  title: 'Predict many rows',
  description: `Runs many rows through a deployed model: up to ${MAX_INLINE_ROWS.toLocaleString('en-US')} given as objects, or an uploaded CSV, JSON lines or Parquet table, whose scored copy is kept for download. Answers a summary and the first rows.`,
  effect: 'read',
  cost: 'heavy',
  isJob: true,
  input: z.strictObject({
    model: modelField,
    rows: z
      .array(featuresField)
      .min(1)
      .max(MAX_INLINE_ROWS)
      .optional()
      .describe('One object of features for each row'),
    upload: z
      .string()
      .min(1)
      .max(MAX_NAME_LENGTH)
      .optional()
      .describe('Handle of an uploaded table with a column for each input'),
    version: versionField.optional(),
  }),
  output,
  errors: ['invalid_input', 'not_found', 'conflict', 'too_large', 'unavailable'],
  examples: [
    {
      utterance: 'Score these two customers with churn',
      input: {
        model: 'churn',
        rows: [
          { tenure: 24, monthly_charges: 70, total_charges: 1680 },
          { tenure: 2, monthly_charges: 95, total_charges: 190 },
        ],
      },
    },
  ],
  asks({ model, rows, upload }) {
    if (rows !== undefined || upload !== undefined) return null
    return {
      field: 'upload',
      text: `Please upload the table to score with ${model}: a CSV, JSON lines or Parquet file with a column for each input.`,
    }
  },
  async handle({ model, rows, upload, version }, call) {
    if (rows !== undefined && upload !== undefined) {
      return fail('invalid_input', 'Give either rows or an upload, not both.', [
        { path: 'upload', message: 'cannot stand beside rows' },
      ])
    }
    const file = upload === undefined ? null : await findOwnUpload(upload, call)
    if (file !== null && !file.ok) return file
    const leased = await leaseModel(call.ports, model, version)
    if (!leased.ok) return leased
    if (file !== null) {
      const scored = await scoreUpload(file.value, leased.value, call)
      return scored.ok ? succeed({ ...batchHead(leased.value), ...scored.value }) : scored
    }
    try {
      return await predictInline(leased.value, rows ?? [], call)
    } finally {
      leased.value.release()
    }
  },
  present: presentBatch,
})

async function predictInline(
  lease: Lease,
  rows: readonly Readonly<Record<string, unknown>>[],
  { ports, signal, requestId, principal }: Call,
) {
  const prefix = (row: number) => `rows[${row}].`
  const outcome = await runPredictions(ports, lease, rows, prefix, signal, {
    requestId,
    principal,
  })
  if (!outcome.ok) return outcome
  const { predictions, raw, latencyMs } = outcome.value
  const summary = createBatchSummary(lease.version.signature)
  raw.forEach((prediction: Prediction, index) => {
    summary.add(index + 1, { ok: true, prediction })
  })
  return succeed({
    ...batchHead(lease),
    ...summary.read(),
    predictions,
    latency_ms: latencyMs,
  })
}

function batchHead({ version }: Lease) {
  const { task, unit } = version.signature
  return {
    model: version.model,
    model_version: version.modelVersion,
    task,
    ...(unit === undefined ? {} : { unit }),
  }
}
