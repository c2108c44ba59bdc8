// The inputs of a model: names, types, categories, which may be missing, and an example taken from the splits.

import type { FeatureType, InputField } from '#core/model.ts'
import type { Tree } from '../description.ts'
import { FormatError, type FormatErrorCode } from '../format-error.ts'
import { checkGivenNames } from '../given-names.ts'
import type { Booster } from './booster.ts'
import type { Wrapper } from './wrapper.ts'

export interface Fields {
  readonly inputs: readonly InputField[]
  readonly namesKnown: boolean
}

/** XGBoost's letters for a feature's type: quantity, number, whole number, indicator, category. */
const FEATURE_TYPES: Readonly<Record<string, FeatureType>> = {
  q: 'float',
  float: 'float',
  int: 'integer',
  i: 'boolean',
  c: 'category',
}

/** A name is a key of every row and a label in every form; text beyond this is no name. */
const MAX_NAME_LENGTH = 1_000

/** Digits of an example; a split's threshold has more than anyone would type. */
const EXAMPLE_DIGITS = 4

/** What the trees' splits tell about a feature. */
interface SplitFacts {
  toLeft: number
  toRight: number
  readonly thresholds: number[]
  categorical: boolean
}

export function describeFields(
  booster: Booster,
  wrapper: Wrapper,
  trees: readonly Tree[],
  given: readonly string[] | undefined,
): Fields {
  const { names, namesKnown } = chooseNames(booster, wrapper, given)
  const stored = booster.featureTypes ?? wrapper.featureTypes
  const types = stored?.length === booster.featureCount ? stored : null
  const facts = splitFacts(trees, booster.featureCount)
  const categoryNames =
    booster.learner.kind === 'trees' ? booster.learner.categoryNames : new Map<number, string[]>()
  const inputs = names.map((name, feature): InputField => {
    const splits = facts[feature]
    const type = featureType(types?.[feature], splits)
    const categories = type === 'category' ? categoryNames.get(feature) : undefined
    const optional = splits !== undefined && learnedMissing(splits)
    return {
      name,
      type,
      optional,
      ...(optional ? {} : { nullable: true }),
      ...(categories === undefined ? {} : { categories }),
      ...exampleOf(type, splits, categories),
    }
  })
  return { inputs, namesKnown }
}

function chooseNames(
  booster: Booster,
  wrapper: Wrapper,
  given: readonly string[] | undefined,
): { readonly names: readonly string[]; readonly namesKnown: boolean } {
  const count = booster.featureCount
  if (given !== undefined) {
    checkGivenNames(given, count, { what: 'features', order: 'the training columns' })
    checkNames(given, 'invalid_input')
    return { names: given, namesKnown: true }
  }
  const stored = booster.featureNames ?? wrapper.featureNames
  const placeholders = Array.from({ length: count }, (_, index) => `f${index}`)
  // Up to 1.3 a bare array was stored with names too: f0, f1 and so on.
  const namesKnown =
    stored?.length === count && count > 0 && stored.some((name, index) => name !== `f${index}`)
  if (!namesKnown || stored === null) return { names: placeholders, namesKnown: false }
  checkNames(stored)
  return { names: stored, namesKnown: true }
}

function checkNames(names: readonly string[], code?: FormatErrorCode): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name))
      throw new FormatError(`Two features have the name "${name.slice(0, 80)}".`, 0)
    if (name.length > MAX_NAME_LENGTH) {
      throw new FormatError(
        `A feature's name is longer than ${MAX_NAME_LENGTH} characters.`,
        0,
        code,
      )
    }
    seen.add(name)
  }
}

function splitFacts(trees: readonly Tree[], featureCount: number): readonly SplitFacts[] {
  const facts = Array.from(
    { length: featureCount },
    (): SplitFacts => ({ toLeft: 0, toRight: 0, thresholds: [], categorical: false }),
  )
  for (const tree of trees) {
    for (let node = 0; node < tree.left.length; node++) {
      if (tree.left[node] === -1) continue
      const fact = facts[tree.feature[node] ?? -1]
      if (fact === undefined) continue
      if (tree.defaultLeft[node] === 1) fact.toLeft++
      else fact.toRight++
      if (tree.categories.has(node)) fact.categorical = true
      else fact.thresholds.push(tree.value[node] ?? 0)
    }
  }
  return facts
}

/**
 * True when training surely saw the feature missing. Where data are complete XGBoost writes one direction at every split;
 * where some are missing it chooses for each split, and then the directions differ. Such a field may be left out of a
 * row. The others still take an explicit null, which goes the written way as it does in XGBoost.
 */
function learnedMissing({ toLeft, toRight }: SplitFacts): boolean {
  return toLeft > 0 && toRight > 0
}

function featureType(stored: string | undefined, splits: SplitFacts | undefined): FeatureType {
  if (splits?.categorical === true) return 'category'
  if (stored === undefined || !Object.hasOwn(FEATURE_TYPES, stored)) return 'float'
  return FEATURE_TYPES[stored] ?? 'float'
}

/** A value in the middle of the feature's splits: typical of the training data, though never one of its rows. */
function exampleOf(
  type: FeatureType,
  splits: SplitFacts | undefined,
  categories: readonly string[] | undefined,
): { readonly example?: number | string | boolean } {
  if (type === 'category') return { example: categories?.[0] ?? 0 }
  if (type === 'boolean') return { example: true }
  const sorted =
    splits?.thresholds.filter(Number.isFinite).sort((left, right) => left - right) ?? []
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) return {}
  return {
    example: type === 'integer' ? Math.round(middle) : Number(middle.toPrecision(EXAMPLE_DIGITS)),
  }
}
