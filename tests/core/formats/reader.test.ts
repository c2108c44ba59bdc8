// Files are read in processes of their own: a hostile one costs a bounded sum and ends in a sentence, and nobody else notices.

import { afterAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { MAX_FILE_BYTES, MAX_WAITING_READS, READ_MEMORY_BYTES } from '#core/formats/limits.ts'
import { createModelReader } from '#core/formats/reader.ts'
import { startReadingProcess } from '#core/formats/reading-process.ts'
import { bytes, readFixture, text, u32 } from './support.ts'

const reader = createModelReader()
afterAll(() => reader.close())

const model = readFixture('xgboost/1.7.6/binary.pkl')
const nothing = bytes(0x80, 4, 'N.')
const upload = (content: Uint8Array) => ({ bytes: content, fileName: 'churn_model.pkl' })
const filled = (part: Uint8Array, count: number) =>
  new Uint8Array(Buffer.alloc(part.length * count, part))

/** Files of a few megabytes that unfold, nest or repeat; each was slow or large in some reader. */
const HOSTILE: Readonly<Record<string, Uint8Array>> = {
  'a zlib bomb of a gigabyte': new Uint8Array(deflateSync(Buffer.alloc(1 << 30))),
  'five million tuples inside each other': bytes(0x80, 4, ')', filled(bytes(0x85), 4_900_000), '.'),
  'a million dicts': bytes(0x80, 4, '(', filled(bytes('}'), 900_000), 'l.'),
  'instructions that cancel out': bytes(0x80, 4, filled(bytes(']0'), 5_000_000), '.'),
  'strings by the million': bytes(0x80, 4, '](', filled(text('x'.repeat(30)), 990_000), 'e.'),
  'long integers': bytes(
    0x80,
    4,
    '](',
    filled(bytes(0x8a, 255, new Uint8Array(255).fill(7)), 40_000),
    'e.',
  ),
  'JSON of XGBoost, nested without end': bytes('{"learner":', '['.repeat(5_000_000)),
  'copies of one array': bytes(
    ...[0x80, 4, 'B', u32(1 << 20), new Uint8Array(1 << 20), 0x94, '0'],
    ...[
      'cnumpy\ndtype\n',
      text('f8'),
      0x89,
      0x88,
      0x87,
      'R(K',
      3,
      text('>'),
      'NNNJ',
      u32(0xffffffff),
      'J',
      u32(0xffffffff),
      'K',
      0,
      'tb',
      0x94,
      '0',
    ],
    ...[
      filled(
        bytes(
          'cnumpy.core.numeric\n_frombuffer\n(h',
          0,
          'h',
          1,
          'J',
          u32(1 << 17),
          text('C'),
          'tR0',
        ),
        4000,
      ),
      'N.',
    ],
  ),
}

describe('a model', () => {
  test('comes back as ONNX with its signature', async () => {
    const outcome = await reader.read(upload(model))
    if (!outcome.ok) throw new Error(outcome.failure.message)
    const { onnx, signature, library, libraryVersion, modelClass, facts } = outcome.value
    expect(onnx.length).toBeGreaterThan(500)
    expect(signature.task).toBe('binary_classification')
    expect(signature.inputs.map((input) => input.name)).toEqual([
      'age',
      'income',
      'visits',
      'score',
    ])
    expect([library, libraryVersion, modelClass]).toEqual(['xgboost', '1.7.6', 'XGBClassifier'])
    expect(facts['features']).toBe(4)
  })

  test('takes the names that the person gives', async () => {
    const outcome = await reader.read({
      ...upload(model),
      features: ['a', 'b', 'c', 'd'],
      classes: ['stays', 'leaves'],
      positiveLabel: 'stays',
    })
    if (!outcome.ok) throw new Error(outcome.failure.message)
    const { inputs, classes, positiveLabel } = outcome.value.signature
    expect(inputs.map((input) => input.name)).toEqual(['a', 'b', 'c', 'd'])
    expect(classes).toEqual(['stays', 'leaves'])
    expect(positiveLabel).toBe('stays')
  })

  test('is inspected without its ONNX', async () => {
    const outcome = await reader.inspect(upload(model))
    expect(outcome).toMatchObject({
      ok: true,
      value: { format: 'pickle protocol 4', problem: null },
    })
    expect(JSON.stringify(outcome)).not.toContain('"onnx"')
  })
})

describe('what cannot be read', () => {
  test('fails with a code, a sentence and the place', async () => {
    const outcome = await reader.read(upload(bytes(0x80, 4, 'cos\nsystem\n(', text('id'), 'tR.')))
    expect(outcome).toEqual({
      ok: false,
      failure: {
        code: 'unreadable_model',
        message:
          'This file asks Python to run os.system when it is opened; Parley never runs anything in a file, and it refuses this one.',
        details: [{ path: '', message: 'At byte 2.' }],
      },
    })
  })

  test('is no model file at all: unsupported; larger than any: too large', async () => {
    const page = await reader.read(upload(bytes('<html><body>Not found</body></html>')))
    expect(page).toMatchObject({ ok: false, failure: { code: 'unsupported_file' } })
    const huge = await reader.read(upload(new Uint8Array(MAX_FILE_BYTES + 1)))
    expect(huge).toMatchObject({ ok: false, failure: { code: 'too_large' } })
  })

  for (const [name, file] of Object.entries(HOSTILE)) {
    test(`${name}: refused, in a process that stays below 512 MB`, async () => {
      const reading = startReadingProcess()
      const reply = await reading.ask({ kind: 'read', hints: {}, tableBytes: 0 }, file)
      expect(reply).toMatchObject({ kind: 'answer', answer: { kind: 'problem' } })
      if (process.platform === 'linux') {
        // The high-water mark that the kernel itself keeps.
        const status = readFileSync(`/proc/${reading.pid}/status`, 'utf8')
        const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1]
        expect(Number(peak) * 1024).toBeLessThan(READ_MEMORY_BYTES)
      }
      reading.end()
    })
  }

  test('while hostile files are read, the server goes on answering, and a model after them is read', async () => {
    const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response('here') })
    try {
      let settled = false
      const files = ['a million dicts', 'instructions that cancel out', 'a zlib bomb of a gigabyte']
      const reading = Promise.all(
        files.map((name) => reader.read(upload(HOSTILE[name] ?? nothing))),
      ).finally(() => {
        settled = true
      })
      const answers: string[] = []
      while (!settled) answers.push(await (await fetch(server.url)).text())
      for (const outcome of await reading) {
        expect(outcome).toMatchObject({ ok: false, failure: { code: 'unreadable_model' } })
      }
      expect(answers.length).toBeGreaterThan(5)
      expect((await reader.read(upload(model))).ok).toBe(true)
    } finally {
      await server.stop(true)
    }
  })
})

describe('a process that costs too much', () => {
  const roomy = { timeMs: 60_000, memoryBytes: READ_MEMORY_BYTES }

  test('in time is ended, stuck or not', async () => {
    const reading = startReadingProcess({ ...roomy, timeMs: 150 })
    await reading.ask({ kind: 'inspect' }, nothing)
    process.kill(reading.pid, 'SIGSTOP')
    expect(await reading.ask({ kind: 'inspect' }, nothing)).toEqual({
      kind: 'ended',
      ending: 'time',
    })
    expect(reading.reusable()).toBe(false)
  })

  test.if(process.platform === 'linux')('in memory is ended', async () => {
    const reading = startReadingProcess({ ...roomy, memoryBytes: 1 })
    const reply = await reading.ask(
      { kind: 'read', hints: {}, tableBytes: 0 },
      HOSTILE['a million dicts'] ?? nothing,
    )
    expect(reply).toEqual({ kind: 'ended', ending: 'memory' })
  })

  test('or dies by itself gives an end, not silence', async () => {
    const reading = startReadingProcess(roomy)
    await reading.ask({ kind: 'inspect' }, nothing)
    process.kill(reading.pid, 'SIGSTOP')
    const reply = reading.ask({ kind: 'inspect' }, nothing)
    process.kill(reading.pid, 'SIGKILL')
    expect(await reply).toEqual({ kind: 'ended', ending: 'exit' })
    expect(await reading.ask({ kind: 'inspect' }, nothing)).toEqual({
      kind: 'ended',
      ending: 'exit',
    })
  })

  test('does not get the secrets of the server', async () => {
    const reading = startReadingProcess(roomy)
    await reading.ask({ kind: 'inspect' }, nothing)
    if (process.platform === 'linux') {
      expect(readFileSync(`/proc/${reading.pid}/environ`, 'latin1')).not.toContain('HOME=')
    }
    reading.end()
  })
})

describe('many at once', () => {
  test('are all read, a hostile one among them', async () => {
    const files = Array.from({ length: 12 }, (_, index) =>
      index === 3 ? (HOSTILE['a million dicts'] ?? nothing) : model,
    )
    const outcomes = await Promise.all(files.map((file) => reader.read(upload(file))))
    expect(outcomes.map((outcome) => outcome.ok)).toEqual(files.map((_, index) => index !== 3))
  })

  test('are not held up by a slow one', async () => {
    const order: string[] = []
    const note = (name: string) => () => order.push(name)
    const slow = HOSTILE['strings by the million'] ?? nothing
    await Promise.all([
      reader.read(upload(slow)).then(note('slow')),
      ...Array.from({ length: 6 }, () => reader.read(upload(model)).then(note('model'))),
    ])
    expect(order.at(-1)).toBe('slow')
  })

  test('beyond what may wait are turned away at once', async () => {
    const crowded = createModelReader()
    const outcomes = Promise.all(
      Array.from({ length: MAX_WAITING_READS + 8 }, () => crowded.inspect(upload(nothing))),
    )
    const refused = (await outcomes).filter((outcome) => !outcome.ok)
    expect(refused.length).toBe(8 - 2)
    expect(refused[0]).toMatchObject({ failure: { code: 'unavailable' } })
    await crowded.close()
  })

  test('may be given up, running or waiting, without harm to the others', async () => {
    const running = new AbortController()
    const waiting = new AbortController()
    const slow = HOSTILE['five million tuples inside each other'] ?? nothing
    const outcomes = Promise.all([
      reader.read(upload(slow), running.signal),
      reader.read(upload(slow), running.signal),
      reader.read(upload(model), waiting.signal),
      reader.read(upload(model)),
    ])
    waiting.abort()
    running.abort()
    const [first, second, third, fourth] = await outcomes
    for (const outcome of [first, second, third]) {
      expect(outcome).toMatchObject({ ok: false, failure: { code: 'cancelled' } })
    }
    expect(fourth?.ok).toBe(true)
    const aborted = await reader.read(upload(model), AbortSignal.abort())
    expect(aborted).toMatchObject({ failure: { code: 'cancelled' } })
  })

  test('make room for others as soon as they are given up', async () => {
    const crowded = createModelReader()
    const leaving = new AbortController()
    const given = Promise.all(
      Array.from({ length: MAX_WAITING_READS + 2 }, () =>
        crowded.inspect(upload(nothing), leaving.signal),
      ),
    )
    leaving.abort()
    expect((await crowded.inspect(upload(nothing))).ok).toBe(true)
    expect((await given).every((outcome) => !outcome.ok)).toBe(true)
    await crowded.close()
  })

  test('end with the reader', async () => {
    const closing = createModelReader()
    const reading = closing.read(upload(model))
    await closing.close()
    expect(await reading).toMatchObject({ ok: false, failure: { code: 'cancelled' } })
    expect(await closing.read(upload(model))).toMatchObject({ failure: { code: 'unavailable' } })
  })
})
