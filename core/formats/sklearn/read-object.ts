// Finds the reader of each class; a class without one is refused with its step and name.

import type { Transformer } from '#core/pipeline/pipeline.ts'
import { FormatError } from '../format-error.ts'
import { type Budget, chargeWork } from '../limits.ts'
import { asText } from '../pickle/access.ts'
import { isKnownGlobal, printable, qualifiedName } from '../pickle/globals.ts'
import { isXgboostRecord } from '../xgboost/describe-xgboost.ts'
import { COMBINED_READERS } from './combined.ts'
import {
  COMPOSED_PREDICTORS,
  COMPOSED_TRANSFORMERS,
  insideSearch,
  SEARCHES,
} from './composition.ts'
import { DISTANCE_READERS } from './distances.ts'
import { type FittedObject, openInner, titleOf } from './fitted-object.ts'
import { LINEAR_READERS } from './linear.ts'
import { PREPROCESSING_READERS } from './preprocessing.ts'
import { PROBABILISTIC_READERS } from './probabilistic.ts'
import type {
  PredictorReader,
  Reading,
  ReadPredictor,
  TableShape,
  TransformerReader,
} from './reading.ts'
import { TEXT_READERS } from './text.ts'
import { TREE_READERS } from './trees.ts'
import { readXgboostStep } from './xgboost-step.ts'

const TRANSFORMERS: ReadonlyMap<string, TransformerReader> = new Map(
  Object.entries({ ...COMPOSED_TRANSFORMERS, ...PREPROCESSING_READERS, ...TEXT_READERS }),
)

const PREDICTORS: ReadonlyMap<string, PredictorReader> = new Map(
  Object.entries({
    ...COMPOSED_PREDICTORS,
    ...LINEAR_READERS,
    ...TREE_READERS,
    ...DISTANCE_READERS,
    ...PROBABILISTIC_READERS,
    ...COMBINED_READERS,
  }),
)

export function isPredictorClass(name: string): boolean {
  return PREDICTORS.has(name) || SEARCHES.has(name)
}

export function createReading(budget: Budget): Reading {
  const reading: Reading = {
    budget,
    transformer(owner, value, step, table) {
      if (value === null || asText(value) === 'passthrough') return { kind: 'identity' }
      return readTransformer(insideSearch(openInner(owner, value, step)), table, reading)
    },
    predictor(owner, value, step, table) {
      return readPredictor(insideSearch(openInner(owner, value, step)), table, reading)
    },
  }
  return reading
}

function readTransformer(object: FittedObject, table: TableShape, reading: Reading): Transformer {
  chargeWork(reading.budget, 1, object.record.offset)
  const read = TRANSFORMERS.get(object.name)
  if (read === undefined || !isKnownGlobal(object.record.callable)) throw notRead(object)
  return read(object, table, reading)
}

/** Throws FormatError where the object is of no class that is read, or was never fitted. */
export function readPredictor(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReadPredictor {
  chargeWork(reading.budget, 1, object.record.offset)
  const read = isXgboostRecord(object.record) ? readXgboostStep : PREDICTORS.get(object.name)
  if (read === undefined || !isKnownGlobal(object.record.callable)) throw notRead(object)
  return read(object, table, reading)
}

function notRead(object: FittedObject): FormatError {
  const { callable, offset } = object.record
  const reason = isKnownGlobal(callable)
    ? 'is of a class that Parley does not read yet'
    : `is of the class ${printable(qualifiedName(callable))}, whose code Parley does not have and would not run`
  return new FormatError(
    `${titleOf(object)} ${reason}. Leave this step out or replace it, or export the whole to ONNX (skl2onnx) and upload the .onnx file.`,
    offset,
  )
}
