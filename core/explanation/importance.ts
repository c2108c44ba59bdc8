// Which inputs a model listens to: how far its answer moves when one of them takes another row's value.

import type { Row } from '#core/model.ts'
import type { Random } from '#core/training/random.ts'
import { shuffledIndices } from '#core/training/random.ts'

export interface Importance {
  readonly name: string
  /** Mean of how far the answer moves, the absolute changes of all its numbers added up, in their own unit. */
  readonly change: number
  /** Part of the sum of all changes, 0 to 1. */
  readonly share: number
}

/** Each field trades places with this many other rows' values. */
const SHUFFLES = 2

/**
 * `answer` gives the numbers of each row's answer, in order, or null where it takes too long, and then so is the result.
 * Strongest first. Works with every model, for it only asks for predictions
 * (Breiman 2001, "Random Forests", section 10, with the change of the answer in place of the error).
 */
export async function measureImportance(
  fields: readonly string[],
  rows: readonly Row[],
  answer: (rows: readonly Row[]) => Promise<readonly (readonly number[])[] | null>,
  random: Random,
): Promise<readonly Importance[] | null> {
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
  if (answers === null) return null
  const changes = fields.map((_, fieldIndex) => {
    let sum = 0
    for (let turn = 0; turn < SHUFFLES; turn++) {
      const start = rows.length * (1 + fieldIndex * SHUFFLES + turn)
      for (let row = 0; row < rows.length; row++) {
        sum += distance(answers[start + row], answers[row])
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

function distance(left: readonly number[] = [], right: readonly number[] = []): number {
  return left.reduce((sum, value, index) => sum + Math.abs(value - (right[index] ?? 0)), 0)
}
