// numpy arrays as pickles write them: `_reconstruct` with a state, `_frombuffer`, `scalar`.

import { FormatError } from '../format-error.ts'
import { type Budget, OBJECT_BYTES } from '../limits.ts'
import { type ArrayParts, decodeElements, decodeObjects, readShape } from '../numpy.ts'
import { hasObjects, readDtype } from '../numpy-dtype.ts'
import { asBytes, isArray, itemsOf } from './access.ts'
import { charge, type Machine } from './stack.ts'
import type { Dtype, NdArray, PickleValue } from './value.ts'

/** What an array that was never given a state is: empty bytes, as `_reconstruct` itself makes it. */
const EMPTY_DTYPE: Dtype = { code: 'i1', littleEndian: true, itemSize: 1, fields: null }

/** An array that gets dtype, shape and data at its BUILD; references to it in between stay valid. */
export function startArray(machine: Machine): NdArray {
  charge(machine, OBJECT_BYTES * 2)
  const array: NdArray = {
    kind: 'ndarray',
    dtype: EMPTY_DTYPE,
    shape: [0],
    data: new Int8Array(0),
  }
  machine.unfilled.add(array)
  return array
}

/** BUILD of an array: (version, shape, dtype, is column-major, bytes or list of objects[, mask, fill]). */
export function fillArray(
  array: NdArray,
  state: PickleValue,
  budget: Budget,
  offset: number,
): void {
  const items = itemsOf(state)
  if (items === null || items.length < 5) {
    throw new FormatError('A numpy array in this file has a state of an unknown form.', offset)
  }
  const [, shapeValue, dtypeValue, fortran, content] = items
  const shape = readShape(shapeValue, offset)
  const dtype = readDtype(dtypeValue, offset)
  const parts = { dtype, shape, columnMajor: fortran === true || fortran === 1, offset }
  const filled = decodeContent(parts, content, budget)
  // The array object already stands in the memo, so it is filled in place.
  const target: { dtype: Dtype; shape: readonly number[]; data: NdArray['data'] } = array
  target.dtype = filled.dtype
  target.shape = filled.shape
  target.data = filled.data
}

/** `scalar(dtype, bytes)`: a 0-d array. */
export function decodeScalar(args: readonly PickleValue[], machine: Machine): PickleValue {
  const dtype = readDtype(args[0], machine.at)
  const parts = { dtype, shape: [], columnMajor: false, offset: machine.at }
  const content = args[1]
  if (hasObjects(dtype) && content !== undefined)
    return decodeObjects(parts, [content], machine.budget)
  return decodeContent(parts, content, machine.budget)
}

/** `_frombuffer(bytes, dtype, shape, 'C' | 'F')`: protocol 5 only. */
export function decodeBuffer(args: readonly PickleValue[], machine: Machine): PickleValue {
  const [content, dtypeValue, shapeValue, order] = args
  const dtype = readDtype(dtypeValue, machine.at)
  const shape = readShape(shapeValue, machine.at)
  const parts = { dtype, shape, columnMajor: order === 'F', offset: machine.at }
  return decodeContent(parts, content, machine.budget)
}

function decodeContent(
  parts: ArrayParts,
  content: PickleValue | undefined,
  budget: Budget,
): NdArray {
  const objects = itemsOf(content)
  if (objects !== null && hasObjects(parts.dtype)) return decodeObjects(parts, objects, budget)
  // A buffer may itself be an array of bytes.
  const bytes =
    isArray(content) && content.data instanceof Uint8Array ? content.data : asBytes(content)
  if (bytes === null) {
    throw new FormatError('A numpy array in this file has no data.', parts.offset)
  }
  return decodeElements(parts, bytes, budget)
}
