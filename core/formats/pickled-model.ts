// The libraries whose pickled models are read: how to know one, and how to describe it.

import type { ModelDescription } from './description.ts'
import { FormatError } from './format-error.ts'
import { describePickledLightgbm } from './lightgbm/describe-lightgbm.ts'
import { isLightgbmRecord } from './lightgbm/pickled-booster.ts'
import type { Budget } from './limits.ts'
import { isRecord } from './pickle/access.ts'
import type { PickleRecord, PickleValue } from './pickle/value.ts'
import type { SignatureHints } from './signature.ts'
import { bestOfSearch, describeSklearn, isSklearnModel } from './sklearn/describe-sklearn.ts'
import { describePickledModel, isXgboostRecord } from './xgboost/describe-xgboost.ts'

interface PickledLibrary {
  readonly isModel: (value: PickleValue) => boolean
  /** True where its reader refuses a stranger's object itself, and can name the step that it is in. */
  readonly namesStrangers: boolean
  readonly describe: (
    record: PickleRecord,
    hints: SignatureHints,
    budget: Budget,
  ) => ModelDescription | null
}

const LIBRARIES: readonly PickledLibrary[] = [
  {
    isModel: isXgboostRecord,
    namesStrangers: false,
    describe: (record, hints, budget) => describePickledModel([record], hints, budget),
  },
  { isModel: isLightgbmRecord, namesStrangers: false, describe: describePickledLightgbm },
  { isModel: isSklearnModel, namesStrangers: true, describe: describeSklearn },
]

/** True for objects that predict, of any library that is read. */
export function isPickledModel(value: PickleValue): value is PickleRecord {
  return isRecord(value) && LIBRARIES.some((library) => library.isModel(value))
}

/** True where describing the model refuses objects of unknown classes inside it. */
export function namesStrangers(model: PickleRecord): boolean {
  return LIBRARIES.some((library) => library.namesStrangers && library.isModel(model))
}

/** The model inside a search over parameters is described as itself. Throws FormatError where it cannot be served. */
export function describePickled(
  record: PickleRecord,
  hints: SignatureHints,
  budget: Budget,
): ModelDescription {
  const inner = isSklearnModel(record) ? bestOfSearch(record) : record
  const library = LIBRARIES.find(({ isModel }) => isModel(inner))
  // A search over a class that is not read is refused by its reader, which names the class.
  if (library === undefined && inner !== record) return describeSklearn(record, hints, budget)
  const description = library?.describe(inner, hints, budget) ?? null
  if (description === null) {
    throw new FormatError('This file holds no model that Parley reads.', record.offset)
  }
  return description
}
