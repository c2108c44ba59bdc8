// Reads choices of columns: by scores, by p-values, by variance, by what a model finds important.

import type { Transformer } from '#core/pipeline/pipeline.ts'
import { asNumber, asText } from '../pickle/access.ts'
import { printable } from '../pickle/globals.ts'
import { checkWidth, readColumnVector } from './column-vectors.ts'
import {
  attribute,
  type FittedObject,
  numbersOfValue,
  openInner,
  readNumber,
  readText,
  refuse,
} from './fitted-object.ts'
import { readImportances } from './importances.ts'
import type { PredictorReader, Reading, TableShape, TransformerReader } from './reading.ts'

export const SELECTION_READERS: Readonly<Record<string, TransformerReader>> = {
  SelectKBest: (object, table) => keep(bestByScore(object, table, attribute(object, 'k'))),
  SelectPercentile: (object, table) =>
    keep(shareByScore(object, table, readNumber(object, 'percentile'))),
  SelectFpr: (object, table) => keep(falsePositives(object, table, readNumber(object, 'alpha'))),
  SelectFdr: (object, table) => keep(falseDiscoveries(object, table, readNumber(object, 'alpha'))),
  SelectFwe: (object, table) => keep(familyWise(object, table, readNumber(object, 'alpha'))),
  GenericUnivariateSelect: readGeneric,
  VarianceThreshold(object, table) {
    const threshold = readNumber(object, 'threshold')
    const variances = readColumnVector(object, 'variances_', table)
    return keep(flagsOf(variances, (variance) => variance > threshold))
  },
  SelectFromModel: readFromModel,
  RFE: readSupport,
  RFECV: readSupport,
  SequentialFeatureSelector: readSupport,
}

/** Selections that go on to predict with the columns they kept. */
export const SELECTING_PREDICTORS: Readonly<Record<string, PredictorReader>> = {
  RFE: readEliminating,
  RFECV: readEliminating,
}

/** 1 for each column that stays. */
type Flags = Uint8Array

function keep(flags: Flags): Transformer {
  return { kind: 'select', columns: [...flags.keys()].filter((column) => flags[column] === 1) }
}

function flagsOf(values: Float64Array, stays: (value: number) => boolean): Flags {
  return Uint8Array.from(values, (value) => (stays(value) ? 1 : 0))
}

/** Scores that could not be calculated count as the least there are. */
function readScores(object: FittedObject, table: TableShape): Float64Array {
  return readColumnVector(object, 'scores_', table).map((score) =>
    Number.isNaN(score) ? -Number.MAX_VALUE : score,
  )
}

function bestByScore(
  object: FittedObject,
  table: TableShape,
  count: ReturnType<typeof attribute>,
): Flags {
  const scores = readScores(object, table)
  if (asText(count) === 'all') return new Uint8Array(scores.length).fill(1)
  const wanted = asNumber(count)
  if (wanted === null || !Number.isInteger(wanted) || wanted < 0) {
    throw refuse(object, 'keeps a number of columns that is no number.')
  }
  const order = sortedPlaces(scores)
  const flags = new Uint8Array(scores.length)
  for (const place of wanted === 0 ? [] : order.slice(-wanted)) flags[place] = 1
  return flags
}

/** Positions from the least value up; equal values keep their order. */
function sortedPlaces(values: Float64Array): readonly number[] {
  return [...values.keys()].sort((left, right) => (values[left] ?? 0) - (values[right] ?? 0))
}

function shareByScore(object: FittedObject, table: TableShape, percentile: number): Flags {
  const scores = readScores(object, table)
  if (percentile === 100) return new Uint8Array(scores.length).fill(1)
  if (percentile === 0) return new Uint8Array(scores.length)
  if (!(percentile > 0 && percentile < 100)) {
    throw refuse(object, 'keeps a share of the columns that is no percentage.')
  }
  const threshold = percentileOf(scores, 100 - percentile)
  const flags = flagsOf(scores, (score) => score > threshold)
  const above = flags.reduce((sum, flag) => sum + flag, 0)
  const room = Math.trunc((scores.length * percentile) / 100) - above
  const ties = [...scores.keys()].filter((place) => scores[place] === threshold)
  // Python's slice with a negative end leaves out the last ones.
  for (const place of ties.slice(0, room)) flags[place] = 1
  return flags
}

/** numpy's percentile: linear between the two nearest values. */
function percentileOf(values: Float64Array, percentile: number): number {
  const sorted = values.toSorted()
  const place = (percentile / 100) * (sorted.length - 1)
  const low = sorted[Math.floor(place)] ?? Number.NaN
  const high = sorted[Math.ceil(place)] ?? low
  const share = place - Math.floor(place)
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share)
}

function falsePositives(object: FittedObject, table: TableShape, alpha: number): Flags {
  return flagsOf(readColumnVector(object, 'pvalues_', table), (value) => value < alpha)
}

/** The procedure of Benjamini and Hochberg. */
function falseDiscoveries(object: FittedObject, table: TableShape, alpha: number): Flags {
  const values = readColumnVector(object, 'pvalues_', table)
  const sorted = values.toSorted()
  const passing = sorted.filter((value, index) => value <= (alpha / values.length) * (index + 1))
  const largest = passing.at(-1)
  return flagsOf(values, (value) => largest !== undefined && value <= largest)
}

function familyWise(object: FittedObject, table: TableShape, alpha: number): Flags {
  const values = readColumnVector(object, 'pvalues_', table)
  return flagsOf(values, (value) => value < alpha / values.length)
}

function readGeneric(object: FittedObject, table: TableShape): Transformer {
  const mode = readText(object, 'mode', 'percentile')
  if (mode === 'k_best') return keep(bestByScore(object, table, attribute(object, 'param')))
  const parameter = readNumber(object, 'param')
  switch (mode) {
    case 'percentile':
      return keep(shareByScore(object, table, parameter))
    case 'fpr':
      return keep(falsePositives(object, table, parameter))
    case 'fdr':
      return keep(falseDiscoveries(object, table, parameter))
    case 'fwe':
      return keep(familyWise(object, table, parameter))
    default:
      throw refuse(object, `chooses by the mode ${printable(mode)}, which Parley does not know.`)
  }
}

function readSupport(object: FittedObject, table: TableShape): Transformer {
  return keep(flagsOf(readColumnVector(object, 'support_', table), (value) => value !== 0))
}

function readEliminating(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReturnType<PredictorReader> {
  const select = readSupport(object, table)
  const width = select.kind === 'select' ? select.columns.length : 0
  const inner = attribute(object, 'estimator_')
  const end = reading.predictor(object, inner, 'estimator_', { width, names: null })
  return { ...end, predictor: { kind: 'chain', steps: [select], predictor: end.predictor } }
}

function readFromModel(object: FittedObject, table: TableShape, reading: Reading): Transformer {
  const inner = attribute(object, 'estimator_') ?? attribute(object, 'estimator')
  const model = openInner(object, inner, 'estimator_')
  const getter = attribute(object, 'importance_getter')
  if (getter !== undefined && asText(getter) !== 'auto') {
    throw refuse(object, 'asks for importances in a way of its own (importance_getter).')
  }
  const importances = readImportances(object, model, table, reading)
  checkWidth(object, importances.length, table)
  const threshold = thresholdOf(object, model, importances)
  const flags = new Uint8Array(importances.length)
  for (const place of candidates(object, importances)) {
    flags[place] = (importances[place] ?? 0) >= threshold ? 1 : 0
  }
  return keep(flags)
}

/** All columns, or the most important ones where their number is limited. */
function candidates(object: FittedObject, importances: Float64Array): readonly number[] {
  const limit = attribute(object, 'max_features_') ?? attribute(object, 'max_features')
  if (limit === null || limit === undefined) return [...importances.keys()]
  const most = asNumber(limit)
  if (most === null || !Number.isInteger(most) || most < 0) {
    throw refuse(object, 'limits its columns by a function, which its file does not keep.')
  }
  return sortedPlaces(importances.map((importance) => -importance)).slice(0, most)
}

/** What models that set coefficients to exactly 0 are cut at. */
const SPARSE_THRESHOLD = 1e-5

const SCALED = /^\s*([\d.eE+-]+)\s*\*\s*(mean|median)\s*$/

function thresholdOf(object: FittedObject, model: FittedObject, importances: Float64Array): number {
  const value = attribute(object, 'threshold')
  const number = asNumber(value)
  if (number !== null) return number
  const text = asText(value) ?? (isSparse(model) ? String(SPARSE_THRESHOLD) : 'mean')
  const [, factor, scaledName] = SCALED.exec(text) ?? []
  const name = scaledName ?? text
  const scale = Number(factor ?? 1)
  if (name === 'mean') {
    return (scale * importances.reduce((sum, own) => sum + own, 0)) / importances.length
  }
  if (name === 'median') return scale * percentileOf(importances, 50)
  if (Number.isFinite(Number(text))) return Number(text)
  throw refuse(object, `cuts off at ${printable(text)}, which Parley does not know.`)
}

function isSparse(model: FittedObject): boolean {
  const share = numbersOfValue(attribute(model, 'l1_ratio_') ?? attribute(model, 'l1_ratio'))
  const isAllL1 = share !== null && share.length > 0 && share.every((own) => isOne(own))
  const mixes = ['ElasticNet', 'ElasticNetCV', 'LogisticRegression', 'LogisticRegressionCV']
  return (
    asText(attribute(model, 'penalty')) === 'l1' ||
    model.name.includes('Lasso') ||
    (isAllL1 && mixes.includes(model.name))
  )
}

function isOne(value: number): boolean {
  return Math.abs(value - 1) <= 1e-5
}
