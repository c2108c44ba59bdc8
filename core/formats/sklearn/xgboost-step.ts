// An XGBoost model as the last step of a pipeline.

import { describePickledModel } from '../xgboost/describe-xgboost.ts'
import { type FittedObject, refuse } from './fitted-object.ts'
import type { Reading, ReadPredictor, TableShape } from './reading.ts'

export function readXgboostStep(
  object: FittedObject,
  table: TableShape,
  { budget }: Reading,
): ReadPredictor {
  const description = describePickledModel([object.record], {}, budget)
  const model = description?.predictor
  if (description == null || (model?.kind !== 'trees' && model?.kind !== 'linear')) {
    throw refuse(object, 'holds no model that Parley reads.')
  }
  if (model.featureCount !== table.width) {
    throw refuse(
      object,
      `takes ${model.featureCount} features, and the steps before it give ${table.width}.`,
    )
  }
  return {
    predictor: {
      kind: 'margins',
      model,
      missingValue: table.isSparse
        ? missingInSparse(object, description.missingValue)
        : description.missingValue,
      classCount: description.classes?.length ?? null,
    },
    classes: description.classes,
    outputs: description.outputNames?.length ?? 1,
    ...(description.objective === null ? {} : { objective: description.objective }),
    // What it says of missing feature names does not hold inside a pipeline.
    warnings: description.namesKnown ? description.warnings : description.warnings.slice(1),
  }
}

/** Of a sparse matrix the library sees only what is written: zeros are missing values. */
function missingInSparse(object: FittedObject, other: number | null): number {
  if (other === null || other === 0 || Number.isNaN(other)) return 0
  throw refuse(
    object,
    `takes ${other} for a missing value, and zeros too, since the steps before it give a sparse matrix. Train it with missing=nan.`,
  )
}
