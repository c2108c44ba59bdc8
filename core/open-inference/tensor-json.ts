// The data of a tensor in JSON: nested or flat in row-major order, each value checked against its datatype.

import { DATATYPES, type Datatype, MAX_VALUES, quote, type Tensor, TensorError } from './tensor.ts'

/** Nested lists and flat ones read the same; throws TensorError where a value or their number does not fit. */
export function readJsonData(
  name: string,
  datatype: Datatype,
  data: unknown,
  count: number,
): Tensor['values'] {
  if (!Array.isArray(data)) throw new TensorError(`The data of ${quote(name)} must be a list.`)
  const flat = isFlat(data) ? data : flatten(name, data)
  if (flat.length !== count) throw new TensorError(wrongCount(name, flat.length, count))
  if (DATATYPES[datatype].kind === 'text') return flat.map((value) => readText(name, value))
  return flat.map((value) => readNumber(name, datatype, value))
}

export function wrongCount(name: string, found: number, expected: number): string {
  return `${quote(name)} has ${found} value${found === 1 ? '' : 's'}, but its shape says ${expected}.`
}

function isFlat(data: readonly unknown[]): boolean {
  return !data.some((value) => Array.isArray(value))
}

/** Without recursion: depth costs no stack. */
function flatten(name: string, data: readonly unknown[]): unknown[] {
  const flat: unknown[] = []
  const open = [data.values()]
  for (let iterator = open.at(-1); iterator !== undefined; iterator = open.at(-1)) {
    const next = iterator.next()
    if (next.done === true) open.pop()
    else if (Array.isArray(next.value)) open.push(next.value.values())
    else flat.push(next.value)
    if (flat.length > MAX_VALUES) throw new TensorError(`${quote(name)} has too many values.`)
  }
  return flat
}

function readText(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new TensorError(`${quote(name)} is BYTES, so each of its values must be a text in quotes.`)
}

function readNumber(name: string, datatype: Datatype, value: unknown): number {
  const rule = DATATYPES[datatype]
  switch (rule.kind) {
    case 'flag':
      if (value === true || value === 1) return 1
      if (value === false || value === 0) return 0
      throw new TensorError(`${quote(name)} is BOOL, so each of its values must be true or false.`)
    case 'whole':
      if (
        typeof value === 'number' &&
        Number.isInteger(value) &&
        value >= rule.minimum &&
        value <= rule.maximum
      ) {
        return value
      }
      throw new TensorError(
        `${quote(name)} is ${datatype}, so each of its values must be a whole number from ${rule.minimum} to ${rule.maximum}.`,
      )
    case 'real':
      // JSON has no NaN: a missing number is null, as pandas and Arrow write it.
      if (value === null) return Number.NaN
      if (typeof value === 'number') return datatype === 'FP32' ? Math.fround(value) : value
      throw new TensorError(
        `${quote(name)} is ${datatype}, so each of its values must be a number, or null where it is missing.`,
      )
    case 'text':
      throw new TensorError(`${quote(name)} is no number.`)
  }
}

/** The other way; NaN becomes null. */
export function writeJsonData({
  datatype,
  values,
}: Pick<Tensor, 'datatype' | 'values'>): unknown[] {
  const list: readonly (number | string)[] = Array.from<number | string>(values)
  if (datatype === 'BOOL') return list.map((value) => value === 1)
  return list.map((value) => (typeof value === 'number' && !Number.isFinite(value) ? null : value))
}
