// What a person says about the model they deploy: its name, title, columns, classes, which sample.

export interface DeployDetails {
  readonly name?: string
  readonly title?: string
  readonly features?: readonly string[]
  readonly classes?: readonly string[]
  readonly positive_label?: string
  /** False where it is to be stored and not to go live. */
  readonly deploy?: boolean
}

const QUOTED = `["“„'‘«\`](?<quoted>[^"”'’»\`]{1,120})["”“'’»\`]`
/** Words that cannot go on in a name: the sentence goes on instead. */
const AFTER_NAME =
  `and|with|please|pls|for|now|title|titled|so|then|thanks|thank|thx|but|using|the|in|on|when|its|from|as|to|at|by|or|if|because|since|this|that|
it|is|will|ok|okay|you|we|i|until|rather|instead|of|has|have|which|who|are|was|should|must|columns|features|inputs|classes|labels`.replace(
    /\s+/g,
    '',
  )
const WORD = `(?<word>[\\p{L}\\p{N}][\\p{L}\\p{N}_-]*(?: (?!(?:${AFTER_NAME})\\b)[\\p{L}\\p{N}_-]+){0,3})`
const naming = (before: string) => new RegExp(`${before}\\s*(?:${QUOTED}|${WORD})`, 'iu')

/** "as" begins a name unless one of these follows: "as soon as", "as version 2", "as discussed". */
const NO_NAME =
  `a|an|the|is|soon|well|it|my|our|your|before|usual|new|next|always|version|v\\d+|you|quickly|fast|follows|live|planned|discussed|requested|
promised|agreed|told|said|expected|described|needed|one|possible|quick|good|i|we|they|he|she|this|that|these|long|far|if|though|much|many|many|json|part|
input|output|inputs|features|columns|default|current|production`.replace(/\s+/g, '')
const THING = '(?:model|endpoint|one|thing|file|service|api|classifier|regressor)'

const NAME_PATTERNS: readonly RegExp[] = [
  /\/api\/predict\/(?<word>[a-z0-9][a-z0-9_-]*)/iu,
  naming(
    `\\b(?:call|name|label|baptize|dub)\\s+(?:(?:this|that|the|my|our)\\s+(?:new\\s+)?${THING}|it|this|that|them)(?:\\s+as)?`,
  ),
  naming('\\b(?:named|called)(?: as)?'),
  naming(
    '\\b(?:under|with|by|using|use|take|set|and|give it|has|to)\\s+(?:the\\s+|a\\s+)?name(?:\\s+of)?\\s*[:=]?',
  ),
  naming(
    '(?:^|[\\s,;.])(?:the\\s+|its\\s+|model\\s+|endpoint\\s+)?name\\s*(?:is|should be|will be|shall be|can be|:|=)',
  ),
  naming(`\\bunder(?!\\s+(?:${NO_NAME}|name|title|no|api|test|construction)\\b)`),
  naming(`\\bas(?!\\s+(?:${NO_NAME})\\b)`),
]

const TITLE_PATTERNS: readonly RegExp[] = [
  naming('\\btitled?\\s*(?:it|is|should be|will be|:|=|of|as)?'),
  naming('\\b(?:human|display|full)(?: readable)? name\\s*(?:is|:|=|of)?'),
]

/** Only `a-z0-9_-` can stand in an endpoint; words parted by spaces are what people call it. */
const SLUG = /^[a-z0-9][a-z0-9_-]{0,62}$/i

const LIST_START =
  /\b(?:features?|columns?|inputs?|fields?|variables?|predictors?)(?:\s+names?)?(?:\s+(?:are|is|in (?:this |that )?order|in order|named|called|being|were))*\s*[:=]?\s*/giu
const CLASS_START =
  /\b(?:classes|labels|class names|categories)(?:\s+(?:are|is|in order|named|called))*\s*[:=]?\s*/giu
const POSITIVE =
  /\bpositive\s+(?:class|label|one)(?:\s+(?:is|being))?\s*[:=]?\s*["“']?(?<label>[\p{L}\p{N}_-]+)/iu
const LIST_END =
  /[.!?;\n]|\b(?:and|with|the|its|while|but)\s+(?:the\s+)?(?:classes|labels|title|name|positive|features|columns|inputs)\b|\b(?:please|thanks|thank you|pls)\b|\)\s+\p{L}|\bas\s+[\p{L}"'“]/iu
const LIST_SEPARATOR = /\s*,\s*(?:and\s+|&\s*)?|\s+(?:and|&)\s+|\s*\n\s*|\s*;\s*/iu
const ORDER_REMARK =
  /\s+(?:in (?:this|that|the) (?:exact |same |given )?order|in order|respectively|thanks|please)\b.*$/iu
const WRAPPING = /^[\s[("'“‘`*-]+|[\s\])"'”’`]+$/gu
const NAME_LIKE = /^[\p{L}_][\p{L}\p{N}_ .%()/-]{0,60}$/u
const MAX_WORDS_IN_NAME = 4
const SPACES = /\s+/

export function readDetails(text: string): DeployDetails {
  const naming = readName(text)
  const title = firstMatch(text, TITLE_PATTERNS) ?? naming.title ?? readTitle(text)
  const features = readList(text, LIST_START)
  const classes = readList(text, CLASS_START)
  const positive = POSITIVE.exec(text)?.groups?.['label']
  return {
    ...(naming.name === undefined ? {} : { name: naming.name }),
    ...(title === undefined ? {} : { title: capitalised(title) }),
    ...(features === null ? {} : { features }),
    ...(classes === null ? {} : { classes }),
    ...(positive === undefined ? {} : { positive_label: positive }),
  }
}

function readName(text: string): { name?: string; title?: string } {
  const found = firstMatch(withoutTitles(text), NAME_PATTERNS)
  if (found === undefined) return {}
  if (SLUG.test(found)) return { name: found.toLowerCase() }
  return { title: found }
}

/** "the title "Customer Retention"" is no name. */
function withoutTitles(text: string): string {
  return TITLE_PATTERNS.reduce((rest, pattern) => rest.replace(pattern, ' '), text)
}

function firstMatch(text: string, patterns: readonly RegExp[]): string | undefined {
  for (const pattern of patterns) {
    const groups = pattern.exec(text)?.groups
    const found = groups?.['quoted'] ?? groups?.['word']
    if (found !== undefined) return found.trim()
  }
  return undefined
}

const GENERIC = `attached|new|newer|newest|trained|latest|xgboost|xgb|xg boost|sklearn|scikit learn|scikit-learn|lightgbm|lgbm|onnx|uploaded|existing|pickle|pickled|joblib|following|first|second|next|best|final|ml|machine learning|ai|predictive|small|little|big|fitted|own|tree|boosted|gradient|random forest|regression|classification|binary|multiclass|python|great|good|nice|awesome|own|fresh|updated|improved|current|same|right|wrong|whole|other|another|different|single|simple|test|production|prod|saved|local|favourite|favorite|real|old|sample|example|demo|linear|logistic|deployed|live|cool|shiny|tiny|fancy|amazing|brand|lovely|beautiful|pretty|huge|large|brilliant|decision|boosting|ensemble|json|ubj|pkl|file|proper|complete|finished|working|mentioned|described|sent|shared|enclosed|included|given|provided|neural|network|second|third|v1|v2|v3|above|below|fantastic|promised|deep|statistical|data|scikit|candidate|champion|challenger|quick|fast|short|long|main|special|custom|better|nicer|smaller|larger|bigger|faster|retrained|revised|corrected|fixed|freshly|newly|just|recently|already|actual|very`
const GENERIC_WORDS: ReadonlySet<string> = new Set(GENERIC.split(/[| ]/))
const NOT_IN_TITLE =
  /\b(?:to|that|which|who|is|are|was|it|this|these|those|with|i|you|me|and|or|from|have|has|want|can|deploy|upload|serve|one|of|in|on|at|as|be|get|put|make|use|do|does|did|not|any|some|a|an|the|my|our|your|here|there|for|please|need|needs)\b/i
const NOUN = '(?:model|classifier|regressor|predictor|estimator)'
const POSSESSED = new RegExp(
  `\\b(?:my|our|the|this|a|an|their)\\s+(?=(?<words>(?:[\\p{L}\\p{N}_-]+\\s+){1,5}?)${NOUN}\\b)`,
  'giu',
)
const PURPOSE = new RegExp(
  `\\b${NOUN}\\s+(?:for\\s+(?:predicting|forecasting|detecting|estimating)|for(?!\\s+(?:the|our|my|a|an|this|that|his|her|their)\\b)|(?:that|which)\\s+(?:predicts|forecasts|detects|estimates)|predicting|forecasting|to\\s+(?:predict|detect|forecast|estimate))\\s+(?:the\\s+|our\\s+|my\\s+)?(?<words>[\\p{L}_-]+(?:\\s+[\\p{L}_-]+){0,3}?)(?=\\s*(?:$|[.,!?;]|\\b(?:please|now|and|that|which|with|in|on|from|here|today|so|could|can|to|as|under)\\b))`,
  'iu',
)
const NO_PURPOSE: ReadonlySet<string> = new Set(
  'me us now free production testing use good real you it this that them him her everyone work fun mine yours ours customers users people clients internal demo review'.split(
    ' ',
  ),
)

/** Nouns that belong to the title: "our fraud detector" is Fraud detector. */
const TITLE_NOUN =
  /\b(?:my|our)\s+(?<words>(?:[\p{L}\p{N}_-]+\s+){1,3}?(?:detector|forecaster|scorer|recommender|ranker|filter|forecast))\b/iu

/** What the person called the model: "my customer churn model" is Customer churn. */
export function readTitle(text: string): string | undefined {
  for (const match of text.matchAll(POSSESSED)) {
    const title = tellingWords(match.groups?.['words'] ?? '')
    if (title !== undefined) return title
  }
  const called = TITLE_NOUN.exec(text)?.groups?.['words']
  if (called !== undefined) return tellingWords(called)
  const purpose = PURPOSE.exec(text)?.groups?.['words']?.trim()
  if (purpose === undefined || NO_PURPOSE.has(purpose.split(SPACES)[0]?.toLowerCase() ?? '')) {
    return undefined
  }
  return tellingWords(purpose)
}

const SUBJECT_PURPOSE =
  /^\s*(?:it|this|that|the model|this one)(?:\s+is|['’]s)?\s+(?:(?:for|about)(?:\s+predicting)?|predicts?|predicting|forecasts?|estimates?|detects?)\s+(?:the\s+|our\s+|my\s+)?(?<words>[\p{L}_-]+(?:\s+[\p{L}_-]+){0,3})\s*[.!]?\s*$/iu

/** "it's for predicting wine quality", said while a file is awaited. */
export function readPurpose(text: string): { title?: string } {
  const words = SUBJECT_PURPOSE.exec(text)?.groups?.['words']
  const title = words === undefined ? undefined : tellingWords(words)
  return title === undefined ? {} : { title: capitalised(title) }
}

/** What is left without words that say nothing of the purpose; undefined where it is no name at all. */
function tellingWords(words: string): string | undefined {
  const list = words.trim().split(SPACES)
  while (list.length > 0 && GENERIC_WORDS.has((list[0] ?? '').toLowerCase())) list.shift()
  while (list.length > 0 && GENERIC_WORDS.has((list.at(-1) ?? '').toLowerCase())) list.pop()
  const rest = list.join(' ')
  if (rest === '' || list.length > MAX_WORDS_IN_NAME || NOT_IN_TITLE.test(rest)) return undefined
  return rest
}

export function capitalised(title: string): string {
  return title.slice(0, 1).toUpperCase() + title.slice(1)
}

/** Names behind "the columns are", or null where none are given. */
function readList(text: string, start: RegExp): readonly string[] | null {
  for (const match of text.matchAll(start)) {
    const rest = text.slice(match.index + match[0].length)
    const names = readNames(rest)
    if (names !== null && names.length > 1) return names
  }
  return null
}

const SEMICOLONS = /;(?=[^;]*;)|(?<=;[^;]*);/g

/** "tenure, monthly_charges and total_charges" up to where the sentence turns to something else; null where that is no list. */
export function readNames(text: string): readonly string[] | null {
  const semicolons = text.includes(',') ? text : text.replace(SEMICOLONS, ',')
  const end = LIST_END.exec(semicolons)
  const list = end === null || end.index === 0 ? semicolons : semicolons.slice(0, end.index)
  const names = list
    .split(LIST_SEPARATOR)
    .map((name) => name.replace(ORDER_REMARK, '').replace(WRAPPING, ''))
    .filter((name) => name !== '')
  const plausible = names.every(
    (name) => NAME_LIKE.test(name) && name.split(SPACES).length <= MAX_WORDS_IN_NAME,
  )
  return plausible && names.length > 0 ? names : null
}
