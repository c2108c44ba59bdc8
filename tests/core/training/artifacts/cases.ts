// The pipelines whose files are held to scikit-learn: one for each learner and each way of preparing rows.

import { fitPipeline } from '#core/training/fit-pipeline.ts'
import { type ModelName, resolveSettings } from '#core/training/hyperparameters.ts'
import { planTraining } from '#core/training/plan.ts'
import { createRandom, type Random } from '#core/training/random.ts'
import type { Column, Table } from '#core/training/table.ts'
import type { TrainedPipeline } from '#core/training/trained-pipeline.ts'

interface Case {
  readonly name: string
  readonly model: ModelName
  readonly settings: Readonly<Record<string, string>>
  readonly target: string
  readonly features: readonly string[]
}

const NUMBERS = ['width', 'height', 'age']
const MIXED = ['width', 'colour', 'gaps', 'form', 'age']
const COMPLETE = ['colour', 'width']

export const CASES: readonly Case[] = [
  { name: 'logreg_two', model: 'logreg', settings: {}, target: 'sold', features: NUMBERS },
  {
    name: 'logreg_three_robust',
    model: 'logreg',
    settings: { scaler: 'robust', C: '0.3' },
    target: 'kind',
    features: NUMBERS,
  },
  { name: 'logreg_mixed', model: 'logreg', settings: {}, target: 'kind', features: MIXED },
  { name: 'logreg_complete', model: 'logreg', settings: {}, target: 'sold', features: COMPLETE },
  { name: 'logreg_numbers', model: 'logreg', settings: {}, target: 'stars', features: MIXED },
  { name: 'ridge', model: 'ridge', settings: { alpha: '2.5' }, target: 'price', features: MIXED },
  { name: 'knn_classes', model: 'knn', settings: {}, target: 'kind', features: NUMBERS },
  {
    name: 'knn_values',
    model: 'knn',
    settings: { weights: 'distance', n_neighbors: '7', scaler: 'robust' },
    target: 'price',
    features: MIXED,
  },
  { name: 'rf_classes', model: 'rf', settings: SMALL_FOREST(), target: 'kind', features: MIXED },
  { name: 'rf_values', model: 'rf', settings: SMALL_FOREST(), target: 'price', features: NUMBERS },
  { name: 'hgb_two', model: 'hgb', settings: { max_iter: '12' }, target: 'sold', features: MIXED },
  {
    name: 'hgb_three',
    model: 'hgb',
    settings: { max_iter: '8' },
    target: 'kind',
    features: ['width', 'gaps', 'age'],
  },
  {
    name: 'hgb_logarithm',
    model: 'hgb',
    settings: { max_iter: '12', target_scale: 'log' },
    target: 'price',
    features: ['width', 'gaps', 'age'],
  },
  {
    name: 'ridge_logarithm',
    model: 'ridge',
    settings: { target_scale: 'log' },
    target: 'price',
    features: MIXED,
  },
  {
    name: 'hgb_values',
    model: 'hgb',
    settings: { max_iter: '12' },
    target: 'price',
    features: MIXED,
  },
  { name: 'tfidf', model: 'tfidf', settings: {}, target: 'sold', features: ['note'] },
]

function SMALL_FOREST() {
  return { n_estimators: '6', max_depth: '5' }
}

const ROWS = 180
const NAMES = ['gänseblümchen', 'rose', '雛菊', '𝒯ulip']
const WORDS = [
  'Good',
  'bad',
  'the',
  'naïve',
  'ROSE',
  'it',
  'a',
  'works',
  'not',
  '1st',
  'x_y',
  'Straße',
  '花',
]

/** A table with every kind of column; the same on every machine. */
export function makeTable(): Table {
  const random = createRandom('cases')
  const draw = <T>(name: string, make: (random: Random) => T): T[] => {
    const stream = random.split(name)
    return Array.from({ length: ROWS }, () => make(stream))
  }
  const pick = (values: readonly string[]) => (stream: Random) =>
    values[stream.below(values.length)] ?? ''
  const width = draw('width', (stream) => round(stream.normal() * 3 + 10))
  const height = draw('height', (stream) => round(stream.normal()))
  const age = draw('age', (stream) => stream.below(90))
  const gaps = draw('gaps', (stream) => (stream.next() < 0.15 ? Number.NaN : stream.below(7)))
  const colour = draw('colour', pick(NAMES))
  const form = draw('form', (stream) =>
    stream.next() < 0.1 ? null : pick(['round', 'flat'])(stream),
  )
  const noise = draw('noise', (stream) => stream.normal())
  const note = draw('note', (stream) =>
    Array.from({ length: 3 + stream.below(6) }, () => pick(WORDS)(stream)).join(' '),
  )
  const score = width.map((value, row) => {
    const isRose = colour[row] === 'rose' ? 3 : 0
    return value + isRose + (height[row] ?? 0) + (gaps[row] || 0) / 2 + (noise[row] ?? 0)
  })
  const columns: Column[] = [
    { kind: 'number', name: 'width', values: Float64Array.from(width) },
    { kind: 'text', name: 'colour', values: colour },
    { kind: 'number', name: 'height', values: Float64Array.from(height) },
    { kind: 'number', name: 'gaps', values: Float64Array.from(gaps) },
    { kind: 'text', name: 'form', values: form },
    { kind: 'number', name: 'age', values: Float64Array.from(age) },
    { kind: 'text', name: 'note', values: note },
    { kind: 'text', name: 'kind', values: score.map((value) => pickByScore(value)) },
    {
      kind: 'text',
      name: 'sold',
      values: score.map((value, row) =>
        value > 12 !== (note[row]?.includes('bad') ?? false) ? 'yes' : 'no',
      ),
    },
    {
      kind: 'number',
      name: 'stars',
      values: Float64Array.from(score, (value) => Math.min(3, Math.max(1, Math.floor(value / 5)))),
    },
    {
      kind: 'number',
      name: 'price',
      values: Float64Array.from(score, (value, row) => round(1_000 * value - 20 * (age[row] ?? 0))),
    },
  ]
  return { rows: ROWS, columns }
}

function pickByScore(value: number): string {
  if (value < 10) return 'élan'
  return value < 13 ? 'small' : 'wide'
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000
}

export async function fitCase(one: Case): Promise<TrainedPipeline> {
  const random = createRandom(7)
  const planned = planTraining(makeTable(), one, random)
  if (!planned.ok) throw new Error(planned.failure.message)
  const settings = resolveSettings(one.model, one.settings)
  if (!settings.ok) throw new Error(settings.failure.message)
  const { plan, table } = planned.value
  const request = { plan, model: one.model, settings: settings.value, train: table, whole: table }
  const signal = new AbortController().signal
  const fitted = await fitPipeline(request, { random, signal, progress: () => {} })
  if (!fitted.ok) throw new Error(fitted.failure.message)
  return fitted.value
}
