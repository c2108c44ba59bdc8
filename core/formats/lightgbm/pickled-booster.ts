// Takes a LightGBM object out of a pickle: the Booster's text and what the Python object around it says.

import { FormatError } from '../format-error.ts'
import { asNumber, asText, attributesOf, isCompound, isRecord, itemsOf } from '../pickle/access.ts'
import type { PickleRecord, PickleValue } from '../pickle/value.ts'
import { textsOfValue } from '../sklearn/fitted-object.ts'
import { type CategoryName, checkCategories } from './text-model.ts'

/** Classes that hold a model, and whether their answers are labels. */
const CLASSES: Readonly<Record<string, 'labels' | 'values' | 'either'>> = {
  Booster: 'either',
  LGBMClassifier: 'labels',
  LGBMRegressor: 'values',
  LGBMRanker: 'values',
  LGBMModel: 'either',
}

const MODULES = /^lightgbm(?:\.|$)/

export interface PickledLightgbm {
  readonly className: string
  readonly text: string
  /** Rounds up to the best one; null for all. */
  readonly bestIteration: number | null
  /** Labels in the order of the codes; null where the object has none. */
  readonly labels: readonly string[] | null
  /** True where its class has a decision_function. */
  readonly hasScores: boolean
  /** As the Booster has them; the text has them too where LightGBM wrote it itself. */
  readonly pandasCategories: readonly (readonly CategoryName[])[] | null
}

/** True for the objects of the classes above. */
export function isLightgbmRecord(value: PickleValue): value is PickleRecord {
  return (
    isRecord(value) &&
    MODULES.test(value.callable.module) &&
    Object.hasOwn(CLASSES, value.callable.name)
  )
}

/** Throws FormatError for an object that was never trained or that needs the person's own code. */
export function readPickledLightgbm(record: PickleRecord): PickledLightgbm {
  const className = record.callable.name
  const attributes = attributesOf(record)
  if (className !== 'Booster') checkObjective(attributes, record)
  const booster = className === 'Booster' ? record : attributes.get('_Booster')
  const state = isRecord(booster) ? attributesOf(booster) : new Map<PickleValue, PickleValue>()
  const text = asText(state.get('_handle')) ?? asText(state.get('handle'))
  if (text === null || text === '') {
    throw new FormatError(
      `This ${className} holds no trained model. Call fit before saving it.`,
      record.offset,
    )
  }
  return {
    className,
    text,
    bestIteration: asNumber(state.get('best_iteration')),
    labels: CLASSES[className] === 'labels' ? labelsOf(attributes) : null,
    // Releases with a decision_function, from 4.7 on, are also the first that note this.
    hasScores: attributes.has('_fitted_with_feature_names'),
    pandasCategories: categoriesOf(state.get('pandas_categorical')),
  }
}

/** A function as objective means that a classifier's output is code, which no file can tell us safely. */
function checkObjective(
  attributes: ReadonlyMap<PickleValue, PickleValue>,
  owner: PickleRecord,
): void {
  const objective = attributes.get('_objective') ?? attributes.get('objective')
  if (objective === undefined || objective === null || asText(objective) !== null) return
  throw new FormatError(
    `This ${owner.callable.name} was trained with a function as its objective, so what its output means is code that the file does not hold. Save its Booster (model.booster_.save_model("model.txt")) and upload that file; Parley then serves the sum of its leaves.`,
    owner.offset,
  )
}

function labelsOf(attributes: ReadonlyMap<PickleValue, PickleValue>): readonly string[] | null {
  const encoder = attributes.get('_le')
  const classes = isRecord(encoder) ? attributesOf(encoder).get('classes_') : undefined
  return textsOfValue(classes ?? attributes.get('_classes'))
}

function categoriesOf(value: PickleValue | undefined): PickledLightgbm['pandasCategories'] {
  const lists = itemsOf(value)
  if (lists === null) return null
  return checkCategories(lists.map((list) => itemsOf(list)?.map(plainName)))
}

/** numpy's scalars as numbers. */
function plainName(value: PickleValue): unknown {
  return isCompound(value) && value.kind === 'ndarray' ? asNumber(value) : value
}
