// How sure the figures are: the same training on other rows, and the test rows again through the saved model.

import { parse } from 'csv-parse/sync'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { invoke } from '#core/operations/invoke.ts'
import type { Call } from '#core/operations/operation.ts'
import { predictBatch } from '#core/operations/predict-batch.ts'
import { fitPipeline, targetOf } from '#core/training/fit-pipeline.ts'
import { classificationMetrics } from '#core/training/metrics/classification.ts'
import { folds } from '#core/training/split.ts'
import { type Table, takeRows } from '#core/training/table.ts'
import { predictTable } from '#core/training/trained-pipeline.ts'
import type { TrainedModel } from '../shared/train-model.ts'
import { toCsvLine } from './csv-line.ts'

export interface FoldScores {
  readonly accuracy: number
  readonly macro_f1: number
}

/** One entry a fold: each row is tested once, by a model that has not seen it. */
export async function crossValidate(
  { prepared, run }: TrainedModel,
  count: number,
  { signal, progress }: Pick<Call, 'signal' | 'progress'>,
): Promise<Outcome<readonly FoldScores[]>> {
  const { plan, table, random } = prepared
  const target = targetOf(plan, table)
  const strata = target.kind === 'classes' ? target.codes : null
  const scores: FoldScores[] = []
  for (const [index, fold] of folds(table.rows, count, strata, random.split('cv')).entries()) {
    const train = takeRows(table, fold.train)
    const test = takeRows(table, fold.test)
    const fitted = await fitPipeline(
      { plan, model: 'tfidf', settings: run.settings, train, whole: table },
      { random: random.split(`cv ${index}`), signal, progress: () => {} },
    )
    if (!fitted.ok) return fitted
    const truth = targetOf(plan, test)
    if (truth.kind !== 'classes') throw new Error('questions have a label, not an amount')
    const { accuracy, macroF1 } = classificationMetrics(
      truth.codes,
      predictTable(fitted.value, test),
    )
    scores.push({ accuracy, macro_f1: macroF1 })
    progress({ fraction: (index + 1) / count, message: `testing fold ${index + 1} of ${count}` })
  }
  return succeed(scores)
}

/** The rows as a CSV file with all their columns. */
export function tableToCsv({ rows, columns }: Table): string {
  const lines = [toCsvLine(columns.map(({ name }) => name))]
  for (let row = 0; row < rows; row++) {
    lines.push(toCsvLine(columns.map(({ values }) => String(values[row] ?? ''))))
  }
  return `${lines.join('\n')}\n`
}

export interface Scored {
  /** The table with what the deployed model says of each row. */
  readonly csv: Uint8Array
  /** Share of rows whose label it says. */
  readonly accuracy: number
}

/** Runs the test rows through the live version, as anybody's table is scored. */
export async function scoreTable(
  csv: string,
  { model, label }: { readonly model: string; readonly label: string },
  call: Call,
): Promise<Outcome<Scored>> {
  const { registry } = call.ports
  const content = new TextEncoder().encode(csv)
  const upload = await registry.createUpload({
    fileName: 'test.csv',
    owner: call.principal.id,
    content,
    maximumBytes: content.byteLength,
  })
  if (!upload.ok) return upload
  try {
    const outcome = await invoke(predictBatch, { model, upload: upload.value.id }, call)
    if (!outcome.ok) return outcome
    const { result, failed } = outcome.value
    if (result === undefined || failed > 0) {
      return fail('internal', `The saved model could not answer ${failed} of the test rows.`)
    }
    const bytes = await registry.readUpload(result.upload)
    await registry.deleteUpload(result.upload)
    return succeed({ csv: bytes, accuracy: accuracyIn(bytes, label) })
  } finally {
    await registry.deleteUpload(upload.value.id)
  }
}

function accuracyIn(scored: Uint8Array, label: string): number {
  const rows: Record<string, string>[] = parse(scored, { columns: true, bom: true })
  const right = rows.filter((row) => row[label] === row['predicted_label'])
  return right.length / rows.length
}
