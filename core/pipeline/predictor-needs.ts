// What a predictor asks of the columns that reach it.

import { type ColumnNeed, NUMBER, UNKNOWN } from './column-rules.ts'
import { mergeNeeds, needsOfSteps, widthOfSteps } from './columns.ts'
import type { Member } from './combined.ts'
import type { Predictor } from './pipeline.ts'

/** One need for each of the `width` columns. */
export function predictorNeeds(predictor: Predictor, width: number): readonly ColumnNeed[] {
  switch (predictor.kind) {
    case 'chain': {
      const { steps } = predictor
      const after = predictorNeeds(predictor.predictor, widthOfSteps(steps, width))
      return needsOfSteps(steps, width, after)
    }
    case 'forest':
      return same(width, { ...NUMBER, nullable: predictor.takesMissing })
    case 'margins':
      return same(width, { ...NUMBER, nullable: true })
    case 'neighbours':
    case 'neighbours-within':
      return same(width, { ...NUMBER, nullable: predictor.metric.kind === 'nan-euclidean' })
    case 'linear':
    case 'kernel':
    case 'centres':
    case 'gaussian-bayes':
    case 'interpolation':
    case 'quadratic':
    case 'layers':
      return same(width, NUMBER)
    case 'categorical-bayes':
      return predictor.columns.map(({ rows }) => ({
        ...NUMBER,
        categories: Array.from({ length: rows }, (_, code) => String(code)),
      }))
    case 'constant':
      // Nothing of them is read but how many rows there are.
      return same(width, { ...NUMBER, optional: true })
    case 'average':
    case 'majority':
    case 'boosted':
    case 'weighted-median':
      return memberNeeds(predictor.members, width)
    case 'stack':
      return stackNeeds(predictor, width)
    case 'calibrated':
    case 'thresholded':
    case 'unwrapped':
      return predictorNeeds(predictor.member, width)
    case 'value-chain':
      return mergeAll(
        // The values before a member's stand behind the table's columns.
        predictor.members.map((member, place) => predictorNeeds(member, width + place)),
        width,
      )
    case 'one-versus-rest':
    case 'one-versus-one':
    case 'code-book':
    case 'side-by-side':
      return mergeAll(
        predictor.members.map((member) => predictorNeeds(member, width)),
        width,
      )
  }
}

/** What the final predictor needs of the table's own columns stands at its end. */
function stackNeeds(
  { members, passthrough, final }: Extract<Predictor, { kind: 'stack' }>,
  width: number,
): readonly ColumnNeed[] {
  const needs = memberNeeds(members, width)
  if (!passthrough) return needs
  const before = members.reduce((count, { answerWidth }) => count + answerWidth, 0)
  const passed = predictorNeeds(final, before + width).slice(before)
  return mergeAll([needs, passed], width)
}

function memberNeeds(members: readonly Member[], width: number): readonly ColumnNeed[] {
  return mergeAll(
    members.map(({ columns, predictor }) => {
      if (columns === null) return predictorNeeds(predictor, width)
      const needs = same(width, UNKNOWN)
      const own = predictorNeeds(predictor, columns.length)
      columns.forEach((column, index) => {
        needs[column] = own[index] ?? UNKNOWN
      })
      return needs
    }),
    width,
  )
}

function mergeAll(lists: readonly (readonly ColumnNeed[])[], width: number): readonly ColumnNeed[] {
  return lists.reduce(
    (merged, needs) => merged.map((need, index) => mergeNeeds(need, needs[index] ?? UNKNOWN)),
    same(width, UNKNOWN),
  )
}

function same(width: number, need: ColumnNeed): ColumnNeed[] {
  return Array.from({ length: width }, () => need)
}
