// Which inputs a version listens to, for describe_model: what its training said, else measured on the model itself.

import { InferenceError } from '#core/engine/inference-error.ts'
import { backgroundOf } from '#core/explanation/background.ts'
import { type Importance, measureImportance } from '#core/explanation/importance.ts'
import { askWithin } from '#core/explanation/within-budget.ts'
import type { ModelReport, Prediction, Row, Signature } from '#core/model.ts'
import { createRandom } from '#core/training/random.ts'
import { isProse, usableRows } from './explain-sampled.ts'
import type { Lease, Ports } from './operation.ts'
import { strongestWords } from './word-importance.ts'

/** A description should not keep anybody waiting; a model too slow for this goes without. */
const BUDGET_MS = 800

/** Two times as many rows halve nothing that a bar could show. */
const MAXIMUM_ROWS = 64

/** Fewer say nothing. */
const MINIMUM_ROWS = 8

/** Rows that the model is asked in all. */
const MAXIMUM_QUESTIONS = 8_192

/** Models with more inputs than this are described without it: every input costs as many rows again. */
const MAXIMUM_FIELDS = 300

const SEED = 'importance'

type Shares = readonly Pick<Importance, 'name' | 'share'>[]

/** Measured once for each version in memory. */
const measured = new WeakMap<object, Promise<Shares | null>>()

/** Strongest first; null where nothing is known of the inputs, it would take too long, or the model is not in memory. */
export async function importanceOf(
  ports: Ports,
  model: string,
  version: number,
  isLive: boolean,
): Promise<Shares | null> {
  const report = await ports.registry.readReport(model, version)
  if (report?.importance !== undefined) return report.importance
  const lease = isLive ? ports.serving.leaseNow(model) : null
  if (lease === null || lease.version.number !== version) {
    lease?.release()
    return null
  }
  try {
    const known = measured.get(lease.model)
    if (known !== undefined) return await known
    const asked = measure(ports, lease, report)
    measured.set(lease.model, asked)
    asked.catch(() => measured.delete(lease.model))
    return await asked
  } finally {
    lease.release()
  }
}

async function measure(
  ports: Ports,
  lease: Lease,
  report: ModelReport | null,
): Promise<Shares | null> {
  const { signature } = lease.version
  if (signature.task === 'fill_mask') return null
  const fields = signature.inputs.filter((field) => field.unused !== true)
  const budget = { milliseconds: BUDGET_MS, monotonicMs: ports.monotonicMs }
  if (fields.some(isProse)) {
    return fields.every(isProse) ? await strongestWords(ports, lease, budget) : null
  }
  if (fields.length < 2 || fields.length > MAXIMUM_FIELDS) return null
  const random = createRandom(SEED)
  const training = usableRows(lease, report?.background)
  const { rows, source } = backgroundOf(signature, training, random.split('background'))
  // Where only what is usual is known, or not even that, no field has another value to take.
  if (source === 'centre' || source === 'zero') return null
  // How many rows are asked depends on the model alone, so that the same model always gets the same shares.
  const asked = Math.min(MAXIMUM_ROWS, Math.floor(MAXIMUM_QUESTIONS / (1 + 2 * fields.length)))
  if (asked < MINIMUM_ROWS) return null
  const names = fields.map((field) => field.name)
  const first = rows.slice(0, asked)
  const importance = await measureImportance(
    names,
    first,
    async (questions) => {
      const answers = await askWithin(questions, (slice) => answerRows(lease, slice), budget)
      return answers === null ? null : answers.map(numbersOf(signature, answers, first.length))
    },
    random.split('shuffles'),
  ).catch((reason: unknown) => {
    // Some models have no answer for rows that are mixed of others.
    if (reason instanceof InferenceError) return null
    throw reason
  })
  return importance?.map(({ name, share }) => ({ name, share })) ?? null
}

async function answerRows({ model }: Lease, rows: readonly Row[]): Promise<readonly Prediction[]> {
  const encoded = model.encode(rows, (row) => `row ${row}`)
  if (!encoded.ok) throw new Error(`a background row was refused: ${encoded.failure.message}`)
  return await model.predict(encoded.value)
}

/**
 * What is compared of an answer: half of each probability, so that the changes add up to the probability that moves from some
 * classes to others; for a label alone the same as if it were certain; several values each by its own spread over the first
 * `count` answers.
 */
function numbersOf(
  { classes = [] }: Signature,
  answers: readonly Prediction[],
  count: number,
): (prediction: Prediction) => readonly number[] {
  const spreads = spreadsOf(answers.slice(0, count))
  return (prediction) => {
    switch (prediction.kind) {
      case 'classification':
        return prediction.probabilities.length > 0
          ? prediction.probabilities.map((probability) => probability / 2)
          : classes.map((label) => (label === prediction.label ? 0.5 : 0))
      case 'regression':
        return [prediction.value]
      case 'suggestions':
        return []
      case 'values':
        return prediction.values.map((value, index) => value / (spreads[index] ?? 1))
    }
  }
}

/** Standard deviations of several values; 1 where one never changes. */
function spreadsOf(answers: readonly Prediction[]): readonly number[] {
  const rows = answers.flatMap((answer) => (answer.kind === 'values' ? [answer.values] : []))
  return (rows[0] ?? []).map((_, index) => {
    const column = rows.map((values) => values[index] ?? 0)
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length
    const squares = column.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    return squares > 0 ? Math.sqrt(squares / column.length) : 1
  })
}
