// Predicted against actual values as dots around the line where both are equal.

import { formatQuantity } from '#core/presentation/numbers.ts'

export interface ResidualPlotProps {
  readonly residuals: { readonly predicted: readonly number[]; readonly actual: readonly number[] }
  readonly unit: string | undefined
}

const SIZE = 320
/** Room for the labels of the axes. */
const MARGIN = 34

export function ResidualPlot({ residuals: { predicted, actual }, unit }: ResidualPlotProps) {
  const values = [...predicted, ...actual].filter(Number.isFinite)
  if (values.length === 0) return null
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const span = high - low || 1
  const place = (value: number) => MARGIN + ((value - low) / span) * (SIZE - MARGIN - 8)
  const errors = predicted.map((value, index) => Math.abs(value - (actual[index] ?? value)))
  const typical =
    [...errors].sort((left, right) => left - right)[Math.floor(errors.length / 2)] ?? 0
  const said = `Predicted against actual for ${predicted.length} rows; half of them are off by less than ${formatQuantity(typical, unit)}.`
  return (
    <section className="card">
      <h3 className="block-title">Predicted against actual</h3>
      <svg className="residuals" viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={said}>
        <line
          className="plot-line"
          x1={place(low)}
          y1={SIZE - place(low)}
          x2={place(high)}
          y2={SIZE - place(high)}
        />
        {predicted.map((value, index) => (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: the dots never change their order
            key={index}
            className="plot-dot"
            cx={place(actual[index] ?? low)}
            cy={SIZE - place(value)}
            r={2.4}
          />
        ))}
        <text className="plot-label" x={SIZE / 2} y={SIZE - 6} textAnchor="middle">
          actual, {formatQuantity(low, unit)} to {formatQuantity(high, unit)}
        </text>
        <text
          className="plot-label"
          x={-SIZE / 2}
          y={14}
          textAnchor="middle"
          transform="rotate(-90)"
        >
          predicted
        </text>
      </svg>
      <p className="quiet small">{said}</p>
    </section>
  )
}
