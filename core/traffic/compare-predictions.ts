// How far the answer of one version lies from another's to the same row.

import type { Prediction, Signature } from '#core/model.ts'

export interface Difference {
  readonly agrees: boolean
  /** Absolute, in the unit of the target, or of the probability of the label that was answered; null where there is none. */
  readonly distance: number | null
}

/** Numbers agree within a hundredth of the answered one: two good models of one target differ by more than rounding. */
const AGREEMENT_SHARE = 0.01

interface Answer {
  readonly signature: Pick<Signature, 'classes'>
  readonly prediction: Prediction
}

/** `answered` is what the caller got; versions of different kinds agree on nothing. */
export function comparePredictions(answered: Answer, shadow: Answer): Difference {
  const [one, other] = [answered.prediction, shadow.prediction]
  switch (one.kind) {
    case 'classification': {
      if (other.kind !== one.kind) return APART
      const distance = Math.abs(
        probabilityOf(answered, one.label) - probabilityOf(shadow, one.label),
      )
      return { agrees: one.label === other.label, distance: finite(distance) }
    }
    case 'regression':
      return other.kind === one.kind ? compareNumbers([one.value], [other.value]) : APART
    case 'values':
      return other.kind === one.kind ? compareNumbers(one.values, other.values) : APART
    case 'suggestions':
      return other.kind === one.kind
        ? { agrees: one.suggestions[0]?.text === other.suggestions[0]?.text, distance: null }
        : APART
  }
}

const APART: Difference = { agrees: false, distance: null }

function probabilityOf({ signature, prediction }: Answer, label: string): number {
  const place = signature.classes?.indexOf(label) ?? -1
  // A class that a version does not know has no chance by it.
  if (place < 0 || prediction.kind !== 'classification') return 0
  return prediction.probabilities[place] ?? Number.NaN
}

function compareNumbers(one: readonly number[], other: readonly number[]): Difference {
  if (one.length !== other.length || one.length === 0) return APART
  let sum = 0
  let agrees = true
  for (const [index, value] of one.entries()) {
    const distance = Math.abs(value - (other[index] ?? Number.NaN))
    sum += distance
    if (!(distance <= Math.abs(value) * AGREEMENT_SHARE)) agrees = false
  }
  return { agrees, distance: finite(sum / one.length) }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
