// Reads vectorizers of text: CountVectorizer, TfidfVectorizer, HashingVectorizer.

import type { Transformer } from '#core/pipeline/pipeline.ts'
import { MAX_RUN, MAX_TEXT_WIDTH, type Vectorizer } from '#core/pipeline/text.ts'
import { ENGLISH_STOP_WORDS } from '#core/text/english-stop-words.ts'
import { createTokenizer } from '#core/text/find-tokens.ts'
import { UnsupportedPattern } from '#core/text/pattern-characters.ts'
import { chargeBytes, ENTRY_BYTES } from '../limits.ts'
import { asNumber, asText, isCompound, isDict, itemsOf } from '../pickle/access.ts'
import { printable, qualifiedName } from '../pickle/globals.ts'
import type { PickleValue } from '../pickle/value.ts'
import {
  attribute,
  type FittedObject,
  openInner,
  readFlag,
  readNumber,
  readText,
  refuse,
} from './fitted-object.ts'
import type { Reading, TableShape, TransformerReader } from './reading.ts'
import { readInverseFrequencies } from './scalers.ts'

export const TEXT_READERS: Readonly<Record<string, TransformerReader>> = {
  CountVectorizer: (object, table, reading) =>
    oneColumn(object, table, { ...readCounts(object, reading), ...PLAIN_WEIGHTS }),
  TfidfVectorizer(object, table, reading) {
    const counts = readCounts(object, reading)
    return oneColumn(object, table, { ...counts, ...readWeights(object, counts) })
  },
  HashingVectorizer: (object, table) =>
    oneColumn(object, table, {
      ...readAnalysis(object),
      features: {
        kind: 'hash',
        count: readFeatureCount(object),
        alternateSign: readFlag(object, 'alternate_sign', true),
      },
      ...PLAIN_WEIGHTS,
      norm: readNorm(object),
    }),
}

type Analysis = Omit<Vectorizer, 'features' | 'sublinear' | 'weights' | 'norm'>
type Weights = Pick<Vectorizer, 'sublinear' | 'weights' | 'norm'>

const PLAIN_WEIGHTS: Weights = { sublinear: false, weights: null, norm: null }

function oneColumn(object: FittedObject, table: TableShape, vectorizer: Vectorizer): Transformer {
  if (table.width === 1) return { kind: 'text', vectorizer }
  throw refuse(
    object,
    `reads one column of texts, but ${table.width} columns reach it. Give it its column alone, by a ColumnTransformer.`,
  )
}

const ANALYZERS = ['word', 'char', 'char_wb'] as const

function readAnalysis(object: FittedObject): Analysis {
  for (const name of ['tokenizer', 'preprocessor', 'analyzer', 'strip_accents']) {
    refuseFunction(object, name)
  }
  const input = readText(object, 'input', 'content')
  if (input !== 'content') {
    throw refuse(object, 'reads files by their names; Parley counts words in the texts themselves.')
  }
  const analyzer = ANALYZERS.find((name) => name === readText(object, 'analyzer', 'word'))
  if (analyzer === undefined)
    throw refuse(object, 'takes texts apart in a way Parley does not know.')
  return {
    analyzer,
    lowercase: readFlag(object, 'lowercase', true),
    stripAccents: readAccents(object),
    tokenPattern: analyzer === 'word' ? readPattern(object) : '',
    stopWords: analyzer === 'word' ? readStopWords(object) : [],
    ngramRange: readRange(object),
    binary: readFlag(object, 'binary', false),
  }
}

function refuseFunction(object: FittedObject, name: string): void {
  const value = attribute(object, name)
  if (value === undefined || value === null || typeof value === 'string') return
  const function_ =
    isCompound(value) && value.kind === 'global' ? qualifiedName(value) : 'a function'
  throw refuse(
    object,
    `calls ${printable(function_)} as its ${name}, which Parley does not run. Use scikit-learn's own ${name}, or prepare the texts before the model.`,
  )
}

function readAccents(object: FittedObject): Vectorizer['stripAccents'] {
  const value = asText(attribute(object, 'strip_accents'))
  if (value === null || value === '') return null
  if (value === 'ascii' || value === 'unicode') return value
  throw refuse(object, `takes off accents by the rule ${printable(value)}.`)
}

function readPattern(object: FittedObject): string {
  const pattern = asText(attribute(object, 'token_pattern'))
  if (pattern === null) throw refuse(object, 'has no token_pattern.')
  try {
    createTokenizer(pattern)
    return pattern
  } catch (error) {
    if (!(error instanceof UnsupportedPattern)) throw error
    throw refuse(
      object,
      `finds words by the pattern ${printable(pattern)}, which uses ${printable(error.message)}; Parley does not know that part of Python's patterns. Use a simpler pattern.`,
    )
  }
}

function readStopWords(object: FittedObject): readonly string[] {
  const value = attribute(object, 'stop_words')
  if (value === undefined || value === null) return []
  if (asText(value) === 'english') return ENGLISH_STOP_WORDS
  const items = isCompound(value) && value.kind === 'set' ? value.items : itemsOf(value)
  if (items === null) throw refuse(object, 'has stop words that are no list of words.')
  return items.map((item) => {
    const word = asText(item)
    if (word === null) throw refuse(object, 'has a stop word that is no text.')
    return word
  })
}

function readRange(object: FittedObject): readonly [number, number] {
  const [least, most] = itemsOf(attribute(object, 'ngram_range'))?.map(asNumber) ?? [1, 1]
  if (isCount(least) && isCount(most) && least <= most && most <= MAX_RUN) return [least, most]
  throw refuse(object, `counts runs of a length that is not from 1 to ${MAX_RUN}.`)
}

function isCount(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isInteger(value) && value >= 1
}

function readFeatureCount(object: FittedObject): number {
  const count = readNumber(object, 'n_features')
  if (isCount(count) && count <= MAX_TEXT_WIDTH) return count
  throw refuse(
    object,
    `makes ${count} columns of a text; Parley takes up to ${MAX_TEXT_WIDTH} (n_features).`,
  )
}

function readCounts(
  object: FittedObject,
  reading: Reading,
): Analysis & Pick<Vectorizer, 'features'> {
  const analysis = readAnalysis(object)
  return { ...analysis, features: { kind: 'vocabulary', terms: readTerms(object, reading) } }
}

/** Terms by their codes, which go from 0 to one less than their number. */
function readTerms(object: FittedObject, { budget }: Reading): readonly string[] {
  const vocabulary = attribute(object, 'vocabulary_') ?? attribute(object, 'vocabulary')
  if (!isDict(vocabulary) || vocabulary.entries.size === 0) {
    throw refuse(object, 'has no vocabulary, so it was never fitted. Fit it, and save it again.')
  }
  const { size } = vocabulary.entries
  if (size > MAX_TEXT_WIDTH) {
    throw refuse(object, `knows ${size} terms; Parley takes up to ${MAX_TEXT_WIDTH}.`)
  }
  chargeBytes(budget, size * ENTRY_BYTES, object.record.offset)
  const terms = new Array<string>(size)
  for (const [key, value] of vocabulary.entries) {
    const term = asText(key)
    const code = codeOf(value)
    if (term === null || code === null || code >= size || code in terms) {
      throw refuse(object, 'has a vocabulary that does not number its terms one after the other.')
    }
    terms[code] = term
  }
  return terms
}

function codeOf(value: PickleValue): number | null {
  const code = asNumber(value)
  return code !== null && Number.isInteger(code) && code >= 0 ? code : null
}

function readWeights(object: FittedObject, counts: Pick<Vectorizer, 'features'>): Weights {
  const transformer = openInner(object, attribute(object, '_tfidf'))
  const weights = readInverseFrequencies(transformer)
  const { features } = counts
  const count = features.kind === 'vocabulary' ? features.terms.length : features.count
  if (weights !== null && (weights.length !== count || !weights.every(Number.isFinite))) {
    throw refuse(object, 'has weights that do not fit its vocabulary.')
  }
  return {
    sublinear: readFlag(transformer, 'sublinear_tf', false),
    weights: weights === null ? null : [...weights],
    norm: readNorm(transformer),
  }
}

function readNorm(object: FittedObject): Vectorizer['norm'] {
  const value = attribute(object, 'norm')
  if (value === undefined || value === null) return null
  const norm = asText(value)
  if (norm === 'l1' || norm === 'l2') return norm
  throw refuse(object, 'divides by a norm that is neither l1 nor l2.')
}
