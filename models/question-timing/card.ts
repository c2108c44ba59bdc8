// The model's card: what holds for every training, and above it what this one learned from and how good it is.

import { join } from 'node:path'
import type { TrainingRun } from '#core/training/run.ts'
import type { FoldScores } from './evaluate.ts'
import type { FoundTable } from './find-table.ts'

const PLACE = '<!-- this training -->'

export async function cardOf(folder: string, { table, run, folds }: CardFacts): Promise<string> {
  const text = await Bun.file(join(folder, 'card.md')).text()
  return text.replace(PLACE, () => describeTraining({ table, run, folds }))
}

export interface CardFacts {
  readonly table: Pick<FoundTable, 'kind' | 'publicOrigin'>
  readonly run: Pick<TrainingRun, 'judgement' | 'rows'>
  readonly folds: readonly FoldScores[]
}

export function describeTraining({ table, run, folds }: CardFacts): string {
  const { judgement, rows } = run
  if (judgement.kind === 'regression') throw new Error('questions have a label, not an amount')
  const { labels, test } = judgement
  const caution =
    table.kind === 'sample'
      ? '\n\n**This version learned from a sample written for this project, not from what customers asked.** It shows the way of the data; do not trust its answers beyond that.'
      : ''
  return [
    `Learned from ${table.publicOrigin}: ${rows.train} questions, tested on ${rows.test} others.${caution}`,
    '',
    '| accuracy | macro F1 | log loss |',
    '|---|---|---|',
    `| ${[test.accuracy, test.macroF1, test.logLoss].map((value) => value.toFixed(4)).join(' | ')} |`,
    '',
    `| asked | ${labels.map((label) => `said ${label}`).join(' | ')} |`,
    `|---|${labels.map(() => '---|').join('')}`,
    ...labels.map((label, code) => `| ${label} | ${(test.confusion[code] ?? []).join(' | ')} |`),
    ...(folds.length === 0
      ? []
      : [
          '',
          `Over ${folds.length} folds the accuracy is ${folds.map(({ accuracy }) => accuracy.toFixed(3)).join(', ')}.`,
        ]),
  ].join('\n')
}
