// Nearest neighbours: keeps the rows and lets the closest ones speak.

import type { NearestNeighbours } from '#core/pipeline/distances.ts'
import type { Fit } from '../learner.ts'

export interface NeighbourOptions {
  readonly neighbours: number
  readonly weights: 'uniform' | 'distance'
}

export interface FittedNeighbours {
  readonly predictor: NearestNeighbours
}

export const fitNearestNeighbours: Fit<NeighbourOptions, FittedNeighbours> = async (
  features,
  target,
  { neighbours, weights },
  context,
) => {
  context.signal.throwIfAborted()
  context.progress(1)
  return {
    predictor: {
      kind: 'neighbours',
      points: features,
      count: Math.min(neighbours, features.rows),
      metric: { kind: 'euclidean' },
      weights,
      targets:
        target.kind === 'classes'
          ? target
          : {
              kind: 'values',
              values: { rows: features.rows, columns: 1, data: target.values },
            },
    },
  }
}
