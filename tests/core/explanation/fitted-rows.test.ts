// Points of nearest neighbours come back as the rows that they were made of.

import { describe, expect, test } from 'bun:test'
import type { InputField } from '#core/model.ts'
import { fittedRows } from '#core/pipeline/fitted-rows.ts'
import type { Predictor, Transformer } from '#core/pipeline/pipeline.ts'

function neighbours(columns: number, data: readonly number[]): Predictor {
  const rows = data.length / columns
  return {
    kind: 'neighbours',
    points: { rows, columns, data: Float64Array.from(data) },
    count: 1,
    metric: { kind: 'euclidean' },
    weights: 'uniform',
    targets: { kind: 'values', values: { rows, columns: 1, data: new Float64Array(rows) } },
  }
}

function field(name: string, type: InputField['type'], more: Partial<InputField> = {}): InputField {
  return { name, type, optional: false, ...more }
}

const SCALE: Transformer = {
  kind: 'scale',
  subtract: Float64Array.of(10, 3),
  divide: Float64Array.of(0.3, 7),
  multiply: null,
  add: null,
  clip: null,
}

describe('rows that a file keeps', () => {
  test('are scaled back to what people know, without the noise of it', () => {
    const points = [(10.1 - 10) / 0.3, (4 - 3) / 7, (0.7 - 10) / 0.3, (0 - 3) / 7]
    const predictor: Predictor = {
      kind: 'chain',
      steps: [SCALE],
      predictor: neighbours(2, points),
    }
    expect(fittedRows(predictor, [field('size', 'float'), field('rooms', 'integer')])).toEqual([
      { size: 10.1, rooms: 4 },
      { size: 0.7, rooms: 0 },
    ])
  })

  test('find the key of a table that was joined, in another order of columns', () => {
    const lookup: Transformer = {
      kind: 'lookup',
      keys: ['98001', '98002'],
      table: { rows: 2, columns: 2, data: Float64Array.of(100, 0.1, 200, 0.9) },
      fallback: null,
    }
    const steps: readonly Transformer[] = [
      {
        kind: 'columns',
        parts: [
          { columns: [2], transformer: { kind: 'identity' }, weight: 1 },
          { columns: [0], transformer: lookup, weight: 1 },
        ],
      },
      { kind: 'select', columns: [1, 0, 2] },
    ]
    const predictor: Predictor = {
      kind: 'chain',
      steps,
      predictor: neighbours(3, [200, 5, 0.9, 100, 6, 0.1]),
    }
    const inputs = [
      field('zipcode', 'category', { categories: ['98001', '98002'] }),
      field('id', 'string', { unused: true }),
      field('size', 'float'),
    ]
    expect(fittedRows(predictor, inputs)).toEqual([
      { zipcode: '98002', size: 5 },
      { zipcode: '98001', size: 6 },
    ])
  })

  test('may be support vectors, under a calibration too', () => {
    const predictor: Predictor = {
      kind: 'calibrated',
      classCount: 2,
      calibration: { kind: 'temperature', factor: 1 },
      member: {
        kind: 'kernel',
        kernel: { kind: 'rbf', gamma: 1 },
        vectors: { rows: 2, columns: 1, data: Float64Array.of(3, 5) },
        dualCoefficients: { rows: 1, columns: 2, data: Float64Array.of(1, -1) },
        intercept: Float64Array.of(0),
        target: { kind: 'value' },
      },
    }
    expect(fittedRows(predictor, [field('a', 'float')])).toEqual([{ a: 3 }, { a: 5 }])
  })

  test('are a sample over all of them where there are many', () => {
    const rows = fittedRows(
      neighbours(
        1,
        Array.from({ length: 6400 }, (_, index) => index),
      ),
      [field('place', 'integer')],
    )
    expect(rows).toHaveLength(64)
    expect(rows?.[0]).toEqual({ place: 50 })
    expect(rows?.at(-1)).toEqual({ place: 6350 })
  })

  test('are not guessed where a step cannot be undone, or an input is of another type', () => {
    const project: Transformer = {
      kind: 'project',
      mean: null,
      components: { rows: 1, columns: 2, data: Float64Array.of(1, 1) },
      divide: null,
    }
    const inputs = [field('a', 'float'), field('b', 'float')]
    const projected: Predictor = {
      kind: 'chain',
      steps: [project],
      predictor: neighbours(1, [1, 2]),
    }
    expect(fittedRows(projected, inputs)).toBeNull()
    expect(
      fittedRows(neighbours(2, [1, 2]), [field('a', 'float'), field('b', 'string')]),
    ).toBeNull()
    expect(fittedRows(neighbours(2, [1, Number.NaN]), inputs)).toBeNull()
    expect(fittedRows(neighbours(3, [1, 2, 3]), inputs)).toBeNull()
  })

  test('are none where the model keeps no rows', () => {
    const linear: Predictor = {
      kind: 'linear',
      coefficients: { rows: 1, columns: 1, data: Float64Array.of(1) },
      intercept: Float64Array.of(0),
      link: 'identity',
    }
    expect(fittedRows(linear, [field('a', 'float')])).toBeNull()
  })
})
