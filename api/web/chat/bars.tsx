// Horizontal bars with their values: probabilities, importances, contributions that may point left or right.

import { formatNumber, formatPercent, formatPercentChange } from '#core/presentation/numbers.ts'

export interface Bar {
  readonly label: string
  readonly value: number
  readonly emphasised?: boolean
}

export interface BarsProps {
  readonly title?: string | undefined
  readonly maximum: number
  readonly format: 'percent' | 'number'
  readonly items: readonly Bar[]
  /** Bars to both sides of zero, with signs; also where a value is negative. */
  readonly twoSided?: boolean
}

export function Bars({ title, maximum, format, items, ...rest }: BarsProps) {
  const twoSided = rest.twoSided ?? items.some(({ value }) => value < 0)
  return (
    <figure className="bars" data-two-sided={twoSided || undefined}>
      {title !== undefined && <figcaption className="block-title">{title}</figcaption>}
      <ul>
        {items.map((item) => (
          <li key={item.label} data-emphasised={item.emphasised || undefined}>
            <span className="bar-label" dir="auto">
              {item.label}
            </span>
            <span className="bar-track" aria-hidden="true">
              <span
                className="bar-fill"
                data-negative={item.value < 0 || undefined}
                style={{ inlineSize: `${share(item.value, maximum) * (twoSided ? 50 : 100)}%` }}
              />
            </span>
            <span className="bar-value">{valueText(item.value, format, twoSided)}</span>
          </li>
        ))}
      </ul>
    </figure>
  )
}

/** What is not zero stays visible. */
const SMALLEST_SHARE = 0.006

function share(value: number, maximum: number): number {
  if (maximum <= 0 || value === 0 || !Number.isFinite(value)) return 0
  return Math.min(1, Math.max(SMALLEST_SHARE, Math.abs(value) / maximum))
}

function valueText(value: number, format: BarsProps['format'], twoSided: boolean): string {
  if (format === 'percent') return twoSided ? formatPercentChange(value) : formatPercent(value)
  const text = formatNumber(value)
  return twoSided && value > 0 ? `+${text}` : text
}
