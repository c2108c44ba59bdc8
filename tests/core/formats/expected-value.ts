// Compares an inert value with what Python said about the same object (tests/fixtures/joblib/describe.py).

import { elementsOf } from '#core/formats/numpy.ts'
import { indexLabels } from '#core/formats/pandas.ts'
import {
  attributesOf,
  isArray,
  isCompound,
  isDict,
  isRecord,
  itemsOf,
} from '#core/formats/pickle/access.ts'
import { qualifiedName } from '#core/formats/pickle/globals.ts'
import type { Dtype, NdArray, PickleValue } from '#core/formats/pickle/value.ts'

const DATE_UNIT = /\[\w+\]$/

export interface ExpectedNode {
  readonly kind: string
  readonly value?: unknown
  readonly items?: readonly unknown[]
  readonly hex?: string
  readonly dtype?: string | readonly [string, string][]
  readonly shape?: readonly number[]
  readonly data?: unknown
  readonly constant?: unknown
  readonly class?: string
  readonly state?: ExpectedNode
  readonly values?: readonly ExpectedNode[]
  readonly [part: string]: unknown
}

/** Every way in which `actual` differs, as `path: what`; empty when it does not. */
export function differences(
  expected: ExpectedNode,
  actual: PickleValue | undefined,
  path = '',
): readonly string[] {
  const problem = (what: string) => [`${path || 'value'}: ${what}`]
  switch (expected.kind) {
    case 'int':
    case 'float':
    case 'str':
    case 'bool':
    case 'NoneType':
      return same(expected.value, actual)
        ? []
        : problem(`${show(actual)} instead of ${show(expected.value)}`)
    case 'bytes':
      return actual instanceof Uint8Array && Buffer.from(actual).toString('hex') === expected.hex
        ? []
        : problem('other bytes')
    case 'list':
    case 'tuple':
    case 'set': {
      if (!isCompound(actual) || actual.kind !== expected.kind)
        return problem(`no ${expected.kind}`)
      const { items } = actual as { items: readonly PickleValue[] }
      const nodes = (expected.items ?? []) as readonly ExpectedNode[]
      if (items.length !== nodes.length) return problem(`${items.length} items`)
      return nodes.flatMap((node, index) => differences(node, items[index], `${path}[${index}]`))
    }
    case 'dict': {
      if (!isDict(actual)) return problem('no dict')
      return dictDifferences(expected, actual.entries, path)
    }
    case 'scalar':
      if (!isArray(actual) || actual.shape.length > 0) return problem('no scalar')
      return arrayDifferences({ ...expected, shape: [], data: expected.value }, actual, path)
    case 'ndarray':
    case 'matrix':
      return isArray(actual) ? arrayDifferences(expected, actual, path) : problem('no array')
    case 'masked_array':
      return isArray(actual)
        ? arrayDifferences(expected['data'] as ExpectedNode, actual, path)
        : problem('no array')
    case 'csr_matrix': {
      if (!isRecord(actual)) return problem('no record')
      const parts = attributesOf(actual)
      return ['data', 'indices', 'indptr'].flatMap((part) =>
        differences(expected[part] as ExpectedNode, parts.get(part), `${path}.${part}`),
      )
    }
    case 'object':
      return objectDifferences(expected, actual, path)
    default:
      return problem(`unknown kind ${expected.kind}`)
  }
}

function dictDifferences(
  expected: ExpectedNode,
  entries: ReadonlyMap<PickleValue, PickleValue>,
  path: string,
): readonly string[] {
  const pairs = (expected.items ?? []) as readonly [ExpectedNode, ExpectedNode][]
  const actual = [...entries]
  if (actual.length !== pairs.length)
    return [`${path}: ${actual.length} entries, not ${pairs.length}`]
  return pairs.flatMap(([key, value], index) => [
    ...differences(key, actual[index]?.[0], `${path}{key ${index}}`),
    ...differences(value, actual[index]?.[1], `${path}.${String(key.value)}`),
  ])
}

function objectDifferences(
  expected: ExpectedNode,
  actual: PickleValue | undefined,
  path: string,
): readonly string[] {
  if (!isRecord(actual)) return [`${path}: no record`]
  if (expected.values !== undefined) {
    const labels = indexLabels(actual)
    const items = labels === null ? [] : elementsOf(labels)
    return expected.values.flatMap((node, index) =>
      differences(node, items[index], `${path}[${index}]`),
    )
  }
  const named =
    qualifiedName(actual.callable) === expected.class
      ? []
      : [`${path}: ${qualifiedName(actual.callable)}`]
  const state = attributesOf(actual)
  return [...named, ...dictDifferences(expected.state ?? { kind: 'dict' }, state, path)]
}

function arrayDifferences(
  expected: ExpectedNode,
  actual: NdArray,
  path: string,
): readonly string[] {
  const problems: string[] = []
  const dtype = JSON.stringify(spell(actual.dtype))
  const wantedDtype = JSON.stringify(comparableDtype(expected.dtype))
  if (dtype !== wantedDtype) problems.push(`${path}: dtype ${dtype} instead of ${wantedDtype}`)
  if (JSON.stringify(actual.shape) !== JSON.stringify(expected.shape)) {
    problems.push(`${path}: shape ${actual.shape.join()} instead of ${expected.shape?.join()}`)
  }
  const elements = decodeElementsForTest(actual)
  const count = actual.shape.reduce((product, size) => product * size, 1)
  const wanted =
    'constant' in expected
      ? new Array(count).fill(expected.constant)
      : flatten(expected.data, actual.shape.length)
  if (elements.length !== wanted.length)
    return [...problems, `${path}: ${elements.length} elements`]
  const wrong = wanted.findIndex((element, index) => !same(element, elements[index]))
  if (wrong !== -1) {
    problems.push(`${path}[${wrong}]: ${show(elements[wrong])} instead of ${show(wanted[wrong])}`)
  }
  return problems
}

/** Elements as Python's tolist gives them; what stays raw bytes is decoded here, by field. */
function decodeElementsForTest(array: NdArray): readonly unknown[] {
  const { dtype, data } = array
  if (
    Array.isArray(data) ||
    !(data instanceof Uint8Array) ||
    dtype.code === 'u1' ||
    dtype.code === 'b1'
  ) {
    return elementsOf(array)
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const count = dtype.itemSize === 0 ? 0 : data.length / dtype.itemSize
  return Array.from({ length: count }, (_, index) =>
    readElement(view, index * dtype.itemSize, dtype),
  )
}

function readElement(view: DataView, at: number, dtype: Dtype): unknown {
  const little = dtype.littleEndian
  if (dtype.fields !== null) {
    return dtype.fields.map((field) => readElement(view, at + field.offset, field.dtype))
  }
  switch (dtype.code) {
    case 'c16':
      return [view.getFloat64(at, little), view.getFloat64(at + 8, little)]
    case 'f8':
      return view.getFloat64(at, little)
    case 'f4':
      return view.getFloat32(at, little)
    case 'i8':
      return Number(view.getBigInt64(at, little))
    case 'i4':
      return view.getInt32(at, little)
    case 'i2':
      return view.getInt16(at, little)
    case 'i1':
      return view.getInt8(at)
    case 'u1':
      return view.getUint8(at)
    case 'b1':
      return view.getUint8(at) !== 0
    default:
      return readText(view, at, dtype)
  }
}

function readText(view: DataView, at: number, dtype: Dtype): string {
  const step = dtype.code.startsWith('U') ? 4 : 1
  let out = ''
  for (let place = at; place < at + dtype.itemSize; place += step) {
    const code = step === 4 ? view.getUint32(place, dtype.littleEndian) : view.getUint8(place)
    if (code !== 0) out += String.fromCodePoint(code)
  }
  return out
}

/** numpy's own spelling of a dtype; for a structured one, its fields. Padding has no name and is left out. */
function spell(dtype: Dtype): unknown {
  if (dtype.fields !== null) return dtype.fields.map((field) => [field.name, spell(field.dtype)])
  if (dtype.code.startsWith('O')) return '|O'
  const order = /^([bVS]|[iu]1)/.test(dtype.code) ? '|' : dtype.littleEndian ? '<' : '>'
  return `${order}${dtype.code}`
}

/** Units of dates are not read, and padding between fields has no name. */
function comparableDtype(dtype: ExpectedNode['dtype']): unknown {
  if (typeof dtype === 'string') return dtype.replace(DATE_UNIT, '')
  return dtype?.filter(([name]) => name !== '')
}

function flatten(data: unknown, depth: number): readonly unknown[] {
  if (depth === 0) return [data]
  return (data as readonly unknown[]).flatMap((item) => flatten(item, depth - 1))
}

/** Python's value as JSON against ours: big integers, NaN and infinities are text there; bytes are hexadecimal. */
function same(expected: unknown, actual: unknown): boolean {
  if (typeof actual === 'bigint') return String(actual) === String(expected)
  if (typeof actual === 'number' && typeof expected === 'string') return String(actual) === expected
  if (Array.isArray(expected)) {
    const items: unknown = Array.isArray(actual) ? actual : itemsOf(actual as PickleValue)
    return (
      Array.isArray(items) &&
      items.length === expected.length &&
      expected.every((item, index) => same(item, items[index]))
    )
  }
  if (isHex(expected)) {
    const content = typeof actual === 'string' ? Buffer.from(actual, 'latin1') : actual
    return content instanceof Uint8Array && Buffer.from(content).toString('hex') === expected.hex
  }
  return Object.is(expected, actual) || expected === actual
}

function isHex(value: unknown): value is { hex: string } {
  return typeof value === 'object' && value !== null && 'hex' in value
}

function show(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)
}
