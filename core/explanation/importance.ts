// Which inputs a model listens to: how far its answer moves when one of them takes another row's value.

import type { Row } from '#core/model.ts'
import type { Random } from '#core/training/random.ts'
import { shuffledIndices } from '#core/training/random.ts'

export interface Importance {
  readonly name: string
  /** Mean absolute change of the answer, in its own unit (a probability, dollars, …). */
  readonly change: number
  /** Part of the sum of all changes, 0 to 1. */
  readonly share: number
}

/** Each field trades places with this many other rows' values. */
const SHUFFLES = 2

/**
 * `answer` gives one number a row, in order. Strongest first. Works with every model, for it only asks for predictions
 * (Breiman 2001, "Random Forests", section 10, with the change of the answer in place of the error).
 */
export async function measureImportance(
  fields: readonly string[],
  rows: readonly Row[],
  answer: (rows: readonly Row[]) => Promise<ArrayLike<number>>,
  random: Random,
): Promise<readonly Importance[]> {
  const shuffles = Array.from({ length: SHUFFLES }, (_, turn) =>
    shuffledIndices(rows.length, random.split(`shuffle ${turn}`)),
  )
  const asked: Row[] = [...rows]
  for (const field of fields) {
    for (const order of shuffles) {
      rows.forEach((row, index) => {
        const other = rows[order[index] ?? 0]
        asked.push({ ...row, [field]: other?.[field] ?? null })
      })
    }
  }
  const answers = await answer(asked)
  const changes = fields.map((_, fieldIndex) => {
    let sum = 0
    for (let turn = 0; turn < SHUFFLES; turn++) {
      const start = rows.length * (1 + fieldIndex * SHUFFLES + turn)
      for (let row = 0; row < rows.length; row++) {
        sum += Math.abs((answers[start + row] ?? 0) - (answers[row] ?? 0))
      }
    }
    return sum / (rows.length * SHUFFLES)
  })
  const total = changes.reduce((sum, change) => sum + change, 0)
  return fields
    .map((name, index): Importance => {
      const change = changes[index] ?? 0
      return { name, change, share: total === 0 ? 0 : change / total }
    })
    .sort((left, right) => right.change - left.change)
}
