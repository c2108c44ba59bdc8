import { describe, expect, test } from 'bun:test'
import { type PlanWish, planTraining, type TrainingPlan } from '#core/training/plan.ts'
import { profileColumn, quantile } from '#core/training/profile.ts'
import { createRandom } from '#core/training/random.ts'
import type { Column, Table } from '#core/training/table.ts'

const ROWS = 300
const random = createRandom(5)
const numbers = (name: string, make: (row: number) => number): Column => ({
  kind: 'number',
  name,
  values: Float64Array.from({ length: ROWS }, (_, row) => make(row)),
})
const texts = (name: string, make: (row: number) => string | null): Column => ({
  kind: 'text',
  name,
  values: Array.from({ length: ROWS }, (_, row) => make(row)),
})
const kindOf = (column: Column) => profileColumn(column).kind

const tenure = numbers('tenure', () => random.below(72))
const charges = numbers('MonthlyCharges', () => random.next() * 100)
const churn = texts('Churn', (row) => {
  return (tenure.values[row] as number) + random.below(40) > 50 ? 'No' : 'Yes'
})
const id = texts('customerID', (row) => `${1000 + row}-XY`)
const note = texts('note', (row) => `called on row ${row} about the bill`)

function plan(columns: readonly Column[], wish: PlanWish): TrainingPlan {
  const outcome = planTraining({ rows: ROWS, columns }, wish, createRandom(1))
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome.value.plan
}

const failure = (columns: readonly Column[], wish: PlanWish, rows = ROWS) => {
  const outcome = planTraining({ rows, columns } satisfies Table, wish, createRandom(1))
  return outcome.ok ? null : outcome.failure.message
}

describe('the kind of a column', () => {
  test('is told by its values, and by its name where those leave it open', () => {
    const table: readonly (readonly [Column, string])[] = [
      [tenure, 'integer'],
      [charges, 'number'],
      [churn, 'boolean'],
      [numbers('waterfront', (row) => row % 2), 'boolean'],
      [id, 'identifier'],
      [numbers('id', (row) => 7_000_000 + row * 13), 'identifier'],
      [numbers('anything', (row) => row + 1), 'identifier'],
      [numbers('price', (row) => 100_000 + row * 13), 'integer'],
      [texts('colour', (row) => ['red', 'green', 'blue'][row % 3] ?? null), 'category'],
      [note, 'text'],
      [numbers('year', () => 2020), 'constant'],
      [texts('nothing', () => null), 'constant'],
      [texts('day', (row) => `2024-01-${String((row % 28) + 1).padStart(2, '0')}`), 'date'],
      [texts('sold', (row) => `2014${10 + (row % 3)}13T000000`), 'date'],
    ]
    expect(table.map(([column]): string => kindOf(column))).toEqual(table.map(([, kind]) => kind))
  })

  test('comes with what is missing, most frequent and in between', () => {
    const some = numbers('n', (row) => (row < 30 ? Number.NaN : row % 4))
    expect(profileColumn(some)).toEqual({
      name: 'n',
      kind: 'integer',
      missing: 0.1,
      distinct: 4,
      quantiles: {
        minimum: 0,
        quarter: 1,
        median: 2,
        threeQuarters: 2.75,
        maximum: 3,
        mean: 405 / 270 + 2 / 270,
      },
      frequent: [
        { value: '2', count: 68 },
        { value: '3', count: 68 },
        { value: '0', count: 67 },
        { value: '1', count: 67 },
      ],
    })
    expect(quantile(Float64Array.of(1, 2, 4, 9), 0.3)).toBeCloseTo(1.9, 12)
  })
})

describe('a plan', () => {
  test('finds the target by words, the task by its values, and leaves out what names the rows', () => {
    const made = plan([id, tenure, charges, note, churn], { target: ' churn ' })
    expect(made).toMatchObject({
      target: 'Churn',
      task: 'binary_classification',
      classes: ['No', 'Yes'],
      features: ['tenure', 'MonthlyCharges'],
    })
    expect(made.warnings.map(({ code, column }) => [code, column])).toEqual([
      ['identifier', 'customerID'],
      ['text', 'note'],
    ])
  })

  test('predicts a number where the target is an amount', () => {
    expect(plan([tenure, charges], { target: 'monthly charges' })).toMatchObject({
      task: 'regression',
      classes: null,
    })
  })

  test('takes few whole numbers for classes unless told otherwise', () => {
    const stars = numbers('stars', () => 1 + random.below(5))
    expect(plan([tenure, stars], { target: 'stars' })).toMatchObject({
      task: 'multiclass_classification',
      classes: ['1', '2', '3', '4', '5'],
    })
    expect(plan([tenure, stars], { target: 'stars', task: 'regression' }).task).toBe('regression')
  })

  test('reads sentences where there is nothing else', () => {
    expect(plan([note, churn], { target: 'Churn' })).toMatchObject({
      task: 'text_classification',
      features: ['note'],
    })
  })

  test('warns of a feature that gives the target away, and only of that', () => {
    const reason = texts('reason', (row) => (churn.values[row] === 'Yes' ? 'moved' : null))
    const score = numbers(
      'score',
      (row) => (churn.values[row] === 'Yes' ? 1 : 0) + random.next() / 2,
    )
    const made = plan([tenure, reason, score, churn], { target: 'Churn' })
    const leaks = made.warnings.filter(({ code }) => code === 'leak')
    expect(leaks.map(({ column }) => column)).toEqual(['score'])
    const cents = numbers('cents', (row) => (charges.values[row] as number) * 100)
    expect(
      plan([tenure, cents, charges], { target: 'MonthlyCharges' }).warnings.map(
        ({ column }) => column,
      ),
    ).toEqual(['cents'])
  })

  test('never learns from what is to be left out, however it is written', () => {
    const columns = [id, tenure, charges, churn]
    const all = plan(columns, { target: 'Churn' })
    expect(all.features).toEqual(['tenure', 'MonthlyCharges'])
    const without = plan(columns, { target: 'Churn', leaveOut: ['monthly charges'] })
    expect(without.features).toEqual(['tenure'])
    // What was left out anyway is still said to be.
    expect(without.warnings).toContainEqual(
      expect.objectContaining({ code: 'identifier', column: 'customerID' }),
    )
    const wish = { target: 'Churn', features: ['tenure', 'MonthlyCharges'], leaveOut: ['tenure'] }
    expect(plan(columns, wish).features).toEqual(['MonthlyCharges'])
    expect(failure(columns, { target: 'Churn', leaveOut: ['weather'] })).toContain(
      'has no column “weather”',
    )
    expect(failure(columns, { target: 'Churn', leaveOut: ['churn'] })).toContain(
      'cannot be left out',
    )
    expect(failure([tenure, churn], { target: 'Churn', leaveOut: ['tenure'] })).toContain(
      'no column to learn from',
    )
  })

  test('warns of rare classes, repeated rows, sparse features and rows without the target', () => {
    const rare = texts('rare', (row) => (row < 8 ? 'yes' : row === 9 ? null : 'no'))
    const sparse = numbers('sparse', (row) => (row % 2 === 0 ? row : Number.NaN))
    const few = numbers('few', (row) => row % 3)
    expect(plan([few, sparse, rare], { target: 'rare' }).warnings.map(({ code }) => code)).toEqual([
      'missing_target',
      'missing',
      'imbalance',
      'duplicates',
    ])
  })

  test('says what to do where there is nothing to learn', () => {
    expect(failure([tenure, churn], { target: 'Chrun' })).toBe(
      'The table has no column “Chrun”. Did you mean “Churn”?',
    )
    expect(failure([tenure, churn], { target: 'weather' })).toContain('It has tenure, Churn.')
    expect(failure([tenure, texts('one', () => 'x')], { target: 'one' })).toContain(
      'nothing to tell apart',
    )
    expect(failure([tenure, id], { target: 'customerID' })).toContain('up to 100 classes')
    expect(failure([churn], { target: 'Churn' })).toContain('no column to learn from')
    expect(failure([tenure, churn], { target: 'Churn', features: ['churn'] })).toContain(
      'cannot be a feature',
    )
    expect(failure([tenure, churn], { target: 'Churn', task: 'regression' })).toContain(
      'holds words',
    )
    const short = [tenure, churn].map((column) => ({
      ...column,
      values: column.values.slice(0, 12),
    }))
    expect(failure(short as Column[], { target: 'Churn' }, 12)).toBe(
      'There are 12 rows with a value of Churn; training takes at least 20.',
    )
  })
})
