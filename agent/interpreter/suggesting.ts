// Understands requests for words in a blank: "suggest something positive for: the application was <blank>".

import { splitAtBlanks } from '#core/phrases/blank.ts'
import { ask, type Plan, run, say } from './plan.ts'
import { namedModels } from './predicting.ts'
import type { MessageReading } from './reading.ts'

const HOW = 'Send me a sentence with one <blank>, such as “have a <blank> day”.'

/** Written on purpose; underscores alone may be something else, such as an empty field of a form. */
const NAMED_BLANK = /<blank>|\[blank\]/i
const ASKS = /\b(?:suggest\w*|fill\w*|complete|finish|propose)\b/i
const QUOTED = /[“"'‘«]([^“”"‘’«»]+)[”"'’»]/g
/** Ends what is said about the sentence, where it stands behind it without quotation marks. */
const LEAD =
  /^[^:]*\b(?:suggest\w*|fill\w*|complete|finish|propose|positive|words?|phrases?)\b[^:]*?(?::|\b(?:for|in|into|sentence|here)\b(?!\s+(?:this|the) (?:blank|sentence|gap)))\s+/i
const WHOLE_LEAD =
  /^[^:]*\b(?:suggest\w*|fill\w*|complete|finish|propose|positive|words?|phrases?)\b[^:]*:\s*/i
/** "suggest something positive": plainly asked for, without a sentence. */
const WITHOUT_SENTENCE =
  /^(?:please |can you |could you )*(?:suggest|propose|give me|find)(?: me| us)? (?:something|some|a|an|any|a few)?\s*(?:\w+ )?(?:positive|upbeat|kind|nice|friendly)(?: (?:words?|phrases?|adjectives?|thing|things))?[.!?]*$|^fill in (?:a|the) blanks?[.!?]*$/i

const LONGEST_PHRASE = 5
const MAX_SUGGESTIONS = 20
const WORDS = /\b(?:up to|at most|max(?:imum)?(?: of)?) (\d|one|two|three|four|five) words?\b/i
const NEGATED = /\b(?:don['’]?t|not|never)\b/i
/** Not as a part of a name: positive-phrases. */
const PHRASES = /(?<![\w-])phrases?\b/i
const COUNT = /\b(?:suggest|give me|propose|find)(?: me)? (\d{1,2})\b/i
const NUMBERS: Readonly<Record<string, number>> = { one: 1, two: 2, three: 3, four: 4, five: 5 }

/** A plan where words for a blank are asked for, else null. */
export function planSuggestion({ text, ...reading }: MessageReading): Plan | null {
  const isBlank = splitAtBlanks(text).length > 1
  if (!isBlank) {
    return WITHOUT_SENTENCE.test(text.trim()) ? ask('suggest_phrases', {}, 'text', HOW) : null
  }
  const { lead, sentence } = parted(text)
  const isMeant = NAMED_BLANK.test(text) || ASKS.test(lead)
  const isBare = lead === '' && namedModels({ text, ...reading }).length === 0
  if (!isMeant && !isBare) return null
  if (NEGATED.test(lead)) return say('All right, I have not suggested anything.')
  return run('suggest_phrases', { text: sentence, ...wishesIn(lead) })
}

/** What is said about the sentence, and the sentence itself. */
function parted(text: string): { readonly lead: string; readonly sentence: string } {
  for (const [whole, inside] of text.matchAll(QUOTED)) {
    if (inside === undefined || splitAtBlanks(inside).length < 2) continue
    return { lead: text.replace(whole, ' ').trim(), sentence: inside.trim() }
  }
  const [before = ''] = splitAtBlanks(text)
  const lead = (WHOLE_LEAD.exec(before) ?? LEAD.exec(before))?.[0] ?? ''
  return { lead: lead.trim(), sentence: text.slice(lead.length).trim() }
}

function wishesIn(lead: string): { readonly max_words?: number; readonly top_k?: number } {
  const said = WORDS.exec(lead)?.[1]?.toLowerCase()
  const words = said === undefined ? undefined : (NUMBERS[said] ?? Number(said))
  const longest = words ?? (PHRASES.test(lead) ? LONGEST_PHRASE : undefined)
  const count = Number(COUNT.exec(lead)?.[1])
  return {
    ...(longest !== undefined && { max_words: Math.min(Math.max(longest, 1), LONGEST_PHRASE) }),
    ...(count >= 1 && { top_k: Math.min(count, MAX_SUGGESTIONS) }),
  }
}
