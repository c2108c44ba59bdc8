// Messages about what was just done or shown: taking it back, a version from a list, the rows of a batch, values for no model.

import { joinWords } from '#core/presentation/phrases.ts'
import { bindModel } from './binding.ts'
import { withoutLead } from './command-patterns.ts'
import { type Context, lastModel } from './memory.ts'
import { moodOf } from './mood.ts'
import { type Plan, run, say } from './plan.ts'
import { namedModels } from './predicting.ts'
import { STRONG_PREDICT_PATTERN } from './read-patterns.ts'
import type { MessageReading } from './reading.ts'
import { noSuchVersion } from './replies.ts'
import { resolveVersion } from './versions.ts'

const UNDO =
  /^(?:undo|revert|reverse|take|roll)(?: (?:that|it|this|the last (?:step|change|action|thing|one)|what you (?:just )?did))?(?: back)?$/

/** "undo that": the last change is taken back, exactly. Without one there is nothing to undo. */
export function planUndo(reading: MessageReading, context: Context): Plan | null {
  const undo = context.state.lastCall?.undo
  const [order, another] = reading.clauses.filter((clause) => UNDO.test(withoutLead(clause.text)))
  if (order === undefined || another !== undefined || undo === undefined) return null
  if (moodOf(order, reading.clauses) !== 'order') return null
  return run(undo.operation, undo.input)
}

const RANKING =
  /\b(?:which|who|what|whose|rank|sort|order|top|pick|find|show)\b.*\b(?:riskiest|safest|highest|lowest|most|least|worst|best|biggest|smallest|top|rank|sort|order|first|cheapest|dearest|priciest|strongest|weakest)\b|^(?:please )?(?:rank|sort|order) (?:them|these|those|it|the rows|all)\b/
const OF_ROWS = /\b(?:these|those|them|rows?|customers?|ones?|all|who|which)\b/

/** "which of these is the riskiest?" after a batch: its rows are not kept, so nothing is ranked by guess. */
export function planRanking(reading: MessageReading, context: Context): Plan | null {
  if (context.state.lastCall?.operation !== 'predict_batch' || reading.models.length > 0)
    return null
  if (!RANKING.test(reading.whole) || !OF_ROWS.test(reading.whole)) return null
  return say(
    'I cannot rank the rows of a batch yet. Their predictions are in the answer above, each beside its row.',
  )
}

const BARE_VERSION =
  /^(?:(?:and|ok|okay|so|please|then|the|use|take|i|want|would|like|choose|pick|let|us|go|with|yes) )*#0(?: (?:please|then|it is|thanks|thank you|one))*$/

/** "version 1 please" after the versions were shown: looked at or put live, which one is not said. */
export function planVersion(reading: MessageReading, context: Context): Plan | null {
  const [mention, another] = reading.versions
  const model = lastModel(context)
  const asked = context.state.lastCall?.operation
  if (mention === undefined || another !== undefined || model === null) return null
  if (asked !== 'list_versions' && asked !== 'describe_model') return null
  const said = reading.clauses
    .map(({ text }) => text)
    .join(' ')
    .trim()
  if (!BARE_VERSION.test(said)) return null
  const version = resolveVersion(model, mention.reference)
  if (version === null || !model.versions.includes(version)) return noSuchVersion(model)
  if (version === model.live) return run('describe_model', { model: model.name, version })
  return say(`Shall I put version ${version} of ${model.title} live, or tell you about it?`, [
    { label: 'Put it live', message: `use version ${version} of ${model.name}` },
    { label: 'Tell me about it', message: `describe version ${version} of ${model.name}` },
  ])
}

/** "score this: 24, 70, 1680": the models that take so many values are offered; none is taken on a guess. */
export function whichForList(reading: MessageReading, context: Context): Plan | null {
  if (namedModels(reading).length > 0 || !STRONG_PREDICT_PATTERN.test(reading.whole)) return null
  const fitting = context.models.filter((model) => bindModel(reading, model).complete)
  if (fitting.length === 0) return null
  const names = joinWords(
    fitting.map(({ title }) => title),
    'or',
  )
  return say(
    `For which model are these values${fitting.length === 1 ? `: ${names}` : `, ${names}`}?`,
    fitting.map(({ name, title }) => ({
      label: title,
      message: `${name}: ${reading.text.trim()}`,
    })),
  )
}
