// Whether a probability of 0.7 comes true seven times out of ten.

export interface CalibrationBin {
  /** Mean of the probabilities in this bin. */
  readonly predicted: number
  /** Share of the bin's rows that are positive. */
  readonly observed: number
  readonly count: number
}

export interface Calibration {
  /** Bins with at least one row, from low to high. */
  readonly bins: readonly CalibrationBin[]
  /** Mean distance between predicted and observed, weighted by the bins' rows (expected calibration error). */
  readonly error: number
}

/** `probabilities` of the positive class and 1 for each row that is positive; bins of equal width over [0, 1]. */
export function calibrationOf(
  probabilities: Float64Array,
  positive: Int32Array,
  binCount = 10,
): Calibration {
  const sums = new Float64Array(binCount)
  const hits = new Int32Array(binCount)
  const counts = new Int32Array(binCount)
  probabilities.forEach((probability, row) => {
    // A value on the edge of two bins belongs to the lower one; the edges are numpy's, rounding included.
    let bin = 0
    while (bin < binCount - 1 && probability > (bin + 1) * (1 / binCount)) bin++
    sums[bin] = (sums[bin] ?? 0) + probability
    hits[bin] = (hits[bin] ?? 0) + (positive[row] ?? 0)
    counts[bin] = (counts[bin] ?? 0) + 1
  })
  const bins: CalibrationBin[] = []
  counts.forEach((count, bin) => {
    if (count === 0) return
    const [sum = 0, hit = 0] = [sums[bin], hits[bin]]
    bins.push({ predicted: sum / count, observed: hit / count, count })
  })
  const error = bins.reduce(
    (sum, { predicted, observed, count }) =>
      sum + (Math.abs(predicted - observed) * count) / probabilities.length,
    0,
  )
  return { bins, error }
}
