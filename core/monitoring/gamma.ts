// The upper tail of the chi-squared distribution, from the regularised incomplete gamma function.

/** Enough for 15 digits at every number of degrees of freedom that a table of counts has. */
const MAX_TERMS = 1_000
const SMALLEST = 1e-300
const PRECISION = 1e-15

/** P(X ≥ `statistic`) for X of chi-squared with `degrees` of freedom (1 or more). */
export function chiSquaredTail(statistic: number, degrees: number): number {
  if (statistic <= 0) return 1
  const [shape, x] = [degrees / 2, statistic / 2]
  const scale = Math.exp(shape * Math.log(x) - x - logGamma(shape))
  const tail = x < shape + 1 ? 1 - scale * lowerSeries(shape, x) : scale * upperFraction(shape, x)
  return Math.min(1, Math.max(0, tail))
}

/** Abramowitz and Stegun 6.5.29. */
function lowerSeries(shape: number, x: number): number {
  let term = 1 / shape
  let sum = term
  for (let index = 1; index < MAX_TERMS && term > sum * PRECISION; index++) {
    term *= x / (shape + index)
    sum += term
  }
  return sum
}

/** Abramowitz and Stegun 6.5.31 by Lentz's method. */
function upperFraction(shape: number, x: number): number {
  let b = x + 1 - shape
  let c = 1 / SMALLEST
  let d = 1 / b
  let value = d
  for (let index = 1; index < MAX_TERMS; index++) {
    const a = -index * (index - shape)
    b += 2
    d = 1 / nonZero(a * d + b)
    c = nonZero(b + a / c)
    const change = c * d
    value *= change
    if (Math.abs(change - 1) < PRECISION) break
  }
  return value
}

const nonZero = (value: number) => (Math.abs(value) < SMALLEST ? SMALLEST : value)

/** Lanczos' approximation, g = 7, nine terms. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
]

/** For arguments of 0.5 and more. */
function logGamma(value: number): number {
  const x = value - 1
  const sum = LANCZOS.reduce(
    (total, term, index) => total + (index === 0 ? term : term / (x + index)),
    0,
  )
  const t = x + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum)
}
