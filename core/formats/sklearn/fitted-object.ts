// A fitted Python object as its reader sees it: attributes asked for by name and type, refused with the step's name.

import type { Matrix } from '#core/pipeline/matrix.ts'
import { FormatError } from '../format-error.ts'
import { withArticle } from '../name-object.ts'
import {
  asNumber,
  asText,
  attributesOf,
  isArray,
  isCompound,
  isRecord,
  itemsOf,
} from '../pickle/access.ts'
import { printable } from '../pickle/globals.ts'
import type { NdArray, PickleRecord, PickleValue } from '../pickle/value.ts'

/** One estimator or transformer out of a pickle, and its place in the file for messages. */
export interface FittedObject {
  readonly name: string
  /** Python's module of the class, e.g. `sklearn.linear_model._logistic`. */
  readonly module: string
  readonly record: PickleRecord
  readonly attributes: ReadonlyMap<PickleValue, PickleValue>
  /** Names of the steps that lead to it, e.g. `["prepare", "numbers"]`; empty at the top. */
  readonly path: readonly string[]
}

export function openObject(record: PickleRecord, path: readonly string[]): FittedObject {
  const { name, module } = record.callable
  return { name, module, record, attributes: attributesOf(record), path }
}

/** "The StandardScaler (step “scale”)" */
export function titleOf(object: FittedObject): string {
  const step = object.path.length === 0 ? '' : ` (step “${object.path.map(printable).join(' → ')}”)`
  return `The ${printable(object.name)}${step}`
}

/** An error about this object: `reason` goes on after its title, e.g. "uses the metric haversine, which …". */
export function refuse(object: FittedObject, reason: string): FormatError {
  return new FormatError(`${titleOf(object)} ${reason}`, object.record.offset)
}

function notFitted(object: FittedObject, attribute: string): FormatError {
  return refuse(
    object,
    `has no usable ${printable(attribute)}, so it was never fitted or is damaged. Fit it, save it again, and upload that.`,
  )
}

/** An attribute as it is; undefined where the object has none of this name. */
export function attribute(object: FittedObject, name: string): PickleValue | undefined {
  return object.attributes.get(name)
}

/** The first of these attributes that is there and not None: names change between versions. */
export function firstAttribute(
  object: FittedObject,
  ...names: readonly string[]
): PickleValue | undefined {
  for (const name of names) {
    const value = object.attributes.get(name)
    if (value !== undefined && value !== null) return value
  }
  return undefined
}

/** A number, also a 0-d array or an array of one. Throws FormatError where there is none. */
export function readNumber(object: FittedObject, name: string): number {
  const number = optionalNumber(object, name)
  if (number === null) throw notFitted(object, name)
  return number
}

/** Null for None and for an attribute that is not there. */
export function optionalNumber(object: FittedObject, name: string): number | null {
  const value = object.attributes.get(name)
  const single = isArray(value) && value.data.length === 1 ? value.data[0] : value
  const number = typeof single === 'bigint' ? Number(single) : single
  return typeof number === 'number' ? number : asNumber(value)
}

/** `fallback` where the object has no such attribute or None: a parameter newer than the version that wrote the file. */
export function readFlag(object: FittedObject, name: string, fallback: boolean): boolean {
  const value = object.attributes.get(name)
  const flag = isArray(value) && value.shape.length === 0 ? value.data[0] : value
  if (flag === undefined || flag === null) return fallback
  return flag === true || flag === 1
}

/** A text parameter, or `fallback` where there is none. */
export function readText(object: FittedObject, name: string, fallback: string): string {
  return asText(object.attributes.get(name)) ?? fallback
}

/** A vector of any shape, flattened. Throws FormatError where the attribute holds no numbers. */
export function readVector(object: FittedObject, name: string): Float64Array {
  const vector = numbersOfValue(object.attributes.get(name))
  if (vector === null) throw notFitted(object, name)
  return vector
}

/** Null for None and for an attribute that is not there. */
export function optionalVector(object: FittedObject, name: string): Float64Array | null {
  return numbersOfValue(object.attributes.get(name))
}

/** An array of one or two dimensions; one dimension is one row. */
export function readMatrix(object: FittedObject, name: string): Matrix {
  const matrix = matrixOf(object.attributes.get(name))
  if (matrix === null) throw notFitted(object, name)
  return matrix
}

/** A nested fitted object. Throws FormatError where there is none. */
export function readObject(object: FittedObject, name: string): FittedObject {
  const value = object.attributes.get(name)
  if (!isRecord(value)) throw notFitted(object, name)
  return openObject(value, object.path)
}

/** Items of a list, a tuple or an object array, row-major. Throws FormatError where the attribute is none. */
export function readItems(object: FittedObject, name: string): readonly PickleValue[] {
  const items = itemsOfValue(object.attributes.get(name))
  if (items === null) throw notFitted(object, name)
  return items
}

/** A value inside an object as a fitted object; `step` is added to its path. Throws FormatError for anything else. */
export function openInner(
  owner: FittedObject,
  value: PickleValue | undefined,
  step?: string,
): FittedObject {
  const path = step === undefined ? owner.path : [...owner.path, step]
  if (isRecord(value)) return openObject(value, path)
  throw refuse(owner, `holds ${describe(value)} where a fitted object should be.`)
}

function describe(value: PickleValue | undefined): string {
  if (value === undefined || value === null) return 'nothing'
  return isCompound(value) && value.kind === 'global'
    ? `the name ${printable(value.name)}`
    : withArticle('value')
}

/** Elements as doubles; null for anything that is no array, list or number. */
export function numbersOfValue(value: PickleValue | undefined): Float64Array | null {
  if (value === undefined || value === null) return null
  const items = isArray(value) ? value.data : itemsOf(value)
  if (items === null) {
    const number = asNumber(value)
    return number === null ? null : Float64Array.of(number)
  }
  const numbers = new Float64Array(items.length)
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    const number =
      typeof item === 'number' || typeof item === 'bigint' || typeof item === 'boolean'
        ? Number(item)
        : asNumber(item)
    if (number === null) return null
    numbers[index] = number
  }
  return numbers
}

/** Null for anything that is no array of numbers in one or two dimensions. */
export function matrixOf(value: PickleValue | undefined): Matrix | null {
  const data = numbersOfValue(value)
  if (data === null) return null
  if (!isArray(value)) return { rows: 1, columns: data.length, data }
  const { shape } = value
  if (shape.length > 2) return null
  const [first = 1, second] = shape
  return second === undefined
    ? { rows: 1, columns: data.length, data }
    : { rows: first, columns: second, data }
}

/** Items of a list, a tuple or an object array; null for anything else. */
export function itemsOfValue(value: PickleValue | undefined): readonly PickleValue[] | null {
  if (isArray(value)) return Array.isArray(value.data) ? value.data : [...value.data]
  return itemsOf(value)
}

/** Values as Python's str() writes them: class labels, categories. Null where an element is no scalar. */
export function textsOfValue(value: PickleValue | undefined): readonly string[] | null {
  const items = itemsOfValue(value)
  if (items === null) return null
  const isFloat = isArray(value) && value.dtype.code.startsWith('f')
  const isFlag = isArray(value) && value.dtype.code.startsWith('b')
  const texts: string[] = []
  for (const item of items) {
    const text = pythonText(item, isFloat, isFlag)
    if (text === null) return null
    texts.push(text)
  }
  return texts
}

function pythonText(item: PickleValue, isFloat: boolean, isFlag: boolean): string | null {
  const text = asText(item)
  if (text !== null) return text
  if (typeof item === 'boolean') return item ? 'True' : 'False'
  if (item === null) return 'None'
  if (isArray(item)) return arrayText(item)
  if (typeof item !== 'number' && typeof item !== 'bigint') return null
  if (isFlag) return Number(item) === 0 ? 'False' : 'True'
  if (Number.isNaN(item)) return 'nan'
  return isFloat && Number.isInteger(item) ? `${item}.0` : String(item)
}

/** A 0-d array is a numpy scalar. */
function arrayText(array: NdArray): string | null {
  return array.shape.length === 0 ? (textsOfValue({ ...array, shape: [1] })?.[0] ?? null) : null
}
