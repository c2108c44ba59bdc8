// Two runs side by side: their parameters and metrics by name, and where they differ.

import type { Scalar } from '#core/model.ts'
import type { WireRunSummary } from './run-wire.ts'

export interface ComparedValue {
  readonly name: string
  /** Undefined where the run has none of that name. */
  readonly left: Scalar | undefined
  readonly right: Scalar | undefined
  readonly differs: boolean
}

export interface ComparedRuns {
  readonly parameters: readonly ComparedValue[]
  readonly metrics: readonly ComparedValue[]
}

type Compared = Pick<WireRunSummary, 'parameters' | 'metrics'>

/** Names in the order of the first run, then those that only the second has. */
export function compareRuns(left: Compared, right: Compared): ComparedRuns {
  return {
    parameters: compareValues(left.parameters, right.parameters),
    metrics: compareValues(left.metrics, right.metrics),
  }
}

function compareValues(
  left: Readonly<Record<string, Scalar>>,
  right: Readonly<Record<string, Scalar>>,
): readonly ComparedValue[] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])]
  return names.map((name) => {
    const [one, other] = [figureOf(left, name), figureOf(right, name)]
    return { name, left: one, right: other, differs: one !== other }
  })
}

function figureOf(values: Readonly<Record<string, Scalar>>, name: string): Scalar | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
}
