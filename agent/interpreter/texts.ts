// "classify: …", "is this asked before or after the purchase: …": a text handed to a model of texts. Nothing in it is a request.

import type { KnownModel } from '../language.ts'
import { bindModel, quotedTexts, singleText } from './binding.ts'
import { isPlainLead } from './lead-words.ts'
import { type Context, lastModel } from './memory.ts'
import { type Plan, run, say } from './plan.ts'
import { isForbidden, namedModels, versionOf } from './predicting.ts'
import { type MessageReading, readMessage } from './reading.ts'
import { wordsAbout } from './reads.ts'
import { stem } from './similar.ts'
import { wordsOf } from './vocabulary.ts'

interface Handed {
  /** What is said around the text. */
  readonly lead: string
  readonly text: string
}

/** A lead is short; what stands behind the colon of a long sentence is part of it. */
const MAX_LEAD_WORDS = 14
const WORDS = /\S+/g
const LETTER = /\p{L}/u
const COLON = /:(?!\/\/)(?:\s|$)|:(?=["“„«'‘`])/

/** A text for a model that takes nothing else, or null where the message hands none over. */
export function planText(reading: MessageReading, context: Context): Plan | null {
  const plan = planHanded(reading, context)
  if (plan?.kind !== 'run' || !INSTEAD.test(reading.whole)) return plan
  const varies = plan.calls[0]?.input['model'] === context.state.lastPrediction?.model
  return varies ? { ...plan, varies } : plan
}

/** Another text in the place of the last one. */
const INSTEAD = /\b(?:what if|instead|the same|how about|what about|had said|changed?)\b/

function planHanded(reading: MessageReading, context: Context): Plan | null {
  const models = context.models.filter((model) => singleText(model) !== null)
  const handed = models.length === 0 ? null : readHanded(reading)
  if (handed === null) return null
  const lead = readMessage(handed.lead, context.models)
  if (isForbidden(lead)) return null
  const named = namedModels(lead)
  if (named.length > 0) {
    const [model, another] = named
    const isMeant = model !== undefined && another === undefined && models.includes(model)
    return isMeant && isPlainLead(lead) ? textTo(model, handed.text, lead) : null
  }
  if (isOfOtherInputs(reading, context)) return null
  const telling = models.filter((model) => speaksOf(lead, model))
  const [told, anotherTold] = telling
  if (told !== undefined && anotherTold === undefined && isAsking(lead)) {
    return textTo(told, handed.text, lead)
  }
  if (!isPlainLead(lead)) return null
  const last = lastModel(context)
  if (last !== null && models.includes(last)) return textTo(last, handed.text, lead)
  return OF_TEXTS.test(lead.whole) ? toAny(models, handed.text, lead) : null
}

/** What is done with texts; a "prediction" or a "score" may be of anything. */
const OF_TEXTS = /\b(?:classif\w+|label|tag|categori[sz]e|sentiment)\b/

function textTo(model: KnownModel, text: string, lead: MessageReading): Plan | null {
  const input = singleText(model)
  if (input === null) return null
  const features = { [input.name]: text }
  return run('predict', { model: model.name, features, ...versionOf(lead, model) })
}

/** "classify: …" names no model: the only one that is live is meant, else it is asked. */
function toAny(models: readonly KnownModel[], text: string, lead: MessageReading): Plan | null {
  const live = models.filter((model) => model.live !== null)
  const [only, another] = live.length > 0 ? live : models
  if (only !== undefined && another === undefined) return textTo(only, text, lead)
  return say(
    'Which model shall read that text?',
    live.map(({ name, title }) => ({ label: title, message: `${name}: ${text}` })),
  )
}

/** Behind a colon, or what a quotation holds where only one is there; lists of texts are read elsewhere. */
function readHanded(reading: MessageReading): Handed | null {
  const { text, segments } = reading
  if (segments.some(({ kind }) => kind !== 'quote')) return null
  const colon = COLON.exec(text)
  const at = colon?.index ?? -1
  const inQuote = segments.some(({ start, end }) => at >= start && at < end)
  const quotes = quotedTexts(reading)
  if (quotes.length > 1) return null
  const [quote] = segments
  if (
    quote?.kind === 'quote' &&
    (at < 0 || inQuote || text.slice(at + 1, quote.start).trim() === '')
  ) {
    if (!LETTER.test(quote.content) || text.slice(quote.end).trim().length > MAX_AFTER_QUOTE) {
      return null
    }
    const cut = at >= 0 && !inQuote ? at : quote.start
    const lead = `${text.slice(0, cut)} ${text.slice(quote.end)}`.trim()
    return isShort(lead) ? { lead, text: quote.content } : null
  }
  if (at < 0 || inQuote) return null
  const lead = text.slice(0, at).trim()
  const rest = text.slice(at + 1).trim()
  if (!LETTER.test(rest) || LISTED.test(rest) || !isShort(lead) || lead.includes('\n')) return null
  return { lead, text: rest }
}

/** "… positive?" may stand behind a quotation; a longer remark is about something else. */
const MAX_AFTER_QUOTE = 40
const LISTED = /(?:^|\n)\s*(?:[-*•]|\d{1,3}[.)])\s+\S.*\n\s*(?:[-*•]|\d{1,3}[.)])\s+/

const isShort = (lead: string) => {
  const count = lead.match(WORDS)?.length ?? 0
  return count > 0 && count <= MAX_LEAD_WORDS
}

const ASKING =
  /^(?:(?:and|so|hey|hi|hello|ok|please|now|well|tell me|can you (?:say|tell)(?: me)?|do you think|say) )*(?:whether|if|is|was|are|were|does|did|do|would|will|could|what|which|how|when|classify|predict|check|tell|decide|judge|label|rate|test|guess|detect|score|try)\b/

const isAsking = (lead: MessageReading) => ASKING.test(lead.whole)

/** How people say what the classes of such models are called. */
const SAID_INSTEAD: Readonly<Record<string, readonly string[]>> = {
  pre: ['before', 'prior', 'beforehand'],
  post: ['after', 'afterwards', 'already'],
  positive: ['good', 'happy', 'favourable', 'favorable', 'praise'],
  negative: ['bad', 'unhappy', 'angry', 'complaint'],
  spam: ['junk', 'scam'],
}

/** A class, what is predicted, or two other words of the model. */
function speaksOf(lead: MessageReading, model: KnownModel): boolean {
  const said = new Set(lead.tokens.filter(({ kind }) => kind === 'word').map(({ word }) => word))
  const { classes = [], target } = model.signature
  const own = [...classes, target ?? model.name].flatMap(wordsOf)
  const instead = own.flatMap((word) =>
    Object.hasOwn(SAID_INSTEAD, word) ? (SAID_INSTEAD[word] ?? []) : [],
  )
  if ([...own, ...instead].some((word) => said.has(word))) return true
  const stems = new Set([...said].map(stem))
  return wordsAbout(model).filter((word) => stems.has(word)).length >= 2
}

/** Whether other models take what is said: "price: 3 bedrooms, 2 baths" is no text. */
function isOfOtherInputs(reading: MessageReading, { models }: Context): boolean {
  return models.some((model) => {
    if (singleText(model) !== null) return false
    const { complete, named } = bindModel(reading, model)
    const isNamed = reading.models.some((mention) => mention.model === model)
    return complete || named >= (isNamed ? 1 : 2)
  })
}

const SAYS_ABOUT =
  /^(?:(?:and|so|hey|hi|ok|please|now) )*what (?:does|would|will|did|do) .*@\d+(?: model)? (?:say|think|make|answer) (?:about|of|to|on|for)\b/
const ABOUT =
  /\b(?:say|think|make|answer)\s+(?:about|of|to|on|for)\s*:?\s*(?<text>\S+(?:\s+\S+){2,})$/is

/** "what does question-timing say about how do I install it": where the text begins is a guess, so it is asked. */
export function offerText(reading: MessageReading): Plan | null {
  const [model, another] = namedModels(reading)
  if (model === undefined || another !== undefined || singleText(model) === null) return null
  const text = SAYS_ABOUT.test(reading.whole)
    ? ABOUT.exec(reading.text)?.groups?.['text']
    : undefined
  if (text === undefined) return null
  const message = `${model.name}: ${text.trim()}`
  return say(`Shall I read “${text.trim()}” with ${model.title}? Then say “${message}”.`, [
    { label: 'Yes, read it', message },
  ])
}
