// Numbers as people write and say them, with their units.

import { describe, expect, test } from 'bun:test'
import { findNumbers } from '#agent/interpreter/numbers.ts'
import { tokenise } from '#agent/interpreter/tokens.ts'
import { convert, unitNamed } from '#agent/interpreter/units.ts'

const numbersIn = (text: string) =>
  findNumbers(tokenise(text, []))
    .filter(({ weak }) => !weak)
    .map(({ value }) => value)

const CASES: readonly (readonly [text: string, ...values: number[]])[] = [
  ['24', 24],
  ['1,680.50', 1680.5],
  ['1.680,50', 1680.5],
  ["1'680", 1680],
  ['1 680', 1680],
  ['1.234.567', 1234567],
  ['.9', 0.9],
  ['-5', -5],
  ['tenure -5', -5],
  ['tenure - 5', 5],
  ['minus five', -5],
  ['$2,310', 2310],
  ['-$5', -5],
  ['$-5', -5],
  ['70$', 70],
  ['€85.000', 85000],
  ['85.000', 85],
  ['2,5', 2.5],
  ['5,1 3,5 1,4', 5.1, 3.5, 1.4],
  ['24,70,1680', 24, 70, 1680],
  ['24, 70, 1680', 24, 70, 1680],
  ['2.31k', 2310],
  ['10K', 10000],
  ['$1.2M', 1200000],
  ['1.2 million', 1200000],
  ['USD 80', 80],
  ['1.8e3', 1800],
  ['eighteen', 18],
  ['fifty-five', 55],
  ['twenty four', 24],
  ['a dozen', 12],
  ['two dozen', 24],
  ['a hundred and twenty thousand', 120000],
  ['two thousand three hundred and ten', 2310],
  ['fifteen hundred and fifty', 1550],
  ['seven hundred fifty', 750],
  ['twenty and thirty', 20, 30],
  ['half a million', 500000],
  ['a quarter of a million', 250000],
  ['three quarters of a million', 750000],
  ['two and a half', 2.5],
  ['2½', 2.5],
  ['2 1/2', 2.5],
  ['one point five', 1.5],
  ['zero point two', 0.2],
  ['5 grand', 5000],
  ['3-bedroom', 3],
  ['24months', 24],
  ['second', ...[]],
  ['the loan default one', ...[]],
  ['f0 and v2', ...[]],
]

describe('numbers in a message', () => {
  test.each(CASES)('%p', (text, ...values) => {
    expect(numbersIn(text)).toEqual(values)
  })
})

const SPANS: readonly (readonly [text: string, unit: string, value: number])[] = [
  ['2 years', 'months', 24],
  ['a year and a half', 'months', 18],
  ['one and a half years', 'months', 18],
  ['half a year', 'months', 6],
  ['for a year', 'months', 12],
  ['2 years and 3 months', 'months', 27],
  ['30 months', 'years', 2.5],
  ['14 mm', 'cm', 1.4],
  ['70 dollars and 50 cents', 'USD', 70.5],
  ['2 hours', 'minutes', 120],
  ['15%', 'fraction', 0.15],
]

describe('values with units', () => {
  test.each(SPANS)('%p in %p', (text, name, wanted) => {
    const mention = findNumbers(tokenise(text, [])).at(-1)
    const unit = unitNamed(name)
    if (mention?.unit == null || unit === null) throw new Error('no unit')
    expect(convert(mention.value, mention.unit, unit)).toBeCloseTo(wanted, 9)
  })

  test('calendar and clock time do not convert, as no month is a fixed number of days', () => {
    const [months, days] = [unitNamed('months'), unitNamed('days')]
    if (months === null || days === null) throw new Error('no unit')
    expect(convert(90, days, months)).toBeNull()
  })

  test('"$70 a month" is a rate and no span of time', () => {
    expect(findNumbers(tokenise('pays $70 a month', [])).map(({ value }) => value)).toEqual([70])
  })
})
