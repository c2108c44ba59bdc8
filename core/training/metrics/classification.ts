// How good a classifier's labels and probabilities are.

import type { Matrix } from '#core/pipeline/matrix.ts'

export interface ClassMetrics {
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Rows that are truly of this class. */
  readonly support: number
}

/** All of one evaluation; probabilities' measures are null where a class of the model is in no test row. */
export interface ClassificationMetrics {
  readonly accuracy: number
  readonly macroF1: number
  /** In the order of the class codes. */
  readonly perClass: readonly ClassMetrics[]
  readonly logLoss: number
  /** Binary: of the second class. More classes: mean over each class against the rest. */
  readonly rocAuc: number | null
  /** Binary: mean squared error of the second class' probability. More classes: summed over the classes. */
  readonly brier: number
  /** `confusion[truth][predicted]` counts rows. */
  readonly confusion: readonly (readonly number[])[]
}

/** `truth` has a class code a row, `probabilities` is [rows, classes]; the label is the class of the largest. */
export function classificationMetrics(
  truth: Int32Array,
  probabilities: Matrix,
): ClassificationMetrics {
  const confusion = confusionMatrix(truth, predictedCodes(probabilities), probabilities.columns)
  const perClass = classMetrics(confusion)
  return {
    accuracy: accuracyOf(confusion),
    macroF1: macroF1(perClass, confusion),
    perClass,
    logLoss: logLoss(truth, probabilities),
    rocAuc: rocAuc(truth, probabilities),
    brier: brierScore(truth, probabilities),
    confusion,
  }
}

/** The class of the largest probability, the first of equals. */
export function predictedCodes({ rows, columns, data }: Matrix): Int32Array {
  const codes = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    let best = 0
    for (let column = 1; column < columns; column++) {
      if ((data[row * columns + column] ?? 0) > (data[row * columns + best] ?? 0)) best = column
    }
    codes[row] = best
  }
  return codes
}

export function confusionMatrix(
  truth: Int32Array,
  predicted: Int32Array,
  classCount: number,
): readonly (readonly number[])[] {
  const counts = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0))
  truth.forEach((code, row) => {
    const line = counts[code]
    const guess = predicted[row] ?? 0
    if (line !== undefined) line[guess] = (line[guess] ?? 0) + 1
  })
  return counts
}

function accuracyOf(confusion: readonly (readonly number[])[]): number {
  const right = confusion.reduce((sum, line, code) => sum + (line[code] ?? 0), 0)
  return right / total(confusion.map(total))
}

/** Precision and recall are 0 where nothing was predicted, or nothing is, of the class. */
function classMetrics(confusion: readonly (readonly number[])[]): readonly ClassMetrics[] {
  return confusion.map((line, code) => {
    const right = line[code] ?? 0
    const support = total(line)
    const predicted = total(confusion.map((other) => other[code] ?? 0))
    return {
      precision: predicted === 0 ? 0 : right / predicted,
      recall: support === 0 ? 0 : right / support,
      f1: predicted + support === 0 ? 0 : (2 * right) / (predicted + support),
      support,
    }
  })
}

/** Over the classes that occur; one that is neither there nor predicted says nothing. */
function macroF1(
  perClass: readonly ClassMetrics[],
  confusion: readonly (readonly number[])[],
): number {
  const seen = perClass.filter(
    ({ support }, code) => support > 0 || confusion.some((line) => (line[code] ?? 0) > 0),
  )
  return total(seen.map(({ f1 }) => f1)) / seen.length
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** A probability of 0 for what happened would cost infinitely much; it counts as this. */
const SMALLEST_PROBABILITY = Number.EPSILON

export function logLoss(truth: Int32Array, { columns, data }: Matrix): number {
  let sum = 0
  truth.forEach((code, row) => {
    const probability = data[row * columns + code] ?? 0
    sum -= Math.log(Math.min(Math.max(probability, SMALLEST_PROBABILITY), 1 - SMALLEST_PROBABILITY))
  })
  return sum / truth.length
}

export function brierScore(truth: Int32Array, { columns, data }: Matrix): number {
  let sum = 0
  truth.forEach((code, row) => {
    for (let column = columns === 2 ? 1 : 0; column < columns; column++) {
      sum += ((data[row * columns + column] ?? 0) - (code === column ? 1 : 0)) ** 2
    }
  })
  return sum / truth.length
}

/** Null where a class is in no row, or in every one. */
export function rocAuc(truth: Int32Array, { rows, columns, data }: Matrix): number | null {
  const areas: number[] = []
  for (let column = columns === 2 ? 1 : 0; column < columns; column++) {
    const scores = Float64Array.from(
      { length: rows },
      (_, row) => data[row * columns + column] ?? 0,
    )
    const area = areaUnderCurve(
      scores,
      truth.map((code) => (code === column ? 1 : 0)),
    )
    if (area === null) return null
    areas.push(area)
  }
  return total(areas) / areas.length
}

/** The chance that a random positive row has a higher score than a random negative one; equals count half. */
export function areaUnderCurve(scores: Float64Array, positive: Int32Array): number | null {
  const order = Int32Array.from(scores.keys()).sort(
    (left, right) => (scores[left] ?? 0) - (scores[right] ?? 0),
  )
  const positives = positive.reduce((sum, value) => sum + value, 0)
  const negatives = positive.length - positives
  if (positives === 0 || negatives === 0) return null
  let rankSum = 0
  for (let start = 0; start < order.length; ) {
    const score = scores[order[start] ?? 0]
    let end = start
    let positivesHere = 0
    while (end < order.length && scores[order[end] ?? 0] === score) {
      positivesHere += positive[order[end] ?? 0] ?? 0
      end++
    }
    rankSum += (positivesHere * (start + 1 + end)) / 2
    start = end
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}
