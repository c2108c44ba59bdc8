// Transformers written by hand before a linear model, and what fields or refusals come of them.

import { FormatError } from '#core/formats/format-error.ts'
import type { PickleRecord, PickleValue } from '#core/formats/pickle/value.ts'
import { describeSklearn } from '#core/formats/sklearn/describe-sklearn.ts'
import type { InputField } from '#core/model.ts'
import { linear, made, pipeline } from './hand-made.ts'

export const step = (path: string, attributes: Record<string, PickleValue>): PickleRecord =>
  made(`sklearn.${path}`, { _sklearn_version: '1.6.1', ...attributes })

/** The step's results as they are: a sum with weights that tell them apart. */
export function seen(transformer: PickleRecord, ...weights: readonly number[]): PickleRecord {
  return pipeline(['step', transformer], ['model', linear(weights)])
}

export function fieldsOf(model: PickleRecord): readonly InputField[] {
  return describeSklearn(model, {}).inputs
}

export function refusalOf(model: PickleRecord): string {
  try {
    describeSklearn(model, {})
  } catch (error) {
    if (error instanceof FormatError) return error.message
    throw error
  }
  return 'not refused'
}

/** A SimpleImputer of two columns. */
export const imputer = (attributes: Record<string, PickleValue>) =>
  step('impute._base.SimpleImputer', {
    missing_values: Number.NaN,
    n_features_in_: 2,
    ...attributes,
  })
