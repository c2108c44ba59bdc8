// Whether a sentence orders, asks, forbids, supposes or reports: only orders may change anything.

import type { Clause } from './reading.ts'

const NEGATION =
  /\b(?:not|never|no need|nothing|none|no longer|under no|in no case|spare|nobody|no one|hands off|without|leave (?:it|this|that|them|@\d+|the @\d+|the model|everything)|refrain|avoid|neither|nor|stop short|keep|no \w+ing)\b/
const REPORT =
  /\b(?:(?:he|she|they|boss|colleague|manager|team|someone|somebody|people|customer|friend|anna|bob|who|it|doc|docs|note|file|email|message|ticket|csv|text) (?:said|says|say|told|tells|wants|wanted|asks|asked|wrote|writes|thinks|suggests|suggested|insists|ordered|orders|demands|claims|reads))\b|\b(?:said|told me|asked me|wants me|wants to|wanted to|according to|quote|quoting)\b/
const CONDITION =
  /\b(?:if|unless|when|once|whenever|in case|suppose|supposing|assuming|imagine|tomorrow|tonight|later|next week|next month|in an hour|at midnight|at noon|at NUM|after (?!all\b|that\b)|in NUM (?:minute|hour|day|week|month)s?|by (?:tomorrow|tonight)|on (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b/
/** Kind words that only look like a condition. */
const POLITE_CONDITION =
  /\bif (?:you (?:can|could|would|will|please|do not mind|like|want)|possible|that is (?:ok|okay|fine))\b/g
const SUPPOSING_QUESTION =
  /^(?:(?:and|so|but|hey|hi|hello|ok|well) )*(?:what (?:happens|would happen|will happen|if|about)|should|shall|how (?:do|can|would|could|does|should|to|is|are)|is it (?:possible|ok|okay|safe|wise)|are you able|what does it (?:mean|take)|why|who|when|where|did|does|do you|have you|has|was|were|is|are|am|may i|can i|could i|must i|do i|might|whether)\b/
const CANCEL =
  /\b(?:just kidding|kidding|joking|never mind|nevermind|on second thoughts?|forget (?:it|that|about it)|scratch that|not really|or not|cancel that|changed my mind|no way|wait no|actually no)\b/
const CONTRAST = /^(?:just|instead|rather|only|please|better|actually)\b/

/** What forbids the clauses that follow it too: "do not delete churn, remove iris, or undeploy price". */
const PROHIBITION =
  /^(?:(?:please|and|so|but|ok|hey|no|well|just) )*(?:do not|never|no need to|nobody should|no one should|you (?:must|should|can|may) not|must not|should not|hands off|without|stop|(?:i|we) (?:do not|would not|did not|never) (?:want|like|wish|ask|plan|intend|mean))\b/
/** "deploy this?": whoever asks whether has not said do. */
const POLITE_REQUEST =
  /\b(?:can|could|would|will) (?:you|we)\b|\bplease\b|\bpls\b|\bmind\b|\b(?:want|like|need) (?:you )?to\b/

export type Mood = 'order' | 'forbidden' | 'supposed' | 'reported'

/** The mood of one clause among all. `order` only means that nothing speaks against one. */
export function moodOf(clause: Clause, clauses: readonly Clause[]): Mood {
  const sentence = clauses.filter((other) => other.sentence === clause.sentence)
  const at = sentence.indexOf(clause)
  if (NEGATION.test(clause.text)) return 'forbidden'
  if (CANCEL.test(clauses.map(({ text }) => text).join(' , '))) return 'forbidden'
  for (const before of sentence.slice(0, at)) {
    if (REPORT.test(before.text)) return 'reported'
    if (CONDITION.test(before.text.replace(POLITE_CONDITION, ''))) return 'supposed'
    if (PROHIBITION.test(before.text) && !CONTRAST.test(clause.text) && !isContrasted(before)) {
      return 'forbidden'
    }
  }
  if (REPORT.test(clause.text)) return 'reported'
  const rest = sentence
    .slice(at)
    .map(({ text }) => text)
    .join(' ')
  if (CONDITION.test(rest.replace(POLITE_CONDITION, ''))) return 'supposed'
  if (SUPPOSING_QUESTION.test(clause.text)) return 'supposed'
  const isAsked = clause.mark === '?' && !POLITE_REQUEST.test(clause.text)
  return isAsked ? 'supposed' : 'order'
}

/** "… but": what follows stands against what came before. A dash, a colon or a bracket does not. */
const isContrasted = (clause: Clause): boolean => clause.mark === 'but'

/** Whether anything in these words could take back or bind what was said before them. */
export function speaksAgainst(text: string): boolean {
  const plain = text.replace(POLITE_CONDITION, '')
  return [NEGATION, REPORT, CONDITION, CANCEL].some((pattern) => pattern.test(plain))
}

export function isNegated(text: string): boolean {
  return NEGATION.test(text)
}

export function isReported(text: string): boolean {
  return REPORT.test(text)
}

export function isSupposed(text: string): boolean {
  return SUPPOSING_QUESTION.test(text)
}
