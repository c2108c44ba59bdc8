// What a model predicts, in the words people use: "churn" is about a customer who is churning.

/** How the outcome is felt; names the bands of its probability. */
export type Feeling = 'risk' | 'chance'

export interface TargetWords {
  /** Whom a row is about. */
  readonly subject: string
  /** What the probability is of. */
  readonly outcome: string
  readonly feeling: Feeling
}

interface TargetEntry extends TargetWords {
  /** Beginnings of the words that mean this target. */
  readonly stems: readonly string[]
}

/** The first entry with a stem that a word of the target begins with. */
const TARGETS = [
  entry(['churn', 'attrit', 'cancel', 'leav', 'left'], 'This customer', 'churning', 'risk'),
  entry(['fraud', 'scam'], 'This transaction', 'being fraudulent', 'risk'),
  entry(['default', 'delinquen', 'bankrupt'], 'This borrower', 'defaulting', 'risk'),
  entry(['spam', 'phish'], 'This message', 'being spam', 'risk'),
  entry(['failure', 'fail', 'breakdown', 'fault'], 'This machine', 'failing', 'risk'),
  entry(['diabet'], 'This patient', 'having diabetes', 'risk'),
  entry(['stroke'], 'This patient', 'having a stroke', 'risk'),
  entry(['disease', 'cancer', 'malignan'], 'This patient', 'having the disease', 'risk'),
  entry(['readmi'], 'This patient', 'being readmitted', 'risk'),
  entry(['noshow'], 'This patient', 'not showing up', 'risk'),
  entry(['return'], 'This order', 'being returned', 'risk'),
  entry(['claim'], 'This policy', 'having a claim', 'risk'),
  entry(['conver', 'purchas', 'buy', 'bought'], 'This customer', 'buying', 'chance'),
  entry(['subscri'], 'This customer', 'subscribing', 'chance'),
  entry(['click'], 'This visitor', 'clicking', 'chance'),
  entry(['surviv', 'titanic'], 'This passenger', 'surviving', 'chance'),
  entry(['hire', 'hiring'], 'This candidate', 'being hired', 'chance'),
  entry(['approv'], 'This application', 'being approved', 'chance'),
] as const satisfies readonly TargetEntry[]

function entry(
  stems: readonly string[],
  subject: string,
  outcome: string,
  feeling: Feeling,
): TargetEntry {
  return { stems, subject, outcome, feeling }
}

const BETWEEN_WORDS = /[^\p{L}\p{N}]+/u
const AFFIRMATIVE: ReadonlySet<string> = new Set(['1', '1.0', 'yes', 'y', 'true', 't', 'positive'])
const NEGATIVE_WORDS: ReadonlySet<string> = new Set(['no', 'not', 'non', 'never', 'without'])

/**
 * Words for a binary target, or null when none fit. `positiveLabel` must say that the thing happens ("Yes", "1",
 * "Churned"): with "Stayed" as the positive class of churn, a sentence about churning would say the opposite.
 */
export function findTargetWords(
  target: string | undefined,
  positiveLabel: string | undefined,
): TargetWords | null {
  if (target === undefined || positiveLabel === undefined) return null
  const words = wordsOf(target)
  const found = TARGETS.find(({ stems }) => anyBegins(words, stems))
  if (found === undefined) return null
  const label = wordsOf(positiveLabel)
  if (AFFIRMATIVE.has(positiveLabel.toLowerCase())) return found
  if (label.some((word) => NEGATIVE_WORDS.has(word))) return null
  return anyBegins(label, found.stems) ? found : null
}

/** True for labels such as `Yes` and `1`, which mean that whatever is predicted happens. */
export function isAffirmative(label: string): boolean {
  return AFFIRMATIVE.has(label.toLowerCase())
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(BETWEEN_WORDS)
    .filter((word) => word !== '')
}

function anyBegins(words: readonly string[], stems: readonly string[]): boolean {
  return words.some((word) => stems.some((stem) => word.startsWith(stem)))
}
