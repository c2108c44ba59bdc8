// Understands requests to train a model, and the answers to what a training has to know first.

import { likeliestTargets, unmistakableTarget } from '#core/training/propose-target.ts'
import { leadForms } from './command-patterns.ts'
import { type Context, filesAtHand, type KnownFile } from './memory.ts'
import { type Mood, moodOf } from './mood.ts'
import { ask, type Plan, run, say } from './plan.ts'
import { namedModels } from './predicting.ts'
import type { MessageReading } from './reading.ts'
import { columnCalled, columnIn, readTrainingWords, type TrainingWords } from './training-words.ts'

const MODEL_NOUN =
  '(?:model|models|classifier|regressor|predictor|regression|forest|network|booster|boosting|tree|trees)'
/** Verbs that mean training and nothing else, with what may stand behind them. */
const TRAINS =
  /^(?:train|retrain|re train|fit|refit)(?:ing)?(?: (?:me|us))?(?:$| (?:a|an|the|my|our|it|this|that|these|one|something|on|from|with|using|to|again|new|another|@\d+|#\d+|\w+))/
/** Verbs that mean it only where a model is made of data. */
const MAKES = new RegExp(
  String.raw`^(?:build|make|create|develop|construct|learn|teach|get|give|need|produce|generate)(?: (?:me|us))? (?:a |an |the |new |another |some |good |simple |quick |ml |machine learning )*(?:\w+ ){0,3}${MODEL_NOUN}\b.*\b(?:predict\w*|forecast\w*|estimat\w*|classif\w*|from (?:this|it|these|the|my|our)|on (?:this|it|these|the|my|our)|out of|for @\d+|tells?)\b`,
)
const LEARNS =
  /^learn(?:ing)? (?:to (?:predict|forecast|estimate|classify)|from (?:this|it|these|the|my))\b/
const TAKES_VERB = /\b(?:train|retrain|re train|fit a|training|finetune|fine tune)\b/
const OBJECT =
  /@\d+|\b(?:model|models|classifier|regressor|data|dataset|csv|file|it|one|this|that|again)\b/
const MAX_CHOICES = 8
const MAX_ANSWER_WORDS = 12
const SPACES = /\s+/
const ANSWER_LEAD =
  /^\s*(?:(?:it is|it's|its|use|take|predict|the (?:target|column|label)(?: column)?(?: is|:)?|target(?: is|:|=)?|column|i (?:want|mean)|that is|please|ok|yes)[\s,:=]+)*/i

const HOW =
  'Send a table (CSV, JSON lines or Parquet) and say, for example, “train a model that predicts Churn from this file”. I compare a few learners, test the best on rows put aside, and offer to deploy it.'

/** A plan where the message asks for a training, else null. */
export function planTraining(reading: MessageReading, context: Context): Plan | null {
  const [file, another] = filesAtHand(context, 'table')
  const words = readTrainingWords(reading.text, file?.columns ?? null, context.dataNames)
  const mood = moodOfTraining(words.leave_out === undefined ? reading : withoutWithout(reading))
  if (mood === null) return null
  if (mood === 'forbidden') {
    return say(
      'All right, I have not trained anything. To leave columns of a table out of a training, name them: “train on this file without age and income”.',
    )
  }
  if (mood !== 'order') return say(HOW)
  if (another !== undefined)
    return say('One table at a time, please: which file shall I learn from?')
  const gathered = { ...words, ...retrained(reading, words, file) }
  if (file === undefined) return planWithoutFile(gathered)
  const { data: _, ...rest } = gathered
  return trainOn(file, rest)
}

/** A "without" that columns stand behind takes nothing back. */
function withoutWithout(reading: MessageReading): MessageReading {
  const plain = (text: string) => text.replace(COLUMNS_LEFT_OUT, 'except')
  const clauses = reading.clauses.map((clause) => ({ ...clause, text: plain(clause.text) }))
  return { ...reading, clauses, whole: plain(reading.whole) }
}

const COLUMNS_LEFT_OUT = /\b(?:without|but not)\b/g

/** Null where nobody speaks of training a model. */
function moodOfTraining(reading: MessageReading): Mood | null {
  for (const clause of reading.clauses) {
    const forms = leadForms(clause.text)
    const isAsked = forms.some((form) => TRAINS.test(form) || MAKES.test(form) || LEARNS.test(form))
    if (!isAsked) continue
    return moodOf(clause, reading.clauses)
  }
  const isSpokenOf = TAKES_VERB.test(reading.whole) && OBJECT.test(reading.whole)
  if (!isSpokenOf) return null
  return reading.clauses.some(
    (clause) => TAKES_VERB.test(clause.text) && moodOf(clause, reading.clauses) === 'forbidden',
  )
    ? 'forbidden'
    : 'supposed'
}

/** "retrain churn on this": the model that is here gives the name, and its target where the table has that column. */
function retrained(
  reading: MessageReading,
  words: TrainingWords,
  file: KnownFile | undefined,
): Pick<TrainingWords, 'name' | 'target'> {
  const [model, another] = namedModels(reading)
  if (!RETRAINS.test(reading.whole) || model === undefined || another !== undefined) return {}
  const { target } = model.signature
  const column = columnCalled(target ?? '', file?.columns ?? []) ?? undefined
  const meant = words.target ?? column
  return { name: model.name, ...(meant === undefined ? {} : { target: meant }) }
}

const RETRAINS = /\b(?:retrain|re train|refit|train)(?:ing)? (?:the |my |our )?@\d+/

function planWithoutFile(words: TrainingWords): Plan {
  // Known data know their target.
  if (words.data !== undefined) return run('train_model', { ...words })
  return ask('train_model', { ...words }, 'upload', HOW)
}

function trainOn(file: KnownFile, gathered: Readonly<Record<string, unknown>>): Plan {
  const input = { upload: file.id, ...gathered }
  const { columns } = file
  if (gathered['target'] !== undefined || columns === null) return run('train_model', input)
  if (unmistakableTarget(columns) !== null) return run('train_model', input)
  const likeliest = likeliestTargets(columns)
  return ask(
    'train_model',
    input,
    'target',
    `Which column of ${file.fileName} shall the model predict?`,
    likeliest
      .slice(0, MAX_CHOICES)
      .map((name) => ({ label: name, message: `The target is ${name}` })),
  )
}

/** Answers to what a training asked: the file, the column to predict. */
export function continueTraining(reading: MessageReading, context: Context): Plan | null {
  const pending = context.state.pendingQuestion
  if (pending?.operation !== 'train_model') return null
  const [file] = filesAtHand(context, 'table')
  if (pending.field === 'upload') {
    if (file === undefined || !context.fresh.includes(file)) return null
    const words = readTrainingWords(reading.text, file.columns, [])
    return trainOn(file, { ...pending.input, ...words })
  }
  if (pending.field !== 'target' || file === undefined) return null
  const target = answeredColumn(reading.text, file.columns)
  if (target === null) return null
  const { features, learner } = readTrainingWords(reading.text, file.columns, [])
  return run('train_model', {
    ...pending.input,
    ...(features === undefined ? {} : { features }),
    ...(learner === undefined ? {} : { learner }),
    target,
  })
}

function answeredColumn(text: string, columns: readonly string[] | null): string | null {
  const said = text.replace(ANSWER_LEAD, '').trim()
  if (said === '' || said.split(SPACES).length > MAX_ANSWER_WORDS) return null
  if (columns === null) return said
  return columnCalled(said, columns) ?? columnIn(said, columns)
}
