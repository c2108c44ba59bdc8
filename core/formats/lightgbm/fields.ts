// The inputs of a LightGBM model: names, ranges of training, and the categories that pandas gave codes to.

import type { InputField } from '#core/model.ts'
import type { EncodedColumn } from '#core/pipeline/categories.ts'
import { MISSING_TEXT } from '#core/pipeline/missing-text.ts'
import type { ColumnPart, Transformer } from '#core/pipeline/pipeline.ts'
import { FormatError } from '../format-error.ts'
import { checkGivenNames } from '../given-names.ts'
import type { LightgbmForest } from './forest.ts'
import type { CategoryName, TextModel } from './text-model.ts'

export interface Fields {
  readonly inputs: readonly InputField[]
  readonly namesKnown: boolean
  /** Gives categories their codes; none where all inputs are numbers. */
  readonly steps: readonly Transformer[]
}

/** Names that LightGBM makes up where training had none. */
const MADE_UP_NAME = /^Column_\d+$/

const RANGE = /^\[(.+):(.+)\]$/

export function describeFields(
  model: TextModel,
  forest: LightgbmForest,
  given: readonly string[] | undefined,
): Fields {
  const { names, namesKnown } = chooseNames(model, forest.featureCount, given)
  const infos = wordsOf(model.header.get('feature_infos'))
  const named = namedCategories(model, forest, infos)
  const inputs = names.map((name, feature): InputField => {
    const optional = forest.sawMissing[feature] === 1 || named.has(feature)
    const common = { name, optional, ...(!optional && { nullable: true }) }
    const values = named.get(feature)
    if (values === undefined) return { ...common, type: 'float', ...rangeOf(infos[feature]) }
    if (values.type !== 'text') {
      return { ...common, type: values.type === 'boolean' ? 'boolean' : 'float' }
    }
    return { ...common, type: 'category', categories: values.values, open: true }
  })
  return { inputs, namesKnown, steps: encodingOf(named, forest.featureCount) }
}

function chooseNames(
  { header }: TextModel,
  count: number,
  given: readonly string[] | undefined,
): { readonly names: readonly string[]; readonly namesKnown: boolean } {
  if (given !== undefined) {
    checkGivenNames(given, count, { what: 'features', order: 'the training columns' })
    return { names: given, namesKnown: true }
  }
  const names = wordsOf(header.get('feature_names'))
  if (names.length !== count || new Set(names).size !== count) {
    throw new FormatError(
      `This LightGBM model names ${names.length} features of ${count}, or one of them twice.`,
      0,
    )
  }
  return { names, namesKnown: !names.every((name) => MADE_UP_NAME.test(name)) }
}

function wordsOf(text: string | undefined): readonly string[] {
  const trimmed = text?.trim() ?? ''
  return trimmed === '' ? [] : trimmed.split(' ')
}

/** `[low:high]` of a number; categories and constant features have other texts. */
function rangeOf(info: string | undefined): { minimum?: number; maximum?: number } {
  const [, low, high] = RANGE.exec(info ?? '') ?? []
  const minimum = Number(low)
  const maximum = Number(high)
  return Number.isFinite(minimum) && Number.isFinite(maximum) ? { minimum, maximum } : {}
}

type Categories = EncodedColumn['categories']

/** The categories of each column that pandas gave codes to, by feature. */
function namedCategories(
  model: TextModel,
  forest: LightgbmForest,
  infos: readonly string[],
): ReadonlyMap<number, Categories> {
  const lists = model.pandasCategories ?? []
  if (lists.length === 0) return new Map()
  const columns = pandasColumns(model, forest, infos)
  if (columns.length !== lists.length) {
    throw new FormatError(
      `This LightGBM model has categories for ${lists.length} columns, and ${columns.length} of its features are categorical. Parley cannot tell which belong together; train it with categorical_feature="auto".`,
      0,
    )
  }
  return new Map(columns.map((column, index) => [column, categoriesOf(lists[index] ?? [])]))
}

/** The training parameters say which features are categorical; else their infos do, for they list codes. */
function pandasColumns(
  { parameters, header }: TextModel,
  { featureCount, isCategorical }: LightgbmForest,
  infos: readonly string[],
): readonly number[] {
  const names = wordsOf(header.get('feature_names'))
  const stated = (parameters.get('categorical_feature') ?? '')
    .replace('name:', '')
    .split(',')
    .filter((word) => word.trim() !== '')
    .map((word) => (COLUMN_NUMBER.test(word) ? Number(word) : names.indexOf(word)))
  if (stated.length > 0) return [...new Set(stated)].sort((first, second) => first - second)
  return Array.from({ length: featureCount }, (_, feature) => feature).filter(
    (feature) => isCategorical[feature] === 1 || CODE_LIST.test(infos[feature] ?? ''),
  )
}

const COLUMN_NUMBER = /^\d+$/
const CODE_LIST = /^-?\d+(:-?\d+)*$/

function categoriesOf(names: readonly CategoryName[]): Categories {
  if (names.every((name) => typeof name === 'number')) {
    return { type: 'number', values: Float64Array.from(names) }
  }
  if (names.every((name) => typeof name === 'boolean')) {
    return { type: 'boolean', values: Float64Array.from(names, Number) }
  }
  return { type: 'text', values: names.map(String) }
}

/** Columns of categories become their codes; the others stay as they are, each in its place. */
function encodingOf(
  named: ReadonlyMap<number, Categories>,
  featureCount: number,
): readonly Transformer[] {
  if (named.size === 0) return []
  const parts = Array.from({ length: featureCount }, (_, feature): ColumnPart => {
    const categories = named.get(feature)
    const transformer: Transformer =
      categories === undefined
        ? { kind: 'identity' }
        : { kind: 'encode', columns: [codesOf(categories)] }
    return { columns: [feature], transformer, weight: 1 }
  })
  return [{ kind: 'columns', parts }]
}

/** Missing values and names that training never had are missing values to the trees. */
function codesOf(categories: Categories): EncodedColumn {
  const count = categories.values.length
  const table = new Float64Array(count + 1).fill(Number.NaN)
  for (let code = 0; code < count; code++) table[code] = code
  const unknown = Float64Array.of(Number.NaN)
  return categories.type === 'text'
    ? {
        categories: { type: 'text', values: [...categories.values, MISSING_TEXT] },
        table,
        width: 1,
        unknown,
      }
    : {
        categories: {
          type: categories.type,
          values: Float64Array.of(...categories.values, Number.NaN),
        },
        table,
        width: 1,
        unknown,
      }
}
