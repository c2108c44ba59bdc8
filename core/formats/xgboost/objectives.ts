// What each XGBoost objective means for a prediction: its link for the base score and its output transform.

import type { Transform } from '../description.ts'

export interface Objective {
  /** `binary` and `multiclass` give probabilities of classes; `value` gives numbers. */
  readonly kind: 'binary' | 'multiclass' | 'value'
  /** From margins to what the library's own predict gives. */
  readonly transform: Transform
  /** From the stored base score to the margin (files of 1.0 and later). */
  readonly link: 'identity' | 'logit' | 'log'
  /** What the number is, for people; '' where the model's target says it all. */
  readonly meaning?: string
}

const VALUE = { kind: 'value', transform: 'identity', link: 'identity' } as const
const RANKING = { ...VALUE, meaning: 'ranking score' } as const
const RATE = { kind: 'value', transform: 'exp', link: 'log' } as const
const MULTICLASS = { kind: 'multiclass', transform: 'softmax', link: 'identity' } as const

/** Every objective that has trees or weights to serve, by the name in the file. */
export const OBJECTIVES: Readonly<Record<string, Objective>> = {
  'reg:squarederror': VALUE,
  'reg:linear': VALUE,
  'reg:squaredlogerror': VALUE,
  'reg:pseudohubererror': VALUE,
  'reg:absoluteerror': VALUE,
  'reg:quantileerror': VALUE,
  'reg:expectileerror': VALUE,
  'reg:logistic': { kind: 'value', transform: 'sigmoid', link: 'logit' },
  'reg:gamma': RATE,
  'reg:tweedie': RATE,
  'count:poisson': RATE,
  'survival:cox': { ...RATE, meaning: 'hazard ratio' },
  'survival:aft': { ...RATE, meaning: 'survival time' },
  'rank:pairwise': RANKING,
  'rank:ndcg': RANKING,
  'rank:map': RANKING,
  'binary:logistic': { kind: 'binary', transform: 'sigmoid', link: 'logit' },
  // Its predict gives the log odds; the probability behind them is what a person wants.
  'binary:logitraw': { kind: 'binary', transform: 'sigmoid', link: 'identity' },
  'binary:hinge': { kind: 'binary', transform: 'step', link: 'identity' },
  'multi:softmax': MULTICLASS,
  'multi:softprob': MULTICLASS,
}

/** Up to 0.82 the GPU had objectives of its own, with the same meaning. */
const GPU_PREFIX = 'gpu:'

export function findObjective(name: string): Objective | null {
  const plain = name.startsWith(GPU_PREFIX) ? name.slice(GPU_PREFIX.length) : name
  return Object.hasOwn(OBJECTIVES, plain) ? (OBJECTIVES[plain] ?? null) : null
}
