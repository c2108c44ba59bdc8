// joblib's way of keeping numpy arrays: raw bytes between the instructions of a pickle.

import { type Cursor, position, readU8, skip, take } from './cursor.ts'
import { FormatError } from './format-error.ts'
import type { Budget } from './limits.ts'
import { decodeElements, elementCount, readShape } from './numpy.ts'
import { hasObjects, readDtype } from './numpy-dtype.ts'
import { attributesOf, isArray } from './pickle/access.ts'
import { qualifiedName } from './pickle/globals.ts'
import { runPickle } from './pickle/machine.ts'
import type { GlobalRef, NdArray, PickleRecord, PickleValue } from './pickle/value.ts'

const WRAPPER = /(^|\.)joblib\.numpy_pickle(_compat)?\.(\w+)$/
/** joblib 1.2 and later start each array at a multiple of 16, with a byte before that says how far. */
const ALIGNMENT = 16

/** Which of joblib's stand-ins for an array a class is, if any. */
export function joblibWrapper(ref: GlobalRef): string | null {
  return WRAPPER.exec(qualifiedName(ref))?.[3] ?? null
}

/**
 * Takes the place of a wrapper that was just built: the array whose bytes follow in the stream.
 * @throws FormatError for wrappers whose arrays lie in other files, as joblib before 0.10 wrote them.
 */
export function readJoblibArray(record: PickleRecord, cursor: Cursor, budget: Budget): PickleValue {
  const wrapper = joblibWrapper(record.callable)
  if (wrapper === null) return record
  if (wrapper === 'NumpyArrayWrapper') return readPayload(record, cursor, budget)
  throw new FormatError(
    'This joblib file (joblib 0.9 or older) keeps its arrays in files beside it (such as name_01.npy), which an upload cannot bring. Load it where it was written and save it again with joblib 0.10 or newer.',
    position(cursor),
  )
}

/** A nested pickle is the array itself, written by plain pickle; joblib's wrappers do not occur in it. */
function refuseWrapper(record: PickleRecord, cursor: Cursor): PickleValue {
  if (joblibWrapper(record.callable) === null) return record
  throw new FormatError(
    'This joblib file nests arrays in arrays, which joblib never does.',
    position(cursor),
  )
}

function readPayload(record: PickleRecord, cursor: Cursor, budget: Budget): NdArray {
  const state = attributesOf(record)
  const offset = position(cursor)
  const dtype = readDtype(state.get('dtype'), offset)
  const shape = readShape(state.get('shape'), offset)
  if (hasObjects(dtype)) return readObjectArray(cursor, budget)
  if (
    state.has('numpy_array_alignment_bytes') &&
    state.get('numpy_array_alignment_bytes') !== null
  ) {
    const filler = readU8(cursor)
    if (filler < 1 || filler > ALIGNMENT) {
      throw new FormatError('This joblib file is damaged: an array is not aligned.', offset)
    }
    skip(cursor, filler)
  }
  const bytes = take(cursor, elementCount(shape, offset) * dtype.itemSize)
  const columnMajor = state.get('order') === 'F'
  return decodeElements({ dtype, shape, columnMajor, offset }, bytes, budget)
}

function readObjectArray(cursor: Cursor, budget: Budget): NdArray {
  const start = position(cursor)
  const { value } = runPickle(cursor, budget, refuseWrapper)
  if (!isArray(value)) {
    throw new FormatError('This joblib file is damaged: an array of objects is none.', start)
  }
  return value
}
