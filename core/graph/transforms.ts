// The operators before and after a predictor: missing values, categories' codes, and margins to predictions.

import type { Transform } from '#core/formats/description.ts'
import { FormatError } from '#core/formats/format-error.ts'
import type { GraphBuilder } from './graph-builder.ts'

/** Turns the value that stands for missing into NaN, which every predictor understands. */
export function mapMissing(graph: GraphBuilder, values: string, missing: number | null): string {
  if (missing === null || Number.isNaN(missing)) return values
  const isMissing = graph.apply('Equal', [values, graph.constant([1], [missing])])
  return graph.apply('Where', [isMissing, graph.constant([1], [Number.NaN]), values])
}

/** Cuts the fraction off the codes of categorical columns, as XGBoost does; downwards, so that -0.5 stays unknown. */
export function floorCategories(
  graph: GraphBuilder,
  values: string,
  isCategorical: Uint8Array,
): string {
  if (!isCategorical.includes(1)) return values
  const mask = graph.constant([1, isCategorical.length], isCategorical)
  return graph.apply('Where', [mask, graph.apply('Floor', [values]), values])
}

/** Replaces missing values by 0, for linear models. */
export function missingAsZero(graph: GraphBuilder, values: string): string {
  const isMissing = graph.apply('IsNaN', [values])
  return graph.apply('Where', [isMissing, graph.constant([1], [0]), values])
}

/** Margins [rows, groups] to what the library's predict gives, of the same shape. */
export function transformMargins(
  graph: GraphBuilder,
  margins: string,
  transform: Transform,
): string {
  switch (transform) {
    case 'identity':
      return graph.apply('Identity', [margins])
    case 'sigmoid':
      return graph.apply('Sigmoid', [margins])
    case 'softmax':
      return graph.apply('Softmax', [margins], {
        attributes: [{ kind: 'int', name: 'axis', value: 1 }],
      })
    case 'exp':
      return graph.apply('Exp', [margins])
    case 'step': {
      const isPositive = graph.apply('Greater', [margins, graph.constant([1], [0])])
      return graph.apply('Where', [isPositive, graph.constant([1], [1]), graph.constant([1], [0])])
    }
  }
}

/** Margins [rows, groups] to one probability a class; a single group is the probability of the second class. */
export function classProbabilities(
  graph: GraphBuilder,
  margins: string,
  groups: number,
  transform: Transform,
): string {
  if (groups > 1) {
    if (transform !== 'softmax') throw noProbabilities(transform)
    return transformMargins(graph, margins, transform)
  }
  if (transform !== 'sigmoid' && transform !== 'step') throw noProbabilities(transform)
  const positive = transformMargins(graph, margins, transform)
  const negative = graph.apply('Sub', [graph.constant([1], [1]), positive])
  return graph.apply('Concat', [negative, positive], {
    attributes: [{ kind: 'int', name: 'axis', value: 1 }],
  })
}

function noProbabilities(transform: Transform): FormatError {
  return new FormatError(
    `The classifier's margins have no probabilities (its output transform is ${transform}).`,
    0,
  )
}
