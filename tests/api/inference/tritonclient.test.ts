// Requests as the real tritonclient wrote them, byte for byte, answered as it decoded them: no Python needed to know.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readBody } from '#core/open-inference/body.ts'
import { deploySamples } from '../../support/ports.ts'
import { ROOT, startServer, type TestServer } from '../support.ts'

const FOLDER = join(ROOT, 'tests/fixtures/open-inference')
const SKLEARN = join(ROOT, 'tests/fixtures/sklearn/1.9.1')
const MODELS = ['columns_text', 'tfidf', 'one_hot_max_categories', 'linear_regression_two_targets']
const SUFFIX = '.request.bin'
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))

interface Expected {
  readonly status: number
  readonly id?: string
  readonly error?: string
  readonly outputs?: Readonly<
    Record<string, { datatype: string; shape: number[]; data: (number | string)[] }>
  >
}

let parley: TestServer

beforeAll(async () => {
  parley = await startServer()
  await deploySamples(parley.ports)
  await Promise.all(
    MODELS.map(async (name) => {
      const form = new FormData()
      form.set('file', Bun.file(join(SKLEARN, `${name}.joblib`)))
      form.set('name', name)
      const answer = await fetch(`${parley.url}/api/models`, { method: 'POST', body: form })
      if (answer.status !== 201) throw new Error(`${name}: ${await answer.text()}`)
    }),
  )
})
afterAll(() => parley.close())

/** The bytes over a socket of their own; the answer's head and body. */
async function exchangeRaw(bytes: Uint8Array): Promise<{ head: string; body: Uint8Array }> {
  const { hostname, port } = new URL(parley.url)
  const pieces: Uint8Array[] = []
  const done = Promise.withResolvers<void>()
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data(_, data) {
        pieces.push(Uint8Array.from(data))
        if (isWhole(Buffer.concat(pieces))) done.resolve()
      },
      close: () => done.resolve(),
      error: (_, error) => done.reject(error),
    },
  })
  socket.write(bytes)
  await done.promise
  socket.end()
  const all = Buffer.concat(pieces)
  const end = all.indexOf('\r\n\r\n')
  return { head: all.subarray(0, end).toString('latin1'), body: all.subarray(end + 4) }
}

function isWhole(bytes: Buffer): boolean {
  const end = bytes.indexOf('\r\n\r\n')
  const length = /content-length: (\d+)/i.exec(bytes.subarray(0, end).toString('latin1'))?.[1]
  return end >= 0 && length !== undefined && bytes.byteLength >= end + 4 + Number(length)
}

function headerOf(head: string, name: string): string | null {
  const line = head.split('\r\n').find((one) => one.toLowerCase().startsWith(`${name}:`))
  return line?.slice(name.length + 1).trim() ?? null
}

describe('a request of tritonclient', () => {
  test('there are some', () => {
    expect(NAMES.length).toBeGreaterThanOrEqual(15)
  })

  test.each(NAMES)('%s', async (name) => {
    const expected: Expected = await Bun.file(join(FOLDER, `${name}.json`)).json()
    const { head, body } = await exchangeRaw(
      await Bun.file(join(FOLDER, `${name}${SUFFIX}`)).bytes(),
    )
    expect(Number(head.split(' ')[1])).toBe(expected.status)
    if (expected.error !== undefined) {
      const { error } = JSON.parse(body.toString())
      // The names of models that are there depend on what else is deployed.
      expect(error.split('. ')[0]).toBe(expected.error.split('. ')[0])
      return
    }
    const headerLength = headerOf(head, 'inference-header-content-length')
    const { json, tensors } = readBody('outputs', body, headerLength)
    const outputs = tensors.map(({ name: output, datatype, shape, values }) => [
      output,
      { datatype, shape: [...shape], data: Array.from<number | string>(values) },
    ])
    expect(Object.fromEntries(outputs)).toEqual(expected.outputs)
    expect(json['id']).toBe(expected.id)
  })
})
