// numpy's arrays and element types as values of a pickle; every numpy since 1.16 rebuilds them.

import { call, dict, global, int, list, type PythonValue, tuple } from './pickle-writer.ts'

type Numbers = Float64Array | Int32Array | BigInt64Array | Uint8Array | Uint32Array

/** Numbers in rows; the element type is that of the data (`Uint8Array` is bytes, not truth values). */
export function numberArray(data: Numbers, shape: readonly number[] = [data.length]): PythonValue {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return array(simpleType(typeCode(data)), shape, bytes)
}

function typeCode(data: Numbers): string {
  if (data instanceof Float64Array) return 'f8'
  if (data instanceof Int32Array) return 'i4'
  if (data instanceof Uint32Array) return 'u4'
  return data instanceof BigInt64Array ? 'i8' : 'u1'
}

/** Whole numbers as Python's own size of them. */
export function integerArray(values: Iterable<number>): PythonValue {
  return numberArray(BigInt64Array.from(Array.from(values, (value) => BigInt(value))))
}

/** An array of Python objects, here texts. */
export function objectArray(items: readonly PythonValue[]): PythonValue {
  return array(OBJECT_TYPE, [items.length], list(items))
}

/** An array of texts of one length, as numpy makes of a list of them. */
export function textArray(texts: readonly string[]): PythonValue {
  const points = texts.map((text) => Array.from(text, (sign) => sign.codePointAt(0) ?? 0))
  const width = Math.max(1, ...points.map((signs) => signs.length))
  const data = new Uint32Array(texts.length * width)
  points.forEach((signs, index) => {
    data.set(signs, index * width)
  })
  const state = tuple(int(3), '<', null, null, null, int(width * 4), int(4), int(8))
  const type = call(global('numpy', 'dtype'), [`U${width}`, false, true], state)
  return array(type, [texts.length], new Uint8Array(data.buffer))
}

/** Rows of named fields, given as raw bytes of `itemSize` each. */
export function recordArray(
  fields: readonly { readonly name: string; readonly type: string; readonly offset: number }[],
  itemSize: number,
  bytes: Uint8Array,
): PythonValue {
  const names = tuple(...fields.map(({ name }) => name))
  const places = dict(
    fields.map(({ name, type, offset }) => [name, tuple(simpleType(type), int(offset))]),
  )
  const state = tuple(int(3), '|', null, names, places, int(itemSize), int(1), int(16))
  const type = call(global('numpy', 'dtype'), [`V${itemSize}`, false, true], state)
  return array(type, [bytes.length / itemSize], bytes)
}

/** numpy's element type such as `f8`. */
export function simpleType(code: string): PythonValue {
  const order = code === 'u1' ? '|' : '<'
  const state = tuple(int(3), order, null, null, null, int(-1), int(-1), int(0))
  return call(global('numpy', 'dtype'), [code, false, true], state)
}

export const OBJECT_TYPE: PythonValue = call(
  global('numpy', 'dtype'),
  ['O8', false, true],
  tuple(int(3), '|', null, null, null, int(-1), int(-1), int(63)),
)

function array(type: PythonValue, shape: readonly number[], content: PythonValue): PythonValue {
  const empty = [global('numpy', 'ndarray'), tuple(int(0)), Uint8Array.of(0x62)]
  const state = tuple(int(1), tuple(...shape.map(int)), type, false, content)
  return call(global('numpy.core.multiarray', '_reconstruct'), empty, state)
}
