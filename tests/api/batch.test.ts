// Batches over HTTP: tables in and out as they stream, bad rows told by their line, in bounded memory.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { spill } from '#api/http/spill.ts'
import { expectedProbability, ROW, startServer, storeModel, type TestServer } from './support.ts'

let parley: TestServer

beforeAll(async () => {
  parley = await startServer()
  await storeModel(parley.ports)
  await storeModel(parley.ports, { bias: 2 })
  await storeModel(parley.ports, { name: 'price', kind: 'regressor' })
})
afterAll(() => parley.close())

function send(body: BodyInit, options: { path?: string; type?: string } = {}): Promise<Response> {
  return fetch(`${parley.url}${options.path ?? '/api/predict/churn/batch'}`, {
    method: 'POST',
    headers: { 'content-type': options.type ?? 'text/csv' },
    body,
  })
}

const HEADER = 'id,tenure,monthly_charges,total_charges'

function csvRows(from: number, to: number): string {
  let text = ''
  for (let index = from; index < to; index += 1) text += `c${index},${index % 72},70,1680\n`
  return text
}

describe('a table', () => {
  test('of CSV comes back as it was with predictions added', async () => {
    const response = await send(`${HEADER}\n"a,1",24,70,1680\nb,1,70,1680\n`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('x-model-version')).toMatch(/^2-/)
    expect(response.headers.get('x-request-id')).toBeString()
    const [header, first, second, rest] = (await response.text()).split('\n')
    expect(header).toBe(`${HEADER},predicted_label,probability_No,probability_Yes`)
    expect(first).toStartWith('"a,1",24,70,1680,Yes,')
    const probability = Number(second?.split(',').at(-1))
    expect(probability).toBeCloseTo(expectedProbability({ ...ROW, tenure: 1 }, 2), 5)
    expect(rest).toBe('')
  })

  test('of JSON lines comes back as JSON lines', async () => {
    const response = await send(`${JSON.stringify({ ...ROW, id: 7 })}\n${JSON.stringify(ROW)}\n`, {
      type: 'application/x-ndjson',
    })
    const rows = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows[0]).toMatchObject({ id: 7, tenure: 24, predicted_label: 'Yes' })
    expect(rows[1].probability_Yes).toBeCloseTo(expectedProbability(ROW, 2), 5)
  })

  test('of Parquet comes back as Parquet', async () => {
    const file = parquetWriteBuffer({
      columnData: [
        { name: 'id', data: ['a', 'b'], type: 'STRING' },
        { name: 'tenure', data: [24, 1], type: 'DOUBLE' },
        { name: 'monthly_charges', data: [70, 70], type: 'DOUBLE' },
        { name: 'total_charges', data: [1680, 1680], type: 'DOUBLE' },
      ],
    })
    const response = await send(file, { type: 'application/vnd.apache.parquet' })
    expect(response.status).toBe(200)
    const rows = await parquetReadObjects({ file: await response.arrayBuffer() })
    expect(rows.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(rows[0]?.['probability_Yes']).toBeCloseTo(expectedProbability(ROW, 2), 5)
  })

  test('goes to an earlier version by its number', async () => {
    const response = await send(`tenure,monthly_charges,total_charges\n24,70,1680\n`, {
      path: '/api/predict/churn/versions/1/batch',
    })
    const probability = Number((await response.text()).trim().split(',').at(-1))
    expect(probability).toBeCloseTo(expectedProbability(ROW), 5)
  })

  test('starts to come back while it is still being sent', async () => {
    const firstAnswer = Promise.withResolvers<void>()
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Buffer.from(`${HEADER}\n${csvRows(0, 10_000)}`))
        await firstAnswer.promise
        controller.enqueue(Buffer.from(csvRows(10_000, 10_010)))
        controller.close()
      },
    })
    const response = await send(body)
    const reader = response.body?.getReader()
    let text = ''
    for (;;) {
      const next = await reader?.read()
      if (next === undefined || next.done) break
      text += Buffer.from(next.value).toString()
      firstAnswer.resolve()
    }
    expect(text.trim().split('\n').length).toBe(10_011)
  })
})

describe('a bad row', () => {
  const BAD = `${HEADER}\na,24,70,1680\nb,long,70,1680\nc,1,70,1680\n`

  test('ends the batch with its line number', async () => {
    const response = await send(BAD)
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    expect(response.status).toBe(422)
    expect(error['code']).toBe('invalid_input')
    expect(error['message']).toContain('Line 3')
    expect(error['details']).toMatchObject([{ path: 'lines[3]' }])
    expect(error['request_id']).toBe(response.headers.get('x-request-id'))
  })

  test('is reported beside its row where that is asked for, and the rest is scored', async () => {
    const response = await send(BAD, { path: '/api/predict/churn/batch?on_error=report' })
    const [header, first, second, third] = (await response.text()).split('\n')
    expect(response.status).toBe(200)
    expect(header).toEndWith(',error')
    expect(first).toStartWith('a,24,70,1680,Yes')
    expect(second).toContain('line 3')
    expect(third).toStartWith('c,1,70,1680,Yes')
  })

  test('far down a table still changes the status while nothing has been sent', async () => {
    const response = await send(`${HEADER}\n${csvRows(0, 50_000)}x,bad,1,1\n`)
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('Line 50002')
  })

  test('after the first bytes went out breaks the answer off, so that no half passes for a whole', async () => {
    const lines = `${JSON.stringify(ROW)}\n`.repeat(60_000)
    const response = await send(`${lines}{"tenure": "bad", "monthly_charges": 1}\n`, {
      type: 'application/jsonl',
    })
    expect(response.status).toBe(200)
    let text = ''
    let broken = false
    try {
      for await (const piece of response.body ?? []) text += Buffer.from(piece).toString()
    } catch {
      broken = true
    }
    expect(broken).toBe(true)
    expect(text.trim().split('\n').at(-1)).toContain('Line 60001')
  })
})

describe('a batch is refused', () => {
  test.each([
    ['application/json', 415],
    ['image/png', 415],
  ])('as %p', async (type, status) => {
    expect((await send('[]', { type })).status).toBe(status)
  })

  test('for an unknown model, an undeployed one, a wrong on_error and an empty body', async () => {
    const statusOf = async (path: string, body = `${HEADER}\n`) =>
      (await send(body, { path: `/api/predict/${path}` })).status
    expect(await statusOf('chrun/batch')).toBe(404)
    expect(await statusOf('churn/versions/7/batch')).toBe(404)
    expect(await statusOf('churn/batch?on_error=skip')).toBe(422)
    expect(await statusOf('churn/batch?errors=report')).toBe(422)
    expect(await statusOf('churn/batch', '')).toBe(422)
    expect(await statusOf('churn/batch', 'a,b\n1,2\n')).toBe(422)
  })

  test('at the byte past its limit, also when no length was declared', async () => {
    const small = await startServer({ limits: { batchBytes: 100_000 } })
    await storeModel(small.ports)
    const post = (body: BodyInit) =>
      fetch(`${small.url}/api/predict/churn/batch`, {
        method: 'POST',
        headers: { 'content-type': 'text/csv' },
        body,
      })
    const text = `${HEADER}\n${csvRows(0, 20_000)}`
    expect((await post(text)).status).toBe(413)
    let at = 0
    const pieces = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(Buffer.from(text.slice(at, at + 10_000)))
        at += 10_000
        if (at >= text.length) controller.close()
      },
    })
    const chunked = await post(pieces)
    expect(chunked.status).toBe(413)
    expect(await chunked.json()).toMatchObject({ error: { code: 'too_large' } })
    await small.close()
  })
})

test('a client that sends everything before it reads anything is answered in full', async () => {
  const rows = 250_000
  const body = `${HEADER}\n${csvRows(0, rows)}`
  const { port } = new URL(parley.url)
  const received = await new Promise<number>((resolve, reject) => {
    let lines = 0
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.pause()
      socket.write(
        `POST /api/predict/churn/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: text/csv\r\nContent-Length: ${body.length}\r\n\r\n`,
      )
      socket.write(body, () => socket.resume())
    })
    socket.on('data', (data: Buffer) => {
      for (const byte of data) if (byte === 0x0a) lines += 1
    })
    socket.on('close', () => resolve(lines))
    socket.on('error', reject)
  })
  expect(received).toBeGreaterThan(rows)
}, 30_000)

test('a client that leaves ends the scoring and gives the model back', async () => {
  const leaving = await startServer()
  await storeModel(leaving.ports)
  const stop = new AbortController()
  let sent = 0
  const endless = new ReadableStream<Uint8Array>({
    async pull(controller) {
      controller.enqueue(Buffer.from(sent === 0 ? `${HEADER}\n` : csvRows(0, 5_000)))
      sent += 1
      await Bun.sleep(1)
    },
  })
  const response = await fetch(`${leaving.url}/api/predict/churn/batch`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: endless,
    signal: stop.signal,
  })
  await response.body?.getReader().read()
  stop.abort()
  for (let turn = 0; turn < 200 && !ended(); turn += 1) await Bun.sleep(10)
  function ended() {
    return leaving.lines.some(({ message, fields }) => message === 'batch' && fields['ended'])
  }
  expect(ended()).toBe(true)
  await leaving.close()
}, 15_000)

describe('what waits for a slow reader', () => {
  test('comes out whole and in order, memory and file mixed', async () => {
    const pieces = Array.from({ length: 500 }, (_, index) => Buffer.from(`${index},`.repeat(20)))
    let next = 0
    const source = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (next % 7 === 0) await Bun.sleep(0)
          const piece = pieces[next]
          next += 1
          if (piece === undefined) controller.close()
          else controller.enqueue(piece)
        },
      },
      { highWaterMark: 0 },
    )
    const { output } = spill(source, { memoryBytes: 300, fileName: `parley-test-${process.pid}` })
    let text = ''
    let count = 0
    for await (const piece of output) {
      text += Buffer.from(piece).toString()
      count += 1
      if (count % 5 === 0) await Bun.sleep(1)
    }
    expect(text).toBe(Buffer.concat(pieces).toString())
  })

  test('comes out before the failure that ended it', async () => {
    let next = 0
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        next += 1
        if (next > 3) controller.error(new Error('broken'))
        else controller.enqueue(Buffer.from(String(next)))
      },
    })
    const { output } = spill(source, { memoryBytes: 0, fileName: `parley-fail-${process.pid}` })
    let text = ''
    let message = ''
    try {
      for await (const piece of output) text += Buffer.from(piece).toString()
    } catch (error) {
      message = error instanceof Error ? error.message : ''
    }
    expect([text, message]).toEqual(['123', 'broken'])
  })
})
