// Takes an XGBoost object out of a pickle: the Booster's bytes and what the Python object around it says.

import { FormatError } from '../format-error.ts'
import { elementsOf } from '../numpy.ts'
import {
  asBytes,
  asNumber,
  asText,
  attributesOf,
  isArray,
  isCompound,
  isRecord,
  itemsOf,
} from '../pickle/access.ts'
import type { PickleRecord, PickleValue } from '../pickle/value.ts'
import { BARE_BOOSTER, WRAPPER_ROLES, type Wrapper } from './wrapper.ts'

type Attributes = ReadonlyMap<PickleValue, PickleValue>

export interface PickledXgboost {
  readonly handle: Uint8Array
  readonly wrapper: Wrapper
}

const MODULES = /^xgboost(?:\.|$)/

/** True for the objects of the classes in `WRAPPER_ROLES`. */
export function isXgboostRecord(value: PickleValue): value is PickleRecord {
  return (
    isRecord(value) &&
    MODULES.test(value.callable.module) &&
    Object.hasOwn(WRAPPER_ROLES, value.callable.name)
  )
}

/** Throws a `FormatError` for an object that was never trained or that needs the person's own code. */
export function readPickledXgboost(record: PickleRecord): PickledXgboost {
  const className = record.callable.name
  const attributes = attributesOf(record)
  if (className === 'Booster') {
    return { handle: handleOf(record, record), wrapper: { ...BARE_BOOSTER, ...factsOf(record) } }
  }
  checkObjective(attributes.get('objective'), record)
  const booster = attributes.get('_Booster')
  return {
    handle: handleOf(booster, record),
    wrapper: {
      ...BARE_BOOSTER,
      ...factsOf(booster),
      className,
      role: WRAPPER_ROLES[className] ?? 'none',
      missing: finite(attributes.get('missing')),
      labels: labelsOf(attributes.get('_le')),
      bestTreeLimit: finite(attributes.get('best_ntree_limit')),
      parallelTrees: finite(attributes.get('num_parallel_tree')),
    },
  }
}

/** The model's bytes; very old wrappers hold them without a Booster around. */
function handleOf(booster: PickleValue | undefined, owner: PickleRecord): Uint8Array {
  const content = isRecord(booster) ? attributesOf(booster).get('handle') : booster
  const handle = asBytes(content)
  if (handle !== null && handle.length > 0) return handle
  throw new FormatError(
    `This ${owner.callable.name} holds no trained model. Call fit before saving it.`,
    owner.offset,
  )
}

function factsOf(booster: PickleValue | undefined): Partial<Wrapper> {
  if (!isRecord(booster)) return {}
  const state: Attributes = attributesOf(booster)
  return {
    bestIteration: finite(state.get('best_iteration')),
    featureNames: texts(state.get('feature_names')),
    featureTypes: texts(state.get('feature_types')),
    namesBooster: state.has('booster'),
  }
}

/** A function as objective means that the meaning of the output is code, which no file can tell us safely. */
function checkObjective(objective: PickleValue | undefined, owner: PickleRecord): void {
  if (objective === undefined || objective === null || asText(objective) !== null) return
  const name = isCompound(objective) && objective.kind === 'global' ? objective : null
  const what = name === null ? 'a function' : `the function ${name.module}.${name.name}`
  throw new FormatError(
    `This ${owner.callable.name} was trained with ${what} as its objective, so what its output means is code that the file does not hold. Save its Booster (model.get_booster().save_model("model.ubj")) and upload that file; Parley then serves what the Booster predicts.`,
    name?.offset ?? owner.offset,
  )
}

/** Classes of a label encoder (scikit-learn's up to 0.90, XGBoost's own up to 1.5), as Python prints them. */
function labelsOf(encoder: PickleValue | undefined): readonly string[] | null {
  if (!isRecord(encoder)) return null
  const classes = attributesOf(encoder).get('classes_')
  const items = isArray(classes) ? elementsOf(classes) : itemsOf(classes)
  return items === null ? null : items.map(labelText)
}

function labelText(value: PickleValue): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return asText(value) ?? String(asNumber(value))
}

function texts(value: PickleValue | undefined): readonly string[] | null {
  const items = itemsOf(value)?.map(asText) ?? []
  const found = items.filter((item) => item !== null)
  return found.length === 0 || found.length !== items.length ? null : found
}

function finite(value: PickleValue | undefined): number | null {
  const number = asNumber(value)
  return number !== null && Number.isFinite(number) ? number : null
}
