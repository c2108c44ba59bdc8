// The offline interpreter: from a message, the files, the models and the memory to a plan. Pure; a few milliseconds.

import type { KnownModel } from '../language.ts'
import { singleText } from './binding.ts'
import { planCommands } from './commanding.ts'
import { mentionedCommand } from './commands.ts'
import { answerModel, continuePrediction, switchModel } from './continuing.ts'
import { continueDeployment, planDeployment } from './deploying.ts'
import { planExplanation } from './explaining.ts'
import { planRanking, planUndo, planVersion, whichForList } from './following.ts'
import { type Context, modelNamed } from './memory.ts'
import { tellMisfit } from './misfits.ts'
import { forget, type Plan, type PlannedCall, run, say } from './plan.ts'
import { isForbidden, namedModels, planPrediction, wantsExplanation } from './predicting.ts'
import { type MessageReading, readMessage } from './reading.ts'
import { planRead } from './reads.ts'
import { exampleChoices, forbidden, notUnderstood, unclearOrder, unknownModel } from './replies.ts'
import { askModel, planFile } from './scoring-files.ts'
import { planSecond } from './second-part.ts'
import { isAbort, isClearYes, isRefusal, isSocial, notOffered, socialReply } from './small-talk.ts'
import { planSuggestion } from './suggesting.ts'
import { offerText, planText } from './texts.ts'
import { planTraffic } from './traffic.ts'
import { continueTraining, planTraining } from './training.ts'
import { placeInOrder, stillMissing, takeOtherwise, waitingFor } from './unplaced.ts'
import { answerWhich, varyPrediction, whatToChange } from './varying.ts'

/** Longer messages are pasted documents: nothing in them is a request, and reading them would cost more than a turn may. */
const MAX_MESSAGE_CHARACTERS = 400_000

/** Words beside pasted data; every one is compared with the words of every model. */
const MAX_TOKENS = 3000

const TOO_LONG = 'That is too long for a message. Please upload it as a file.'

export function interpret(message: string, context: Context): Plan {
  if (message.length > MAX_MESSAGE_CHARACTERS) {
    return say(TOO_LONG)
  }
  const reading = readMessage(message, context.models)
  if (reading.tokens.length > MAX_TOKENS) return say(TOO_LONG)
  const plan = planOne(reading, context)
  return planSecond(message, plan, context, (part, then) =>
    planOne(readMessage(part, then.models), then),
  )
}

const planOne = (reading: MessageReading, context: Context): Plan =>
  answerPending(reading, context) ??
  continueTraining(reading, context) ??
  planWithoutWords(reading, context) ??
  planRequest(reading, context)

/** Whether the message is a clear yes, and nothing else, to what waits for one. */
export function confirmsPending(
  message: string,
  models: readonly KnownModel[],
  pending: PlannedCall,
): boolean {
  if (message.length > MAX_YES_CHARACTERS) return false
  return isClearYes(readMessage(message, models), pending)
}

/** A yes is short. */
const MAX_YES_CHARACTERS = 120

/** Yes, no and "never mind" to what was asked. */
function answerPending(reading: MessageReading, context: Context): Plan | null {
  const { pendingConfirmation, pendingQuestion } = context.state
  const nothingSent = context.fresh.length === 0
  if (pendingConfirmation !== null && nothingSent) {
    if (isRefusal(reading)) return forget('All right, I have left it as it is.')
  }
  if (pendingQuestion !== null && nothingSent) {
    const isOffer = pendingQuestion.field === 'confirm_upload'
    if (isOffer && isClearYes(reading, pendingQuestion)) {
      return run(pendingQuestion.operation, pendingQuestion.input)
    }
    if (isRefusal(reading)) return takeOtherwise(context) ?? forget('All right, never mind.')
    if (isClearYes(reading, pendingQuestion)) {
      const placed = placeInOrder(context)
      if (placed !== null) return placed
    }
  }
  if (isAbort(reading)) {
    return forget('All right, forgotten. What would you like to do?', exampleChoices(context))
  }
  return null
}

/** Nothing was said, or only greetings. */
function planWithoutWords(reading: MessageReading, context: Context): Plan | null {
  if (!isSocial(reading)) return null
  const handedOver = planDeployment(reading, context)
  if (handedOver !== null) return handedOver
  const [table] = context.fresh.filter(({ kind }) => kind === 'table')
  if (table !== undefined) return askModel(table, context)
  if (context.fresh.length > 0) {
    return say('I have your files. Tell me which one to deploy, and under which name.')
  }
  switch (socialReply(reading)) {
    case 'greeting':
      return say(
        'Hello! I deploy models and make predictions with them. What would you like to do?',
        exampleChoices(context),
      )
    case 'thanks':
      return say('You are welcome!')
    case 'farewell':
      return say('Goodbye!')
    case 'other':
      return say('What would you like to do next?', exampleChoices(context))
  }
}

function planRequest(reading: MessageReading, context: Context): Plan {
  return (
    planSuggestion(reading) ??
    answerModel(reading, context) ??
    answerWhich(reading, context) ??
    planText(reading, context) ??
    offerText(reading) ??
    planUndo(reading, context) ??
    planTraining(reading, context) ??
    planTraffic(reading, context) ??
    planCommands(reading, context) ??
    continueDeployment(reading, context) ??
    planDeployment(reading, context) ??
    planFile(reading, context) ??
    planOffer(reading) ??
    planRanking(reading, context) ??
    planVersion(reading, context) ??
    comparedAgain(tellMisfit(reading, context, planInputs(reading, context)), context) ??
    planRead(reading, context) ??
    planExplanation(reading, context) ??
    continuePrediction(reading, context) ??
    switchModel(reading, context) ??
    planUnclear(reading, context)
  )
}

/** The answer to a question about a what-if is still compared with the prediction before. */
function comparedAgain(plan: Plan | null, { state }: Context): Plan | null {
  const { pendingQuestion: pending } = state
  if (plan?.kind !== 'run' || pending?.varies !== true) return plan
  const [call, another] = plan.calls
  const isSame = call?.input['model'] === pending.input['model'] && another === undefined
  return isSame && call?.operation === 'predict' ? { ...plan, varies: true } : plan
}

function planOffer(reading: MessageReading): Plan | null {
  const sentence = notOffered(reading)
  return sentence === null ? null : say(sentence)
}

/** Everything with inputs in it: answers, variations, whole requests. A read that is plainly asked for goes first. */
function planInputs(reading: MessageReading, context: Context): Plan | null {
  if (isForbidden(reading)) return say('All right, I will not predict anything.')
  const planned = planPrediction(reading, context)
  if (planned?.kind === 'run') {
    const model = planned.calls[0]?.input['model']
    const pending = context.state.pendingQuestion?.input['model']
    if (pending === undefined || pending === model) return planned
    return namedModels(reading).length > 0 ? planned : (continueInputs(reading, context) ?? planned)
  }
  const read = planRead(reading, context)
  const asksToRead = read !== null && read.kind === 'run' && !isAwaitedText(reading, context, read)
  if (asksToRead && !hasValues(planned)) return read
  const continued = continueInputs(reading, context)
  if (continued !== null) return continued
  // "what is a 2,000 sqft house with 3 bedrooms worth?" opens like a question about an input.
  if (asksToRead && !hasValues(planned, 2)) return read
  return planned
}

/** Product questions are asked like questions to us: where a text is awaited, only a plain request to see something is one. */
function isAwaitedText(reading: MessageReading, context: Context, read: Plan): boolean {
  const waiting = waitingFor(context)
  if (waiting === null || singleText(waiting.model) === null || read.kind !== 'run') return false
  if (namedModels(reading).length > 0 || reading.tokens.length <= MAX_PLAIN_TOKENS) return false
  return (
    read.calls.every(({ operation }) => operation !== 'list_models') &&
    !OF_MODELS.test(reading.whole)
  )
}

/** "help", "what inputs?" */
const MAX_PLAIN_TOKENS = 3
const OF_MODELS = /\b(?:models?|inputs?|columns?|fields?|versions?|predictions?)\b/

const hasValues = (plan: Plan | null, atLeast = 1): boolean =>
  plan?.kind === 'ask' && Object.keys(plan.call.input['features'] ?? {}).length >= atLeast

function continueInputs(reading: MessageReading, context: Context): Plan | null {
  if (wantsExplanation(reading)) return null
  return continuePrediction(reading, context) ?? varyPrediction(reading, context)
}

/** A model named in answer to "which model?", a deed spoken of without an order, or nothing that is understood. */
function planUnclear(reading: MessageReading, context: Context): Plan {
  const mentioned = mentionedCommand(reading)
  if (mentioned !== null) {
    const { operation, mood, models } = mentioned
    if (mood === 'forbidden') return forbidden(operation, models)
    if (mood === 'order' && models.length === 0 && UNKNOWN_OBJECT.test(reading.whole)) {
      return unknownModel(context)
    }
    return unclearOrder(operation, models, context)
  }
  const held = modelNamed(context, context.state.pendingConfirmation?.input['model'])
  if (held !== null) return say(`I have left ${held.title} as it is.`)
  if (UNKNOWN_NAMED.test(reading.whole) && namedModels(reading).length === 0) {
    return unknownModel(context)
  }
  if (
    wantsExplanation(reading) &&
    context.state.lastPrediction === null &&
    context.state.pendingQuestion === null
  ) {
    return say(
      'There is no prediction to explain yet. Make one first, then ask why.',
      exampleChoices(context),
    )
  }
  return (
    whichForList(reading, context) ??
    whatToChange(reading, context) ??
    stillMissing(
      context,
      wantsExplanation(reading) ? 'There is nothing to explain yet.' : 'I did not understand that.',
    ) ??
    notUnderstood(context)
  )
}

const UNKNOWN_OBJECT =
  /\b(?:delete|remove|undeploy|unpublish|deploy|erase|promote|rollback|roll)\b (?!it\b|that\b|this\b|them\b)\w+/
const UNKNOWN_NAMED = /\b(?:the|my|our) (?:\w+ ){1,3}model\b/
