// Understands questions that only look: the list, one model, its versions, its figures, help.

import type { KnownModel } from '../language.ts'
import { bindModel } from './binding.ts'
import { mentionedCommand } from './commands.ts'
import { asksForList } from './list-words.ts'
import { type Context, lastModel, modelNamed } from './memory.ts'
import { moodOf } from './mood.ts'
import { ask, type Plan, run } from './plan.ts'
import { namedModels, wantsExplanation } from './predicting.ts'
import {
  HELP_PATTERNS,
  HOW_PATTERN,
  LIST_PATTERNS,
  MODEL_FOR_PATTERN,
  READ_PATTERNS,
} from './read-patterns.ts'
import type { MessageReading } from './reading.ts'
import { unknownModel, whichModel } from './replies.ts'
import { stem } from './similar.ts'
import { resolveVersion } from './versions.ts'
import { wordsOf } from './vocabulary.ts'

const POINTER = /\b(?:it|its|that one|this one|this model|that model|the model|this|that)\b/
const NEGATED_READ =
  /\b(?:do not|no need to|never|stop) (?:\w+ )?(?:show|list|describe|tell|display|explain)\b/

export function planRead(reading: MessageReading, context: Context): Plan | null {
  if (NEGATED_READ.test(reading.whole)) return null
  const named = namedModels(reading)
  const how = planHow(reading)
  if (how !== null) return how
  if (named.length > 0) return planAbout(reading, context)
  if (FILES.test(reading.whole)) return run('help', { topic: 'deploy_model' })
  const suited = planModelFor(reading, context)
  if (suited !== null) return suited
  if (HELP_PATTERNS.some((pattern) => pattern.test(reading.whole))) return run('help')
  const asksList =
    asksForList(reading.whole) || LIST_PATTERNS.some((pattern) => pattern.test(reading.whole))
  if (asksList && !isOrdered(reading)) {
    return run('list_models')
  }
  return planAboutLast(reading, context) ?? planAboutField(reading, context)
}

/** Which files are read, and how large they may be. */
const FILES =
  /\b(?:file|model) (?:types?|formats?|kinds?|sizes?|limits?)\b|\b(?:what|which) (?:formats?|files?|frameworks?|libraries)\b|\bhow (?:big|large) (?:can|may|must) .*\bfiles?\b|\b(?:can|do|could|will) you (?:handle|read|support|accept|take|load|understand|open|work with) (?:a |an |my |any )?(?:xgboost|lightgbm|sklearn|scikit|onnx|pickles?|pkl|joblib|pytorch|tensorflow|keras|catboost)\b|\bwhat is (?:a |an )?(?:pickle|pkl|joblib|onnx)(?: file)?(?: \?|$)/

/** "which model tells the species of a flower?": the one whose own words these are, else the list of all. */
function planModelFor(reading: MessageReading, context: Context): Plan | null {
  if (!MODEL_FOR_PATTERN.test(reading.whole)) return null
  const said = new Set(
    reading.tokens.filter(({ kind }) => kind === 'word').map(({ word }) => stem(word)),
  )
  const ranked = context.models
    .map((model) => ({ model, score: wordsAbout(model).filter((word) => said.has(word)).length }))
    .sort((left, right) => right.score - left.score)
  const [best, next] = ranked
  if (best === undefined || best.score === 0) return null
  if (next !== undefined && next.score === best.score) return run('list_models')
  return run('describe_model', { model: best.model.name })
}

/** Words by which a model is told from others: what it is called, what it predicts and what its description says. */
export function wordsAbout(model: KnownModel): readonly string[] {
  const { target, classes = [] } = model.signature
  const texts = [
    model.name,
    model.title,
    ...model.aliases,
    model.description,
    target ?? '',
    ...classes,
  ]
  const found = texts.flatMap(wordsOf).filter((word) => word.length >= MIN_TELLING_LENGTH)
  return [...new Set(found.map(stem))].filter((word) => !SAY_NOTHING.has(word))
}

const MIN_TELLING_LENGTH = 4
const SAY_NOTHING: ReadonlySet<string> = new Set(
  `model models which what that this from with their they have them most best more predict predicts prediction probability chance
  value number input trained data about into your some other when than long time tell tells work works`.split(
    /\s+/,
  ),
)

/** "what does tenure mean?": the model that has such an input is described. */
function planAboutField(reading: MessageReading, context: Context): Plan | null {
  if (!MEANING.test(reading.whole)) return null
  const last = lastModel(context)
  const owners = context.models.filter((model) => bindModel(reading, model).mentioned.length > 0)
  const [only, another] = owners
  const model =
    last !== null && owners.includes(last) ? last : another === undefined ? only : undefined
  return model === undefined ? null : run('describe_model', { model: model.name })
}

const MEANING = /^(?:(?:and|but|so|ok|hm|hmm) )*what (?:is|are|does|do|exactly is|is meant by)\b/

/** An order that was not understood must not end in a list just because it holds the word "models". */
const ORDERED =
  /\b(?:delete|remove|erase|wipe|undeploy|unpublish|deploy|redeploy|publish|roll back|rollback|promote|train|retrain|upload)\b/

const isOrdered = (reading: MessageReading) =>
  ORDERED.test(reading.whole) && !ASKING.test(reading.whole)

const ASKING =
  /^(?:(?:so|and|hi|hey|hello|ok|please|now|well) )*(?:what|which|how many|are|is|do|does|did|who|remind me|tell me|show|list)\b/

/** The deed itself, not its result: "what's deployed?" asks for no help. */
const DEED =
  /\b(?:delete|remove|erase|undeploy|unpublish|deploy|redeploy|publish|upload|promote|roll(?:ing)? (?:\S+ )?back|rollback|revert|deleting|removing|deploying|undeploying|uploading|promoting)\b|\b(?:take|put|get|bring|pull) .*\b(?:offline|down|online|live|up)\b/

/** "how do I deploy a model?", "what happens if I delete churn?": told, never done. */
function planHow(reading: MessageReading): Plan | null {
  const mentioned = mentionedCommand(reading)
  if (mentioned === null || !HOW_PATTERN.test(reading.whole) || !DEED.test(reading.whole))
    return null
  const clause = reading.clauses.find(({ text }) => HOW_PATTERN.test(text))
  if (clause === undefined || moodOf(clause, reading.clauses) === 'reported') return null
  return run('help', { topic: mentioned.operation })
}

function planAbout(reading: MessageReading, context: Context): Plan | null {
  const models = namedModels(reading)
  const found = READ_PATTERNS.find(({ pattern }) => pattern.test(reading.whole))
  if (found === undefined) return null
  if (found.operation === 'describe_model' && wantsExplanation(reading)) {
    const explained = modelNamed(context, context.state.lastPrediction?.model)
    if (explained !== null && models.includes(explained)) return null
  }
  return {
    kind: 'run',
    calls: models.map((model) => {
      const [mention] = reading.versions
      const version =
        found.operation !== 'describe_model' || mention === undefined
          ? null
          : resolveVersion(model, mention.reference)
      return {
        operation: found.operation,
        input: { model: model.name, ...(version === null ? {} : { version }) },
      }
    }),
  }
}

/** No model is named: "it" is the last one; a plain question about inputs asks which. */
function planAboutLast(reading: MessageReading, context: Context): Plan | null {
  if (wantsExplanation(reading)) return null
  const found = READ_PATTERNS.find(({ pattern }) => pattern.test(reading.whole))
  if (found === undefined) return null
  const model = lastModel(context)
  const points = POINTER.test(reading.whole)
  const asks = QUESTION_START.test(reading.whole)
  if (!points && !asks) return null
  if (OTHER_NAME.test(reading.whole)) return unknownModel(context)
  if (model === null) {
    if (context.models.length === 0 || !SUBJECT.test(reading.whole)) return null
    const { text, choices } = whichModel(
      context,
      'do you mean',
      (one) => `tell me about ${one.name}`,
    )
    return ask(found.operation, {}, 'model', text, choices)
  }
  return run(found.operation, { model: model.name })
}

const QUESTION_START =
  /^(?:(?:and|so|ok|okay|now|please|hey|hi|hmm|well) )*(?:what|which|how|where|show|list|describe|tell|give|does|is|are|can|could|metrics|versions|history|inputs|columns|features|fields|details|accuracy)\b/
/** "the weather model", "the spam filter": somebody means a model that is not here. */
const OTHER_NAME =
  /\b(?:the|my|our) (?!other |last |current |same |new |whole |best |first |second )(?:\w+ )+(?:model|filter|classifier|predictor|regressor|detector)\b/
const SUBJECT =
  /\b(?:model|models|drift\w*|versions?|inputs?|columns?|features?|fields?|metrics|accuracy|endpoint|schema|signature|it|history)\b/
