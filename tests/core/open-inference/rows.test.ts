// Which tensors are which features, for models of numbers, of texts, and of both.

import { describe, expect, test } from 'bun:test'
import type { InputField } from '#core/model.ts'
import { rowsOf } from '#core/open-inference/rows.ts'
import type { Tensor } from '#core/open-inference/tensor.ts'

const INPUTS: readonly InputField[] = [
  { name: 'tenure', type: 'float', optional: false },
  { name: 'contract', type: 'category', categories: ['Monthly', 'Yearly'], optional: false },
  { name: 'ignored', type: 'float', optional: true, unused: true },
  { name: 'charges', type: 'float', optional: true },
]

function numbers(name: string, shape: readonly number[], values: number[]): Tensor {
  return { name, datatype: 'FP64', shape, values }
}

function texts(name: string, values: string[]): Tensor {
  return { name, datatype: 'BYTES', shape: [values.length], values }
}

const rows = (...tensors: Tensor[]) => rowsOf({ inputs: INPUTS }, tensors)

describe('tensors become rows', () => {
  test('where each is a feature by its name, in any order, as [rows] or [rows, 1]', () => {
    expect(
      rows(texts('contract', ['Monthly', 'Yearly']), numbers('tenure', [2, 1], [1, 2])),
    ).toEqual([
      { contract: 'Monthly', tenure: 1 },
      { contract: 'Yearly', tenure: 2 },
    ])
  })

  test('where one table holds the numbers and the texts have tensors of their own', () => {
    expect(
      rows(
        numbers('input-0', [2, 2], [1, 10, 2, Number.NaN]),
        texts('contract', ['Monthly', 'Yearly']),
      ),
    ).toEqual([
      { contract: 'Monthly', tenure: 1, charges: 10 },
      { contract: 'Yearly', tenure: 2, charges: null },
    ])
  })

  test('where a table holds what is left over', () => {
    expect(
      rows(numbers('charges', [1], [5]), texts('contract', ['Monthly']), numbers('x', [1], [7])),
    ).toEqual([{ charges: 5, contract: 'Monthly', tenure: 7 }])
  })

  test('where a table of texts holds every feature', () => {
    const table: Tensor = {
      name: 'x',
      datatype: 'BYTES',
      shape: [1, 3],
      values: ['1', 'Monthly', '2.5'],
    }
    expect(rows(table)).toEqual([{ tenure: '1', contract: 'Monthly', charges: '2.5' }])
  })

  test('where a feature has a name that objects give a meaning of their own', () => {
    const inputs: readonly InputField[] = [{ name: '__proto__', type: 'float', optional: false }]
    const [row] = rowsOf({ inputs }, [numbers('__proto__', [1], [3])])
    expect(Object.entries(row ?? {})).toEqual([['__proto__', 3]])
  })
})

describe('tensors are refused', () => {
  test.each<[string, Tensor[], string]>([
    ['without rows', [numbers('tenure', [0], [])], 'no rows'],
    ['without a dimension', [numbers('tenure', [], [1])], 'no rows'],
    [
      'of different numbers of rows',
      [numbers('tenure', [2], [1, 2]), texts('contract', ['Monthly'])],
      'same number of rows; "tenure" has 2 and "contract" has 1',
    ],
    ['sent twice', [numbers('tenure', [1], [1]), numbers('tenure', [1], [1])], 'twice'],
    ['of a feature and too wide', [numbers('tenure', [1, 2], [1, 2])], '[rows] or [rows, 1]'],
    ['of three dimensions', [numbers('x', [1, 2, 1], [1, 2])], '3 dimensions'],
    [
      'where the table has another width',
      [numbers('x', [1, 3], [1, 2, 3])],
      'it stands for "tenure", "charges", so its shape must be [rows, 2]',
    ],
    [
      'where two have unknown names',
      [numbers('x', [1], [1]), numbers('y', [1], [1])],
      '"x" and "y" are no features',
    ],
    [
      'where nothing is left for the table',
      [numbers('tenure', [1], [1]), numbers('charges', [1], [1]), numbers('x', [1], [1])],
      'no feature is left for it',
    ],
  ])('%s', (_, tensors, reason) => {
    expect(() => rows(...tensors)).toThrow(reason)
  })
})
