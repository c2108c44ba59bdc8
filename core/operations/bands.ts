// Names for probabilities: the risk band of the class that matters and the confidence in the answer.

import type { Band, Signature } from '#core/model.ts'
import { findTargetWords, isAffirmative } from '#core/presentation/targets.ts'

/** Above every probability, so that the last band holds 1 as well. */
const ABOVE_ALL = 1.01

/** The thirds that people use when nobody has set thresholds: below 30 % is low, from 60 % on is high. */
const RISK_BANDS: readonly Band[] = [
  { below: 0.3, name: 'Low Risk' },
  { below: 0.6, name: 'Medium Risk' },
  { below: ABOVE_ALL, name: 'High Risk' },
]

/** For outcomes that nobody fears, or whose meaning is not known. */
const CHANCE_BANDS: readonly Band[] = [
  { below: 0.3, name: 'Unlikely' },
  { below: 0.6, name: 'Possible' },
  { below: ABOVE_ALL, name: 'Likely' },
]

/**
 * By the lead of the likeliest class over the next. In a yes/no question a lead of 0.2 is 60 % against 40 % and a lead of
 * 0.5 is 75 % against 25 %.
 */
const CONFIDENCE_BANDS: readonly Band[] = [
  { below: 0.2, name: 'low' },
  { below: 0.5, name: 'medium' },
  { below: ABOVE_ALL, name: 'high' },
]

/** Bands for a classifier that came without; what is there stays. */
export function withDefaultBands(signature: Signature): Signature {
  if (signature.classes === undefined) return signature
  const confidenceBands = signature.confidenceBands ?? CONFIDENCE_BANDS
  if (signature.task !== 'binary_classification') return { ...signature, confidenceBands }
  return {
    ...signature,
    confidenceBands,
    riskBands: signature.riskBands ?? defaultBands(signature),
  }
}

function defaultBands({ target, positiveLabel }: Signature): readonly Band[] {
  const words = findTargetWords(target, positiveLabel)
  if (words !== null) return words.feeling === 'risk' ? RISK_BANDS : CHANCE_BANDS
  return positiveLabel !== undefined && isAffirmative(positiveLabel) ? RISK_BANDS : CHANCE_BANDS
}

/** `{"Low Risk": 0, "High Risk": 0.6}` (lower bounds) as bands in order. */
export function bandsFromThresholds(thresholds: Readonly<Record<string, number>>): Band[] {
  const sorted = Object.entries(thresholds).sort(([, left], [, right]) => left - right)
  return sorted.map(([name], index) => ({ below: sorted[index + 1]?.[1] ?? ABOVE_ALL, name }))
}

/** The name of the band that holds a value, or undefined where there are no bands. */
export function bandOf(value: number, bands: readonly Band[] | undefined): string | undefined {
  return bands?.find(({ below }) => value < below)?.name
}

/** How far the likeliest class is ahead of the next, 0..1. */
export function leadOf(probabilities: readonly number[]): number {
  let first = 0
  let second = 0
  for (const probability of probabilities) {
    if (probability > first) {
      second = first
      first = probability
    } else if (probability > second) second = probability
  }
  return first - second
}
