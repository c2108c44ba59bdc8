// The edge of core/formats/xgboost: XGBoost objects out of pickles, and files that save_model wrote.

import type { ModelDescription } from '../description.ts'
import { type Budget, createBudget } from '../limits.ts'
import type { PickleValue } from '../pickle/value.ts'
import type { SignatureHints } from '../signature.ts'
import { describeBooster } from './describe-booster.ts'
import { isXgboostRecord, readPickledXgboost } from './pickled-wrapper.ts'
import { readBooster } from './read-booster.ts'
import { readSavedWrapper } from './saved-wrapper.ts'

export { isXgboostRecord } from './pickled-wrapper.ts'

/**
 * Describes the first of `values` that is an XGBoost object; null when none is. Containers are not searched here.
 * Throws a `FormatError` for an XGBoost object that cannot be served; its offset counts in the pickle or, for what lies
 * inside the Booster, in the Booster's own bytes.
 */
export function describePickledModel(
  values: readonly PickleValue[],
  hints: SignatureHints,
  budget: Budget = createBudget(),
): ModelDescription | null {
  const record = values.find(isXgboostRecord)
  if (record === undefined) return null
  const { handle, wrapper } = readPickledXgboost(record)
  return describeBooster(readBooster(handle, budget), wrapper, hints)
}

/** Describes a file that save_model wrote, of any encoding; the bytes themselves tell which. */
export function describeXgboostFile(
  bytes: Uint8Array,
  hints: SignatureHints,
  budget: Budget = createBudget(),
): ModelDescription {
  const booster = readBooster(bytes, budget)
  return describeBooster(booster, readSavedWrapper(booster.attributes, budget), hints)
}
