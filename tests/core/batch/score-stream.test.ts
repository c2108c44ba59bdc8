// Batches: rows come back in order with predictions beside them, whatever the table's dialect, and bad rows are named.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { BatchFormat } from '#core/batch/batch-format.ts'
import { type ScoreRequest, startScoring } from '#core/batch/score-stream.ts'
import { churnProbability, leaseChurn } from '../../support/logistic-churn.ts'

let churn: Awaited<ReturnType<typeof leaseChurn>>

beforeAll(async () => {
  churn = await leaseChurn()
})
afterAll(() => churn.close())

function request(
  format: BatchFormat,
  content: string | Uint8Array,
  onError: 'stop' | 'report' = 'stop',
  pieceBytes = 7,
): ScoreRequest {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return {
    lease: churn.lease,
    ports: churn.ports,
    format,
    input: inPieces(bytes, pieceBytes),
    onError,
    signal: new AbortController().signal,
  }
}

/** Small pieces, so that cells, characters and numbers are torn apart on the way. */
function inPieces(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let offset = 0
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.byteLength) controller.close()
      else controller.enqueue(bytes.subarray(offset, offset + size))
      offset += size
    },
  })
}

async function score(...parts: Parameters<typeof request>): Promise<string> {
  const outcome = await startScoring(request(...parts))
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return await new Response(outcome.value).text()
}

async function refusal(...parts: Parameters<typeof request>) {
  const outcome = await startScoring(request(...parts))
  if (outcome.ok) throw new Error(`scored: ${await new Response(outcome.value).text()}`)
  return outcome.failure
}

function columnsOf(csv: string, delimiter = ','): string[][] {
  return csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(delimiter))
}

describe('a CSV table', () => {
  test('comes back row for row with the label and one probability a class behind it', async () => {
    const csv = await score(
      'csv',
      'id,tenure,monthly_charges,total_charges\na,24,70,1680\nb,1,95,95\n',
    )
    const [header, first, second] = columnsOf(csv)
    expect(header).toEqual([
      'id',
      'tenure',
      'monthly_charges',
      'total_charges',
      'predicted_label',
      'probability_No',
      'probability_Yes',
    ])
    expect(first?.slice(0, 5)).toEqual(['a', '24', '70', '1680', 'No'].with(4, first?.[4] ?? ''))
    expect(Number(first?.[6])).toBeCloseTo(churnProbability(24, 70, 1680), 6)
    expect(Number(second?.[6])).toBeCloseTo(churnProbability(1, 95, 95), 6)
    expect(second?.[4]).toBe(churnProbability(1, 95, 95) > 0.5 ? 'Yes' : 'No')
    expect(Number(second?.[5]) + Number(second?.[6])).toBeCloseTo(1, 6)
  })

  test('finds its columns in any order, case and spelling, and keeps the others untouched', async () => {
    const csv = await score(
      'csv',
      '\ufeff"Total Charges";Note;MonthlyCharges;Tenure\r\n1680;"a ""quoted""; note";70;24\r\n',
    )
    const lines = csv.split('\r\n')
    expect(lines[0]).toBe(
      '"Total Charges";Note;MonthlyCharges;Tenure;predicted_label;probability_No;probability_Yes',
    )
    expect(lines[1]).toStartWith('1680;"a ""quoted""; note";70;24;')
    expect(Number(lines[1]?.split(';').at(-1))).toBeCloseTo(churnProbability(24, 70, 1680), 6)
  })

  test('may be separated by tabs, have quoted line breaks and no line break at its end', async () => {
    const csv = await score(
      'csv',
      'tenure\tmonthly_charges\ttotal_charges\tnote\n24\t70\t1680\t"two\nlines"\n1\t95\t95\tx',
    )
    expect(csv).toContain('1680\t"two\nlines"\t')
    expect(Number(csv.trimEnd().split('\t').at(-1))).toBeCloseTo(churnProbability(1, 95, 95), 6)
  })

  test('has empty cells and NA for missing values where the model takes them', async () => {
    const csv = await score('csv', 'tenure,monthly_charges,total_charges\n24,70,\n24,70,NA\n')
    const [, first, second] = columnsOf(csv)
    expect(first?.at(-1)).toBe(second?.at(-1) ?? '')
    expect(Number(first?.at(-1))).toBeGreaterThan(0)
  })

  test('names the line of its first bad row when it may not go on', async () => {
    const failure = await refusal(
      'csv',
      'tenure,note,monthly_charges,total_charges\n1,"a\nb",70,1\n\nsoon,x,70,1680\n',
    )
    expect(failure.code).toBe('invalid_input')
    expect(failure.message).toStartWith('Line 5: tenure ')
    const broken = await refusal(
      'csv',
      'tenure,monthly_charges,total_charges,note\n1,70,1,x\nsoon,70,1,"two\nlines"\n',
    )
    expect(broken.message).toStartWith('Line 3: tenure ')
  })

  test('reports bad rows in an error column and scores the rest when asked to', async () => {
    const csv = await score(
      'csv',
      'tenure,monthly_charges,total_charges\n24,70,1680\nsoon,70,1\n1,95\n1,95,95\n',
      'report',
    )
    const rows = columnsOf(csv)
    expect(rows[0]?.at(-1)).toBe('error')
    expect(rows[1]?.at(-1)).toBe('')
    expect(rows[2]?.slice(0, 6)).toEqual(['soon', '70', '1', '', '', ''])
    expect(rows[2]?.slice(6).join(',')).toContain('line 3: tenure')
    expect(rows[3]?.slice(0, 6)).toEqual(['1', '95', '', '', '', ''])
    expect(rows[3]?.at(-1)).toBe('line 4: has 2 cells where the first line has 3')
    expect(Number(rows[4]?.[5])).toBeCloseTo(churnProbability(1, 95, 95), 6)
  })

  test('without a column for an input is refused before anything is scored, with the name it may mean', async () => {
    const failure = await refusal('csv', 'tenur,monthly_charges,total_charges\n24,70,1680\n')
    expect(failure.message).toContain('no column for tenure')
    expect(failure.details).toEqual([{ path: 'tenure', message: 'has no column; is it “tenur”?' }])
  })

  test('that was scored before keeps its old columns', async () => {
    const csv = await score(
      'csv',
      'tenure,monthly_charges,total_charges,predicted_label\n24,70,1680,old\n',
    )
    const [header, row] = columnsOf(csv)
    expect(header?.slice(3, 5)).toEqual(['predicted_label', 'predicted_label_2'])
    expect(row?.[3]).toBe('old')
  })

  test('that is empty, in UTF-16 or has an unclosed quote is refused with the reason', async () => {
    expect((await refusal('csv', '')).message).toBe('The file is empty.')
    const utf16 = new Uint8Array([0xff, 0xfe, 0x74, 0x00])
    expect((await refusal('csv', utf16)).message).toContain('UTF-16')
    const open = 'tenure,monthly_charges,total_charges\n1,2,"3\n'
    expect((await refusal('csv', open)).message).toContain('quote')
  })

  test('with a header alone comes back with the longer header alone', async () => {
    const csv = await score('csv', 'tenure,monthly_charges,total_charges\n')
    expect(csv).toBe(
      'tenure,monthly_charges,total_charges,predicted_label,probability_No,probability_Yes\n',
    )
  })
})

describe('JSON lines', () => {
  test('come back as they were with the predictions inside, large numbers unharmed', async () => {
    const text = await score(
      'jsonl',
      '{"id": 12345678901234567890, "tenure":24,"monthly_charges":70,"total_charges":null}\n\n{"tenure":1,"monthly_charges":95,"total_charges":95}',
    )
    const [first, second] = text.trimEnd().split('\n')
    expect(first).toStartWith(
      '{"id": 12345678901234567890, "tenure":24,"monthly_charges":70,"total_charges":null,"predicted_label":',
    )
    expect(JSON.parse(second ?? '')['probability_Yes']).toBeCloseTo(churnProbability(1, 95, 95), 6)
  })

  test('that are broken are reported by their line and the rest is scored', async () => {
    const text = await score(
      'jsonl',
      '{"tenure":1,"monthly_charges":95,"total_charges":95}\n{"tenure":\n{"other":1}\n{}\n',
      'report',
    )
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.map((row) => row.error)).toEqual([
      null,
      'line 2: is not a JSON object',
      'line 3: has none of the inputs of the model',
      'line 4: has none of the inputs of the model',
    ])
    expect(rows[2]?.other).toBe(1)
  })

  test('that are a JSON array are refused with the reason', async () => {
    expect((await refusal('jsonl', '[{"tenure":1}]')).message).toContain('JSON array')
  })
})

describe('a Parquet table', () => {
  const columnData = [
    { name: 'id', data: [1n, 2n, 3n], type: 'INT64' as const },
    { name: 'tenure', data: [24, 1, 60], type: 'DOUBLE' as const },
    { name: 'monthly_charges', data: [70, 95, 20], type: 'FLOAT' as const },
    { name: 'total_charges', data: [1680, null, 1200], type: 'DOUBLE' as const, nullable: true },
    { name: 'note', data: ['a', 'ä', 'c'], type: 'STRING' as const },
    { name: 'at', data: [new Date(0), new Date(1), new Date(2)], type: 'TIMESTAMP' as const },
  ]

  test('comes back with its columns, their types and the predictions, a row group at a time', async () => {
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 2 }))
    const outcome = await startScoring(request('parquet', bytes, 'report', 100))
    if (!outcome.ok) throw new Error(outcome.failure.message)
    const scored = await new Response(outcome.value).arrayBuffer()
    const rows = await parquetReadObjects({ file: scored })
    expect(rows).toHaveLength(3)
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'id',
      'tenure',
      'monthly_charges',
      'total_charges',
      'note',
      'at',
      'predicted_label',
      'probability_No',
      'probability_Yes',
      'error',
    ])
    expect(rows[1]).toMatchObject({ id: 2n, note: 'ä', at: new Date(1), total_charges: null })
    expect(rows[0]?.['probability_Yes']).toBeCloseTo(churnProbability(24, 70, 1680), 6)
    expect(rows[2]?.['probability_Yes']).toBeCloseTo(churnProbability(60, 20, 1200), 6)
  })

  test('that claims more values than it can hold is refused before they are made', async () => {
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, codec: 'UNCOMPRESSED' }))
    // Thrift's compact form: a data page's header is field 8 of the page's, the number of its values field 1 of that.
    const place = Buffer.from(bytes).indexOf(Buffer.from([0x5c, 0x15, 3 * 2])) + 2
    expect(place).toBeGreaterThan(2)
    const torn = Buffer.concat([
      bytes.subarray(0, place),
      Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f]),
      bytes.subarray(place + 1),
    ])
    const failure = await refusal('parquet', new Uint8Array(torn))
    expect(failure).toMatchObject({
      code: 'too_large',
      message: 'A page of this Parquet file is too large; please write it with smaller row groups.',
    })
  })

  test('on which the library never ends costs a worker and not the server', async () => {
    const file = await Bun.file(new URL('./endless.parquet', import.meta.url)).bytes()
    const controller = new AbortController()
    const outcome = startScoring({ ...request('parquet', file), signal: controller.signal })
    let ticks = 0
    const timer = setInterval(() => {
      ticks += 1
    }, 5)
    await Bun.sleep(150)
    controller.abort()
    expect(await outcome).toMatchObject({ failure: { code: 'cancelled' } })
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(3)
  })

  test('that is damaged is refused in words', async () => {
    const failure = await refusal('parquet', new TextEncoder().encode('PAR1 no parquet PAR1'))
    expect(failure.message).toStartWith('The Parquet file cannot be read')
  })
})

describe('the stream', () => {
  test('reads no further than it is read, releases the lease once and records the rows', async () => {
    const before = churn.seen.released
    let pulled = 0
    const line = new TextEncoder().encode('24,70,1680\n'.repeat(5_000))
    const input = new ReadableStream<Uint8Array>({
      start: (controller) =>
        controller.enqueue(new TextEncoder().encode('tenure,monthly_charges,total_charges\n')),
      pull(controller) {
        pulled += 1
        if (pulled > 1_000) controller.close()
        else controller.enqueue(line)
      },
    })
    const outcome = await startScoring({ ...request('csv', ''), input })
    if (!outcome.ok) throw new Error(outcome.failure.message)
    const reader = outcome.value.getReader()
    await reader.read()
    await Bun.sleep(50)
    expect(pulled).toBeLessThan(60)
    await reader.cancel()
    expect(pulled).toBeLessThan(60)
    expect(churn.seen.released).toBe(before + 1)
    expect(churn.seen.recorded.at(-1)?.ok).toBe(false)
  })

  test('tells a summary of every row in order', async () => {
    const lines: number[] = []
    const outcome = await startScoring({
      ...request(
        'csv',
        `tenure,monthly_charges,total_charges\n${'24,70,1680\n'.repeat(10_000)}`,
        'stop',
        65_536,
      ),
      onRows: (some) => void lines.push(...some),
    })
    if (!outcome.ok) throw new Error(outcome.failure.message)
    const text = await new Response(outcome.value).text()
    expect(text.split('\n')).toHaveLength(10_002)
    expect(lines).toHaveLength(10_000)
    expect(lines.every((line, index) => line === index + 2)).toBe(true)
  })
})
