// What every fitted object says of itself: the table that it saw, its classes, its release.

import type { TrainedAnswer } from '../trained-pipeline.ts'
import { integerArray, numberArray, objectArray, textArray } from './numpy-values.ts'
import { int, type PythonValue } from './pickle-writer.ts'

export interface ObjectContext {
  readonly seen: SeenTable
  readonly version: string
  readonly rows: number
}

/** What an object says of the table that reaches it: names where it is a table of named columns, else their number. */
export interface SeenTable {
  readonly width: number
  readonly names: readonly string[] | null
}

export function seenAttributes({ width, names }: SeenTable): Record<string, PythonValue> {
  const count = { n_features_in_: int(width) }
  return names === null ? count : { feature_names_in_: objectArray(names), ...count }
}

/** `classes_`: the labels as the table had them, numbers or texts. */
export function classesArray(answer: TrainedAnswer): PythonValue {
  if (answer.kind !== 'classes') throw new Error('a regression has no classes')
  const { labels, areNumbers } = answer
  if (!areNumbers) return textArray(labels)
  const numbers = labels.map(Number)
  return numbers.every((number) => Number.isSafeInteger(number))
    ? integerArray(numbers)
    : numberArray(Float64Array.from(numbers))
}
