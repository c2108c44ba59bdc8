// Takes the names of training categories, which files hold from XGBoost 3.1 on.

import { FormatError } from '../format-error.ts'
import {
  type DocumentObject,
  integerAt,
  type NumericArray,
  numbersAt,
  objectsAt,
  optionalObjectAt,
} from './document.ts'
import { isAtLeast } from './version.ts'

/** Bits of the unsigned types, which UBJSON stores as signed ones of the same width; by XGBoost's own number of the type. */
const UNSIGNED_BITS: Readonly<Record<number, number>> = { 10: 8, 12: 16, 14: 32, 16: 64 }

const utf8 = new TextDecoder('utf-8')

/** Feature → names in the order of their codes; numeric categories are written as numbers. */
export function readCategoryNames(
  model: DocumentObject,
  featureCount: number,
  version: string | null,
): ReadonlyMap<number, readonly string[]> {
  const names = new Map<number, readonly string[]>()
  const categories = optionalObjectAt(model, 'cats')
  if (categories === null || !categories.entries.has('enc')) return names
  const columns = objectsAt(categories, 'enc')
  if (columns.length > featureCount) {
    throw new FormatError(
      `This XGBoost model is damaged: it names categories of ${columns.length} features and has ${featureCount}.`,
      categories.offset,
    )
  }
  columns.forEach((column, feature) => {
    const values = numbersAt(column, 'values')
    const texts = column.entries.has('offsets')
      ? decodeTexts(numbersAt(column, 'offsets'), values, column.offset, isAtLeast(version, 3, 4))
      : decodeNumbers(values, integerAt(column, 'type', 0))
    if (texts.length > 0) names.set(feature, texts)
  })
  return names
}

/**
 * Names lie one after the other as UTF-8; `offsets` has where each begins, and the end. Up to 3.3 they count characters
 * and not bytes, and the last bytes of a feature with names beyond ASCII are cut off in the file itself.
 */
function decodeTexts(
  offsets: NumericArray,
  values: NumericArray,
  offset: number,
  countsBytes: boolean,
): readonly string[] {
  const bytes = Uint8Array.from(values, (value) => value & 0xff)
  const characters = countsBytes ? null : Array.from(utf8.decode(bytes))
  const texts: string[] = []
  let start = offsets[0] ?? 0
  for (let index = 1; index < offsets.length; index++) {
    const end = offsets[index] ?? -1
    if (!(start >= 0 && end >= start && end <= bytes.length)) {
      throw new FormatError(
        `This XGBoost model is damaged: the names of categories at byte ${offset} have a false length.`,
        offset,
      )
    }
    texts.push(characters?.slice(start, end).join('') ?? utf8.decode(bytes.subarray(start, end)))
    start = end
  }
  return texts
}

function decodeNumbers(values: NumericArray, type: number): readonly string[] {
  const bits = UNSIGNED_BITS[type]
  return Array.from(values, (value) =>
    String(value < 0 && bits !== undefined ? value + 2 ** bits : value),
  )
}
