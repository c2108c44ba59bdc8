// Counts a batch while it passes: labels, averages, the first rows and the first problems, in bounded memory.

import { z } from 'zod'
import type { RowOutcome } from '#core/batch/chunk.ts'
import { outputColumns } from '#core/batch/output-columns.ts'
import type { Signature } from '#core/model.ts'

/** Enough to see that the right thing happened. */
const MAX_FIRST_ROWS = 10
const MAX_PROBLEMS = 20

export const summarySchema = z.object({
  /** Rows by predicted class, most frequent first, each with the average probability of that class over all rows. */
  labels: z
    .array(z.object({ label: z.string(), count: z.int(), mean_probability: z.number() }))
    .optional(),
  /** Range and average of each predicted value. */
  values: z
    .array(
      z.object({ name: z.string(), minimum: z.number(), mean: z.number(), maximum: z.number() }),
    )
    .optional(),
})

export type Summary = z.input<typeof summarySchema>

export interface BatchFigures {
  rows: number
  scored: number
  failed: number
  summary: Summary
  first_rows: { columns: string[]; rows: (string | number | null)[][] }
  problems: { line: number; message: string }[]
}

export function createBatchSummary(signature: Signature): {
  add(line: number, outcome: RowOutcome): void
  read(): BatchFigures
} {
  const columns = outputColumns(signature)
  const tally = createTally(signature)
  const firstRows: (string | number | null)[][] = []
  const problems: { line: number; message: string }[] = []
  let scored = 0
  let failed = 0
  return {
    add(line, outcome) {
      if (outcome.ok) {
        scored += 1
        tally.add(outcome)
      } else {
        failed += 1
        if (problems.length < MAX_PROBLEMS) problems.push({ line, message: outcome.message })
      }
      if (firstRows.length < MAX_FIRST_ROWS) {
        const values = columns.map(({ pick }) => (outcome.ok ? pick(outcome.prediction) : null))
        firstRows.push([line, ...values])
      }
    },
    read: () => ({
      rows: scored + failed,
      scored,
      failed,
      summary: tally.read(scored),
      first_rows: { columns: ['line', ...columns.map(({ name }) => name)], rows: firstRows },
      problems,
    }),
  }
}

type Scored = Extract<RowOutcome, { ok: true }>

function createTally(signature: Signature): {
  add(outcome: Scored): void
  read(scored: number): Summary
} {
  const { classes } = signature
  return classes === undefined ? tallyValues(signature) : tallyLabels(classes)
}

function tallyLabels(classes: readonly string[]) {
  const counts = new Map<string, number>()
  const sums = new Float64Array(classes.length)
  return {
    add({ prediction }: Scored) {
      if (prediction.kind !== 'classification') return
      counts.set(prediction.label, (counts.get(prediction.label) ?? 0) + 1)
      prediction.probabilities.forEach((share, index) => {
        sums[index] = (sums[index] ?? 0) + share
      })
    },
    read: (scored: number): Summary => ({
      labels: classes
        .map((label, index) => ({
          label,
          count: counts.get(label) ?? 0,
          mean_probability: scored === 0 ? 0 : (sums[index] ?? 0) / scored,
        }))
        .sort((left, right) => right.count - left.count),
    }),
  }
}

function tallyValues({ outputs }: Signature) {
  const names = outputs.filter(({ type }) => type === 'number').map(({ name }) => name)
  const ranges = names.map(() => ({ minimum: Infinity, maximum: -Infinity, sum: 0 }))
  return {
    add({ prediction }: Scored) {
      if (prediction.kind !== 'values' && prediction.kind !== 'regression') return
      const values = prediction.kind === 'values' ? prediction.values : [prediction.value]
      ranges.forEach((range, index) => {
        const value = values[index] ?? 0
        range.minimum = Math.min(range.minimum, value)
        range.maximum = Math.max(range.maximum, value)
        range.sum += value
      })
    },
    read: (scored: number): Summary => ({
      values:
        scored === 0
          ? []
          : ranges.map(({ minimum, maximum, sum }, index) => ({
              name: names[index] ?? 'prediction',
              minimum,
              mean: sum / scored,
              maximum,
            })),
    }),
  }
}
