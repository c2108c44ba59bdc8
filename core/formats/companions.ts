// What people save beside a model: lists of feature names, class names, label encoders, scalers.

import type { FoundModel, Placed } from './find-model.ts'
import { joinNames, withArticle } from './name-object.ts'
import { indexLabels } from './pandas.ts'
import { asText, attributesOf, isArray, isRecord, itemsOf } from './pickle/access.ts'
import type { PickleRecord, PickleValue } from './pickle/value.ts'

const FEATURE_KEY =
  /^_?(x_|input_|model_|train_|training_|selected_)?(features?|feature_?names?(_in_?)?|feature_?(list|cols?|columns)|columns?(_?names)?|cols|inputs?|predictors)_?$/i
const CLASS_KEY =
  /^_?(target_|class_|label_)?(classes|class_?names?|labels?|label_?names?|target_?names|categories)_?$/i

/** Steps that change rows before the model sees them, so that deploying the model alone changes its answers. */
const PREPARATION =
  /^(sklearn\.(preprocessing|impute|compose|decomposition|feature_)|category_encoders\b)/

/**
 * Names of the features that lie beside the model, `count` of them, or null.
 * Named lists of its own container come first, then named ones elsewhere, then a lone list of texts beside it.
 */
export function featureNamesBeside(found: FoundModel, count: number): readonly string[] | null {
  const lists = textLists(found).filter(
    ({ texts }) => texts.length === count && allDifferent(texts),
  )
  const beside = lists.filter(({ placed }) => placed.container === found.container)
  const named = (list: TextList) => FEATURE_KEY.test(list.placed.key ?? '')
  const unnamed = beside.filter(({ placed }) => placed.key === null)
  const chosen =
    beside.find(named) ?? lists.find(named) ?? (unnamed.length === 1 ? unnamed[0] : null)
  return chosen?.texts ?? null
}

/** Names of the `count` classes in the order of their codes: a label encoder's, or a list of that name; or null. */
export function classNamesBeside(found: FoundModel, count: number): readonly string[] | null {
  for (const { value } of found.contents) {
    if (!isRecord(value) || value.callable.name !== 'LabelEncoder') continue
    const classes = textsOf(attributesOf(value).get('classes_'))
    if (classes?.length === count) return classes
  }
  const named = textLists(found).find(
    ({ placed, texts }) => texts.length === count && CLASS_KEY.test(placed.key ?? ''),
  )
  return named?.texts ?? null
}

/** A sentence about preparation that the file holds but Parley does not run, or null. */
export function preparationWarning(found: FoundModel): string | null {
  const steps = found.contents
    .map(({ value }) => value)
    .filter((value): value is PickleRecord => isRecord(value) && isPreparation(value))
  if (steps.length === 0) return null
  const names = joinNames([...new Set(steps.map((step) => withArticle(step.callable.name)))])
  return `This file also holds ${names}, which Parley does not apply: send values as the ${found.record.callable.name} itself expects them.`
}

interface TextList {
  readonly placed: Placed
  readonly texts: readonly string[]
}

function textLists(found: FoundModel): readonly TextList[] {
  const lists: TextList[] = []
  for (const placed of found.contents) {
    const texts = textsOf(placed.value)
    if (texts !== null) lists.push({ placed, texts })
  }
  return lists
}

/** The texts of a list, tuple, array or pandas Index that holds nothing else; null for any other value. */
function textsOf(value: PickleValue | undefined): readonly string[] | null {
  const items = itemsOf(value) ?? arrayItems(value) ?? arrayItems(indexLabels(value))
  if (items === null || items.length === 0) return null
  const texts: string[] = []
  for (const item of items) {
    const text = asText(item)
    if (text === null) return null
    texts.push(text)
  }
  return texts
}

function arrayItems(value: PickleValue | undefined): readonly PickleValue[] | null {
  return isArray(value) && value.shape.length === 1 && Array.isArray(value.data) ? value.data : null
}

function isPreparation(record: PickleRecord): boolean {
  return PREPARATION.test(record.callable.module) && record.callable.name !== 'LabelEncoder'
}

function allDifferent(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length
}
