// explain_prediction: which inputs moved one prediction, and how far: exactly where the model allows it, else by sampling.

import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Row, Signature } from '#core/model.ts'
import { SCALES } from '#core/pipeline/explanation-entry.ts'
import { presentExplanation } from './explain-answer.ts'
import { chooseGroup, explainExactly, strongestFirst, unitOf } from './explain-exact.ts'
import { explainBySampling, explainChange, measureOf } from './explain-sampled.ts'
import { leaseModel } from './find-model.ts'
import { defineOperation, type Lease, type Ports } from './operation.ts'
import { type PredictOutput, predictLeased, predictOutput } from './predict.ts'
import { featuresField, modelField, scalarField, versionField } from './wire.ts'

/** `exact` adds up what the model itself adds up; `sampled` asks the model about many mixed rows and has an error. */
const METHODS = ['exact', 'sampled'] as const

/**
 * What a model that only says labels is explained in: the part of the rows mixed of this one and others that keep its label.
 */
const LABEL_SHARE = 'label_share'

const output = predictOutput.extend({
  /** The class or output that the contributions speak for; absent where there is only one value. */
  explained: z.string().optional(),
  scale: z.enum([...SCALES, LABEL_SHARE]),
  method: z.enum(METHODS),
  /**
   * What the row is compared with: rows of the training data, values from their ranges, the text without its words, a row in
   * the `centre` of the training data (in linear models what the scalers found to be it), or one whose columns are all `zero`.
   * A sampled explanation has zeros only for the inputs `unknown`, of which the file says nothing.
   * Absent where trees themselves hold how much of the training data went each way.
   */
  background: z
    .object({
      rows: z.int(),
      source: z.enum(['training', 'ranges', 'text', 'centre', 'zero']),
      unknown: z.array(z.string()).optional(),
    })
    .optional(),
  /** Where the model starts: its answer for the background, or its mean over the training data. Baseline and contributions add up to `margin`. */
  baseline: z.number(),
  margin: z.number(),
  /** Strongest first. */
  contributions: z.array(
    z.object({
      name: z.string(),
      /** Null for a missing value, and for a word whose absence counts. */
      value: scalarField,
      /** The input that a word is of; `name` is then the word. */
      word: z.string().optional(),
      unit: z.string().optional(),
      contribution: z.number(),
      /** Standard error of a sampled contribution. */
      error: z.number().optional(),
    }),
  ),
  /** Against the row `instead_of`: the answer there, and which of the changed inputs moved it, in the unit of the answer. */
  compared: z
    .object({
      before: z.number(),
      after: z.number(),
      changes: z.array(
        z.object({
          name: z.string(),
          from: scalarField,
          to: scalarField,
          unit: z.string().optional(),
          contribution: z.number(),
        }),
      ),
    })
    .optional(),
})

export type ExplainOutput = z.output<typeof output>

export const explainPrediction = defineOperation({
  name: 'explain_prediction',
  title: 'Explain a prediction',
  description:
    'Says why a model answers what it answers for one row: how much each input raised or lowered the prediction, by Shapley values. With another row in `instead_of` it also says what the change from that row to this one moved.',
  effect: 'read',
  cost: 'instant',
  input: z.strictObject({
    model: modelField,
    features: featuresField,
    version: versionField.optional(),
    instead_of: featuresField
      .optional()
      .describe('Another row, such as the one before a change, to compare this one with'),
  }),
  output,
  errors: ['invalid_input', 'not_found', 'conflict', 'unavailable'],
  examples: [
    {
      utterance:
        'Why would a customer with 24 months tenure, $70 monthly and $1680 in total churn?',
      input: {
        model: 'churn',
        features: { tenure: 24, monthly_charges: 70, total_charges: 1680 },
      },
    },
  ],
  async handle({ model, features, version, instead_of }, { ports, signal }) {
    const leased = await leaseModel(ports, model, version)
    if (!leased.ok) return leased
    const lease = leased.value
    try {
      if (lease.version.signature.task === 'fill_mask') {
        return fail(
          'conflict',
          `${lease.version.model} suggests words for a blank; ask for their scores to see how positive each sounds.`,
        )
      }
      const predicted = await predictLeased(ports, lease, features, signal)
      if (!predicted.ok) return predicted
      const explained =
        (await explainExactly(ports, lease, features, predicted.value, signal)) ??
        (await sample(ports, lease, features, predicted.value, signal))
      if (!explained.ok || instead_of === undefined) return explained
      return await compare(lease, { from: instead_of, to: features }, explained.value, signal)
    } finally {
      lease.release()
    }
  },
  present: presentExplanation,
})

async function sample(
  { registry }: Ports,
  lease: Lease,
  features: Row,
  predicted: PredictOutput,
  signal: AbortSignal,
): Promise<Outcome<ExplainOutput>> {
  const { signature } = lease.version
  const { scale, explained } = questionOf(signature, predicted)
  const measure = measureOf(signature, explained)
  const { model, number } = lease.version
  const report = await registry.readReport(model, number)
  const sampled = await explainBySampling(lease, features, report?.background, measure, signal)
  if (sampled === null) return unexplained(model)
  const contributions = sampled.contributions.map((one) => ({
    ...one,
    ...unitOf(signature, one.name),
  }))
  const { rows, source, unknown } = sampled.background
  return succeed({
    ...predicted,
    ...(explained === undefined ? {} : { explained }),
    scale,
    method: 'sampled',
    background: { rows, source, ...(unknown.length > 0 && { unknown: [...unknown] }) },
    baseline: sampled.baseline,
    margin: sampled.answer,
    contributions: strongestFirst(contributions),
  })
}

/** What a sampled explanation speaks for: a value, the probability of a class, or the label where there are only labels. */
function questionOf(
  signature: Signature,
  predicted: PredictOutput,
): Pick<ExplainOutput, 'scale' | 'explained'> {
  const { explained } = chooseGroup(signature, predicted, 1)
  if (signature.classes === undefined) return { scale: 'value', explained }
  if (Object.keys(predicted.class_probabilities ?? {}).length > 0) {
    return { scale: 'probability', explained }
  }
  return { scale: LABEL_SHARE, explained: predicted.predicted_label }
}

/** What the change of some inputs moved, in the unit of the answer. */
async function compare(
  lease: Lease,
  rows: { readonly from: Row; readonly to: Row },
  explained: ExplainOutput,
  signal: AbortSignal,
): Promise<Outcome<ExplainOutput>> {
  const { signature } = lease.version
  const checked = lease.model.encode([rows.from], () => 'instead_of.')
  if (!checked.ok) return checked
  const measure = measureOf(signature, explained.explained)
  const change = await explainChange(lease, rows.from, rows.to, measure, signal)
  if (change === null) {
    return fail(
      'invalid_input',
      'instead_of differs in too many inputs to say which of them counts.',
      [{ path: 'instead_of', message: 'differs from features in more than ten inputs' }],
    )
  }
  const moved = change.changes.reduce((sum, { contribution }) => sum + contribution, 0)
  return succeed({
    ...explained,
    compared: {
      before: change.before,
      after: change.before + moved,
      changes: strongestFirst(
        change.changes.map((one) => ({ ...one, ...unitOf(signature, one.name) })),
      ),
    },
  })
}

function unexplained(model: string): Outcome<never> {
  return fail(
    'unavailable',
    `I cannot explain ${model} here: it has no answer for some of the rows that this one would be compared with, such as a logarithm of zero.`,
  )
}
