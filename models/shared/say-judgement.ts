// How good a classifier is, as an example prints it: figures, a row for each class, and who was taken for whom.

import { renderPlainText } from '#core/presentation/plain-text.ts'
import type { Judgement } from '#core/training/reports.ts'

const DIGITS = 4

export function judgementInWords(judgement: Judgement): string {
  if (judgement.kind === 'regression') throw new Error('a regression has residuals, not classes')
  const { labels, test, train, baseline } = judgement
  const line = (title: string, scores: typeof test) => [
    title,
    scores.accuracy.toFixed(DIGITS),
    scores.macroF1.toFixed(DIGITS),
    scores.logLoss.toFixed(DIGITS),
  ]
  const right = { align: 'right' as const }
  return renderPlainText({
    text: '',
    blocks: [
      {
        kind: 'table',
        columns: [
          { label: 'Rows' },
          ...['Accuracy', 'Macro F1', 'Log loss'].map((label) => ({ label, ...right })),
        ],
        rows: [
          line('put aside', test),
          line('learned from', train),
          line('always the most frequent', baseline),
        ],
      },
      {
        kind: 'table',
        columns: [
          { label: 'Class' },
          ...['Precision', 'Recall', 'F1', 'Rows'].map((label) => ({ label, ...right })),
        ],
        rows: labels.map((label, code) => {
          const { precision = 0, recall = 0, f1 = 0, support = 0 } = test.perClass[code] ?? {}
          return [
            label,
            precision.toFixed(DIGITS),
            recall.toFixed(DIGITS),
            f1.toFixed(DIGITS),
            support,
          ]
        }),
      },
      confusionTable(labels, test.confusion),
    ],
  })
}

/** `counts[actual][predicted]`. */
export function confusionTable(labels: readonly string[], counts: readonly (readonly number[])[]) {
  return {
    kind: 'table' as const,
    columns: [
      { label: 'Actual' },
      ...labels.map((label) => ({ label: `said ${label}`, align: 'right' as const })),
    ],
    rows: labels.map((label, code) => [label, ...(counts[code] ?? [])]),
  }
}
