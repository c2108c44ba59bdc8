// The losses that boosting can minimise: where it starts, its gradients, and what is left.

import type { Target } from '../learner.ts'

/** `margins`, gradients and hessians hold one output after another: row r of output o is at o * rows + r. */
export interface Loss {
  readonly outputs: number
  readonly hessiansAreOne: boolean
  readonly link: 'identity' | 'exp' | 'sigmoid' | 'softmax'
  /** The best margins without any feature, one an output. */
  readonly base: Float64Array
  readonly writeGradients: (
    target: Float64Array,
    margins: Float64Array,
    gradients: Float32Array,
    hessians: Float32Array,
  ) => void
  /** Mean loss a row. */
  readonly measure: (target: Float64Array, margins: Float64Array) => number
  /** Where gradients do not tell how far to go: the best step for a leaf whose rows have these residuals. */
  readonly step: ((residuals: Float64Array) => number) | null
}

export const REGRESSION_LOSSES = ['squared-error', 'absolute-error', 'poisson'] as const
export type RegressionLoss = (typeof REGRESSION_LOSSES)[number]

export function chooseLoss(target: Target, regression: RegressionLoss): Loss {
  if (target.kind === 'values') return REGRESSION[regression](target.values)
  const shares = new Float64Array(target.classCount)
  for (const code of target.codes) shares[code] = (shares[code] as number) + 1
  const clipped = shares.map((count) =>
    Math.min(Math.max(count / target.codes.length, Number.EPSILON), 1 - Number.EPSILON),
  )
  return target.classCount <= 2 ? binaryLoss(clipped) : multiclassLoss(clipped)
}

const REGRESSION = {
  'squared-error': (values) => ({
    outputs: 1,
    hessiansAreOne: true,
    link: 'identity',
    base: Float64Array.of(mean(values)),
    writeGradients(target, margins, gradients) {
      for (let row = 0; row < target.length; row++) {
        gradients[row] = (margins[row] as number) - (target[row] as number)
      }
    },
    measure: (target, margins) =>
      mean(target.map((value, row) => ((margins[row] as number) - value) ** 2 / 2)),
    step: null,
  }),
  'absolute-error': (values) => ({
    outputs: 1,
    hessiansAreOne: true,
    link: 'identity',
    base: Float64Array.of(median(values)),
    writeGradients(target, margins, gradients) {
      for (let row = 0; row < target.length; row++) {
        gradients[row] = (margins[row] as number) > (target[row] as number) ? 1 : -1
      }
    },
    measure: (target, margins) =>
      mean(target.map((value, row) => Math.abs((margins[row] as number) - value))),
    step: median,
  }),
  poisson: (values) => ({
    outputs: 1,
    hessiansAreOne: false,
    link: 'exp',
    base: Float64Array.of(Math.log(mean(values))),
    writeGradients(target, margins, gradients, hessians) {
      for (let row = 0; row < target.length; row++) {
        const expected = Math.exp(margins[row] as number)
        gradients[row] = expected - (target[row] as number)
        hessians[row] = expected
      }
    },
    measure: (target, margins) =>
      mean(
        target.map((value, row) => {
          const margin = margins[row] as number
          return Math.exp(margin) - value * margin
        }),
      ),
    step: null,
  }),
} satisfies Record<RegressionLoss, (values: Float64Array) => Loss>

function binaryLoss(shares: Float64Array): Loss {
  const yes = shares[1] ?? Number.EPSILON
  return {
    outputs: 1,
    hessiansAreOne: false,
    link: 'sigmoid',
    base: Float64Array.of(Math.log(yes / (1 - yes))),
    writeGradients(target, margins, gradients, hessians) {
      for (let row = 0; row < target.length; row++) {
        const power = Math.exp(-Math.abs(margins[row] as number))
        const likely = 1 / (1 + power)
        const probability = (margins[row] as number) >= 0 ? likely : power * likely
        gradients[row] = probability - (target[row] as number)
        hessians[row] = power * likely * likely
      }
    },
    measure: (target, margins) =>
      mean(
        target.map((value, row) => {
          const margin = margins[row] as number
          return Math.max(margin, 0) + Math.log1p(Math.exp(-Math.abs(margin))) - value * margin
        }),
      ),
    step: null,
  }
}

function multiclassLoss(shares: Float64Array): Loss {
  const outputs = shares.length
  const logarithms = shares.map(Math.log)
  const centre = mean(logarithms)
  return {
    outputs,
    hessiansAreOne: false,
    link: 'softmax',
    base: logarithms.map((logarithm) => logarithm - centre),
    writeGradients(target, margins, gradients, hessians) {
      const rows = target.length
      for (let row = 0; row < rows; row++) {
        const largest = largestMargin(margins, row, rows)
        let sum = 0
        for (let place = row; place < margins.length; place += rows) {
          sum += Math.exp((margins[place] as number) - largest)
        }
        for (let output = 0; output < outputs; output++) {
          const place = output * rows + row
          const probability = Math.exp((margins[place] as number) - largest) / sum
          gradients[place] = probability - (target[row] === output ? 1 : 0)
          hessians[place] = probability * (1 - probability)
        }
      }
    },
    measure(target, margins) {
      const rows = target.length
      const losses = target.map((code, row) => {
        const largest = largestMargin(margins, row, rows)
        let sum = 0
        for (let place = row; place < margins.length; place += rows) {
          sum += Math.exp((margins[place] as number) - largest)
        }
        return largest + Math.log(sum) - (margins[code * rows + row] as number)
      })
      return mean(losses)
    },
    step: null,
  }
}

function largestMargin(margins: Float64Array, row: number, rows: number): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let place = row; place < margins.length; place += rows) {
    if ((margins[place] as number) > largest) largest = margins[place] as number
  }
  return largest
}

function mean(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

function median(values: Float64Array): number {
  const sorted = values.slice().sort()
  const middle = sorted.length >>> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}
