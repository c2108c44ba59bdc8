// The one thing Parley needs of pandas: the labels of an Index, as `frame.columns` is pickled.

import { asNumber, isArray, isDict, isRecord, itemsOf } from './pickle/access.ts'
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

/** More columns than any table that Parley takes has. */
const MAX_RANGE = 1_000_000

/** The numbers of a RangeIndex, as a table without names has them; null for any other value. */
export function rangeLabels(value: PickleValue | undefined): readonly number[] | null {
  if (!isRecord(value) || value.callable.name !== '_new_Index') return null
  const parts = value.args[1]
  if (!isDict(parts)) return null
  const [start, stop, step] = ['start', 'stop', 'step'].map((name) =>
    asNumber(parts.entries.get(name)),
  )
  if (start == null || stop == null || step == null || step < 1) return null
  const count = Math.max(0, Math.ceil((stop - start) / step))
  return count > MAX_RANGE ? null : Array.from({ length: count }, (_, at) => start + at * step)
}
