// Minimises a smooth function: limited-memory BFGS (Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 3.5).

import { checkpoint, type FitContext } from '../learner.ts'

/** Gives the value at `point` and writes the gradient there into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number

export interface MinimiseOptions {
  readonly maxIterations: number
  /** It is done when no part of the gradient is larger. */
  readonly tolerance: number
}

export interface Minimum {
  readonly point: Float64Array
  readonly value: number
  readonly iterations: number
  /** False where the iterations ran out first. */
  readonly converged: boolean
}

/** Steps and changes of gradient that stand for the curvature; more cost memory and seldom save a step. */
const MEMORY = 10
const ARMIJO = 1e-4
const CURVATURE = 0.9
const MAX_TRIALS = 40
/** A change of the value below this share of it is rounding; so is a curvature. */
const ROUNDING = 1e-15

interface Pair {
  readonly step: Float64Array
  readonly change: Float64Array
  readonly scale: number
}

export async function minimise(
  objective: Objective,
  start: Float64Array,
  { maxIterations, tolerance }: MinimiseOptions,
  context: FitContext,
): Promise<Minimum> {
  let point: Float64Array = Float64Array.from(start)
  let gradient: Float64Array = new Float64Array(start.length)
  let value = objective(point, gradient)
  const pairs: Pair[] = []
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (largest(gradient) <= tolerance) {
      return { point, value, iterations: iteration, converged: true }
    }
    await checkpoint(context, iteration / maxIterations)
    const direction = descentDirection(gradient, pairs)
    const firstStep = pairs.length === 0 ? 1 / Math.max(1, norm(gradient)) : 1
    const found = searchLine(objective, { point, gradient, value }, direction, firstStep)
    if (found === null) {
      // Rounding hides any further descent: curvature from far away may be wrong, so it is forgotten once.
      if (pairs.length === 0) return { point, value, iterations: iteration, converged: true }
      pairs.length = 0
      continue
    }
    const step = subtract(found.point, point)
    const change = subtract(found.gradient, gradient)
    const curvature = dot(step, change)
    if (curvature > ROUNDING * dot(change, change)) {
      pairs.push({ step, change, scale: 1 / curvature })
      if (pairs.length > MEMORY) pairs.shift()
    }
    ;({ point, gradient, value } = found)
  }
  return { point, value, iterations: maxIterations, converged: largest(gradient) <= tolerance }
}

/** Minus the inverse curvature times the gradient, by the two loops over the remembered pairs. */
function descentDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((part) => -part)
  const shares: number[] = []
  for (const { step, change, scale } of pairs.toReversed()) {
    const share = scale * dot(step, direction)
    shares.push(share)
    addTo(direction, change, -share)
  }
  const last = pairs.at(-1)
  if (last !== undefined) {
    const factor = 1 / (last.scale * dot(last.change, last.change))
    for (let index = 0; index < direction.length; index++) {
      direction[index] = (direction[index] as number) * factor
    }
  }
  for (const { step, change, scale } of pairs) {
    const share = (shares.pop() ?? 0) - scale * dot(change, direction)
    addTo(direction, step, share)
  }
  return direction
}

interface Place {
  readonly point: Float64Array
  readonly gradient: Float64Array
  readonly value: number
}

interface Trial extends Place {
  readonly length: number
  readonly slope: number
}

/** A point that meets the strong Wolfe conditions, else the best that descends; null where nothing does. */
function searchLine(
  objective: Objective,
  from: Place,
  direction: Float64Array,
  firstLength: number,
): Place | null {
  const slope = dot(from.gradient, direction)
  if (slope >= 0) return null
  const attempt = (length: number): Trial => {
    const point = Float64Array.from(from.point)
    addTo(point, direction, length)
    const gradient = new Float64Array(point.length)
    const value = objective(point, gradient)
    return { point, gradient, value, length, slope: dot(gradient, direction) }
  }
  const isTooHigh = (trial: Trial) => !(trial.value <= from.value + ARMIJO * trial.length * slope)
  const isFlat = (trial: Trial) => Math.abs(trial.slope) <= -CURVATURE * slope

  let low: Trial = { ...from, length: 0, slope }
  let high: Trial | null = null
  let length = firstLength
  for (let turn = 0; turn < MAX_TRIALS; turn++) {
    const trial = attempt(length)
    if (isTooHigh(trial) || trial.value >= low.value) high = trial
    else if (isFlat(trial)) return trial
    else {
      if (trial.slope * ((high?.length ?? Number.POSITIVE_INFINITY) - low.length) >= 0) high = low
      low = trial
    }
    length = high === null ? trial.length * 2 : between(low, high)
    if (high !== null && Math.abs(high.length - low.length) * norm(direction) < ROUNDING) break
  }
  return low.length > 0 && low.value < from.value ? low : null
}

/** The minimum of the cubic through both ends, kept away from either. */
function between(low: Trial, high: Trial): number {
  const width = high.length - low.length
  const first = low.slope + high.slope - (3 * (low.value - high.value)) / (low.length - high.length)
  const root = Math.sqrt(Math.max(0, first * first - low.slope * high.slope)) * Math.sign(width)
  const share = 1 - (high.slope + root - first) / (high.slope - low.slope + 2 * root)
  const safe = Number.isFinite(share) ? Math.min(Math.max(share, 0.1), 0.9) : 0.5
  return low.length + width * safe
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0
  for (let index = 0; index < left.length; index++) {
    sum += (left[index] as number) * (right[index] as number)
  }
  return sum
}

function addTo(target: Float64Array, other: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index++) {
    target[index] = (target[index] as number) + factor * (other[index] as number)
  }
}

function subtract(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, index) => value - (right[index] as number))
}

function norm(values: Float64Array): number {
  return Math.sqrt(dot(values, values))
}

function largest(values: Float64Array): number {
  let most = 0
  for (const value of values) most = Math.max(most, Math.abs(value))
  return most
}
