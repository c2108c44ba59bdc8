// When a version takes itself out: enough requests, worse than allowed, and worse than the live one.

import { describe, expect, test } from 'bun:test'
import { FIGURES_WINDOW, type RollBackRule } from '#core/traffic/traffic-plan.ts'
import { createFigures } from '#core/traffic/version-figures.ts'

const ERRORS: RollBackRule = { maximumErrorRate: 0.05, maximumLatencyMs: null, minimumRequests: 20 }
const LATENCY: RollBackRule = { maximumErrorRate: null, maximumLatencyMs: 5, minimumRequests: 20 }

function after(requests: number, failed: number, latencyMs = 1) {
  const figures = createFigures('answers')
  for (let index = 0; index < requests; index += 1) figures.record(index >= failed, latencyMs)
  return figures
}

describe('the error rate', () => {
  test('is judged from the smallest number of requests on', () => {
    expect(after(19, 19).breach(ERRORS, 0)).toBeNull()
    expect(after(20, 2).breach(ERRORS, 0)).toBe(
      'failed 10 % of its last 20 requests, where 5 % may',
    )
  })

  test('may be as high as allowed', () => {
    expect(after(100, 5).breach(ERRORS, 0)).toBeNull()
    expect(after(100, 6).breach(ERRORS, 0)).not.toBeNull()
  })

  test('may be as high as that of the live version: then it is the callers', () => {
    expect(after(100, 30).breach(ERRORS, 0.3)).toBeNull()
    expect(after(100, 30).breach(ERRORS, 0.29)).not.toBeNull()
  })

  test('is that of the last requests, so that a late fault shows and an old one is forgotten', () => {
    const late = after(FIGURES_WINDOW * 3, 0)
    for (let index = 0; index < FIGURES_WINDOW / 10; index += 1) late.record(false, 1)
    expect(late.errorRate()).toBeCloseTo(0.1, 10)
    const old = after(FIGURES_WINDOW * 2, FIGURES_WINDOW)
    expect(old.errorRate()).toBe(0)
    expect(old.read()).toMatchObject({ requests: FIGURES_WINDOW * 2, errors: FIGURES_WINDOW })
  })
})

test('latency is that of the slowest five of a hundred', () => {
  const mostlyFast = after(96, 0, 1)
  for (let index = 0; index < 4; index += 1) mostlyFast.record(true, 90)
  expect(mostlyFast.breach(LATENCY, 0)).toBeNull()
  for (let index = 0; index < 4; index += 1) mostlyFast.record(true, 90)
  expect(mostlyFast.breach(LATENCY, 0)).toBe(
    'took 90.0 ms for 95 % of its last 104 requests, where 5 ms are allowed',
  )
})

test('a shadow says how often it agreed and how far it was off', () => {
  const shadow = createFigures('shadow')
  shadow.record(true, 2)
  shadow.compare([
    { agrees: true, distance: 0.1 },
    { agrees: false, distance: 0.3 },
    { agrees: true, distance: null },
  ])
  shadow.skip()
  expect(shadow.read()).toMatchObject({
    requests: 1,
    latencyMs: { p50: 2 },
    shadow: { rows: 3, agreements: 2, meanDifference: 0.2, skipped: 1 },
  })
  expect(createFigures('answers').read().shadow).toBeNull()
})
