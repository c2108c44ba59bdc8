// A pipeline that training made: how rows are prepared, what was learned, and what its answers mean.

import type { Matrix } from '#core/pipeline/matrix.ts'
import { sparseDesign } from './learners/design.ts'
import type { FittedLogistic, LogisticOptions } from './learners/logistic-regression.ts'
import type { FittedNeighbours, NeighbourOptions } from './learners/nearest-neighbours.ts'
import type { FittedRidge, RidgeOptions } from './learners/ridge.ts'
import { predictLinear, predictRows } from './predict.ts'
import { applyPreparation, type TablePreparation } from './preparation/prepare-table.ts'
import { applyTfidf, type FittedTfidf } from './preparation/tfidf.ts'
import type { Table } from './table.ts'
import type { FittedBoosting } from './trees/boosting.ts'
import type { BoostingOptions } from './trees/boosting-options.ts'
import type { FittedForest, ForestOptions } from './trees/forest.ts'

export interface TrainedPipeline {
  /** Names of the columns it takes, in the table's order. */
  readonly features: readonly string[]
  readonly preparation: TablePreparation | TextPreparation
  readonly model: TrainedModel
  readonly answer: TrainedAnswer
  /** Rows that it learned from. */
  readonly rows: number
}

/** One column of texts, taken apart into words. */
export interface TextPreparation {
  readonly kind: 'text'
  readonly column: string
  readonly vectorizer: FittedTfidf
}

export type TrainedAnswer =
  | {
      readonly kind: 'classes'
      readonly labels: readonly string[]
      /** The labels were numbers in the table. */
      readonly areNumbers: boolean
    }
  /** `log`: it was learned as ln(1 + value), so that errors count by their share of the value. */
  | { readonly kind: 'value'; readonly scale: 'plain' | 'log' }

export type TrainedModel =
  | { readonly kind: 'logreg'; readonly options: LogisticOptions; readonly fitted: FittedLogistic }
  | { readonly kind: 'ridge'; readonly options: RidgeOptions; readonly fitted: FittedRidge }
  | { readonly kind: 'knn'; readonly options: NeighbourOptions; readonly fitted: FittedNeighbours }
  | { readonly kind: 'rf'; readonly options: ForestOptions; readonly fitted: FittedForest }
  | { readonly kind: 'hgb'; readonly options: BoostingOptions; readonly fitted: FittedBoosting }

/** Probabilities [rows, classes], or values [rows, 1]. */
export function predictTable(pipeline: TrainedPipeline, table: Table): Matrix {
  const answers = predictLearned(pipeline, table)
  const { answer } = pipeline
  if (answer.kind === 'classes' || answer.scale === 'plain') return answers
  return { ...answers, data: answers.data.map(Math.expm1) }
}

function predictLearned(pipeline: TrainedPipeline, table: Table): Matrix {
  const { preparation, model } = pipeline
  if (preparation.kind === 'table') {
    return predictRows(model.fitted.predictor, applyPreparation(preparation, table))
  }
  const { predictor } = model.fitted
  if (predictor.kind !== 'linear') throw new Error('words are learned by linear models alone')
  const texts = textsOf(table, preparation.column)
  return predictLinear(predictor, sparseDesign(applyTfidf(preparation.vectorizer, texts)))
}

/** The texts of a column; numbers are written out. */
export function textsOf(table: Table, name: string): readonly (string | null)[] {
  const column = table.columns.find((one) => one.name === name)
  if (column === undefined) throw new Error(`the table has no column ${name}`)
  if (column.kind === 'text') return column.values
  return Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value)))
}
