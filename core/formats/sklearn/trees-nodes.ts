// Structured numpy arrays of tree nodes: one field at a time, by its name, whatever the record's layout.

import { isArray } from '../pickle/access.ts'
import type { Dtype, PickleValue } from '../pickle/value.ts'

/** The nodes of one tree; each field is asked for by name, for layouts change between versions. */
export interface NodeRecords {
  readonly count: number
  /** The field of every node as doubles; null where the records have none of this name. */
  readonly field: (name: string) => Float64Array | null
  /** The same as integers: children, features. */
  readonly integers: (name: string) => Int32Array | null
  /** The same as 1 where it is 1, else 0. */
  readonly flags: (name: string) => Uint8Array | null
}

type FieldReader = (view: DataView, at: number, littleEndian: boolean) => number

const FIELD_READERS: Readonly<Record<string, FieldReader>> = {
  f8: (view, at, little) => view.getFloat64(at, little),
  f4: (view, at, little) => view.getFloat32(at, little),
  i8: (view, at, little) =>
    view.getUint32(little ? at : at + 4, little) +
    view.getInt32(little ? at + 4 : at, little) * 2 ** 32,
  u8: (view, at, little) =>
    view.getUint32(little ? at : at + 4, little) +
    view.getUint32(little ? at + 4 : at, little) * 2 ** 32,
  i4: (view, at, little) => view.getInt32(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u1: (view, at) => view.getUint8(at),
  b1: (view, at) => view.getUint8(at),
}

/** Null for anything that is no one-dimensional structured array. */
export function readRecords(value: PickleValue | undefined): NodeRecords | null {
  if (!isArray(value) || value.dtype.fields === null || value.shape.length !== 1) return null
  const { data, dtype } = value
  const count = value.shape[0] ?? 0
  if (!(data instanceof Uint8Array) || data.length !== count * dtype.itemSize) return null
  const into = <Numbers extends Column>(name: string, create: (count: number) => Numbers) => {
    const numbers = create(count)
    return readField(data, dtype, name, numbers) ? numbers : null
  }
  return {
    count,
    field: (name) => into(name, (size) => new Float64Array(size)),
    integers: (name) => into(name, (size) => new Int32Array(size)),
    flags: (name) => into(name, (size) => new Uint8Array(size))?.map(isOne) ?? null,
  }
}

type Column = Float64Array | Int32Array | Uint8Array

const isOne = (value: number): number => (value === 1 ? 1 : 0)

/** Fills `numbers`, one a record; false where the records have no such field. */
function readField(bytes: Uint8Array, dtype: Dtype, name: string, numbers: Column): boolean {
  const field = dtype.fields?.find((candidate) => candidate.name === name)
  const read = field === undefined ? undefined : FIELD_READERS[field.dtype.code]
  if (field === undefined || read === undefined) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { littleEndian } = field.dtype
  let at = field.offset
  for (let index = 0; index < numbers.length; index++) {
    numbers[index] = read(view, at, littleEndian)
    at += dtype.itemSize
  }
  return true
}
