// Which input each column comes from: told by rule for every kind of step, and held to what the steps do.

import { describe, expect, test } from 'bun:test'
import { areSeparate, inputOrigins, originsOfSteps } from '#core/pipeline/origins.ts'
import type { Transformer } from '#core/pipeline/pipeline.ts'

const MIXED = -1
const NOTHING = -2

function fieldsAfter(width: number, ...steps: readonly Transformer[]): readonly number[] {
  return originsOfSteps(steps, inputOrigins(width)).map(({ field }) => field)
}

function zerosAfter(width: number, ...steps: readonly Transformer[]): readonly string[] {
  return originsOfSteps(steps, inputOrigins(width)).map(({ zero }) => zero)
}

function scale(subtract: boolean, add: boolean): Transformer {
  const ones = Float64Array.of(1, 1)
  return {
    kind: 'scale',
    subtract: subtract ? ones : null,
    divide: ones,
    multiply: null,
    add: add ? ones : null,
    clip: null,
  }
}

const project = (...rows: readonly (readonly number[])[]): Transformer => ({
  kind: 'project',
  mean: null,
  components: {
    rows: rows.length,
    columns: rows[0]?.length ?? 0,
    data: Float64Array.from(rows.flat()),
  },
  divide: null,
})

const ONE_HOT: Transformer = {
  kind: 'one-hot',
  columns: [2, 3].map((width) => ({
    categories: { type: 'number', values: Float64Array.from({ length: width }, (_, code) => code) },
    outputs: Int32Array.from({ length: width }, (_, code) => code),
    width,
    unknown: -1,
  })),
}

describe('a column', () => {
  test('of a table put together comes from where its part took it', () => {
    const parts: Transformer = {
      kind: 'columns',
      parts: [
        { columns: [2, 0], transformer: ONE_HOT, weight: 0.5 },
        { columns: [1], transformer: { kind: 'identity' }, weight: 1 },
      ],
    }
    expect(fieldsAfter(3, parts)).toEqual([2, 2, 0, 0, 0, 1])
    expect(fieldsAfter(3, parts, { kind: 'select', columns: [5, 0] })).toEqual([1, 2])
  })

  test('that is told missing belongs to the input that is missing', () => {
    const fill: Transformer = {
      kind: 'impute',
      missing: Number.NaN,
      columns: [{ column: 1, fill: 3 }],
    }
    const tell: Transformer = {
      kind: 'missing-indicator',
      missing: Number.NaN,
      columns: [1],
      type: 'number',
    }
    const both: Transformer = {
      kind: 'columns',
      parts: [fill, tell].map((transformer) => ({ columns: [0, 1], transformer, weight: 1 })),
    }
    expect(fieldsAfter(2, both)).toEqual([1, 1])
    expect(zerosAfter(2, both)).toEqual(['zero', 'absent'])
  })

  test('that a projection makes of several is mixed, of one is not', () => {
    expect(fieldsAfter(2, project([1, 0], [0, 2], [1, 1], [0, 0]))).toEqual([0, 1, MIXED, NOTHING])
    expect(areSeparate(originsOfSteps([project([1, 1])], inputOrigins(2)))).toBe(false)
  })

  test('of products is mixed but for powers, and the constant is of nothing', () => {
    const polynomial: Transformer = {
      kind: 'polynomial',
      lowest: 0,
      highest: 2,
      interactionsOnly: false,
      bias: true,
    }
    expect(fieldsAfter(2, polynomial)).toEqual([NOTHING, 0, 1, 0, MIXED, 1])
  })

  test('divided by its row’s norm, or filled from its neighbours, depends on the whole row', () => {
    expect(fieldsAfter(2, { kind: 'normalize', norm: 'l2' })).toEqual([MIXED, MIXED])
    expect(fieldsAfter(1, { kind: 'normalize', norm: 'l2' })).toEqual([0])
    const fill: Transformer = {
      kind: 'impute-nearest',
      points: { rows: 1, columns: 2, data: Float64Array.of(1, 2) },
      count: 1,
      weights: 'uniform',
      missing: Number.NaN,
      columns: [0, 1],
    }
    expect(fieldsAfter(2, fill)).toEqual([MIXED, MIXED])
  })

  test('of 0 is the centre after a scaler that takes one away, and nothing special after one that adds', () => {
    expect(zerosAfter(2, scale(true, false))).toEqual(['centre', 'centre'])
    expect(zerosAfter(2, scale(true, false), scale(false, false))).toEqual(['centre', 'centre'])
    expect(zerosAfter(2, scale(true, true))).toEqual(['zero', 'zero'])
    expect(zerosAfter(2, ONE_HOT)).toEqual(['absent', 'absent', 'absent', 'absent', 'absent'])
    const root: Transformer = { kind: 'function', name: 'sqrt' }
    expect(zerosAfter(2, ONE_HOT, root)).not.toContain('zero')
    expect(zerosAfter(2, scale(true, false), { kind: 'function', name: 'exp' })).toContain('zero')
  })
})
