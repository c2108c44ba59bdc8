// Units of measure: how people write them, and how a value moves from one to the unit of its field.

import { scaled } from './number-literals.ts'
import type { Token } from './tokens.ts'

/** Units of one family convert by their factors. Calendar and clock time do not: no month is a fixed number of days. */
export interface Unit {
  readonly family: string
  readonly factor: number
}

interface UnitRow extends Unit {
  readonly words: string
}

/** `words`: spellings parted by `|`, singular; the plural in s is understood. */
const UNIT_ROWS: readonly UnitRow[] = [
  { family: 'calendar', factor: 1, words: 'month|mo|mth|mos|mnth' },
  { family: 'calendar', factor: 3, words: 'quarter' },
  { family: 'calendar', factor: 12, words: 'year|yr|y|yo' },
  { family: 'calendar', factor: 120, words: 'decade' },
  { family: 'clock', factor: 1, words: 'second|sec' },
  { family: 'clock', factor: 60, words: 'minute|min' },
  { family: 'clock', factor: 3600, words: 'hour|hr|h' },
  { family: 'clock', factor: 86_400, words: 'day' },
  { family: 'clock', factor: 604_800, words: 'week|wk' },
  { family: 'clock', factor: 0.001, words: 'millisecond|ms' },
  { family: 'length', factor: 0.001, words: 'millimeter|millimetre|mm' },
  { family: 'length', factor: 0.01, words: 'centimeter|centimetre|cm' },
  { family: 'length', factor: 1, words: 'meter|metre|m' },
  { family: 'length', factor: 1000, words: 'kilometer|kilometre|km' },
  { family: 'length', factor: 0.0254, words: 'inch|inches|in' },
  { family: 'length', factor: 0.3048, words: 'foot|feet|ft' },
  { family: 'length', factor: 0.9144, words: 'yard|yd' },
  { family: 'length', factor: 1609.344, words: 'mile|mi' },
  {
    family: 'area',
    factor: 0.09290304,
    words: 'square foot|square feet|sq ft|sqft|sq feet|square ft',
  },
  { family: 'area', factor: 1, words: 'square meter|square metre|sqm|sq m|m2|m²' },
  { family: 'area', factor: 4046.8564224, words: 'acre' },
  { family: 'area', factor: 10_000, words: 'hectare|ha' },
  { family: 'mass', factor: 0.000001, words: 'milligram|mg' },
  { family: 'mass', factor: 0.001, words: 'gram|gramme|g' },
  { family: 'mass', factor: 1, words: 'kilogram|kilo|kg' },
  { family: 'mass', factor: 1000, words: 'tonne|metric ton' },
  { family: 'mass', factor: 0.45359237, words: 'pound|lb' },
  { family: 'mass', factor: 0.028349523125, words: 'ounce|oz' },
  { family: 'volume', factor: 0.001, words: 'milliliter|millilitre|ml' },
  { family: 'volume', factor: 1, words: 'liter|litre|l' },
  { family: 'volume', factor: 3.785411784, words: 'gallon|gal' },
  { family: 'share', factor: 1, words: 'percent|percentage|pct|%|per cent' },
  { family: 'share', factor: 0.01, words: 'permille|‰' },
  { family: 'share', factor: 100, words: 'fraction|ratio|share|proportion' },
  { family: 'money:USD', factor: 1, words: 'usd|dollar|buck|$|us dollar' },
  { family: 'money:USD', factor: 0.01, words: 'cent' },
  { family: 'money:EUR', factor: 1, words: 'eur|euro|€' },
  { family: 'money:GBP', factor: 1, words: 'gbp|pound sterling|quid|£' },
  { family: 'money:JPY', factor: 1, words: 'jpy|yen|¥' },
  { family: 'money:INR', factor: 1, words: 'inr|rupee|₹' },
  { family: 'money:CHF', factor: 1, words: 'chf|swiss franc|franc' },
]

const UNITS: ReadonlyMap<string, Unit> = new Map(
  UNIT_ROWS.flatMap(({ words, family, factor }) =>
    words
      .split('|')
      .flatMap((word) => [
        [word, { family, factor }] as const,
        [`${word}s`, { family, factor }] as const,
      ]),
  ),
)

/** Units that are also plain words count only right behind a number. */
const MAX_UNIT_WORDS = 3

const UNIT_SPLIT = /[\s_-]+/

/** The unit a signature names (`months`, `square feet`, `USD`), or null where it is one we cannot convert. */
export function unitNamed(name: string | undefined): Unit | null {
  if (name === undefined) return null
  return UNITS.get(name.toLowerCase().trim().split(UNIT_SPLIT).join(' ')) ?? null
}

export function isUnitWord(word: string): boolean {
  return UNITS.has(word)
}

/** The unit that begins at token `index`, the longest one, and the index behind it. */
export function readUnit(
  tokens: readonly Token[],
  index: number,
): { unit: Unit; next: number } | null {
  for (let length = MAX_UNIT_WORDS; length >= 1; length--) {
    const slice = tokens.slice(index, index + length)
    if (slice.length < length) continue
    const unit = UNITS.get(slice.map(({ word }) => word).join(' '))
    if (unit === undefined || isPreposition(tokens, index, length)) continue
    return { unit, next: index + length }
  }
  return null
}

/** "1680 in total", "5 in": `in` is inches only at the end of what is said about the number. */
function isPreposition(tokens: readonly Token[], index: number, length: number): boolean {
  const token = tokens[index]
  if (length !== 1 || token?.word !== 'in') return false
  const next = tokens[index + 1]
  return next !== undefined && next.kind !== 'mark' && !token.glued
}

/** null where the two cannot be converted into each other. */
export function convert(value: number, from: Unit, to: Unit): number | null {
  if (from.family !== to.family) return null
  if (from.factor === to.factor) return value
  // Divided before multiplied where that is exact: 14 mm are 1.4 cm, not 1.4000000000000001.
  const ratio = from.factor / to.factor
  return ratio >= 1 ? scaled(value, ratio) : scaled(value / (to.factor / from.factor), 1)
}
