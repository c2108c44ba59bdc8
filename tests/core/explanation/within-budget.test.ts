// Rows are asked as long as a clock says that the time will do; the clock here is the test's own.

import { describe, expect, test } from 'bun:test'
import { askWithin } from '#core/explanation/within-budget.ts'

/** A model that takes `callMs` a call and `rowMs` a row, and how many rows it was asked. */
function modelOf(callMs: number, rowMs: number) {
  const slices: number[] = []
  let clockMs = 1_000
  const ask = async (rows: readonly number[]) => {
    slices.push(rows.length)
    clockMs += callMs + rowMs * rows.length
    return rows.map((row) => row * 2)
  }
  return { slices, ask, monotonicMs: () => clockMs, spentMs: () => clockMs - 1_000 }
}

const ROWS = Array.from({ length: 3_000 }, (_, index) => index)

async function askAll(callMs: number, rowMs: number, rows = ROWS) {
  const model = modelOf(callMs, rowMs)
  const answers = await askWithin(rows, model.ask, {
    milliseconds: 800,
    monotonicMs: model.monotonicMs,
  })
  return { ...model, answers }
}

describe('asking within a budget', () => {
  test('answers every row in order, in slices that grow to a bound', async () => {
    const { answers, slices } = await askAll(0, 0.01)
    expect(answers).toEqual(ROWS.map((row) => row * 2))
    expect(slices.slice(0, 8)).toEqual([8, 16, 32, 64, 128, 256, 512, 512])
    expect(slices.reduce((sum, size) => sum + size, 0)).toBe(ROWS.length)
  })

  test('ends with the last row that the budget has time for', async () => {
    const just = await askAll(0, 800 / ROWS.length - 0.001)
    expect(just.answers).toHaveLength(ROWS.length)
    const over = await askAll(0, 800 / ROWS.length + 0.001)
    expect(over.answers).toBeNull()
  })

  test('gives up early on a slow model', async () => {
    const slow = await askAll(0, 3)
    expect(slow.answers).toBeNull()
    // The first 120 rows tell that the others take too long.
    expect(slow.slices).toEqual([8, 16, 32, 64])
    const slower = await askAll(0, 60)
    expect(slower.answers).toBeNull()
    expect(slower.slices).toEqual([8])
  })

  test('is not deceived by what a call costs by itself', async () => {
    // By the first 8 rows alone the 3,000 would take more than two seconds.
    const { answers, spentMs } = await askAll(5, 0.1)
    expect(answers).toHaveLength(ROWS.length)
    expect(spentMs()).toBeLessThan(800)
  })

  test('never takes much longer than the budget, however slow the model becomes', async () => {
    let clockMs = 0
    let asked = 0
    const answers = await askWithin(
      ROWS,
      async (rows) => {
        asked += rows.length
        clockMs += rows.length * (asked > 500 ? 1 : 0.1)
        return rows
      },
      { milliseconds: 800, monotonicMs: () => clockMs },
    )
    expect(answers).toBeNull()
    expect(clockMs).toBeLessThan(800)
  })

  test('asks nothing about no rows', async () => {
    const { answers, slices } = await askAll(0, 1, [])
    expect(answers).toEqual([])
    expect(slices).toEqual([])
  })
})
