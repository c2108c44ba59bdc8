// Which inputs a version listens to, for describe_model: what its training said, else measured on the model itself.

import { backgroundOf } from '#core/explanation/background.ts'
import { type Importance, measureImportance } from '#core/explanation/importance.ts'
import type { ModelReport, Prediction, Row } from '#core/model.ts'
import { createRandom } from '#core/training/random.ts'
import { measureOf, usableRows } from './explain-sampled.ts'
import type { Lease, Ports } from './operation.ts'

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

/** Strongest first; null where nothing is known of the inputs, or the model is not in memory. */
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
  { monotonicMs }: Ports,
  lease: Lease,
  report: ModelReport | null,
): Promise<Shares | null> {
  const { model, version } = lease
  const { signature } = version
  const fields = signature.inputs
    .filter((field) => field.unused !== true)
    .map((field) => field.name)
  const isText = signature.inputs.some(
    (field) => field.type === 'string' && field.categories === undefined,
  )
  if (fields.length < 2 || fields.length > MAXIMUM_FIELDS || isText) return null
  const random = createRandom(SEED)
  const training = usableRows(lease, report?.background)
  const background = backgroundOf(signature, training, random.split('background'))
  // Where only what is usual is known, no field has another value to take.
  if (background === null || background.source === 'centre') return null
  const answerRows = async (rows: readonly Row[]): Promise<readonly Prediction[]> => {
    const encoded = model.encode(rows, (row) => `row ${row}`)
    if (!encoded.ok) throw new Error(`a background row was refused: ${encoded.failure.message}`)
    return await model.predict(encoded.value)
  }
  const first = background.rows.slice(0, MINIMUM_ROWS)
  const startedMs = monotonicMs()
  const [prediction] = await answerRows(first)
  const rowMs = (monotonicMs() - startedMs) / first.length
  // How many rows are asked depends on the model alone, so that the same model always gets the same shares.
  const rowsAsked = Math.min(MAXIMUM_ROWS, Math.floor(MAXIMUM_QUESTIONS / (1 + 2 * fields.length)))
  const expectedMs = rowMs * rowsAsked * (1 + 2 * fields.length)
  if (prediction === undefined || rowsAsked < MINIMUM_ROWS || expectedMs > BUDGET_MS) return null
  const label = signature.positiveLabel ?? signature.classes?.[0]
  const measureOne = measureOf(signature, label)
  const rows = background.rows.slice(0, rowsAsked)
  const importance = await measureImportance(
    fields,
    rows,
    async (asked) => (await answerRows(asked)).map(measureOne),
    random.split('shuffles'),
  )
  return importance.map(({ name, share }) => ({ name, share }))
}
