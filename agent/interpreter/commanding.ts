// Carries orders over to operations: which models each is about, and when none of it may run.

import type { KnownModel } from '../language.ts'
import { type Command, findCommands } from './commands.ts'
import { type Context, filesAtHand, lastModel } from './memory.ts'
import { isDoubtful } from './models.ts'
import { ask, type Plan, run, say } from './plan.ts'
import { namedModels } from './predicting.ts'
import type { MessageReading } from './reading.ts'
import { noSuchVersion, orderSentence, whichModel } from './replies.ts'
import { resolveVersion } from './versions.ts'

export function planCommands(reading: MessageReading, context: Context): Plan | null {
  const commands = findCommands(reading)
  const [first] = commands
  if (first === undefined) return null
  const plans = commands.map((command) => planCommand(command, reading, context))
  // Something in the list cannot run as it stands: nothing of it does.
  const stuck = plans.find((plan) => plan === null || plan.kind !== 'run')
  if (stuck === null) return null
  if (stuck !== undefined) return stuck
  return { kind: 'run', calls: plans.flatMap((plan) => (plan?.kind === 'run' ? plan.calls : [])) }
}

/** null where the words mean a file rather than a model that is here. */
function planCommand(command: Command, reading: MessageReading, context: Context): Plan | null {
  const { operation, pointed } = command
  if (isValueAgain(command, context)) return null
  if (operation === 'deploy_model') {
    if (pointed && filesAtHand(context, 'model').length > 0) return null
    if (command.models.length > 0 && context.fresh.length > 0) return null
    if (isNewOne(command)) return null
  }
  // "deploy this as version 4 of churn": the file sent along, not a version that is stored.
  if (
    operation === 'promote_version' &&
    context.fresh.length > 0 &&
    AT_FILE.test(command.clause.text)
  ) {
    return null
  }
  const models = meantModels(command, reading, context)
  const doubtful = models.find((model) => isDoubtful(reading.tokens, reading.models, model))
  if (doubtful !== undefined && operation !== 'delete_model') {
    const order = orderSentence(operation, doubtful)
    return say(`Shall I ${order}?`, [{ label: order, message: order }])
  }
  if (models.length === 0) {
    if (operation === 'deploy_model') return null
    const { text, choices } = whichModel(context, `do you mean`, (model) =>
      orderSentence(operation, model),
    )
    if (context.models.length === 0) return say(text, choices)
    const { version } = command
    const input = version?.kind === 'number' ? { version: version.number } : {}
    return ask(operation, input, 'model', text, choices)
  }
  if (operation === 'promote_version') return planPromotion(command, models, reading)
  if (operation === 'delete_model' && models.length > 1) {
    return say('One at a time, please, as a deletion cannot be undone: which model shall go first?')
  }
  const field = operation === 'deploy_model' ? 'name' : 'model'
  return {
    kind: 'run',
    calls: models.map((model) => ({ operation, input: { [field]: model.name } })),
  }
}

const BACK_TO_NUMBER = /^(?:(?:and|go|now|ok|okay|then) )*back to NUM$/

/** "back to 24" behind a prediction speaks of the input that was just changed. */
function isValueAgain({ operation, models, clause }: Command, context: Context): boolean {
  const last = context.state.lastCall?.operation
  const isPredicted = last === 'predict' || last === 'explain_prediction'
  return (
    operation === 'promote_version' &&
    models.length === 0 &&
    isPredicted &&
    BACK_TO_NUMBER.test(clause.text)
  )
}

const AT_FILE = /\b(?:this|it|that|the (?:attached |new )?(?:file|model|pickle))\b/

/** "deploy my churn model" while one is live already means another file; "deploy churn" does not. */
function isNewOne({ models, clause }: Command): boolean {
  return models.some(({ live }) => live !== null) && POSSESSED.test(clause.text)
}

const POSSESSED = /\b(?:my|our|an?|another|new)\b(?: \w+)* @\d+/

/** Named in the order itself, else the one model of the message ("churn is broken, take it down"), else the last one. */
function meantModels(
  command: Command,
  reading: MessageReading,
  context: Context,
): readonly KnownModel[] {
  if (command.models.length > 0) return command.models
  const leansBack = command.pointed || command.operation === 'promote_version'
  if (!leansBack) return []
  const [named, another] = namedModels(reading)
  if (named !== undefined) return another === undefined ? [named] : []
  const last = lastModel(context)
  return last === null ? [] : [last]
}

function planPromotion(
  command: Command,
  models: readonly KnownModel[],
  reading: MessageReading,
): Plan {
  const [model, another] = models
  if (model === undefined || another !== undefined) {
    return say('One model at a time, please: which one shall go back, and to which version?')
  }
  const [elsewhere, secondVersion] = reading.versions
  const only = secondVersion === undefined ? elsewhere?.reference : undefined
  const reference = command.version ?? only ?? { kind: 'steps' as const, steps: -1 }
  const version = resolveVersion(model, reference)
  if (version === null) return noSuchVersion(model)
  return run('promote_version', { model: model.name, version })
}
