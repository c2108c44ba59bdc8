// A table joined to a model changes where numbers come from, never the answer: real files of three libraries, and what does not fit.

import { afterAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createEngine } from '#core/engine/create-engine.ts'
import { FormatError } from '#core/formats/format-error.ts'
import { createBudget } from '#core/formats/limits.ts'
import { type LookupRules, MAX_LOOKUP_BYTES, readLookupTable } from '#core/formats/lookup-table.ts'
import { readModelFile } from '#core/formats/read-model.ts'
import type { SignatureHints } from '#core/formats/signature.ts'
import type { Prediction } from '#core/model.ts'
import { silentLogger } from '../../support/silent-logger.ts'

const FIXTURES = join(import.meta.dir, '../../fixtures')
const ROWS_USED = 12

type Cell = number | string | null
type Row = Readonly<Record<string, Cell>>

const engine = createEngine({ logger: silentLogger, workers: 1 })
afterAll(() => engine.close())

const utf8 = (text: string) => new TextEncoder().encode(text)

async function predict(
  file: Uint8Array,
  rows: readonly Row[],
  hints: SignatureHints = {},
  table?: string,
): Promise<readonly Prediction[]> {
  const made = readModelFile(file, hints, createBudget(), utf8(table ?? ''))
  const loaded = await engine.load(made)
  if (!loaded.ok) throw new Error(loaded.failure.message)
  const encoded = loaded.value.encode(rows, (row) => `rows[${row}].`)
  if (!encoded.ok) throw new Error(encoded.failure.message)
  const predictions = await loaded.value.predict(encoded.value)
  await loaded.value.close()
  return predictions
}

function numbersOf(predictions: readonly Prediction[]): readonly number[] {
  return predictions.flatMap((prediction) => {
    if (prediction.kind === 'classification') return [...prediction.probabilities]
    if (prediction.kind === 'regression') return [prediction.value]
    return prediction.kind === 'values' ? [...prediction.values] : []
  })
}

async function readFixture(path: string, answers: string) {
  const file = await Bun.file(join(FIXTURES, path)).bytes()
  const { rows, columns, feature_names } = await Bun.file(join(FIXTURES, answers)).json()
  const names: readonly string[] =
    columns ?? feature_names ?? rows[0].map((_: Cell, index: number) => `f${index}`)
  const used: readonly (readonly Cell[])[] = rows.slice(0, ROWS_USED)
  const asRow = (cells: readonly Cell[]): Row =>
    Object.fromEntries(names.map((name, at) => [name, cells[at] ?? null]))
  return { file, names, rows: used.map(asRow) }
}

/** Each row's values of `moved` in a table of their own, under a key that the row carries. */
function moveToTable(rows: readonly Row[], moved: readonly string[], key: string) {
  const lines = rows.map((row, index) => [`k${index}`, ...moved.map((name) => row[name] ?? '')])
  const requests = rows.map((row, index): Row => {
    const kept = Object.entries(row).filter(([name]) => !moved.includes(name))
    return { ...Object.fromEntries(kept), [key]: `k${index}` }
  })
  return { table: [[key, ...moved], ...lines].map((line) => line.join(',')).join('\n'), requests }
}

const FILES = [
  ['sklearn/1.6.1/knn_house_prices.pkl', 'sklearn/1.6.1/knn_house_prices.json'],
  ['sklearn/1.6.1/boosting_regressor.joblib', 'sklearn/1.6.1/boosting_regressor.json'],
  ['sklearn/1.2.2/ridge.pkl', 'sklearn/1.2.2/ridge.json'],
  ['sklearn/1.6.1/forest_multiclass.joblib', 'sklearn/1.6.1/forest_multiclass.json'],
  ['sklearn/1.6.1/histogram_missing.joblib', 'sklearn/1.6.1/histogram_missing.json'],
  ['lightgbm/4.6.0/binary.pkl', 'lightgbm/4.6.0/binary.json'],
  ['lightgbm/4.6.0/text_binary.txt', 'lightgbm/4.6.0/text_binary.json'],
  ['xgboost/2.1.4/binary.pkl', 'xgboost/2.1.4/binary.pkl.expected.json'],
] as const

describe('figures from a table answer as figures from the request', () => {
  test.each(FILES)('%s', async (path, answers) => {
    const { file, names, rows } = await readFixture(path, answers)
    const moved = names.slice(1, 3)
    const { table, requests } = moveToTable(rows, moved, 'place')
    const rules: LookupRules = { key: 'place', unknown: 'refuse' }
    const hints = { features: names }
    const [plain, joined] = await Promise.all([
      predict(file, rows, hints),
      predict(file, requests, { ...hints, lookup: rules }, table),
    ])
    const wanted = numbersOf(plain)
    const gaps = numbersOf(joined).map((value, at) => {
      const truth = wanted[at] ?? Number.NaN
      return Math.abs(value - truth) / Math.max(1, Math.abs(truth))
    })
    expect(gaps.length).toBeGreaterThanOrEqual(rows.length)
    expect(Math.max(...gaps)).toBeLessThan(1e-6)
  })
})

describe('the request of a model with a table', () => {
  const knn = readFixture(...FILES[0])
  const describeFor = async (hints: SignatureHints, table: string) => {
    const { file } = await knn
    return readModelFile(file, hints, createBudget(), utf8(table)).signature
  }
  const refusalOf = async (hints: SignatureHints, table: string): Promise<string> => {
    try {
      await describeFor(hints, table)
      return 'it was taken'
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      return `${error.code}: ${error.message}`
    }
  }

  test('has the key in place of what the key adds, and whatever else rows carry', async () => {
    const { names, rows } = await knn
    const moved = names.slice(1, 3)
    const { table } = moveToTable(rows, moved, 'zipcode')
    const accept = ['yr_built', 'zipcode', names[0] ?? '']
    const lookup: LookupRules = { key: 'zipcode', unknown: 'refuse' }
    const { inputs } = await describeFor({ lookup, accept }, table)
    const others = names.slice(3)
    expect(inputs.map((field) => field.name)).toEqual([...accept, ...others])
    expect(inputs[0]).toEqual({ name: 'yr_built', type: 'float', optional: true, unused: true })
    expect(inputs[1]).toMatchObject({
      type: 'category',
      optional: false,
      categories: rows.map((_, row) => `k${row}`),
    })
  })

  test('with an unknown key is refused by its name, or answered from the middle of the table', async () => {
    const { file, names, rows } = await knn
    const moved = names.slice(1, 3)
    const { table, requests } = moveToTable(rows.slice(0, 5), moved, 'place')
    const stranger = { ...requests[0], place: 'nowhere' }
    const refused = predict(
      file,
      [stranger],
      { lookup: { key: 'place', unknown: 'refuse' } },
      table,
    )
    expect(refused).rejects.toThrow('rows[0].place must be one of "k0"')
    const middle = (name: string) =>
      rows
        .slice(0, 5)
        .map((row) => Number(row[name]))
        .sort((left, right) => left - right)[2] ?? 0
    const asIf = { ...rows[0], ...Object.fromEntries(moved.map((name) => [name, middle(name)])) }
    const hints = { lookup: { key: 'place', unknown: 'median' } } as const
    const [answer] = await predict(file, [stranger], hints, table)
    const [wanted] = await predict(file, [asIf])
    expect(answer).toEqual(wanted as Prediction)
  })

  test('may carry a key that the model takes itself, as a number', async () => {
    const { file, names, rows } = await knn
    const [, key = '', other = ''] = names
    const numbered = rows.slice(0, 6).map((row, index) => ({ ...row, [key]: 100 + index }))
    const table = [[key, other].join(','), ...numbered.map((row) => `${row[key]}.0,${row[other]}`)]
    const requests = numbered.map((row): Row => {
      return Object.fromEntries(Object.entries(row).filter(([name]) => name !== other))
    })
    const hints = { lookup: { key, unknown: 'refuse' } } as const
    const joined = await predict(file, requests, hints, table.join('\n'))
    expect(numbersOf(joined)).toEqual(numbersOf(await predict(file, numbered)))
    const median = { lookup: { key, unknown: 'median' } } as const
    expect(await refusalOf(median, table.join('\n'))).toContain('Refuse unknown ones instead')
  })

  test('keeps a key that the model takes as a text, for what both of them know', async () => {
    const path = 'sklearn/1.6.1/columns_by_name'
    const { file, rows } = await readFixture(`${path}.joblib`, `${path}.json`)
    const contracts = ['Month-to-month', 'One year', 'Two year', 'Five year']
    const table = ['contract,senior', ...contracts.map((one, index) => `${one},${index % 2}`)]
    const requests = rows.slice(0, 4).map((row) => ({ ...row, contract: 'Two year' }))
    const plain = requests.map((row) => ({ ...row, senior: 0 }))
    const bare = requests.map(({ senior: _, ...row }: Record<string, Cell>) => row)
    const hints = { lookup: { key: 'contract', unknown: 'refuse' } } as const
    const joined = await predict(file, bare, hints, table.join('\n'))
    expect(numbersOf(joined)).toEqual(numbersOf(await predict(file, plain)))
  })

  test('may carry columns beside a model without any table', async () => {
    const path = 'xgboost/2.1.4/binary.pkl'
    const { file, names, rows } = await readFixture(path, `${path}.expected.json`)
    const wider = rows.map((row) => ({ ...row, remark: 'a text' }))
    const answers = await predict(file, wider, { accept: ['remark', ...names] })
    const wanted = numbersOf(await predict(file, rows))
    const gaps = numbersOf(answers).map((value, at) => Math.abs(value - (wanted[at] ?? Number.NaN)))
    expect(Math.max(...gaps)).toBeLessThan(1e-6)
  })

  const lookup: LookupRules = { key: 'zipcode', unknown: 'refuse' }
  test.each([
    ['zip,a\n1,2', 'The table has no column “zipcode”. It has zip, a.'],
    ['zipcode,a\n1,2', 'The table by zipcode has no column that this model takes.'],
    ['zipcode,a', 'The table by zipcode has no rows.'],
    ['zipcode,a\n1,2\n1,3', 'The table has one zipcode twice, in lines 2 and 3.'],
    ['zipcode,a\n1,2\n,3', 'The table has no zipcode in line 3.'],
    ['zipcode,a\n1,2\n2', 'its rows are not of one length'],
    ['zipcode,a,a\n1,2,3', 'The table has two columns of one name.'],
    ['zipcode,a\n1,"2', 'a quote is left open'],
    ['', 'The table has no column “zipcode”.'],
  ])('a table of %p is refused', async (table, reason) => {
    const said = await refusalOf({ lookup }, table)
    expect(said).toStartWith('invalid_input: ')
    expect(said).toContain(reason)
  })

  test('an empty cell is refused where the model takes no row without it', async () => {
    const { names } = await knn
    const table = `zipcode,${names[1]}\n1,5\n2,`
    expect(await refusalOf({ lookup }, table)).toContain(`has no number for ${names[1]} in line 3`)
  })

  test('a table that is too large, or no text, is refused before it is taken apart', () => {
    const large = new Uint8Array(MAX_LOOKUP_BYTES + 1)
    expect(() => readLookupTable(large, lookup)).toThrow('larger than 16 MB')
    expect(() => readLookupTable(Uint8Array.of(0xff, 0xfe, 0), lookup)).toThrow('UTF-8')
    const wide = `zipcode${',a'.repeat(2_500)}`
    expect(() => readLookupTable(utf8(wide), lookup)).toThrow('two columns of one name')
  })

  test('an ONNX graph is served as it is', async () => {
    const path = 'onnx/fixed_batch.onnx'
    const file = await Bun.file(join(FIXTURES, path)).bytes()
    const { signature } = readModelFile(file, {}, createBudget())
    const name = signature.inputs[0]?.name ?? ''
    const read = () =>
      readModelFile(file, { lookup }, createBudget(), utf8(`zipcode,${name}\n1,2\n2,3`))
    expect(read).toThrow(FormatError)
  })
})
