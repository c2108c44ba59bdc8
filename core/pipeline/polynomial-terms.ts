// Which products a polynomial has, in the order of Python's itertools.

/** Number of products of `degree` of `width` columns; infinite where doubles end. */
export function combinationCount(width: number, degree: number, distinct: boolean): number {
  const from = distinct ? width : width + degree - 1
  if (degree > from) return degree === 0 ? 1 : 0
  let count = 1
  for (let index = 0; index < degree; index++) count = (count * (from - index)) / (index + 1)
  return Math.round(count)
}

/** Products of one degree: the product of one degree less that each goes on from, and the column it is multiplied by. */
export interface PolynomialLevel {
  readonly parents: readonly number[]
  readonly columns: readonly number[]
}

/** Levels for degrees 1 to `highest`; those of degree 1 have no parents (-1). */
export function polynomialLevels(
  width: number,
  highest: number,
  distinct: boolean,
): readonly PolynomialLevel[] {
  const levels: PolynomialLevel[] = []
  for (let degree = 1; degree <= highest; degree++) {
    const before = levels.at(-1)
    const parents: number[] = []
    const columns: number[] = []
    const last = before?.columns ?? [-1]
    last.forEach((previous, parent) => {
      const first = before === undefined ? 0 : previous + (distinct ? 1 : 0)
      for (let column = first; column < width; column++) {
        parents.push(before === undefined ? -1 : parent)
        columns.push(column)
      }
    })
    levels.push({ parents, columns })
  }
  return levels
}
