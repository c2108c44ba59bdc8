// Scores a forest on the rows that each of its trees did not see.

import type { Matrix } from '#core/pipeline/matrix.ts'
import type { DecisionTree } from '#core/pipeline/trees.ts'
import type { Target } from '../learner.ts'
import { addTree } from './predict-trees.ts'

/** Sums of what trees say about rows that they did not see. */
export interface Votes {
  readonly features: Matrix
  readonly sums: Matrix
  readonly counts: Int32Array
  readonly said: Matrix
}

export function createVotes(features: Matrix, classCount: number): Votes {
  const { rows, columns } = features
  const outputs = Math.max(1, classCount)
  const rounded = new Float64Array(new Float32Array(features.data))
  return {
    features: { rows, columns, data: rounded },
    sums: { rows, columns: outputs, data: new Float64Array(rows * outputs) },
    counts: new Int32Array(rows),
    said: { rows, columns: outputs, data: new Float64Array(rows * outputs) },
  }
}

/** Lets a tree speak for the rows that were not drawn for it. */
export function addVotes(
  { features, sums, counts, said }: Votes,
  tree: DecisionTree,
  draws: Float64Array,
): void {
  said.data.fill(0)
  addTree(said, { ...tree, group: sums.columns > 1 ? -1 : 0 }, features)
  for (let row = 0; row < draws.length; row++) {
    if (draws[row] !== 0) continue
    counts[row] = (counts[row] as number) + 1
    const end = (row + 1) * sums.columns
    for (let place = row * sums.columns; place < end; place++) {
      sums.data[place] = (sums.data[place] as number) + (said.data[place] as number)
    }
  }
}

/** Accuracy or R² over the rows that a tree spoke for; null where there are none. */
export function scoreVotes({ sums, counts }: Votes, target: Target): number | null {
  const rows = [...counts.keys()].filter((row) => (counts[row] as number) > 0)
  if (rows.length === 0) return null
  if (target.kind === 'classes') {
    const right = rows.filter((row) => {
      const shares = sums.data.subarray(row * sums.columns, (row + 1) * sums.columns)
      return shares.indexOf(Math.max(...shares)) === target.codes[row]
    })
    return right.length / rows.length
  }
  const mean = rows.reduce((sum, row) => sum + (target.values[row] as number), 0) / rows.length
  let residual = 0
  let spread = 0
  for (const row of rows) {
    const value = target.values[row] as number
    residual += (value - (sums.data[row] as number) / (counts[row] as number)) ** 2
    spread += (value - mean) ** 2
  }
  return spread > 0 ? 1 - residual / spread : null
}
