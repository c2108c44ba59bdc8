// What a sample's metrics.json says of its evaluation beyond figures: the confusion, each class, importance, rows to compare with.

import { z } from 'zod'
import type { ModelReport } from '#core/model.ts'

const share = z.number().min(0).max(1)

const sampleReport = z.strictObject({
  evaluation: z.string().exactOptional(),
  per_class: z
    .array(
      z.strictObject({
        label: z.string(),
        precision: share,
        recall: share,
        f1: share,
        support: z.int().min(0),
      }),
    )
    .exactOptional(),
  confusion: z
    .strictObject({ labels: z.array(z.string()), counts: z.array(z.array(z.int().min(0))) })
    .refine(isSquare, 'has a row and a column for each label')
    .exactOptional(),
  residuals: z
    .strictObject({ predicted: z.array(z.number()), actual: z.array(z.number()) })
    .exactOptional(),
  importance: z.array(z.strictObject({ name: z.string(), share })).exactOptional(),
  background: z
    .array(z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])))
    .exactOptional(),
})

function isSquare({ labels, counts }: { labels: string[]; counts: number[][] }): boolean {
  const width = labels.length
  return counts.length === width && counts.every((row) => row.length === width)
}

/** Undefined where there is none. Throws for one that is not what it should be: it comes with Parley, so that is a bug. */
export function readSampleReport(report: unknown): ModelReport | undefined {
  if (report === undefined) return undefined
  const { per_class: perClass, ...rest } = sampleReport.parse(report)
  return { ...rest, ...(perClass !== undefined && { perClass }) }
}
