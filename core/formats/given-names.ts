// Holds the names a person gives for features or classes against the model: as many as it has, each once.

import { FormatError } from './format-error.ts'

const QUOTED_LENGTH = 80

/** The file is sound here, and the same file with other names works: so these problems are `invalid_input`. */
export function checkGivenNames(
  given: readonly string[],
  count: number,
  { what, order }: { readonly what: 'features' | 'classes' | 'outputs'; readonly order: string },
): void {
  if (given.length !== count) {
    const has = what === 'features' ? 'takes' : 'has'
    const names = given.length === 1 ? '1 name was' : `${given.length} names were`
    throw new FormatError(
      `This model ${has} ${count} ${what}, and ${names} given. Name all ${count} in the order of ${order}.`,
      0,
      'invalid_input',
    )
  }
  const twice = given.find((name, index) => given.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new FormatError(
      `Two ${what} have the name "${twice.slice(0, QUOTED_LENGTH)}".`,
      0,
      'invalid_input',
    )
  }
}
