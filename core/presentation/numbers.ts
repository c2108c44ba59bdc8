// How numbers read in an answer: separators, sensible digits, units, and percentages that never overstate.

/** Currency codes and the sign people write before the number. */
const CURRENCY_SIGNS: Readonly<Record<string, string>> = {
  USD: '$',
  EUR: '€',
  GBP: '£',
  JPY: '¥',
  INR: '₹',
  CHF: 'CHF ',
  CAD: 'CA$',
  AUD: 'A$',
}

/** Units that stand directly behind the number. */
const TIGHT_UNITS: ReadonlySet<string> = new Set(['%', '°', '°C', '°F'])

/** Below this, four significant digits say more than two decimals would. */
const WHOLE_NUMBERS_FROM = 1000
const SIGNIFICANT_DIGITS = 4

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const money = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const significant = new Intl.NumberFormat('en-US', { maximumSignificantDigits: SIGNIFICANT_DIGITS })
const exact = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 })

/** A computed number, rounded for reading: `231,013`, `24.57`, `0.001234`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Math.abs(value) >= WHOLE_NUMBERS_FROM) return whole.format(value)
  return significant.format(value)
}

/** A number a person gave, with every digit they gave (up to six decimals): `1,680.25`. */
export function formatGiven(value: number): string {
  return Number.isFinite(value) ? exact.format(value) : String(value)
}

/** `$231,013`, `$70.50`, `24 months`, `1 month`, `12%`. `given` keeps the digits of a number that a person typed. */
export function formatQuantity(value: number, unit: string | undefined, given = false): string {
  const plain = given ? formatGiven(value) : formatNumber(value)
  if (unit === undefined || unit === '') return plain
  const sign = CURRENCY_SIGNS[unit.toUpperCase()]
  if (sign !== undefined) return formatMoney(value, sign)
  if (TIGHT_UNITS.has(unit)) return `${plain}${unit}`
  const singular = value === 1 && unit.endsWith('s') && !unit.endsWith('ss')
  return `${plain} ${singular ? unit.slice(0, -1) : unit}`
}

function formatMoney(value: number, sign: string): string {
  const size = Math.abs(value)
  const digits =
    Number.isInteger(value) || size >= WHOLE_NUMBERS_FROM ? whole.format(size) : money.format(size)
  return `${value < 0 ? '-' : ''}${sign}${digits}`
}

/** More decimals than this would pretend to a precision that no model has. */
const MAX_PERCENT_DECIMALS = 3

/**
 * A probability as a percentage. Whole percents where they are honest: more decimals near 0 and 1, `>99.9%` and
 * `<0.1%` beyond (also for exactly 1 and 0, as no model is certain), and as many as it takes to
 * stay on its own side of each of `thresholds`, so that 29.96 % never reads "30% (Low Risk)" below a band of 30 %.
 */
export function formatPercent(probability: number, thresholds: readonly number[] = []): string {
  if (probability > 0.999) return '>99.9%'
  if (probability < 0.001) return '<0.1%'
  const first = probability > 0.99 || probability < 0.01 ? 1 : 0
  for (let decimals = first; decimals < MAX_PERCENT_DECIMALS; decimals++) {
    const shown = (probability * 100).toFixed(decimals)
    if (keepsSide(probability, Number(shown) / 100, thresholds)) return `${shown}%`
  }
  return `${(probability * 100).toFixed(MAX_PERCENT_DECIMALS)}%`
}

/** A counted share, such as an accuracy: as `formatPercent`, but all is `100%` and none is `0%`, since counts are certain. */
export function formatShare(share: number): string {
  if (share === 1) return '100%'
  return share === 0 ? '0%' : formatPercent(share)
}

/** How far a probability moved, with its sign: `+12%`, `-0.4%`. */
export function formatPercentChange(change: number): string {
  if (change === 0) return '0%'
  return `${change < 0 ? '-' : '+'}${formatPercent(Math.abs(change))}`
}

function keepsSide(value: number, shown: number, thresholds: readonly number[]): boolean {
  return thresholds.every((threshold) => value < threshold === shown < threshold)
}

/** The same inside a sentence: `more than 99.9%`, `less than 0.1%`, else as `formatPercent`. */
export function percentWords(probability: number, thresholds: readonly number[] = []): string {
  const text = formatPercent(probability, thresholds)
  if (text.startsWith('>')) return `more than ${text.slice(1)}`
  if (text.startsWith('<')) return `less than ${text.slice(1)}`
  return text
}

/** `12 B`, `345 KB`, `1.2 MB`; decimal units, as file managers show them. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit > 0 && value < 10 ? 1 : 0
  return `${value.toFixed(digits)} ${units[unit] ?? 'B'}`
}

/** `0.08 ms`, `3.1 ms`, `240 ms`, `1.4 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`
  if (milliseconds >= 10) return `${milliseconds.toFixed(0)} ms`
  return `${milliseconds.toFixed(milliseconds >= 1 ? 1 : 2)} ms`
}
