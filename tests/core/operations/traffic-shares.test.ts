// What shares mean: who is live, who is beside it, and what cannot be shared out.

import { describe, expect, test } from 'bun:test'
import { sharesOf } from '#core/operations/traffic-shares.ts'

const read = (given: Readonly<Record<string, number>>, liveVersion: number | null = 1) =>
  sharesOf(given, { name: 'churn', liveVersion })

describe('shares', () => {
  test.each([
    [{ '1': 90, '2': 10 }, 1, { live: 1, candidates: [{ version: 2, percent: 10 }] }],
    // What was just deployed gives the larger part back.
    [{ '1': 90, '2': 10 }, 2, { live: 1, candidates: [{ version: 2, percent: 10 }] }],
    [{ '2': 10 }, 1, { live: 1, candidates: [{ version: 2, percent: 10 }] }],
    [{ '2': 60 }, 1, { live: 2, candidates: [{ version: 1, percent: 40 }] }],
    [{ '1': 50, '2': 50 }, 2, { live: 2, candidates: [{ version: 1, percent: 50 }] }],
    [{ '1': 50, '2': 50 }, null, { live: 1, candidates: [{ version: 2, percent: 50 }] }],
    [{ '2': 100, '1': 0 }, 1, { live: 2, candidates: [] }],
    [{ v2: 100 }, null, { live: 2, candidates: [] }],
    [{}, 3, { live: 3, candidates: [] }],
    [
      { '1': 33.33, '2': 33.33, '3': 33.33 },
      1,
      {
        live: 1,
        candidates: [
          { version: 2, percent: 33.33 },
          { version: 3, percent: 33.33 },
        ],
      },
    ],
  ])('%j with version %p live', (given, live, expected) => {
    expect(read(given as Record<string, number>, live)).toEqual({ ok: true, value: expected })
  })

  test.each([
    [{ '1': 90, '2': 20 }, 1, 'The shares add up to 110 %, and there are 100.'],
    [{ '1': 80 }, 1, 'Version 1 is the live one: say which version gets the other 20 %.'],
    [{ '2': 10 }, null, 'churn is not deployed, so say which version gets the other 90 %.'],
    [{ two: 100 }, 1, 'two is no number of a version.'],
    [{ '0': 100 }, 1, '0 is no number of a version.'],
  ])('%j with version %p live is refused', (given, live, message) => {
    expect(read(given as unknown as Record<string, number>, live)).toMatchObject({
      failure: { code: 'invalid_input', message },
    })
  })
})
