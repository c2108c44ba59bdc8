// What evaluation left of a version, in the wire's words.

import { z } from 'zod'
import type { ModelReport } from '#core/model.ts'

export const reportSchema = z.object({
  /** How the rows for the figures were put aside. */
  method: z.string().optional(),
  per_class: z
    .array(
      z.object({
        label: z.string(),
        precision: z.number(),
        recall: z.number(),
        f1: z.number(),
        support: z.number(),
      }),
    )
    .optional(),
  /** `counts[actual][predicted]` in the order of `labels`. */
  confusion_matrix: z
    .object({ labels: z.array(z.string()), counts: z.array(z.array(z.number())) })
    .optional(),
  residuals: z.object({ predicted: z.array(z.number()), actual: z.array(z.number()) }).optional(),
})

/** Nothing where the version has no report, or one that is for Parley alone. */
export function toWireReport(report: ModelReport | null): {
  evaluation?: z.input<typeof reportSchema>
} {
  if (report === null) return {}
  const { evaluation, perClass, confusion, residuals } = report
  const wire: z.input<typeof reportSchema> = {
    ...(evaluation === undefined ? {} : { method: evaluation }),
    ...(perClass === undefined ? {} : { per_class: perClass.map((one) => ({ ...one })) }),
    ...(confusion === undefined
      ? {}
      : {
          confusion_matrix: {
            labels: [...confusion.labels],
            counts: confusion.counts.map((row) => [...row]),
          },
        }),
    ...(residuals === undefined
      ? {}
      : {
          residuals: { predicted: [...residuals.predicted], actual: [...residuals.actual] },
        }),
  }
  return Object.keys(wire).length === 0 ? {} : { evaluation: wire }
}
