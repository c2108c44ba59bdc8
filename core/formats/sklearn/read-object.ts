// Finds the reader of each class; a class without one is refused with its step and name.

import { widthAfter } from '#core/pipeline/columns.ts'
import type { Transformer } from '#core/pipeline/pipeline.ts'
import { FormatError } from '../format-error.ts'
import { isLightgbmRecord } from '../lightgbm/pickled-booster.ts'
import { type Budget, chargeWork } from '../limits.ts'
import { libraryTitle } from '../name-object.ts'
import { asText, isRecord } from '../pickle/access.ts'
import { isKnownGlobal, printable, qualifiedName } from '../pickle/globals.ts'
import { isXgboostRecord } from '../xgboost/describe-xgboost.ts'
import { COMBINED_READERS } from './combined.ts'
import {
  COMPOSED_PREDICTORS,
  COMPOSED_TRANSFORMERS,
  insideSearch,
  isSampler,
  namedObjects,
  SEARCHES,
} from './composition.ts'
import { DISTANCE_READERS } from './distances.ts'
import { type FittedObject, itemsOfValue, openInner, refuse, titleOf } from './fitted-object.ts'
import { readLightgbmStep } from './lightgbm-step.ts'
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
import { notePredictor, noteTransformer } from './samples.ts'
import { SELECTING_PREDICTORS } from './selections.ts'
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
    ...SELECTING_PREDICTORS,
  }),
)

export function isPredictorClass(name: string): boolean {
  return PREDICTORS.has(name) || SEARCHES.has(name)
}

/** True for classes that only prepare data. */
export function isTransformerClass(name: string): boolean {
  return TRANSFORMERS.has(name) && !PREDICTORS.has(name)
}

/** Columns between two steps: four times what a HashingVectorizer makes unless it is told otherwise. */
const MAX_COLUMNS = 2 ** 22

/** Objects inside objects; an honest model has a dozen, and a file can make one hold itself. */
const MAX_DEPTH = 100

export function createReading(budget: Budget): Reading {
  let depth = 0
  const within = <Result>(owner: FittedObject, read: () => Result): Result => {
    if (depth >= MAX_DEPTH) throw refuse(owner, 'nests its parts beyond reason.')
    depth++
    const result = read()
    depth--
    return result
  }
  const reading: Reading = {
    budget,
    samples: new Map(),
    transformer(owner, value, step, table) {
      if (value === null || asText(value) === 'passthrough') return { kind: 'identity' }
      return within(owner, () =>
        readTransformer(insideSearch(openInner(owner, value, step)), table, reading),
      )
    },
    predictor(owner, value, step, table) {
      return within(owner, () =>
        readPredictor(insideSearch(openInner(owner, value, step)), table, reading),
      )
    },
  }
  return reading
}

function readTransformer(object: FittedObject, table: TableShape, reading: Reading): Transformer {
  chargeWork(reading.budget, 1, object.record.offset)
  const read = TRANSFORMERS.get(object.name)
  if (read === undefined || !isOwnClass(object)) throw notRead(object, 'transformer')
  noteTransformer(reading.samples, object, table)
  const transformer = read(object, table, reading)
  if (widthAfter(transformer, table.width) <= MAX_COLUMNS) return transformer
  throw refuse(object, `makes more than ${MAX_COLUMNS} columns. Let it make fewer.`)
}

/** Throws FormatError where the object is of no class that is read, or was never fitted. */
export function readPredictor(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReadPredictor {
  chargeWork(reading.budget, 1, object.record.offset)
  const { record } = object
  const own = isOwnClass(object) ? PREDICTORS.get(object.name) : undefined
  const read = isXgboostRecord(record)
    ? readXgboostStep
    : isLightgbmRecord(record)
      ? readLightgbmStep
      : own
  if (read === undefined) throw notRead(object, 'predictor')
  const predictor = read(object, table, reading)
  notePredictor(reading.samples, predictor, table)
  return predictor
}

const PARTS = ['steps', 'transformers_', 'transformers', 'transformer_list', 'estimators'] as const

/** Throws FormatError for a part of a class that is not read: of a file that does not tell more, this is the reason. */
export function refuseUnread(object: FittedObject, depth = 0): void {
  if (depth >= MAX_DEPTH) throw refuse(object, 'nests its parts beyond reason.')
  for (const attribute of PARTS) {
    if (itemsOfValue(object.attributes.get(attribute)) === null) continue
    for (const [name, value] of namedObjects(object, attribute)) {
      if (!isRecord(value) || isSampler(value)) continue
      const inner = insideSearch(openInner(object, value, name))
      const isRead = TRANSFORMERS.has(inner.name) || PREDICTORS.has(inner.name)
      if (isXgboostRecord(inner.record)) continue
      if (!isRead || !isOwnClass(inner)) throw notRead(inner, 'predictor')
      refuseUnread(inner, depth + 1)
    }
  }
}

/** Other libraries have classes of the same names, which do something else. */
function isOwnClass({ module }: FittedObject): boolean {
  return module === 'sklearn' || module.startsWith('sklearn.') || module === 'imblearn.pipeline'
}

function notRead(object: FittedObject, wanted: 'transformer' | 'predictor'): FormatError {
  return new FormatError(
    `${titleOf(object)} ${reasonNotRead(object, wanted)}`,
    object.record.offset,
  )
}

function reasonNotRead(object: FittedObject, wanted: 'transformer' | 'predictor'): string {
  const { callable } = object.record
  if (!isKnownGlobal(callable)) {
    return `is of the class ${printable(qualifiedName(callable))}, whose code Parley does not have and would not run. ${OTHER_WAYS}`
  }
  if (!isOwnClass(object)) {
    const library = libraryTitle(callable) ?? callable.module.split('.')[0] ?? ''
    return `is of ${printable(library)}, whose classes Parley does not read here. ${OTHER_WAYS}`
  }
  if (wanted === 'predictor' && TRANSFORMERS.has(object.name)) {
    return 'prepares data and predicts nothing. Save it together with the model that comes after it, as one Pipeline.'
  }
  if (wanted === 'transformer' && PREDICTORS.has(object.name)) {
    return 'stands before another step, where Parley reads only classes that prepare data. Leave this step out, or export the whole to ONNX (skl2onnx) and upload the .onnx file.'
  }
  return `is of a class that Parley does not read yet. ${OTHER_WAYS}`
}

const OTHER_WAYS =
  'Leave this step out or replace it, or export the whole to ONNX (skl2onnx) and upload the .onnx file.'
