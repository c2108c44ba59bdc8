// ONNX files that are damaged, that reach outside of themselves or that are no model of rows end in a FormatError.

import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { FormatError } from '#core/formats/format-error.ts'
import { describeOnnxFile } from '#core/formats/onnx/describe-onnx.ts'
import { build, external, modelBytes, node, tensor, value, type Write } from './build-model.ts'

const FIXTURES = join(import.meta.dir, '../../../fixtures/onnx')

/** Cases for each fixture; set PARLEY_TEST_RUNS for a run at length. */
const RUNS = Number(process.env['PARLEY_TEST_RUNS'] ?? 60)

function refusal(bytes: Uint8Array): FormatError {
  try {
    describeOnnxFile(bytes, {})
  } catch (error) {
    if (error instanceof FormatError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** An attribute that holds what `write` writes under the field of its type. */
const attribute =
  (name: string, type: number, write: Write): Write =>
  (writer) =>
    writer.message(5, () => {
      writer.text(1, name)
      write(writer)
      writer.integer(20, type)
    })

const inAttribute = (type: number, field: number, write: Write): Uint8Array =>
  modelBytes({
    nodes: [
      node(
        'Constant',
        [],
        ['c'],
        attribute('value', type, (writer) => writer.message(field, () => write(writer))),
      ),
      node('Identity', ['x'], ['y']),
    ],
  })

/** A graph inside an attribute, `depth` times. */
const nested =
  (depth: number): Write =>
  (writer) => {
    if (depth === 0) {
      writer.message(5, () => tensor('w', [1], [1], external)(writer))
      return
    }
    writer.message(1, () => {
      node(
        'If',
        ['x'],
        ['y'],
        attribute('then_branch', 5, () => writer.message(6, () => nested(depth - 1)(writer))),
      )(writer)
    })
  }

describe('a sound ONNX file', () => {
  test('is described as it is, without a copy', () => {
    const bytes = modelBytes()
    const { predictor, task } = describeOnnxFile(bytes, {})
    expect(task).toBe('regression')
    expect(predictor.kind === 'onnx' && predictor.onnx === bytes).toBe(true)
  })
})

describe('weights in another file', () => {
  const sparse: Write = (writer) => writer.message(1, () => tensor('w', [1], [1], external)(writer))
  test.each<[string, Uint8Array]>([
    [
      'an initialiser',
      modelBytes({
        graph: (writer) => writer.message(5, () => tensor('w', [1], [1], external)(writer)),
      }),
    ],
    [
      'a sparse initialiser',
      modelBytes({ graph: (writer) => writer.message(15, () => sparse(writer)) }),
    ],
    ['an attribute', inAttribute(4, 5, tensor('w', [1], [1], external))],
    ['a list of an attribute', inAttribute(9, 10, tensor('w', [1], [1], external))],
    ['a sparse attribute', inAttribute(11, 22, sparse)],
    ['a list of sparse attributes', inAttribute(12, 23, sparse)],
    ['a graph inside a graph', inAttribute(5, 6, nested(2))],
    ['a list of graphs', inAttribute(10, 11, nested(1))],
    [
      'a function',
      modelBytes({
        model: (writer) =>
          writer.message(25, () => {
            writer.text(1, 'f')
            writer.message(7, () =>
              node(
                'Constant',
                [],
                ['c'],
                attribute('value', 4, () =>
                  writer.message(5, () => tensor('w', [1], [1], external)(writer)),
                ),
              )(writer),
            )
          }),
      }),
    ],
    [
      'a tensor that only says so',
      modelBytes({
        graph: (writer) =>
          writer.message(5, () => tensor('w', [1], [1], (inner) => inner.integer(14, 1))(writer)),
      }),
    ],
  ])('of %s are refused', (_, bytes) => {
    expect(refusal(bytes).message).toContain('in another file')
  })
})

describe('a damaged ONNX file', () => {
  const initializer = (write: Write): Uint8Array =>
    modelBytes({ graph: (writer) => writer.message(5, () => write(writer)) })

  test.each<[string, Uint8Array, string]>([
    [
      'with a shape larger than its values',
      initializer(tensor('w', [2 ** 40], [1])),
      '1 values for a shape of 1099511627776',
    ],
    ['with a negative dimension', initializer(tensor('w', [-4], [1])), 'a dimension of -4'],
    [
      'with half an element',
      initializer(tensor('w', [1], [], (writer) => writer.text(9, 'abc'))),
      '0.75 values',
    ],
    ['with graphs in graphs without end', inAttribute(5, 6, nested(20)), 'more than 16 deep'],
    [
      'with two graphs',
      modelBytes({ model: (writer) => writer.message(7, () => undefined) }),
      'two graphs',
    ],
    ['without a graph', build((writer) => writer.integer(1, 8)), 'no graph'],
    ['of nothing', new Uint8Array(0), 'no graph'],
    ['with a number without end', new Uint8Array(12).fill(0xff), 'has no end'],
    ['with a length beyond the end', Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f), 'cut off'],
    [
      'with a negative length',
      Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
      'cut off',
    ],
    ['with a field of an unknown kind', Uint8Array.of(0x3b, 0), 'does not begin a field'],
    [
      'with text that is none',
      build((writer) => writer.message(2, () => writer.packedIntegers(1, [255, 255]))).with(
        4,
        0xff,
      ),
      'not UTF-8',
    ],
    [
      'with a number for a name',
      build((writer) => writer.integer(2, 1)),
      'is varint where bytes belongs',
    ],
  ])('%s is refused', (_, bytes, message) => {
    const error = refusal(bytes)
    expect(error.message).toContain(message)
    expect(Number.isSafeInteger(error.offset) && error.offset >= 0).toBe(true)
  })

  test('of any fixture is refused with an offset or described, never otherwise', () => {
    const files = readdirSync(FIXTURES)
      .filter((name) => name.endsWith('.onnx'))
      .map((name) => new Uint8Array(readFileSync(join(FIXTURES, name))))
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      byte: fc.integer({ min: 0, max: 255 }),
      cut: fc.integer({ min: 0, max: 12 }),
    })
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (file, changes) => {
          let bytes = file
          for (const { at, byte, cut } of changes) {
            const start = Math.floor(at * bytes.length)
            const tail = bytes.subarray(Math.min(bytes.length, start + cut))
            bytes = Uint8Array.from([...bytes.subarray(0, start), byte, ...tail])
          }
          try {
            describeOnnxFile(bytes, {})
          } catch (error) {
            if (!(error instanceof FormatError)) throw error
            expect(Number.isSafeInteger(error.offset) && error.offset >= 0).toBe(true)
          }
        },
      ),
      { numRuns: RUNS * files.length },
    )
  })
})

describe('a graph that the runtime must not or cannot run', () => {
  test.each<[string, Uint8Array, string]>([
    [
      'of another domain',
      modelBytes({ nodes: [node('Magic', ['x'], ['y'], undefined, 'com.evil')] }),
      'com.evil.Magic',
    ],
    [
      'that opens files',
      modelBytes({ nodes: [node('EPContext', ['x'], ['y'], undefined, 'com.microsoft')] }),
      'com.microsoft.EPContext',
    ],
    [
      'that may go on for ever',
      modelBytes({ nodes: [node('Loop', ['', '', 'x'], ['y'])] }),
      'Loop',
    ],
    [
      'that trains',
      modelBytes({ model: (writer) => writer.message(20, () => undefined) }),
      'training steps',
    ],
  ])('%s is refused', (_, bytes, message) => {
    expect(refusal(bytes).message).toContain(message)
  })
})

describe('a graph that is no model of rows', () => {
  const reshaped = [node('Reshape', ['x', 'shape'], ['y'])]
  test.each<[string, Uint8Array, string]>([
    ['takes images', modelBytes({ inputs: [value('x', 1, ['n', 3, 224, 224])] }), '4 dimensions'],
    ['takes half floats', modelBytes({ inputs: [value('x', 10, ['n', 2])] }), 'tensor(float16)'],
    ['takes nothing', modelBytes({ inputs: [] }), 'takes no inputs'],
    [
      'takes eight rows at a time',
      modelBytes({ inputs: [value('x', 1, [8, 2])] }),
      'exactly 8 rows',
    ],
    [
      'keeps its one row inside',
      modelBytes({ inputs: [value('x', 1, [1, 2])], nodes: reshaped }),
      'its Reshape keeps that size',
    ],
    [
      'leaves its columns open',
      modelBytes({ inputs: [value('x', 1, ['n', 'c'])] }),
      'how many columns "x" has',
    ],
    ['gives nothing', modelBytes({ outputs: [] }), 'gives no outputs'],
    ['gives images', modelBytes({ outputs: [value('y', 1, ['n', 3, 8, 8])] }), '4 dimensions'],
    ['gives half floats', modelBytes({ outputs: [value('y', 10, ['n', 2])] }), 'tensor(float16)'],
    [
      'gives tensors that nothing tells apart',
      modelBytes({ outputs: [value('y', 1, ['n', 2]), value('z', 1, ['n', 2])] }),
      'gives "y", "z"',
    ],
    [
      'gives labels of unknown classes',
      modelBytes({ outputs: [value('y', 7, ['n'])] }),
      'which classes',
    ],
  ])('because it %s is refused', (_, bytes, message) => {
    expect(refusal(bytes).message).toContain(message)
  })
})

describe('a graph of one number or softmax', () => {
  const last = (operator: string, width: number): Uint8Array =>
    modelBytes({ nodes: [node(operator, ['x'], ['y'])], outputs: [value('y', 1, ['n', width])] })

  test('is a classifier where its last operator makes probabilities', () => {
    expect(describeOnnxFile(last('Softmax', 3), {})).toMatchObject({
      task: 'multiclass_classification',
      classes: ['0', '1', '2'],
    })
    expect(describeOnnxFile(last('Sigmoid', 1), { classes: ['no', 'yes'] })).toMatchObject({
      task: 'binary_classification',
      classes: ['no', 'yes'],
    })
  })

  test('is a regression otherwise, with a name for each of several numbers', () => {
    expect(describeOnnxFile(last('Relu', 2), {})).toMatchObject({
      task: 'regression',
      classes: null,
      outputNames: ['output_0', 'output_1'],
    })
  })

  test('takes names from its metadata', () => {
    const entry =
      (key: string, text: string): Write =>
      (writer) =>
        writer.message(14, () => {
          writer.text(1, key)
          writer.text(2, text)
        })
    const model: Write = (writer) => {
      entry('feature_names', '["tenure","monthly_charges"]')(writer)
      entry('classes', 'stays, leaves')(writer)
    }
    const bytes = modelBytes({ nodes: [node('Softmax', ['x'], ['y'])], model })
    const { inputs, classes, namesKnown } = describeOnnxFile(bytes, {})
    expect(inputs.map(({ name }) => name)).toEqual(['tenure', 'monthly_charges'])
    expect(namesKnown).toBe(true)
    expect(classes).toEqual(['stays', 'leaves'])
  })
})
