import { describe, expect, test } from 'bun:test'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { readTable, type Table, takeRows } from '#core/training/table.ts'

const signal = new AbortController().signal
const read = (content: string | Uint8Array) =>
  readTable(typeof content === 'string' ? new TextEncoder().encode(content) : content, signal)

async function table(content: string | Uint8Array): Promise<Table> {
  const outcome = await read(content)
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome.value
}

const plain = ({ columns }: Table) =>
  Object.fromEntries(columns.map(({ name, values }) => [name, [...values]]))

describe('a table to train on', () => {
  test('has numbers where every value is one, and missing values where there is none', async () => {
    const read = await table(
      'age, name ,zip,flag\n3,Ann,00501,true\n,NA,98178,false\n1e2,"x,y",,\n',
    )
    expect(plain(read)).toEqual({
      age: [3, Number.NaN, 100],
      name: ['Ann', null, 'x,y'],
      zip: ['00501', '98178', null],
      flag: ['true', 'false', null],
    })
    expect(read.columns.map(({ kind }) => kind)).toEqual(['number', 'text', 'text', 'text'])
  })

  test('reads what spreadsheets of other countries write', async () => {
    expect(plain(await table('\ufeffa;b\r\n1;x, y\r\n2;z\r\n'))).toEqual({
      a: [1, 2],
      b: ['x, y', 'z'],
    })
  })

  test('takes the keys of all JSON lines, booleans as texts', async () => {
    const lines = '{"a":1,"b":true}\n{"a":null,"c":"x"}\n{"b":false,"a":"2.5"}\n'
    expect(plain(await table(lines))).toEqual({
      a: [1, Number.NaN, 2.5],
      b: ['true', null, 'false'],
      c: [null, 'x', null],
    })
  })

  test('reads Parquet', async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'n', data: [1.5, null, 3], type: 'DOUBLE' },
        { name: 'big', data: [1n, 2n, 3n], type: 'INT64' },
        { name: 't', data: ['a', 'b', null], type: 'STRING' },
      ],
    })
    expect(plain(await table(new Uint8Array(bytes)))).toEqual({
      n: [1.5, Number.NaN, 3],
      big: [1, 2, 3],
      t: ['a', 'b', null],
    })
  })

  test('names a column that has no name', async () => {
    expect(Object.keys(plain(await table(',x\n0,1\n1,2\n')))).toEqual(['column_1', 'x'])
  })

  test.each([
    ['', 'The file is empty.'],
    ['a,b\n1,2\n3\n', 'Line 3 has 1 cells where the first line has 2.'],
    ['a,a\n1,2\n', 'The table has 2 columns for a.'],
    ['{"a":1}\n{"a":\n', 'Line 2 is not a JSON object.'],
    ['PAR1 and nothing more', 'The Parquet file cannot be read'],
  ])('says what is wrong with %j', async (content, message) => {
    const outcome = await read(content)
    expect(outcome.ok).toBe(false)
    if (!outcome.ok) expect(outcome.failure.message).toContain(message)
  })

  test('gives up when told to', async () => {
    const aborted = AbortSignal.abort(new Error('enough'))
    expect(readTable(new TextEncoder().encode('a,b\n1,2\n'), aborted)).rejects.toThrow()
  })

  test('takes rows in any order', async () => {
    const three = await table('a,b\n1,x\n2,y\n3,\n')
    expect(plain(takeRows(three, Int32Array.of(2, 0, 0)))).toEqual({
      a: [3, 1, 1],
      b: [null, 'x', 'x'],
    })
  })
})
