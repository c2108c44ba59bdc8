// The small words of a conversation: yes and no, greetings and thanks, "never mind", and what Parley does not do.

import { modelsIn } from './commands.ts'
import { holdsPhrase, isCovered, phraseSet, splitWords } from './phrases.ts'
import type { PlannedCall } from './plan.ts'
import type { MessageReading } from './reading.ts'

const AGREEMENT = phraseSet(`
  yes|yep|yeah|yup|ya|yea|aye|y|sure|ok|okay|absolutely|definitely|certainly|indeed|correct|right|exactly|
  affirmative|confirm|confirmed|confirming|i confirm|i am sure|i am certain|do it|do so|go ahead|go for it|
  please|please do|of course|that is right|that is correct|yes please|sure thing|by all means|proceed|continue|
  make it so|agreed|approved|i do|it is|just do it|of course|fine|good|great|thanks|thank you|pls|now|go|
  positive|certain|hundred percent|NUM percent|really|for sure|very sure|quite sure|totally|all right|alright|
  sounds good|and|delete|remove|erase|drop|get rid of|wipe|destroy|undeploy|deploy|it|that|this|them|the|model|
  of|for good|permanently|completely|forever|too|one`)
/** At least one of these must be said: "thanks" and "now" alone agree to nothing. */
const CORE_AGREEMENT = phraseSet(`
  yes|yep|yeah|yup|ya|yea|aye|y|sure|ok|okay|absolutely|definitely|certainly|indeed|correct|right|exactly|
  affirmative|confirm|confirmed|confirming|do it|do so|go ahead|go for it|please do|of course|proceed|continue|
  make it so|agreed|approved|go|fine|certain`)
const THUMBS_UP = /^\s*(?:👍|✅|✔|👌)[\s\p{Emoji_Modifier}\p{Variation_Selector}!.]*$/u
const REFUSAL = phraseSet(`
  no|nope|nah|n|not|never|do not|stop|cancel|abort|wait|hold on|keep it|leave it|negative|no way|no thanks|
  no thank you|rather not|better not|not now|not yet|never mind|nevermind|forget it|changed my mind|
  i changed my mind|hmm|i said|thanks|thank you|please|that|it|cancel that|cancel it|do not do it|do not do that|
  i would rather not`)

const MODEL_MARK = /^@\d+$/
const SPACES = /\s+/g
const QUESTION = /\?/

const spoken = (reading: MessageReading) =>
  reading.clauses
    .map(({ text }) => text)
    .join(' ')
    .replace(SPACES, ' ')
    .trim()

/** A clear yes and nothing but: every word agrees, or repeats what was asked about the same model. */
export function isClearYes(reading: MessageReading, pending: PlannedCall): boolean {
  if (THUMBS_UP.test(reading.text)) return true
  const words = spoken(reading)
  if (words === '' || QUESTION.test(reading.whole)) return false
  const model = pending.input['model'] ?? pending.input['name']
  if (modelsIn(reading, words).some((named) => named.name !== model)) return false
  const rest = splitWords(words).filter((word) => !MODEL_MARK.test(word))
  return isCovered(rest, AGREEMENT) && holdsPhrase(rest, CORE_AGREEMENT)
}

/** "hmm" and "thanks" alone refuse nothing. */
const CORE_REFUSAL = phraseSet(
  'no|nope|nah|n|not|never|do not|stop|cancel|abort|wait|hold on|keep it|leave it|negative|never mind|nevermind|forget it|changed my mind',
)

export function isRefusal(reading: MessageReading): boolean {
  const words = splitWords(spoken(reading))
  return isCovered(words, REFUSAL) && holdsPhrase(words, CORE_REFUSAL)
}

const ABORT =
  /^(?:(?:please|ok|okay|oh|well|no|actually|just|sorry|hm|hmm|ah|then|thanks|let us) )*(?:never ?mind(?: that| it| then)?|forget (?:it|that|about it|about that|everything|what i said|all that)|cancel(?: that| it| this| everything)?|stop(?: it| that| here)?|abort|quit|exit|start (?:over|again|afresh|anew|from scratch)|start all over(?: again)?|reset|clear|scratch that|drop it|leave it(?: be)?|skip (?:it|that|this)|nothing|not important|no matter|does not matter|it does not matter|doesnt matter|disregard(?: that| it)?|ignore that|new topic|begin again|restart|back to (?:the )?(?:start|beginning)|let us start over|enough)(?: (?:please|then|now|thanks|thank you|it is fine|again|for now|anyway))*$/

export function isAbort(reading: MessageReading): boolean {
  const words = spoken(reading)
  if (words.length > MAX_ABORT_CHARACTERS) return false
  if (ABORT.test(words)) return true
  const aborts = reading.clauses.some(({ text }) => ABORT.test(text))
  return aborts && reading.clauses.every(({ text }) => ABORT.test(text) || isSmall(text))
}

/** Longer remarks are about something. */
const MAX_ABORT_CHARACTERS = 80

const isSmall = (text: string) =>
  isCovered(splitWords(text), SOCIAL) || isCovered(splitWords(text), REFUSAL)

const SOCIAL = phraseSet(`
  hi|hello|hey|hiya|howdy|yo|hola|hallo|servus|moin|salut|greetings|good morning|good evening|good afternoon|
  good day|good night|morning|evening|thanks|thank you|thx|ty|cheers|merci|danke|gracias|bye|goodbye|see you|
  see you later|see ya|ciao|later|have a|weekend|day|one|ok|okay|k|kk|cool|nice|great|awesome|perfect|wonderful|
  excellent|fantastic|amazing|brilliant|super|sweet|neat|lovely|good|good job|well done|nice work|great work|
  great job|nice one|impressive|wow|oh|ah|aha|i see|got it|gotcha|understood|alright|all right|right|sure|fine|
  yes|yeah|yep|no|nope|lol|haha|hahaha|hehe|rofl|lmao|hm|hmm|interesting|so much|a lot|very much|very|so|many|
  for that|for your help|for the help|for helping|really|there|everyone|all|parley|again|that is|that was|it is|
  this is|you are|how are you|how are you doing|how is it going|what is up|whats up|sup|nice to meet you|
  pleased to meet you|much appreciated|appreciated|appreciate it|i appreciate it|helpful|very helpful|the best|
  much|and|my friend|friend|buddy|mate|to you|to you too|you too|welcome|you|me|love it|i love it|i like it|
  that helps|makes sense|noted|will do|today|sounds good|works for me|please|pls|quick|brown|great stuff|sorry|
  oops|my bad`)

export function isSocial(reading: MessageReading): boolean {
  const words = spoken(reading)
  return words === '' || isCovered(splitWords(words), SOCIAL)
}

const GREETING =
  /\b(?:hi|hello|hey|hiya|howdy|hola|hallo|servus|moin|greetings|morning|afternoon|evening)\b/
const THANKS = /\b(?:thanks|thank|thx|ty|cheers|appreciate|appreciated|merci|danke)\b/
const FAREWELL = /\b(?:bye|goodbye|see you|see ya|ciao|good night)\b/

export function socialReply(reading: MessageReading): 'greeting' | 'thanks' | 'farewell' | 'other' {
  const words = spoken(reading)
  if (FAREWELL.test(words)) return 'farewell'
  if (THANKS.test(words)) return 'thanks'
  return GREETING.test(words) ? 'greeting' : 'other'
}

const SUGGESTING =
  /\b(?:suggest|suggestion|fill in|complete|autocomplete|finish)\b.*(?:\b(?:word|words|blank|phrase|phrases|sentence)\b|QUOTE)|<blank>/

const RENAMING =
  /^(?:(?:please|now|can you|could you|i want to|let us) )*rename\b.*(?:@\d+|\b(?:it|model|this|that)\b)/
const EXPORTING =
  /^(?:(?:please|now|can you|could you|can i|i want to|let me) )*(?:export|download)\b.*(?:@\d+|\b(?:it|model|models|this|that)\b)/

/** What people ask for that no operation does yet, or not in these words. */
export function notOffered(reading: MessageReading): string | null {
  if (RENAMING.test(reading.whole)) {
    return 'I cannot rename a model yet. Deploy its file again under the name that you want.'
  }
  if (EXPORTING.test(reading.whole)) {
    return 'I cannot hand models back as files yet. I can say where a model answers: ask for its endpoint.'
  }
  if (SUGGESTING.test(reading.whole)) {
    return 'Write the sentence with <blank> where the words shall go, such as “have a <blank> day”.'
  }
  return null
}
