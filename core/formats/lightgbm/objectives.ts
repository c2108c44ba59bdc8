// What LightGBM's objectives make of margins, and what they are trained for.

import type { TreeLink } from '#core/pipeline/trees.ts'
import { FormatError } from '../format-error.ts'

/** An objective line taken apart: `binary sigmoid:1`. */
export interface Objective {
  readonly name: string
  readonly isClassifier: boolean
  readonly link: TreeLink
}

type ValueLink = 'identity' | 'exp' | 'sigmoid-value' | 'log1p-exp'

/** Regressions and rankings, by what turns margins into values. */
const VALUE_LINKS: Readonly<Record<string, ValueLink>> = {
  regression: 'identity',
  regression_l2: 'identity',
  regression_l1: 'identity',
  huber: 'identity',
  fair: 'identity',
  quantile: 'identity',
  mape: 'identity',
  poisson: 'exp',
  gamma: 'exp',
  tweedie: 'exp',
  cross_entropy: 'sigmoid-value',
  xentropy: 'sigmoid-value',
  cross_entropy_lambda: 'log1p-exp',
  xentlambda: 'log1p-exp',
  lambdarank: 'identity',
  rank_xendcg: 'identity',
  // A function of the user's own: the library gives the sum of the leaves.
  custom: 'identity',
}

/** `line` is null where the model was trained with a function as its objective. Throws FormatError for unknown ones. */
export function readObjective(line: string | null): Objective {
  const [name = 'custom', ...options] = line?.trim().split(' ') ?? []
  const slope = optionOf(options, 'sigmoid')
  if (name === 'binary') return { name, isClassifier: true, link: { kind: 'sigmoid', slope } }
  if (name === 'multiclass' || name === 'softmax') {
    return { name, isClassifier: true, link: { kind: 'softmax' } }
  }
  if (name === 'multiclassova') {
    return { name, isClassifier: true, link: { kind: 'separate', slope } }
  }
  const kind = Object.hasOwn(VALUE_LINKS, name) ? VALUE_LINKS[name] : undefined
  if (kind === undefined) {
    throw new FormatError(
      `This LightGBM model was trained for "${name.slice(0, 80)}", which Parley does not know. It knows binary, multiclass, multiclassova, ${Object.keys(VALUE_LINKS).join(', ')}.`,
      0,
    )
  }
  const isSquared = kind === 'identity' && options.includes('sqrt')
  return { name, isClassifier: false, link: isSquared ? { kind: 'signed-square' } : { kind } }
}

/** 1 where the option is not given; a slope of 0 or less has no meaning. */
function optionOf(options: readonly string[], name: string): number {
  const text = options.find((option) => option.startsWith(`${name}:`))
  const value = text === undefined ? 1 : Number(text.slice(name.length + 1))
  if (value > 0 && Number.isFinite(value)) return value
  throw new FormatError(`The ${name} of this LightGBM model's objective is no positive number.`, 0)
}
