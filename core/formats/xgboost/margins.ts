// From the base score that a file stores to the margins that predictions begin with, in XGBoost's own float32 steps.

import { FormatError } from '../format-error.ts'
import type { Booster } from './booster.ts'
import type { Objective } from './objectives.ts'
import { isAtLeast } from './version.ts'

/** XGBoost's `kRtEps`: from 3.1 on a probability is kept this far from 0 and 1 before its logit is taken. */
const PROBABILITY_MARGIN = 1e-6

/** One margin a group. A score without a finite margin throws a `FormatError`. */
export function baseMargins(booster: Booster, objective: Objective): Float32Array {
  const { baseScores, groups } = booster
  if (baseScores.length !== 1 && baseScores.length !== groups) {
    throw new FormatError(
      `This XGBoost model is damaged: it has ${baseScores.length} base scores for ${groups} outputs.`,
      0,
    )
  }
  return Float32Array.from({ length: groups }, (_, group) => {
    // A linear booster takes the first score for every output, whatever the others are (upstream's own behaviour).
    const index = baseScores.length === 1 || booster.learner.kind === 'linear' ? 0 : group
    const margin = toMargin(baseScores[index] ?? Number.NaN, booster, objective)
    if (Number.isFinite(margin)) return margin
    throw new FormatError(
      `This XGBoost model's base_score of ${baseScores[index]} has no meaning for ${booster.objective}.`,
      0,
    )
  })
}

function toMargin(score: number, booster: Booster, objective: Objective): number {
  if (booster.baseScoreIsMargin) return score
  switch (linkOf(booster, objective)) {
    case 'identity':
      return score
    case 'log':
      return Math.fround(Math.log(score))
    case 'logit':
      return logit(isAtLeast(booster.version, 3, 1) ? keepInside(score) : score)
  }
}

/** Until 1.3.0 `binary:logitraw` inherited the link of `binary:logistic`. */
function linkOf({ objective: name, version }: Booster, objective: Objective): Objective['link'] {
  const isEarly = version === '1.3.0' || !isAtLeast(version, 1, 3)
  return isEarly && name.endsWith(':logitraw') ? 'logit' : objective.link
}

function keepInside(probability: number): number {
  const upper = Math.fround(1 - Math.fround(PROBABILITY_MARGIN))
  return Math.min(Math.max(probability, Math.fround(PROBABILITY_MARGIN)), upper)
}

/** -ln(1/p - 1), each step rounded to float32 as XGBoost does. */
function logit(probability: number): number {
  const odds = Math.fround(Math.fround(1 / probability) - 1)
  return Math.fround(-Math.log(odds))
}
