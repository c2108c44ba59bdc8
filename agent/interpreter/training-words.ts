// Reads what a request to train says: the column to predict, the columns to learn from, the learner, the seed, the name.

import { bare } from '#core/nearest.ts'
import type { ModelName } from '#core/training/hyperparameters.ts'

export interface TrainingWords {
  readonly target?: string
  readonly features?: readonly string[]
  readonly leave_out?: readonly string[]
  readonly learner?: ModelName
  readonly seed?: number
  readonly test_size?: number
  readonly name?: string
  readonly data?: string
  readonly deploy?: true
}

/** How people call what learns. The first that is found is meant. */
const LEARNERS: readonly (readonly [RegExp, ModelName])[] = [
  [/\b(?:logistic(?: regression)?|logreg|logit)\b/i, 'logreg'],
  [/\b(?:random forests?|forest|rf)\b/i, 'rf'],
  [
    /\b(?:(?:histogram )?gradient[- ]boost\w*|boosted trees|boosting|hgb|gbm|xgboost|lightgbm)\b/i,
    'hgb',
  ],
  [/\b(?:(?:k[- ]?)?nearest[- ]neighbou?rs?|k-?nn)\b/i, 'knn'],
  [/\b(?:ridge(?: regression)?|linear regression|linear model)\b/i, 'ridge'],
  [/\b(?:tf-?idf|bag of words)\b/i, 'tfidf'],
]

const SEED = /\bseed\s*(?:=|:|is|of)?\s*(\d{1,15})\b/i
const TEST_PERCENT =
  /\b(\d{1,2})\s*(?:%|percent)\s*(?:of (?:the )?(?:rows|data) )?(?:for |as |to )?(?:the )?(?:test|testing|held|hold)/i
const HOLD_PERCENT =
  /\b(?:hold(?:ing)? out|keep(?:ing)? (?:back )?|test(?:ing)? (?:on|with)|put(?:ting)? aside)\s*(\d{1,2})\s*(?:%|percent)/i
const TEST_SIZE = /\btest[- _]?(?:size|share)\s*(?:=|:|is|of)?\s*(0?\.\d+|\d{1,2}\s*%)/i
const NAMED =
  /\b(?:call(?:ed)?|name(?:d)?)\s+(?:(?:it|this|the (?:new )?model)\s+)?["“'`]?([a-z][\w-]*(?: [\w-]+){0,3}?)["”'`]?(?=\s*(?:[.,;!?]|$|\band\b|\bfrom\b|\bon\b|\bwith\b|\bthat\b|\bto\b))/i
const DEPLOYS =
  /\b(?:and|then|,)\s+(?:then\s+)?(?:please\s+)?(?:deploy|publish|serve|launch)(?:\s+(?:it|that|this|the (?:best|result|model|winner)))?\b|\bput it (?:online|live|into production)\b|\bmake it live\b/i

const STOPS =
  'from|with|using|on|out of|in|based on|by|given|for|via|and (?:then )?(?:deploy|call|name|use)|is|are|please|as'
/** What stands before the name of the column that is to be predicted. */
const TARGET_BEFORE =
  /\b(?:the )?(?:target|label|outcome|dependent)(?: (?:column|variable|field))?\s*(?:=|:|is|are|being|should be|shall be|called)\s*(?:the )?(?<after>[^.;!?\n]+)/i
const TARGET_BEHIND =
  /(?:^|[,;.]\s*|\b(?:with|where|and|use)\s+)(?:the )?(?:column )?(?<before>[^,;.]{1,80}?)\s+(?:is|as)\s+(?:the |a )?(?:target|label|outcome)\b/i
const PREDICTED =
  /\b(?:predict(?:s|ing|ion of|or of|or for|or)?|forecast(?:s|ing)?|estimat(?:es|e|ing)|classif(?:y|ies|ying)|tell(?:s|ing)?|guess(?:es)?)\s+(?:me |us )?(?:the |its |their |whether |if |who |which |column |target )*(?<after>[^.;!?\n]+)/i
const LEARNED_FROM =
  /\b(?:using|use|learn(?:ing)? from|features?(?: are|:| =)?|(?:based|depending) on|from(?: the)? columns?|with(?: the)? (?:columns?|features?))\s+(?:only |just |the |columns? |features? )*(?<list>[^.;!?\n]+)/i
const WITHOUT =
  /\b(?:without|except(?: for)?|excluding|leav(?:e|ing) out|ignor(?:e|ing)|but not)\s+(?:using\s+)?(?:the )?(?:columns? |features? )?(?<list>[^.;!?\n]+)/i
const LIST_MARKS = /\s*(?:,|;|\band\b|&|\+)\s*/i
const SPACES = /\s+/
const QUOTES = /["“”'`]/g
const STOP = new RegExp(String.raw`\s*(?:,|\b(?:${STOPS})\b).*$`, 'i')
const MAX_TARGET_WORDS = 6

/** `columns` is the header of the table, null where nobody has looked; `dataNames` the data that Parley knows. */
export function readTrainingWords(
  text: string,
  columns: readonly string[] | null,
  dataNames: readonly string[],
): TrainingWords {
  const learner = LEARNERS.find(([pattern]) => pattern.test(text))?.[1]
  const seed = SEED.exec(text)?.[1]
  const size = readTestSize(text)
  const name = NAMED.exec(text)?.[1]
  const data = columns === null ? dataNamed(text, dataNames) : null
  const target = readTarget(text, columns)
  const features = columns === null ? null : readFeatures(text, columns, target)
  const leftOut = columns === null ? null : readLeftOut(text, columns)
  return {
    ...(target === null ? {} : { target }),
    ...(features === null ? {} : { features }),
    ...(leftOut === null ? {} : { leave_out: leftOut }),
    ...(learner === undefined ? {} : { learner }),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(size === null ? {} : { test_size: size }),
    ...(name === undefined ? {} : { name }),
    ...(data === null ? {} : { data }),
    ...(DEPLOYS.test(text) ? { deploy: true as const } : {}),
  }
}

function readTestSize(text: string): number | null {
  const percent = TEST_PERCENT.exec(text)?.[1] ?? HOLD_PERCENT.exec(text)?.[1]
  if (percent !== undefined) return Number(percent) / 100
  const size = TEST_SIZE.exec(text)?.[1]
  if (size === undefined) return null
  return size.endsWith('%') ? Number.parseInt(size, 10) / 100 : Number(size)
}

/** "on the iris data": a known data set, said as what is learned from. */
function dataNamed(text: string, names: readonly string[]): string | null {
  const said = ` ${text
    .toLowerCase()
    .replaceAll('-', ' ')
    .replace(/[^\w ]/g, ' ')} `
  return (
    names.find((name) => {
      const words = name.replaceAll('-', ' ')
      return [' on', ' from', ' with', ' using', ' for'].some((lead) =>
        [' ', ' the ', ' our ', ' your '].some((article) =>
          said.includes(`${lead}${article}${words} `),
        ),
      )
    }) ?? null
  )
}

function readTarget(text: string, columns: readonly string[] | null): string | null {
  for (const pattern of [TARGET_BEFORE, TARGET_BEHIND, PREDICTED]) {
    const groups = pattern.exec(text)?.groups
    const said = (groups?.['after'] ?? groups?.['before'] ?? '').replace(QUOTES, '').trim()
    if (said === '') continue
    const found = columns === null ? withoutStop(said) : columnIn(said, columns)
    if (found !== null) return found
    // A column that is not there is told apart from nothing said, where it was called the target outright.
    if (pattern !== PREDICTED) return withoutStop(said)
  }
  return null
}

function withoutStop(said: string): string | null {
  const words = said.replace(STOP, '').trim().split(SPACES)
  return words.length > MAX_TARGET_WORDS || words[0] === '' ? null : words.join(' ')
}

/** The column whose name comes first in what was said; of those the longest: "sale price" before "sale". */
export function columnIn(said: string, columns: readonly string[]): string | null {
  const words = said
    .replace(QUOTES, '')
    .split(SPACES)
    .filter((word) => word !== '')
  for (let start = 0; start < words.length; start++) {
    for (let length = Math.min(MAX_TARGET_WORDS, words.length - start); length > 0; length--) {
      const found = columnCalled(words.slice(start, start + length).join(' '), columns)
      if (found !== null) return found
    }
    // Behind "from" and "using" stand the columns to learn from.
    if (BOUNDARY.test(words[start] ?? '')) return null
  }
  return null
}

const BOUNDARY = /^(?:from|with|without|except|excluding|using|based|given|by)$/i

/** Exactly so, else without regard to case and separators, else in the singular or plural. */
export function columnCalled(words: string, columns: readonly string[]): string | null {
  const wanted = bare(words)
  if (wanted === '') return null
  const exact = columns.find((column) => column === words.trim())
  if (exact !== undefined) return exact
  const alike = columns.filter((column) => bare(column) === wanted)
  if (alike.length > 0) return alike[0] ?? null
  const other = wanted.endsWith('s') ? wanted.slice(0, -1) : `${wanted}s`
  return columns.find((column) => bare(column) === other) ?? null
}

/**
 * Columns in a list, up to where the sentence goes on with something else. What stands among columns and is none is kept
 * as it was written, so that it is said not to be there rather than left out in silence. Null for a list of other things.
 */
function columnsListed(list: string, columns: readonly string[]): readonly string[] | null {
  const names = list.split(LIST_MARKS).map((part) => part.replace(QUOTES, '').trim())
  const found: string[] = []
  for (const name of names) {
    if (name === '') continue
    const column = columnCalled(name, columns)
    if (column === null && (found.length === 0 || GOES_ON.test(name))) break
    found.push(column ?? name)
  }
  return found.length > 0 ? found : null
}

const GOES_ON =
  /^(?:seed|deploy|publish|serve|call|name|hold|holding|test|keep|put|make|then|please|with|to|predict|train|thanks|target|the target)\b/i

function readFeatures(
  text: string,
  columns: readonly string[],
  target: string | null,
): readonly string[] | null {
  // "using age and income without the id": what is left out is another list.
  const list = LEARNED_FROM.exec(text)?.groups?.['list']?.replace(WITHOUT, '')
  const found = list === undefined ? null : columnsListed(list, columns)
  const others = found?.filter((column) => column !== target) ?? []
  return others.length === 0 ? null : others
}

/** "without RefundIssued": columns that are never to be learned from; null where no column is named. */
function readLeftOut(text: string, columns: readonly string[]): readonly string[] | null {
  const list = WITHOUT.exec(text)?.groups?.['list']
  if (list === undefined) return null
  const [before = ''] = list.split(LEARNED_OR_NAMED, 1)
  return columnsListed(before, columns)
}

const LEARNED_OR_NAMED = /\s+(?:using|with|from|on|call(?:ed)?|name[d]?|seed|hold)\b/i
