// Explains any model that only answers: sampled Shapley values over its fields, or over the words of a text.

import { InferenceError } from '#core/engine/inference-error.ts'
import { type Background, backgroundOf } from '#core/explanation/background.ts'
import { castOf } from '#core/explanation/players.ts'
import { sampleShapley } from '#core/explanation/shapley.ts'
import type { InputField, Prediction, Row, Scalar, Signature } from '#core/model.ts'
import { createRandom } from '#core/training/random.ts'
import type { Lease } from './operation.ts'

/** One question about one row always gets one answer: the draws depend on this alone. */
const SEED = 'explanation'

/** More than this and a person waits too long for a reason; the error that is left is told. */
const MAXIMUM_EVALUATIONS = 8_000

/** Changed fields whose coalitions are all asked, 2 to the power of them. */
const MAXIMUM_CHANGES = 10

export interface Explained {
  readonly baseline: number
  readonly answer: number
  readonly contributions: readonly {
    readonly name: string
    readonly value: Scalar
    /** The field that a word is of. */
    readonly word?: string
    readonly contribution: number
    /** Standard error of the contribution. */
    readonly error: number
  }[]
  readonly background: {
    readonly rows: number
    readonly source: Background['source'] | 'text'
    /** Fields of which nothing was known, so that 0 stood there. */
    readonly unknown: readonly string[]
  }
  readonly evaluations: number
}

/** One number of an answer: the probability of a class, the value, or the first of several. */
export type Measure = (prediction: Prediction) => number

/** Of a model that says only labels 1 where it says this one and 0 where not: means of it are shares of rows. */
export function measureOf(signature: Signature, label: string | undefined): Measure {
  const index = Math.max(0, signature.classes?.indexOf(label ?? '') ?? 0)
  return (prediction) => {
    switch (prediction.kind) {
      case 'classification':
        return prediction.probabilities[index] ?? (prediction.label === label ? 1 : 0)
      case 'regression':
        return prediction.value
      case 'suggestions':
        throw new Error('suggestions are explained by nobody')
      case 'values':
        return prediction.values[0] ?? Number.NaN
    }
  }
}

/** Those of the rows that the model takes, without what else they carry: they may come from before a change of its inputs. */
export function usableRows(
  { model, version }: Lease,
  rows: readonly Row[] | undefined,
): readonly Row[] {
  const names = version.signature.inputs.map((field) => field.name)
  const known = (rows ?? []).map(
    (row): Row =>
      Object.fromEntries(names.flatMap((name) => (name in row ? [[name, row[name] ?? null]] : []))),
  )
  const good = new Set(model.encodeEach(known).good)
  return known.filter((_, index) => good.has(index))
}

/** Null where the model has no answer for rows that this one would be compared with, such as the logarithm of 0. */
export async function explainBySampling(
  lease: Lease,
  row: Row,
  training: readonly Row[] | undefined,
  measure: Measure,
  signal: AbortSignal,
): Promise<Explained | null> {
  const { model, version } = lease
  const { signature } = version
  const random = createRandom(SEED)
  const cast = castOf(signature.inputs, row, isProse)
  const isOnlyText = signature.inputs.every((field) => field.unused === true || isProse(field))
  const background = isOnlyText
    ? { rows: [{}], source: 'text' as const, unknown: [] }
    : backgroundOf(signature, usableRows(lease, training), random.split('background'))
  const ask = askRows(model, measure)
  const sampled = await sampleShapley(
    {
      players: cast.players.length,
      backgroundRows: background.rows.length,
      play: (coalitions, stop) =>
        ask(
          coalitions.map(({ present, background: at }) =>
            cast.compose(present, background.rows[at] ?? {}),
          ),
          stop,
        ),
    },
    { random, maximumEvaluations: MAXIMUM_EVALUATIONS, signal },
  ).catch((reason: unknown) => {
    if (reason instanceof InferenceError) return null
    throw reason
  })
  if (sampled === null) return null
  return {
    baseline: sampled.baseline,
    answer: sampled.answer,
    contributions: cast.players.map(({ name, field, value, words }, index) => ({
      name,
      value,
      ...(words !== undefined && { word: field }),
      contribution: sampled.contributions[index] ?? 0,
      error: sampled.errors[index] ?? 0,
    })),
    background: { ...background, rows: background.rows.length },
    evaluations: sampled.evaluations,
  }
}

export interface Change {
  readonly name: string
  readonly from: Scalar
  readonly to: Scalar
  readonly contribution: number
}

/**
 * Splits the difference of two answers among the fields that differ, exactly: every coalition of changes is asked. Null where
 * more than `MAXIMUM_CHANGES` fields differ.
 */
export async function explainChange(
  { model, version }: Lease,
  from: Row,
  to: Row,
  measure: Measure,
  signal: AbortSignal,
): Promise<{ readonly before: number; readonly changes: readonly Change[] } | null> {
  const changed = version.signature.inputs
    .map((field) => field.name)
    .filter((name) => (from[name] ?? null) !== (to[name] ?? null))
  if (changed.length > MAXIMUM_CHANGES) return null
  const coalitions = Array.from({ length: 2 ** changed.length }, (_, mask): Row => {
    const taken = changed.filter((__, index) => ((mask >> index) & 1) === 1)
    return { ...from, ...Object.fromEntries(taken.map((name) => [name, to[name] ?? null])) }
  })
  const answers = await askRows(model, measure)(coalitions, signal)
  const changes = changed.map((name, player): Change => {
    let contribution = 0
    for (let mask = 0; mask < coalitions.length; mask++) {
      if (((mask >> player) & 1) === 1) continue
      const weight = coalitionWeight(bitsOf(mask), changed.length)
      contribution += weight * ((answers[mask | (1 << player)] ?? 0) - (answers[mask] ?? 0))
    }
    return { name, from: from[name] ?? null, to: to[name] ?? null, contribution }
  })
  return { before: answers[0] ?? Number.NaN, changes }
}

/** size! (players - size - 1)! / players! */
function coalitionWeight(size: number, players: number): number {
  let weight = 1 / players
  for (let index = 1; index <= size; index++) weight *= index / (players - index)
  return weight
}

function bitsOf(mask: number): number {
  let count = 0
  for (let rest = mask; rest > 0; rest &= rest - 1) count++
  return count
}

/** True for a field whose text is read as words. */
export function isProse(field: InputField): boolean {
  return field.type === 'string' && field.categories === undefined
}

/** Throws where a row is refused: they are made of rows that the model has taken. */
function askRows(model: Lease['model'], measure: Measure) {
  return async (rows: readonly Row[], signal?: AbortSignal): Promise<readonly number[]> => {
    const encoded = model.encode(rows, (row) => `row ${row}`)
    if (!encoded.ok) throw new Error(`a composed row was refused: ${encoded.failure.message}`)
    return (await model.predict(encoded.value, signal)).map(measure)
  }
}
