// "why?", "why did it change?": the reasons of the last prediction.

import { type Context, modelNamed } from './memory.ts'
import { type Plan, run } from './plan.ts'
import { namedModels, wantsExplanation } from './predicting.ts'
import type { MessageReading } from './reading.ts'

/** "why?" about the last prediction, or about one whose inputs are given. */
export function planExplanation(reading: MessageReading, context: Context): Plan | null {
  if (!wantsExplanation(reading)) return null
  const last = context.state.lastPrediction
  const named = namedModels(reading)
  if (last === null) return null
  const model = modelNamed(context, last.model)
  if (model === null || (named.length > 0 && !named.includes(model))) return null
  const { features, version } = last
  const plan = run('explain_prediction', {
    model: model.name,
    features,
    ...(version === undefined ? {} : { version }),
  })
  const { change } = last
  return plan.kind === 'run' && change !== undefined && ASKS_OF_CHANGE.test(reading.whole)
    ? { ...plan, note: change }
    : plan
}

/** "why did it change?": the reasons are for the row as it is now, and what was changed is said before. */
const ASKS_OF_CHANGE =
  /\b(?:chang\w*|differ\w*|mov(?:e|ed|es)|drop\w*|fall\w*|fell|rise|rose|risen|increas\w*|decreas\w*|(?:go|went|gone|goes|going) (?:up|down)|higher|lower|jump\w*|more|less)\b/
