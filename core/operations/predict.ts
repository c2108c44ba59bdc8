// predict: one row through a model, answered with what people ask next: how sure, which band, from which inputs.

import { z } from 'zod'
import { type Outcome, succeed } from '#core/errors.ts'
import type { Scalar, Signature } from '#core/model.ts'
import { bandOf, leadOf } from './bands.ts'
import { findModel, leaseModel, routingKeyOf } from './find-model.ts'
import { defineOperation, type Lease, type Ports } from './operation.ts'
import { presentPrediction } from './predict-answer.ts'
import { type PredictionAnswer, usedInputs } from './prediction-answer.ts'
import { type Asker, runPrediction } from './run-prediction.ts'
import {
  bandSchema,
  featuresField,
  modelField,
  scalarField,
  taskField,
  versionField,
} from './wire.ts'

export const predictionShape = {
  prediction: z.union([z.number(), z.string(), z.record(z.string(), z.number())]),
  predicted_label: z.string().optional(),
  class_probabilities: z.record(z.string(), z.number()).optional(),
  /** Words for a blank, best first. */
  suggestions: z.array(z.string()).optional(),
} as const

/** What a prediction is answered with; an explanation holds the same and its reasons. */
export const predictOutput = z.object({
  model: z.string(),
  title: z.string(),
  model_version: z.string(),
  task: taskField,
  ...predictionShape,
  /** The class that `probability` and `risk` are about; binary classification only. */
  positive_label: z.string().optional(),
  probability: z.number().optional(),
  risk: z.string().optional(),
  confidence: z.string().optional(),
  /** The bands that `risk` was read from, so that every surface rounds on the right side of them. */
  risk_bands: z.array(bandSchema).optional(),
  target: z.string().optional(),
  unit: z.string().optional(),
  inputs: z.array(z.object({ name: z.string(), value: scalarField, unit: z.string().optional() })),
  latency_ms: z.number(),
})

export type PredictOutput = z.output<typeof predictOutput>

export const predict = defineOperation({
  name: 'predict',
  title: 'Predict',
  description:
    'Runs one row through a deployed model and answers the label or value with probabilities, risk band, confidence and the inputs used.',
  effect: 'read',
  cost: 'instant',
  input: z.strictObject({
    model: modelField,
    features: featuresField,
    version: versionField.optional(),
  }),
  output: predictOutput,
  errors: ['invalid_input', 'not_found', 'conflict', 'unavailable'],
  examples: [
    {
      utterance:
        'Make a prediction for a customer with 24 months tenure, $70 monthly charges, and $1680 total charges',
      input: {
        model: 'churn',
        features: { tenure: 24, monthly_charges: 70, total_charges: 1680 },
      },
    },
  ],
  async handle({ model, features, version }, { ports, signal, principal, requestId }) {
    const leased = await leaseModel(ports, model, version, routingKeyOf(principal, requestId))
    if (!leased.ok) return leased
    try {
      return await predictLeased(ports, leased.value, features, signal, {
        requestId,
        principal,
      })
    } finally {
      leased.value.release()
    }
  },
  present: presentPrediction,
})

/** One row through a version that the caller leased, with all that people ask next. */
export async function predictLeased(
  ports: Ports,
  lease: Lease,
  features: Readonly<Record<string, Scalar>>,
  signal: AbortSignal,
  asker?: Asker,
): Promise<Outcome<PredictOutput>> {
  const answer = await runPrediction(ports, lease, features, signal, 'features.', asker)
  if (!answer.ok) return answer
  const title = await titleOf(ports, lease)
  return succeed({ ...explainAnswer(answer.value, lease.version.signature, features), title })
}

async function titleOf({ registry }: Pick<Ports, 'registry'>, { version }: Lease): Promise<string> {
  const model = await findModel(registry, version.model)
  return model.ok ? model.value.title : version.model
}

/** Adds to the bare answer what the signature knows: probability of the class asked about, bands, units, inputs. */
function explainAnswer(
  answer: PredictionAnswer,
  signature: Signature,
  features: Readonly<Record<string, Scalar>>,
) {
  const { positiveLabel, target, unit, riskBands, confidenceBands } = signature
  const probabilities = answer.class_probabilities
  const probability =
    probabilities !== undefined && positiveLabel !== undefined
      ? probabilities[positiveLabel]
      : undefined
  const risk = probability === undefined ? undefined : bandOf(probability, riskBands)
  const confidence =
    probabilities === undefined
      ? undefined
      : bandOf(leadOf(Object.values(probabilities)), confidenceBands)
  return {
    ...answer,
    ...(probability === undefined ? {} : { positive_label: positiveLabel, probability }),
    ...(risk === undefined ? {} : { risk, risk_bands: riskBands?.map((band) => ({ ...band })) }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(target === undefined ? {} : { target }),
    ...(unit === undefined ? {} : { unit }),
    inputs: usedInputs(signature, features),
  }
}
