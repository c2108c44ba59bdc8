// Drift held to scipy and numpy, and its verdicts to samples of many sizes in which something or nothing has changed.

import { describe, expect, test } from 'bun:test'
import { categoryBins, numberBins } from '#core/monitoring/bins.ts'
import { jensenShannon, populationStability } from '#core/monitoring/divergences.ts'
import { compareColumns, type DriftColumn, worstOf } from '#core/monitoring/drift.ts'
import { chiSquared, kolmogorovSmirnov } from '#core/monitoring/two-samples.ts'
import { createRandom } from '#core/training/random.ts'
import expected from './expected.json'

const present = (values: readonly (number | null)[]) => values.filter((value) => value !== null)

describe('as scipy has it', () => {
  test.each(expected.pairs.map((pair) => [pair.name, pair] as const))('numbers: %s', (_, pair) => {
    const { statistic, pValue } = kolmogorovSmirnov(present(pair.reference), present(pair.current))
    expect(statistic).toBeCloseTo(pair.ks, 12)
    expect(pValue).toBeCloseTo(pair.p, 9)
    const bins = numberBins(pair.reference)
    const [before, after] = [bins.count(pair.reference), bins.count(pair.current)]
    expect(populationStability(before, after)).toBeCloseTo(pair.psi, 9)
    expect(jensenShannon(before, after)).toBeCloseTo(pair.js, 9)
  })

  test.each(expected.tables.map((table) => [table.name, table] as const))(
    'counts: %s',
    (_, table) => {
      const { statistic, pValue } = chiSquared(table.before, table.after)
      expect(statistic).toBeCloseTo(table.statistic, 9)
      expect(Math.abs(pValue - table.p)).toBeLessThan(1e-12 + 1e-9 * table.p)
      expect(populationStability(table.before, table.after)).toBeCloseTo(table.psi, 9)
      expect(jensenShannon(table.before, table.after)).toBeCloseTo(table.js, 9)
    },
  )
})

const random = createRandom('drift')
const draw = (rows: number, mean = 0) => Array.from({ length: rows }, () => random.normal() + mean)
const column = (changes: Partial<DriftColumn>): DriftColumn => ({
  name: 'x',
  kind: 'number',
  reference: draw(64),
  current: draw(200),
  ...changes,
})
const verdictOf = (changes: Partial<DriftColumn>) => compareColumns([column(changes)])[0]?.verdict

describe('a verdict', () => {
  test('is not given on few rows, whatever they look like', () => {
    expect(verdictOf({ current: draw(29, 9) })).toBe('too_few_rows')
    expect(verdictOf({ reference: draw(29), current: draw(500, 9) })).toBe('too_few_rows')
    expect(verdictOf({ current: [] })).toBe('too_few_rows')
    expect(verdictOf({ current: draw(30, 9) })).toBe('drifted')
  })

  test('raises an alarm in at most one of twenty checks of an unchanged model with ten inputs', () => {
    let alarms = 0
    for (let check = 0; check < 200; check++) {
      const columns = Array.from({ length: 10 }, (_, index) =>
        column({ name: `x${index}`, current: draw(40) }),
      )
      if (worstOf(compareColumns(columns).map(({ verdict }) => verdict)) !== 'stable') alarms += 1
    }
    expect(alarms).toBeLessThanOrEqual(10)
  })

  test('takes off the index what chance alone makes of so few rows', () => {
    const checks = compareColumns(Array.from({ length: 200 }, () => column({ current: draw(40) })))
    const mean = (key: 'psi' | 'psiBeyondChance') =>
      checks.reduce((sum, one) => sum + one[key], 0) / checks.length
    // 10 bins of 64 and of 40 rows: 9 (1/64 + 1/40) by its limit, less for the half rows in each bin.
    expect(mean('psi')).toBeGreaterThan(0.25)
    expect(mean('psi')).toBeLessThan(0.42)
    expect(mean('psiBeyondChance')).toBeLessThan(0.1)
  })

  test('makes no alarm of a trifle that many rows make certain', () => {
    const [found] = compareColumns([column({ reference: draw(5000), current: draw(5000, 0.12) })])
    expect(found?.pValue).toBeLessThan(1e-3)
    expect(found?.verdict).toBe('stable')
  })

  test('grows with the change', () => {
    const large = { reference: draw(1000) }
    expect(verdictOf({ ...large, current: draw(1000, 0.42) })).toBe('shifting')
    expect(verdictOf({ ...large, current: draw(1000, 1) })).toBe('drifted')
  })

  test('sees names that training never had, and values that go missing', () => {
    const reference = Array.from({ length: 64 }, (_, row) => (row % 2 === 0 ? 'a' : 'b'))
    const current = reference.map((name, row) => (row % 3 === 0 ? 'new' : name))
    const [found] = compareColumns([column({ kind: 'category', reference, current })])
    expect(found?.verdict).toBe('drifted')
    expect(found?.bins.map(({ label }) => label)).toEqual(['a', 'b', 'others'])
    expect(found?.ks).toBeNull()
    const gaps = draw(200).map((value, row) => (row % 2 === 0 ? null : value))
    expect(verdictOf({ current: gaps })).toBe('drifted')
    expect(verdictOf({ current: gaps.map(() => null) })).toBe('drifted')
  })

  test('of the worst column is the model’s', () => {
    expect(worstOf(['stable', 'drifted', 'shifting'])).toBe('drifted')
    expect(worstOf(['too_few_rows', 'stable'])).toBe('stable')
    expect(worstOf([])).toBe('too_few_rows')
  })
})

test('a constant column has its value and the others for bins', () => {
  const bins = numberBins([3, 3, 3])
  expect(bins.count([3, 4, null])).toEqual([1, 1, 1])
  expect(categoryBins(['b', 'a', 'b']).labels).toEqual(['b', 'a', 'others', 'missing'])
})
