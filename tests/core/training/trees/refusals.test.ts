// Data and options that no tree can be learned from, and the sentences that say so.

import { describe, expect, test } from 'bun:test'
import type { Outcome } from '#core/errors.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { Target } from '#core/training/learner.ts'
import { fitBoosting } from '#core/training/trees/boosting.ts'
import type { BoostingOptions } from '#core/training/trees/boosting-options.ts'
import { type ForestOptions, fitForest } from '#core/training/trees/forest.ts'
import { contextOf, matrixOf, valuesOf } from './tables.ts'

/** What is wrong, the data, the options, and what the answer says. */
type Refused<Options> = readonly [string, Matrix, Target, Options, string]

function sentenceOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? '' : `${outcome.failure.code}: ${outcome.failure.message}`
}

describe('what no forest can learn from', () => {
  const two = matrixOf([[1], [2]])
  const CASES = [
    ['a single row', matrixOf([[1]]), valuesOf([1]), {}, 'at least 2 rows, and there is 1'],
    [
      'no feature',
      { rows: 2, columns: 0, data: new Float64Array(0) },
      valuesOf([1, 2]),
      {},
      'at least one feature',
    ],
    [
      'one class',
      two,
      { kind: 'classes', codes: Int32Array.of(1, 1), classCount: 2 },
      {},
      'All rows have the same class',
    ],
    [
      'a class out of range',
      two,
      { kind: 'classes', codes: Int32Array.of(0, 2), classCount: 2 },
      {},
      'target of row 2 is none of the 2 classes',
    ],
    [
      'a missing target',
      two,
      valuesOf([1, Number.NaN]),
      {},
      'target of row 2 is not a finite number',
    ],
    ['more targets than rows', two, valuesOf([1, 2, 3]), {}, '2 rows of features and 3 targets'],
    [
      'a number beyond float32',
      matrixOf([[1], [1e39]]),
      valuesOf([1, 2]),
      {},
      'Feature 1 of row 2 is too large',
    ],
    ['no trees', two, valuesOf([1, 2]), { trees: 0 }, 'at least one tree'],
    [
      'leaves of nothing',
      two,
      valuesOf([1, 2]),
      { minSamplesLeaf: 0 },
      'A leaf needs at least 1 row',
    ],
    ['a share of columns above one', two, valuesOf([1, 2]), { maxFeatures: 2 }, 'at most 1'],
  ] as const satisfies readonly Refused<Partial<ForestOptions>>[]

  test.each(CASES)('is refused in a sentence: %s', (_, features, target, options, sentence) => {
    const answer = sentenceOf(fitForest(features, target, options, contextOf(1)))
    expect(answer).toStartWith('invalid_input: ')
    expect(answer).toContain(sentence)
  })
})

describe('what no boosting can learn from', () => {
  const two = matrixOf([[1], [2]])
  const many = matrixOf(Array.from({ length: 300 }, (_, row) => [row]))
  const CASES = [
    ['a single row', matrixOf([[1]]), valuesOf([1]), {}, 'at least 2 rows, and there is 1'],
    [
      'one class',
      two,
      { kind: 'classes', codes: Int32Array.of(1, 1), classCount: 2 },
      {},
      'All rows have the same class',
    ],
    [
      'an infinite number',
      matrixOf([[1], [Number.NEGATIVE_INFINITY]]),
      valuesOf([1, 2]),
      {},
      'Feature 1 of row 2 is too large',
    ],
    [
      'too many categories',
      many,
      valuesOf(Array.from({ length: 300 }, (_, row) => row)),
      { categorical: [0] },
      'Feature 1 has 300 categories; at most 255',
    ],
    ['a category that is no column', two, valuesOf([1, 2]), { categorical: [1] }, 'no column 1'],
    ['counts below zero', two, valuesOf([-1, 2]), { loss: 'poisson' }, 'not negative'],
    ['no iteration', two, valuesOf([1, 2]), { iterations: 0 }, 'at least one iteration'],
    ['no learning', two, valuesOf([1, 2]), { learningRate: 0 }, 'above 0'],
    ['one leaf', two, valuesOf([1, 2]), { maxLeaves: 1 }, 'at least 2 leaves'],
    ['a thousand bins', two, valuesOf([1, 2]), { maxBins: 1000 }, '2 to 255 bins'],
  ] as const satisfies readonly Refused<Partial<BoostingOptions>>[]

  test.each(CASES)('is refused in a sentence: %s', (_, features, target, options, sentence) => {
    const answer = sentenceOf(fitBoosting(features, target, options, contextOf(1)))
    expect(answer).toStartWith('invalid_input: ')
    expect(answer).toContain(sentence)
  })
})
