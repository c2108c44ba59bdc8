// A LightGBM model as the last step of a pipeline.

import { describePickledLightgbm } from '../lightgbm/describe-lightgbm.ts'
import { type FittedObject, refuse } from './fitted-object.ts'
import type { Reading, ReadPredictor, TableShape } from './reading.ts'

export function readLightgbmStep(
  object: FittedObject,
  table: TableShape,
  { budget }: Reading,
): ReadPredictor {
  const description = describePickledLightgbm(object.record, {}, budget)
  if (description.predictor.kind !== 'pipeline') throw refuse(object, 'holds no trees.')
  const { inputs, classes, outputNames, objective, warnings, namesKnown } = description
  if (inputs.length !== table.width) {
    throw refuse(
      object,
      `takes ${inputs.length} features, and the steps before it give ${table.width}.`,
    )
  }
  const isEncoded = description.predictor.predictor.kind === 'chain'
  if (isEncoded && table.names === null) {
    throw refuse(
      object,
      'takes columns of categories by their names in pandas, and the steps before it give numbers. Encode the categories in a step of the pipeline.',
    )
  }
  return {
    predictor: description.predictor.predictor,
    classes,
    outputs: outputNames?.length ?? 1,
    ...(objective === null ? {} : { objective }),
    // What it says of missing feature names does not hold inside a pipeline.
    warnings: namesKnown ? warnings : warnings.slice(1),
  }
}
