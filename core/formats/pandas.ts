// The one thing Parley needs of pandas: the labels of an Index, as `frame.columns` is pickled.

import { isArray, isDict, isRecord, itemsOf } from './pickle/access.ts'
import type { NdArray, PickleValue } from './pickle/value.ts'

/** The labels of an Index; null for any other value. pandas 3 keeps texts in an array of its own around numpy's. */
export function indexLabels(value: PickleValue | undefined): NdArray | null {
  if (!isRecord(value) || value.callable.name !== '_new_Index') return null
  const parts = value.args[1]
  const data = isDict(parts) ? parts.entries.get('data') : undefined
  if (isArray(data)) return data
  const backing = isRecord(data) ? itemsOf(data.state)?.find(isArray) : undefined
  return backing !== undefined && isArray(backing) ? backing : null
}
