// Ranks come out in order by every way of sorting: insertion, counting, radix and doubles.

import { describe, expect, test } from 'bun:test'
import { createRandom } from '#core/training/random.ts'
import { createSortSpace, sortRanks } from '#core/training/trees/sort-ranks.ts'

const CASES = [
  { way: 'one sample', samples: 1, ranks: 5 },
  { way: 'insertion', samples: 37, ranks: 10_000 },
  { way: 'counting', samples: 900, ranks: 60 },
  { way: 'radix with narrow digits, one pass', samples: 100, ranks: 250 },
  { way: 'radix with narrow digits, three passes', samples: 1500, ranks: 2 ** 20 },
  { way: 'radix with wide digits', samples: 5000, ranks: 2 ** 17 },
  { way: 'doubles', samples: 3000, ranks: 2 ** 30 },
]

describe('sorting the ranks of a node', () => {
  test.each(CASES)('puts them in order by $way', ({ samples, ranks: limit }) => {
    const random = createRandom(`${samples} of ${limit}`)
    const space = createSortSpace(samples, limit)
    for (let round = 0; round < 3; round++) {
      const lowest = random.below(limit)
      const ranks = Int32Array.from(
        { length: samples },
        () => lowest + random.below(limit - lowest),
      )
      space.ranks.set(ranks)
      sortRanks(space, samples, Math.min(...ranks), Math.max(...ranks))
      const places = [...space.keys.subarray(0, samples)].map((key) => key & space.mask)
      // Equal ranks stay in the order of their positions.
      const expected = [...ranks.keys()].sort(
        (one, other) => (ranks[one] ?? 0) - (ranks[other] ?? 0) || one - other,
      )
      expect(places).toEqual(expected)
    }
  })
})
