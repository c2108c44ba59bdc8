// Which scikit-learn wrote an object, for what releases calculate differently.

import { asText } from '../pickle/access.ts'
import { attribute, type FittedObject } from './fitted-object.ts'

const NUMBERS = /^(\d+)\.(\d+)(?:\.(\d+))?/

/** True where the object was written by an older release, or by one so old that it left no version. */
export function isOlderThan(
  object: FittedObject,
  ...release: readonly [major: number, minor: number, patch: number]
): boolean {
  const parts = NUMBERS.exec(asText(attribute(object, '_sklearn_version')) ?? '')
  if (parts === null) return true
  for (const [index, wanted] of release.entries()) {
    const own = Number(parts[index + 1] ?? 0)
    if (own !== wanted) return own < wanted
  }
  return false
}
