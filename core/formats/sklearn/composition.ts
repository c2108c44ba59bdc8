// Reads what is made of other objects: pipelines, column transformers, unions, searches over parameters.

import { widthAfter } from '#core/pipeline/columns.ts'
import type { ColumnPart, Transformer } from '#core/pipeline/pipeline.ts'
import { originsAfter } from '#core/pipeline/samples.ts'
import { FormatError } from '../format-error.ts'
import { indexLabels, rangeLabels } from '../pandas.ts'
import { asNumber, asText, attributesOf, isCompound, isRecord, itemsOf } from '../pickle/access.ts'
import { printable } from '../pickle/globals.ts'
import type { PickleValue } from '../pickle/value.ts'
import {
  attribute,
  type FittedObject,
  numbersOfValue,
  openInner,
  readItems,
  refuse,
  textsOfValue,
} from './fitted-object.ts'
import type { PredictorReader, Reading, TableShape, TransformerReader } from './reading.ts'
import { isSparseAfter } from './sparse-tables.ts'

export const COMPOSED_TRANSFORMERS: Readonly<Record<string, TransformerReader>> = {
  Pipeline: (object, table, reading) => ({
    kind: 'sequence',
    steps: readSteps(object, stepsOf(object), table, reading).steps,
  }),
  ColumnTransformer: readColumnTransformer,
  FeatureUnion: readUnion,
}

export const COMPOSED_PREDICTORS: Readonly<Record<string, PredictorReader>> = {
  Pipeline: readPipeline,
}

/** Searches that hold the best of what they tried. */
export const SEARCHES: ReadonlySet<string> = new Set([
  'GridSearchCV',
  'RandomizedSearchCV',
  'HalvingGridSearchCV',
  'HalvingRandomSearchCV',
])

type Step = readonly [string, PickleValue | undefined]

const readPipelineSteps = readSteps

function readPipeline(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReturnType<PredictorReader> {
  const steps = stepsOf(object)
  const last = steps.at(-1)
  if (last === undefined) throw refuse(object, 'has no steps.')
  const before = readPipelineSteps(object, steps.slice(0, -1), table, reading)
  const end = reading.predictor(object, last[1], last[0], before.table)
  if (before.steps.length === 0) return end
  return { ...end, predictor: { kind: 'chain', steps: before.steps, predictor: end.predictor } }
}

/** (name, object) pairs of an attribute; old files keep them as lists or tuples. */
export function namedObjects(object: FittedObject, name: string): readonly Step[] {
  return readItems(object, name).map((item): Step => {
    const parts = itemsOf(item) ?? []
    return [asText(parts[0]) ?? '', parts[1]]
  })
}

function stepsOf(object: FittedObject): readonly Step[] {
  return namedObjects(object, 'steps')
}

function readSteps(
  object: FittedObject,
  steps: readonly Step[],
  table: TableShape,
  reading: Reading,
): { readonly steps: readonly Transformer[]; readonly table: TableShape } {
  const read: Transformer[] = []
  let current = table
  for (const [name, value] of steps) {
    if (isSampler(value)) continue
    const transformer = reading.transformer(object, value, name, current)
    const isSparse = isSparseAfter(value, current.isSparse === true)
    if (transformer.kind !== 'identity') {
      read.push(transformer)
      current = tableAfter(transformer, current)
    }
    if (isSparse !== (current.isSparse === true)) current = { ...current, isSparse }
  }
  return { steps: read, table: current }
}

/** Steps of imbalanced-learn that change which rows are trained on, and nothing in a prediction. */
const SAMPLERS = /^imblearn\.(over_sampling|under_sampling|combine)\b/

export function isSampler(value: PickleValue | undefined): boolean {
  return isRecord(value) && SAMPLERS.test(value.callable.module)
}

function tableAfter(transformer: Transformer, table: TableShape): TableShape {
  const { width, origins, names: _, ...rest } = table
  const after = { ...rest, width: widthAfter(transformer, width), names: null }
  if (origins?.some((origin) => origin !== null) !== true) return after
  return { ...after, origins: originsAfter(transformer, origins) }
}

function readColumnTransformer(
  object: FittedObject,
  given: TableShape,
  reading: Reading,
): Transformer {
  const table = withOwnNames(object, given)
  const parts: ColumnPart[] = []
  const weights = weightsOf(object)
  for (const [index, item] of readItems(object, 'transformers_').entries()) {
    const [name, value, given] = itemsOf(item) ?? []
    const columns = chosenColumns(object, given, index)
    const step = asText(name) ?? ''
    if (asText(value) === 'drop') continue
    const positions = readColumns(object, step, columns, table)
    if (positions.length === 0) continue
    const inner: TableShape = {
      width: positions.length,
      names: table.names === null ? null : positions.map((at) => table.names?.[at] ?? ''),
      ...(table.isSparse && { isSparse: true }),
      ...(table.origins && { origins: positions.map((at) => table.origins?.[at] ?? null) }),
    }
    const transformer = reading.transformer(object, value, step, inner)
    parts.push({ columns: positions, transformer, weight: weights.get(step) ?? 1 })
  }
  return { kind: 'columns', parts }
}

/** Names of the columns of a table that an earlier step made, as the object that takes it was told them. */
function withOwnNames(object: FittedObject, table: TableShape): TableShape {
  if (table.names !== null) return table
  const names = textsOfValue(attribute(object, 'feature_names_in_'))
  return names?.length === table.width ? { ...table, names } : table
}

/** Where a function chose the columns, old files have what it chose beside it; a remainder's list is an object of its own. */
function chosenColumns(
  object: FittedObject,
  given: PickleValue | undefined,
  index: number,
): PickleValue | undefined {
  if (isRecord(given) && given.callable.name === '_RemainderColsList') {
    return attributesOf(given).get('data')
  }
  const isFunction =
    (isCompound(given) && given.kind === 'global') ||
    (isRecord(given) && given.callable.name === 'make_column_selector')
  return isFunction ? itemsOf(attribute(object, '_columns'))?.[index] : given
}

function readUnion(object: FittedObject, table: TableShape, reading: Reading): Transformer {
  const weights = weightsOf(object)
  const columns = Array.from({ length: table.width }, (_, column) => column)
  const parts = namedObjects(object, 'transformer_list')
    .filter(([, value]) => value !== null && asText(value) !== 'drop')
    .map(([name, value]): ColumnPart => {
      const transformer = reading.transformer(object, value, name, table)
      return { columns, transformer, weight: weights.get(name) ?? 1 }
    })
  return { kind: 'columns', parts }
}

function weightsOf(object: FittedObject): ReadonlyMap<string, number> {
  const value = attribute(object, 'transformer_weights')
  const weights = new Map<string, number>()
  if (!isCompound(value) || value.kind !== 'dict') return weights
  for (const [key, weight] of value.entries) {
    weights.set(asText(key) ?? '', asNumber(weight) ?? 1)
  }
  return weights
}

/** Positions of a ColumnTransformer's columns: names, positions, masks or a slice, one or many. */
function readColumns(
  object: FittedObject,
  step: string,
  value: PickleValue | undefined,
  table: TableShape,
): readonly number[] {
  const range = rangeLabels(value)
  if (range !== null) return range.map((at) => positionInside(object, step, at, table))
  const slice = readSlice(value)
  if (slice !== null) return slicePositions(slice, table, object)
  const single = asText(value)
  const texts = single === null ? textsOfPositions(value) : [single]
  if (texts !== null) return texts.map((name) => positionOf(object, name, table))
  const numbers = numbersOfValue(indexLabels(value) ?? value)
  if (numbers === null) {
    throw refuse(
      object,
      `chooses the columns of “${printable(step)}” in a way that its file does not keep. Name them, fit it again, and upload that.`,
    )
  }
  const positions = isMask(value) ? [...numbers.keys()].filter((at) => numbers[at] === 1) : numbers
  return Array.from(positions, (at) => positionInside(object, step, at, table))
}

/** A negative position counts from the end. */
function positionInside(
  object: FittedObject,
  step: string,
  position: number,
  table: TableShape,
): number {
  const at = position < 0 ? position + table.width : position
  if (Number.isInteger(at) && at >= 0 && at < table.width) return at
  throw refuse(
    object,
    `takes column ${position} for “${printable(step)}” from a table of ${table.width}, so its file is damaged.`,
  )
}

/** Column names; null where the list holds anything else. */
function textsOfPositions(value: PickleValue | undefined): readonly string[] | null {
  const labels = indexLabels(value) ?? value
  const items =
    itemsOf(labels) ?? (isCompound(labels) && labels.kind === 'ndarray' ? labels.data : null)
  if (items === null || items.length === 0) return null
  for (const item of items) if (typeof item !== 'string') return null
  return textsOfValue(labels)
}

function isMask(value: PickleValue | undefined): boolean {
  if (isCompound(value) && value.kind === 'ndarray') return value.dtype.code.startsWith('b')
  const items = itemsOf(value) ?? []
  return items.length > 0 && items.every((item) => typeof item === 'boolean')
}

type Bound = string | number | null

/** slice(start, stop, step) as pickle writes it. */
function readSlice(value: PickleValue | undefined): readonly [Bound, Bound, Bound] | null {
  if (!isCompound(value) || value.kind !== 'record' || value.callable.name !== 'slice') return null
  const bound = (item: PickleValue | undefined): Bound => asText(item) ?? asNumber(item)
  return [bound(value.args[0]), bound(value.args[1]), bound(value.args[2])]
}

/** As Python's slices: negative bounds count from the end; names include the last one. */
function slicePositions(
  [start, stop, step]: readonly [Bound, Bound, Bound],
  table: TableShape,
  object: FittedObject,
): readonly number[] {
  const place = (bound: Bound, otherwise: number, past: number): number => {
    if (bound === null) return otherwise
    if (typeof bound === 'string') return positionOf(object, bound, table) + past
    return Math.min(table.width, bound < 0 ? Math.max(0, bound + table.width) : bound)
  }
  const stride = typeof step === 'number' ? step : 1
  if (stride < 1) throw refuse(object, 'takes columns by a slice that runs backwards.')
  const positions: number[] = []
  for (let at = place(start, 0, 0); at < place(stop, table.width, 1); at += stride) {
    positions.push(at)
  }
  return positions
}

function positionOf(object: FittedObject, name: string, table: TableShape): number {
  const position = table.names?.indexOf(name) ?? -1
  if (position !== -1) return position
  throw table.names === null
    ? refuse(
        object,
        `takes the column “${printable(name)}” by name from a table whose names the file lost.`,
      )
    : refuse(object, `takes the column “${printable(name)}”, which the model was not trained with.`)
}

/** Searches inside searches; more is a file that holds itself. */
const MAX_SEARCHES = 8

/** The object inside a search, or the object itself. */
export function insideSearch(object: FittedObject, depth = 0): FittedObject {
  if (!SEARCHES.has(object.name)) return object
  if (depth >= MAX_SEARCHES) throw refuse(object, 'nests its parts beyond reason.')
  const best = attribute(object, 'best_estimator_')
  if (best === undefined || best === null) {
    throw new FormatError(
      `${object.name} was saved without its best model (refit=False, or before fit). Fit it with refit=True, and save best_estimator_.`,
      object.record.offset,
    )
  }
  return insideSearch(openInner(object, best), depth + 1)
}
