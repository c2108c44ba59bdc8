// The steps before a graph: batches in parts, texts of any length, and entries that nobody should trust.

import { describe, expect, test } from 'bun:test'
import { createSession } from '#core/engine/session.ts'
import { createTextSteps, MAX_TEXT_LENGTH } from '#core/engine/text-steps.ts'
import type { TensorBinding } from '#core/formats/description.ts'
import { FormatError } from '#core/formats/format-error.ts'
import { describeOnnxFile } from '#core/formats/onnx/describe-onnx.ts'
import { createGraphBuilder } from '#core/graph/graph-builder.ts'
import { writeOnnx } from '#core/graph/onnx-writer.ts'
import { STEPS_KEY, type TextStep, writeSteps } from '#core/pipeline/steps.ts'
import type { Vectorizer } from '#core/pipeline/text.ts'

const HASHING: Vectorizer = {
  analyzer: 'word',
  lowercase: true,
  stripAccents: null,
  tokenPattern: '\\w+',
  stopWords: [],
  ngramRange: [1, 1],
  features: { kind: 'hash', count: 65_536, alternateSign: false },
  binary: false,
  sublinear: false,
  weights: null,
  norm: null,
}

const BINDING: TensorBinding = {
  inputs: [{ tensor: 'texts', type: 'string', fields: ['text'], rank: 2 }],
  values: 'values',
}

const stepOf = (vectorizer: Vectorizer, changes: Partial<TextStep> = {}): TextStep => ({
  kind: 'text',
  input: 'texts',
  column: 0,
  output: 'text_0',
  width: vectorizer.features.kind === 'hash' ? vectorizer.features.count : 2,
  vectorizer,
  ...changes,
})

/** Adds up a text's numbers. */
function sumGraph(entry: string, width = 65_536): Uint8Array {
  const graph = createGraphBuilder()
  graph.rename(graph.apply('ReduceSum', ['text_0', graph.integers([1], [1])]), 'values')
  return writeOnnx({
    name: 'model',
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: [{ name: 'text_0', type: 'float64', shape: ['rows', width] }],
    outputs: [{ name: 'values', type: 'float64', shape: ['rows', 1] }],
    metadata: { [STEPS_KEY]: entry },
  })
}

describe('a session with a step', () => {
  test('runs a wide batch in parts, each row with its own words, again and again', async () => {
    const steps = createTextSteps([stepOf(HASHING)], BINDING)
    const session = await createSession(sumGraph(writeSteps([stepOf(HASHING)])), BINDING)
    const count = 300
    expect(steps.rowsAtOnce).toBeLessThan(count / 2)
    const texts = Array.from({ length: count }, (_, row) => 'word '.repeat(row % 7))
    for (let round = 0; round < 2; round++) {
      const { values } = await session.run({ count, columns: [texts] })
      expect([...(values?.data ?? [])]).toEqual(texts.map((_, row) => row % 7))
    }
    const single = await session.run({ count: 1, columns: [['one two']] })
    const empty = await session.run({ count: 1, columns: [['']] })
    expect([single.values?.data[0], empty.values?.data[0]]).toEqual([2, 0])
    await session.release()
  })

  test('refuses a text without end, and one that its pattern cannot take apart', async () => {
    const slow = { ...HASHING, tokenPattern: '(?:a|aa)+$' }
    const session = await createSession(sumGraph(writeSteps([stepOf(slow)])), BINDING)
    const run = (text: string) => session.run({ count: 1, columns: [[text]] })
    await expect(run(`${'a'.repeat(100)}b`)).rejects.toThrow('too long to be split')
    await expect(run('a'.repeat(MAX_TEXT_LENGTH + 1))).rejects.toThrow('characters')
    await session.release()
  })
})

describe('an entry of steps that does not fit is no model', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['no JSON', '{'],
    ['no steps', '{"kind":"text"}'],
    ['a width of its own', JSON.stringify([stepOf(HASHING, { width: 3 })])],
    ['a column that is not there', JSON.stringify([stepOf(HASHING, { column: 4 })])],
    ['a tensor that is not there', JSON.stringify([stepOf(HASHING, { input: 'words' })])],
    [
      'a tensor that the graph does not take',
      JSON.stringify([stepOf(HASHING, { output: 'other' })]),
    ],
    ['runs without end', JSON.stringify([stepOf({ ...HASHING, ngramRange: [1, 1e9] })])],
    [
      'a pattern that is not read',
      JSON.stringify([stepOf({ ...HASHING, tokenPattern: '(\\w)\\1' })]),
    ],
  ]

  for (const [title, entry] of cases) {
    test(title, async () => {
      await expect(createSession(sumGraph(entry), BINDING)).rejects.toThrow()
    })
  }
})

test('an uploaded ONNX file with steps is refused, whatever they are', () => {
  for (const entry of [writeSteps([stepOf(HASHING)]), 'nonsense']) {
    const read = () => describeOnnxFile(sumGraph(entry, 4), {})
    expect(read).toThrow(FormatError)
    expect(read).toThrow('Upload the file that it was made of')
  }
})
