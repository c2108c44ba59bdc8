// Tensors survive both of the protocol's forms whatever they hold, and bytes that break it are refused with a reason.

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { readBody, type WrittenTensor, writeBody } from '#core/open-inference/body.ts'
import { DATATYPES, type Datatype, MAX_VALUES, TensorError } from '#core/open-inference/tensor.ts'
import { readBinaryData, writeBinaryData } from '#core/open-inference/tensor-binary.ts'

const NAMES = Object.keys(DATATYPES) as Datatype[]

function anyValueOf(datatype: Datatype): fc.Arbitrary<number | string> {
  const rule = DATATYPES[datatype]
  switch (rule.kind) {
    case 'flag':
      return fc.constantFrom(0, 1)
    case 'whole':
      return fc.maxSafeInteger().map((value) => {
        const span = rule.maximum - rule.minimum + 1
        return Number.isSafeInteger(span)
          ? rule.minimum + (Math.abs(value) % span)
          : Math.max(rule.minimum, value) + 0
      })
    case 'real':
      return datatype === 'FP32'
        ? fc.float({ noDefaultInfinity: true })
        : fc.double({ noDefaultInfinity: true })
    case 'text':
      return fc.string({ unit: 'grapheme' })
  }
}

const tensor: fc.Arbitrary<WrittenTensor> = fc
  .tuple(
    fc.constantFrom(...NAMES),
    fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 3 }),
    fc.string({ minLength: 1 }),
  )
  .chain(([datatype, shape, name]) => {
    const count = shape.reduce((product, size) => product * size, 1)
    return fc
      .array(anyValueOf(datatype), { minLength: count, maxLength: count })
      .map((values) => ({ name, datatype, shape, values: values as number[] | string[] }))
  })

const tensors = fc.array(tensor, { minLength: 1, maxLength: 4 })

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body
}

/** Plain lists; JSON has no -0. */
function plain(list: readonly WrittenTensor[]) {
  return list.map(({ name, datatype, shape, values }) => ({
    name,
    datatype,
    shape,
    values: Array.from<number | string>(values).map((value) => (value === 0 ? 0 : value)),
  }))
}

describe('a body', () => {
  test('reads back as it was written, each tensor in JSON or in bytes', () => {
    fc.assert(
      fc.property(
        tensors,
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        (list, forms) => {
          const isBinary = (one: WrittenTensor) => forms[list.indexOf(one)] === true
          const { body, headerLength } = writeBody('inputs', { id: 'x' }, list, isBinary)
          const header = headerLength === null ? null : String(headerLength)
          const read = readBody('inputs', bytesOf(body), header)
          expect(plain(read.tensors)).toEqual(plain(list))
          expect(read.json['id']).toBe('x')
        },
      ),
    )
  })

  test('reads nested lists as it reads flat ones', () => {
    const nested = {
      name: 'x',
      datatype: 'INT64',
      shape: [2, 2, 1],
      data: [
        [[1], [2]],
        [[3], [4]],
      ],
    }
    const flat = { ...nested, data: [1, 2, 3, 4] }
    const [one, other] = [nested, flat].map((input) =>
      readBody('inputs', bytesOf(JSON.stringify({ inputs: [input] })), null),
    )
    expect(one?.tensors).toEqual(other?.tensors)
    expect(one?.tensors[0]?.values).toEqual([1, 2, 3, 4])
  })

  test('cut short or garbled anywhere is refused, never misread as something longer', () => {
    const list: WrittenTensor[] = [
      { name: 'a', datatype: 'FP64', shape: [2], values: [1, 2] },
      { name: 'b', datatype: 'BYTES', shape: [2], values: ['one', 'two'] },
    ]
    const { body, headerLength } = writeBody('inputs', {}, list, () => true)
    const bytes = bytesOf(body)
    for (let length = 0; length < bytes.byteLength; length++) {
      expect(() => readBody('inputs', bytes.slice(0, length), String(headerLength))).toThrow(
        TensorError,
      )
    }
    expect(() => readBody('inputs', Buffer.concat([bytes, bytes]), String(headerLength))).toThrow(
      'belong to no tensor',
    )
  })

  test('of any bytes is read or refused with a TensorError', () => {
    const head = fc.constantFrom(null, '0', '2', '999', '-1', '1e1', 'x')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), head, (bytes, header) => {
        expect(() => readBody('inputs', bytes, header)).toThrow(TensorError)
      }),
    )
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const entry = `{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":${text}}]}`
        try {
          readBody('inputs', bytesOf(entry), null)
        } catch (error) {
          expect(error).toBeInstanceOf(TensorError)
        }
      }),
    )
  })
})

describe('bytes on the wire', () => {
  test.each([
    ['BOOL', [0, 1], '0001'],
    ['INT8', [-1], 'ff'],
    ['UINT8', [255], 'ff'],
    ['INT16', [-2], 'feff'],
    ['UINT16', [258], '0201'],
    ['INT32', [-2], 'feffffff'],
    ['UINT32', [4_294_967_295], 'ffffffff'],
    ['INT64', [-2], 'feffffffffffffff'],
    ['UINT64', [2], '0200000000000000'],
    ['FP32', [1.5], '0000c03f'],
    ['FP64', [-2.5], '00000000000004c0'],
    ['BYTES', ['é', ''], '02000000c3a900000000'],
  ] as const)('of %s are little-endian', (datatype, values, hex) => {
    expect(
      Buffer.from(writeBinaryData({ datatype, values: [...values] as number[] })).toString('hex'),
    ).toBe(hex)
    const read = readBinaryData('x', datatype, Buffer.from(hex, 'hex'), values.length)
    expect(Array.from<number | string>(read)).toEqual([...values])
  })
})

describe('a tensor is refused', () => {
  const refuse = (
    changes: Readonly<Record<string, unknown>>,
    headerLength: string | null = null,
  ) => {
    const input = { name: 'x', datatype: 'INT8', shape: [1], data: [1], ...changes }
    return () => readBody('inputs', bytesOf(JSON.stringify({ inputs: [input] })), headerLength)
  }

  test.each([
    [{ data: [128] }, 'whole number from -128 to 127'],
    [{ data: [1.5] }, 'whole number'],
    [{ data: ['1'] }, 'whole number'],
    [{ data: [null] }, 'whole number'],
    [{ data: [1, 2] }, '2 values, but its shape says 1'],
    [{ data: 1 }, 'must be a list'],
    [{ datatype: 'BOOL', data: ['true'] }, 'true or false'],
    [{ datatype: 'BYTES', data: [1] }, 'text in quotes'],
    [{ datatype: 'FP64', data: [true] }, 'must be a number'],
    [{ datatype: 'FP16' }, 'must be one of BOOL'],
    [{ datatype: 'toString' }, 'must be one of BOOL'],
    [{ shape: [-1] }, 'list of whole numbers'],
    [{ shape: [MAX_VALUES, 2] }, 'Send fewer rows'],
    [{ shape: new Array(9).fill(1) }, 'dimensions'],
    [{ name: '' }, 'must have a name'],
    [{ parameters: { binary_data_size: 1 } }, 'send one'],
    [{ data: undefined, parameters: { binary_data_size: 1 } }, 'ends before'],
    [{ parameters: { shared_memory_region: 'r' } }, 'shared memory'],
  ])('%j', (changes, reason) => {
    expect(refuse(changes)).toThrow(reason)
    expect(refuse(changes)).toThrow(TensorError)
  })

  test('when its 64-bit numbers are beyond what a double tells apart', () => {
    const bytes = Buffer.from('ffffffffffffff7f', 'hex')
    expect(() => readBinaryData('x', 'INT64', bytes, 1)).toThrow('outside')
  })

  test('when its texts are not UTF-8', () => {
    expect(() => readBinaryData('x', 'BYTES', Buffer.from('01000000ff', 'hex'), 1)).toThrow('UTF-8')
  })
})
