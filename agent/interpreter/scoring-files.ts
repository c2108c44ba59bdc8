// Understands requests to run a whole uploaded table through a model.

import type { KnownModel } from '../language.ts'
import { knownColumns } from './data.ts'
import { type Context, filesAtHand, type KnownFile, lastModel } from './memory.ts'
import { isNegated, isSupposed } from './mood.ts'
import { ask, type Plan, run } from './plan.ts'
import { namedModels } from './predicting.ts'
import type { MessageReading } from './reading.ts'
import { whichModel } from './replies.ts'

const SCORE =
  /\b(?:score|scores|scored|scoring|predict|prediction|predictions|run|classify|evaluate|apply|use|estimate|process|check|test|try|put|feed|forecast|analy[sz]e|label|rate|assess|through|batch|compute|calculate|who|which)\b/
const POINTS_AT_FILE =
  /\b(?:it|them|this|that|these|those|file|csv|tsv|data|dataset|table|rows|sheet|spreadsheet|list|upload|attached|attachment|all|everyone|parquet|customers|records)\b|\.(?:csv|tsv|jsonl|parquet)/
const QUESTION_ABOUT = /^(?:what (?:is|are|do you (?:think|make)|does|kind)|who made|why|where)\b/

/** A plan where a table is at hand and the message is about it, else null. */
export function planFile(reading: MessageReading, context: Context): Plan | null {
  const [file, another] = filesAtHand(context, 'table')
  if (file === undefined || another !== undefined) return null
  const isFresh = context.fresh.includes(file)
  const named = namedModels(reading)
  const pending = context.state.pendingQuestion
  const asked = pending?.operation === 'predict_batch' && pending.field === 'model'
  const points = POINTS_AT_FILE.test(reading.whole) || reading.text.includes(file.fileName)
  if (!isFresh && !asked && !points) return null
  if (isNegated(reading.whole)) return null
  const [model, second] = named
  const wants =
    SCORE.test(reading.whole) && !isSupposed(reading.whole) && !QUESTION_ABOUT.test(reading.whole)
  if (model !== undefined && second === undefined) {
    if (!wants && !(asked || (isFresh && isShort(reading)))) return null
    return run('predict_batch', { model: model.name, upload: file.id, ...pendingVersion(pending) })
  }
  if (second !== undefined) return null
  if (!wants) return isFresh ? askModel(file, context) : null
  const meant = modelOf(file, context)
  return meant === null
    ? askModel(file, context)
    : run('predict_batch', { model: meant.name, upload: file.id })
}

const MAX_SHORT = 6

/** "churn" or "for the churn model" beside a file says enough. */
const isShort = (reading: MessageReading) => reading.tokens.length <= MAX_SHORT

function pendingVersion(pending: Context['state']['pendingQuestion']): { version?: number } {
  const version = pending?.input['version']
  return typeof version === 'number' ? { version } : {}
}

/** The model whose inputs the columns name, all of them; else the one spoken of, if the columns do not speak against it. */
function modelOf(file: KnownFile, context: Context): KnownModel | null {
  const { columns } = file
  if (columns === null) return lastModel(context)
  const whole = context.models.filter(
    (model) => knownColumns(columns, model.signature) === model.signature.inputs.length,
  )
  const last = lastModel(context)
  if (last !== null && whole.includes(last)) return last
  const [only, another] = whole
  return only !== undefined && another === undefined ? only : null
}

export function askModel(file: KnownFile, context: Context): Plan {
  const { text, choices } = whichModel(
    context,
    `shall score ${file.fileName}`,
    (model) => `score it with ${model.name}`,
  )
  return ask(
    'predict_batch',
    { upload: file.id },
    'model',
    `I have ${file.fileName}. ${context.models.length === 0 ? '' : `${text} `}I can also train a model on it.`,
    [
      ...(context.models.length === 0 ? [] : choices),
      { label: 'Train a model on it', message: `Train a model on ${file.fileName}` },
    ],
  )
}
