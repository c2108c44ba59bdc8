// How near a regression's values are to the truth.

export interface RegressionMetrics {
  /** 1 is perfect, 0 is no better than the mean, below 0 worse. */
  readonly r2: number
  /** Mean absolute error, in the target's unit. */
  readonly mae: number
  /** Root of the mean squared error, in the target's unit. */
  readonly rmse: number
  /** Mean absolute error as a share of the true value; huge where a true value is 0. */
  readonly mape: number
}

export function regressionMetrics(truth: Float64Array, predicted: Float64Array): RegressionMetrics {
  const rows = truth.length
  const mean = truth.reduce((sum, value) => sum + value, 0) / rows
  let squared = 0
  let absolute = 0
  let relative = 0
  let spread = 0
  truth.forEach((value, row) => {
    const error = value - (predicted[row] ?? 0)
    squared += error ** 2
    absolute += Math.abs(error)
    relative += Math.abs(error) / Math.max(Math.abs(value), Number.EPSILON)
    spread += (value - mean) ** 2
  })
  return {
    r2: spread === 0 ? Number(squared === 0) : 1 - squared / spread,
    mae: absolute / rows,
    rmse: Math.sqrt(squared / rows),
    mape: relative / rows,
  }
}
