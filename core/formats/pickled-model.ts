// The libraries whose pickled models are read: how to know one, and how to describe it.

import type { ModelDescription } from './description.ts'
import { FormatError } from './format-error.ts'
import type { Budget } from './limits.ts'
import { isRecord } from './pickle/access.ts'
import type { PickleRecord, PickleValue } from './pickle/value.ts'
import type { SignatureHints } from './signature.ts'
import { bestOfSearch, describeSklearn, isSklearnModel } from './sklearn/describe-sklearn.ts'
import { describePickledModel, isXgboostRecord } from './xgboost/describe-xgboost.ts'

interface PickledLibrary {
  readonly isModel: (value: PickleValue) => boolean
  readonly describe: (
    record: PickleRecord,
    hints: SignatureHints,
    budget: Budget,
  ) => ModelDescription | null
}

const LIBRARIES: readonly PickledLibrary[] = [
  {
    isModel: isXgboostRecord,
    describe: (record, hints, budget) => describePickledModel([record], hints, budget),
  },
  { isModel: isSklearnModel, describe: describeSklearn },
]

/** True for objects that predict, of any library that is read. */
export function isPickledModel(value: PickleValue): value is PickleRecord {
  return isRecord(value) && LIBRARIES.some((library) => library.isModel(value))
}

/** The model inside a search over parameters is described as itself. Throws FormatError where it cannot be served. */
export function describePickled(
  record: PickleRecord,
  hints: SignatureHints,
  budget: Budget,
): ModelDescription {
  const inner = isSklearnModel(record) ? bestOfSearch(record) : record
  const library = LIBRARIES.find(({ isModel }) => isModel(inner))
  const description = library?.describe(inner, hints, budget) ?? null
  if (description === null) {
    throw new FormatError('This file holds no model that Parley reads.', record.offset)
  }
  return description
}
