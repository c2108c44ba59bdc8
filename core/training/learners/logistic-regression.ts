// Logistic regression with an L2 penalty: a sigmoid for two classes, a softmax for more.

import type { LinearPredictor } from '#core/pipeline/linear.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { Fit, FitContext } from '../learner.ts'
import { type Design, denseDesign } from './design.ts'
import { minimise } from './lbfgs.ts'

export interface LogisticOptions {
  /** Inverse strength of the penalty: the smaller, the flatter the coefficients. */
  readonly c: number
  readonly maxIterations: number
  /** Largest part of the gradient of the mean loss at which it is done. */
  readonly tolerance: number
}

export interface FittedLogistic {
  readonly predictor: LinearPredictor
  readonly iterations: number
  readonly converged: boolean
}

export const LOGISTIC_DEFAULTS: LogisticOptions = { c: 1, maxIterations: 1_000, tolerance: 1e-6 }

/** The loss is mean log loss + |coefficients|² / (2 · c · rows); intercepts go free. As scikit-learn weighs it. */
export const fitLogisticRegression: Fit<LogisticOptions, FittedLogistic> = (
  features,
  target,
  options,
  context,
) => {
  if (target.kind !== 'classes') throw new Error('logistic regression predicts classes')
  return fitLogisticDesign(denseDesign(features), target, options, context)
}

/** The same over sparse features. */
export async function fitLogisticDesign(
  design: Design,
  { codes, classCount }: { readonly codes: Int32Array; readonly classCount: number },
  { c, maxIterations, tolerance }: LogisticOptions,
  context: FitContext,
): Promise<FittedLogistic> {
  const { rows, columns } = design
  const groups = classCount === 2 ? 1 : classCount
  const penalty = 1 / (c * rows)
  const weightCount = groups * columns
  const margins = new Float64Array(rows * groups)
  const toMargins = groups === 1 ? sigmoidLoss : softmaxLoss

  const objective = (point: Float64Array, gradient: Float64Array): number => {
    const weights = point.subarray(0, weightCount)
    design.multiply(weights, groups, margins)
    const loss = toMargins(margins, point.subarray(weightCount), codes, groups)
    design.multiplyTransposed(margins, groups, gradient)
    let squares = 0
    for (let index = 0; index < weightCount; index++) {
      const weight = weights[index] as number
      squares += weight * weight
      gradient[index] = (gradient[index] as number) + penalty * weight
    }
    gradient.fill(0, weightCount)
    for (let index = 0; index < margins.length; index++) {
      const group = weightCount + (index % groups)
      gradient[group] = (gradient[group] as number) + (margins[index] as number)
    }
    return loss + (penalty / 2) * squares
  }

  const start = new Float64Array(weightCount + groups)
  const found = await minimise(objective, start, { maxIterations, tolerance }, context)
  const coefficients: Matrix = { rows: groups, columns, data: found.point.slice(0, weightCount) }
  return {
    predictor: {
      kind: 'linear',
      coefficients,
      intercept: found.point.slice(weightCount),
      link: groups === 1 ? 'sigmoid' : 'softmax',
    },
    iterations: found.iterations,
    converged: found.converged,
  }
}

/** Turns products into the mean loss's derivatives by them, in place, and gives that loss. */
function sigmoidLoss(margins: Float64Array, intercept: Float64Array, codes: Int32Array): number {
  const rows = codes.length
  const bias = intercept[0] as number
  let loss = 0
  for (let row = 0; row < rows; row++) {
    const margin = (margins[row] as number) + bias
    const small = Math.exp(-Math.abs(margin))
    const probability = margin >= 0 ? 1 / (1 + small) : small / (1 + small)
    const isPositive = codes[row] as number
    loss += Math.log1p(small) + Math.max(margin, 0) - isPositive * margin
    margins[row] = (probability - isPositive) / rows
  }
  return loss / rows
}

function softmaxLoss(
  margins: Float64Array,
  intercept: Float64Array,
  codes: Int32Array,
  groups: number,
): number {
  const rows = codes.length
  let loss = 0
  for (let row = 0; row < rows; row++) {
    const at = row * groups
    let most = Number.NEGATIVE_INFINITY
    for (let group = 0; group < groups; group++) {
      const margin = (margins[at + group] as number) + (intercept[group] as number)
      margins[at + group] = margin
      if (margin > most) most = margin
    }
    const truth = at + (codes[row] as number)
    const margin = margins[truth] as number
    let sum = 0
    for (let group = 0; group < groups; group++) {
      const power = Math.exp((margins[at + group] as number) - most)
      margins[at + group] = power
      sum += power
    }
    loss += Math.log(sum) + most - margin
    for (let group = 0; group < groups; group++) {
      margins[at + group] = (margins[at + group] as number) / sum / rows
    }
    margins[truth] = (margins[truth] as number) - 1 / rows
  }
  return loss / rows
}
