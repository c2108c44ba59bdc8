// Whether a step hands its table on as a sparse matrix: zeros are not written there, and XGBoost takes them for missing.

import { asText, attributesOf, isCompound, isRecord, itemsOf } from '../pickle/access.ts'
import type { PickleRecord, PickleValue } from '../pickle/value.ts'

type Attributes = ReadonlyMap<PickleValue, PickleValue>

/** From whether the table before is sparse to whether the one after is. */
type Rule = (attributes: Attributes, isSparse: boolean, depth: number) => boolean

const always: Rule = () => true
const kept: Rule = (_, isSparse) => isSparse

/** Steps deeper than this were refused when they were read. */
const MAX_DEPTH = 100

/** Classes that are not here give plain arrays. */
const RULES: Readonly<Record<string, Rule>> = {
  CountVectorizer: always,
  TfidfVectorizer: always,
  HashingVectorizer: always,
  TfidfTransformer: always,
  OneHotEncoder: (attributes) => flag(attributes, ['sparse_output', 'sparse'], true),
  SplineTransformer: (attributes) => flag(attributes, ['sparse_output'], false),
  KBinsDiscretizer: (attributes) => (asText(attributes.get('encode')) ?? 'onehot') === 'onehot',
  ColumnTransformer: (attributes) => flag(attributes, ['sparse_output_'], false),
  FeatureUnion: (attributes, isSparse, depth) =>
    partsOf(attributes.get('transformer_list')).some((part) => after(part, isSparse, depth)),
  Pipeline: (attributes, isSparse, depth) =>
    partsOf(attributes.get('steps')).reduce(
      (before: boolean, part) => after(part, before, depth),
      isSparse,
    ),
  ...Object.fromEntries(
    [
      ...['StandardScaler', 'MaxAbsScaler', 'RobustScaler', 'Normalizer', 'Binarizer'],
      ...['QuantileTransformer', 'PolynomialFeatures', 'FunctionTransformer'],
      ...['SimpleImputer', 'MissingIndicator', 'VarianceThreshold', 'SelectKBest', 'SelectFpr'],
      ...['SelectPercentile', 'SelectFdr', 'SelectFwe', 'GenericUnivariateSelect', 'RFE', 'RFECV'],
      ...['SelectFromModel', 'SequentialFeatureSelector'],
    ].map((name) => [name, kept]),
  ),
}

/** What a transformer, or `passthrough`, makes of a table. */
export function isSparseAfter(value: PickleValue | undefined, isSparse: boolean): boolean {
  return after(value, isSparse, 0)
}

function after(value: PickleValue | undefined, isSparse: boolean, depth: number): boolean {
  if (value === undefined || value === null || asText(value) === 'passthrough') return isSparse
  if (asText(value) === 'drop' || !isRecord(value) || depth > MAX_DEPTH) return false
  return ruleOf(value)?.(attributesOf(value), isSparse, depth + 1) ?? false
}

function ruleOf(record: PickleRecord): Rule | undefined {
  const { name } = record.callable
  return Object.hasOwn(RULES, name) ? RULES[name] : undefined
}

/** The objects of (name, object) pairs. */
function partsOf(value: PickleValue | undefined): readonly (PickleValue | undefined)[] {
  return (itemsOf(value) ?? []).map((item) => itemsOf(item)?.[1])
}

/** The first of these attributes that is true or false. */
function flag(attributes: Attributes, names: readonly string[], fallback: boolean): boolean {
  for (const name of names) {
    const value = attributes.get(name)
    const plain =
      isCompound(value) && value.kind === 'ndarray' && value.data.length === 1
        ? value.data[0]
        : value
    if (typeof plain === 'boolean') return plain
    if (plain === 0 || plain === 1) return plain === 1
  }
  return fallback
}
