// Numbers in answers: readable, with their unit, and never saying more than the model did.

import { describe, expect, test } from 'bun:test'
import {
  formatBytes,
  formatDuration,
  formatGiven,
  formatNumber,
  formatPercent,
  formatPercentChange,
  formatQuantity,
  formatShare,
  percentWords,
} from '#core/presentation/numbers.ts'

describe('a probability', () => {
  test.each([
    [0.23, '23%'],
    [0.5, '50%'],
    [0.994, '99.4%'],
    [0.0049, '0.5%'],
    [0.9996, '>99.9%'],
    [1, '>99.9%'],
    [0.0004, '<0.1%'],
    [0, '<0.1%'],
  ])('of %p reads %p: no model is certain', (value, text) => {
    expect(formatPercent(value)).toBe(text)
  })

  test('is never rounded across a band or the turning point', () => {
    expect(formatPercent(0.2996, [0.3])).toBe('29.96%')
    expect(formatPercent(0.2962, [0.3])).toBe('29.6%')
    expect(formatPercent(0.3, [0.3])).toBe('30%')
    expect(formatPercent(0.4999, [0.5])).toBe('49.99%')
  })

  test('is written out in a sentence', () => {
    expect(percentWords(0.9999)).toBe('more than 99.9%')
    expect(percentWords(0)).toBe('less than 0.1%')
    expect(percentWords(0.5)).toBe('50%')
  })
})

test('a counted share may be all or nothing', () => {
  expect([1, 0, 0.9996, 0.5].map(formatShare)).toEqual(['100%', '0%', '>99.9%', '50%'])
})

test('a change of a probability has its sign, also where it is small', () => {
  const changes = [-0.132, 0.02, -0.0004, 0, -0.004].map(formatPercentChange)
  expect(changes).toEqual(['-13%', '+2%', '-<0.1%', '0%', '-0.4%'])
})

describe('a number', () => {
  test.each([
    [231013.44, '231,013'],
    [24.567, '24.57'],
    [0.00123449, '0.001234'],
    [-5, '-5'],
    [0, '0'],
  ])('%p reads %p', (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })

  test('that a person gave keeps its digits', () => {
    expect(formatGiven(1680.25)).toBe('1,680.25')
    expect(formatGiven(0.123456)).toBe('0.123456')
  })

  test.each([
    [231000, 'USD', '$231,000'],
    [70.5, 'USD', '$70.50'],
    [70, 'USD', '$70'],
    [-1234.5, 'EUR', '-€1,235'],
    [24, 'months', '24 months'],
    [1, 'months', '1 month'],
    [12.5, '%', '12.5%'],
    [3, undefined, '3'],
    [5.1, 'cm', '5.1 cm'],
  ])('%p in %p reads %p', (value, unit, text) => {
    expect(formatQuantity(value, unit)).toBe(text)
  })

  test('of bytes and of milliseconds has a unit that fits', () => {
    expect([12, 345_000, 1_234_567].map(formatBytes)).toEqual(['12 B', '345 KB', '1.2 MB'])
    expect([0.083, 3.14, 240, 1_400].map(formatDuration)).toEqual([
      '0.08 ms',
      '3.1 ms',
      '240 ms',
      '1.4 s',
    ])
  })
})
