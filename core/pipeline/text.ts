// Transformers of one text column into counts and weights of its words or characters.

/** Words or characters in one term; nobody counts longer runs. */
export const MAX_RUN = 32

/** Columns of one text. A row of them takes 32 MB; scikit-learn's own largest default is a quarter of it. */
export const MAX_TEXT_WIDTH = 2 ** 22

/** A text column becomes one double a vocabulary entry. */
export interface TextTransformer {
  readonly kind: 'text'
  readonly vectorizer: Vectorizer
}

/** How scikit-learn's CountVectorizer, TfidfVectorizer and HashingVectorizer turn a text into numbers. */
export interface Vectorizer {
  readonly analyzer: 'word' | 'char' | 'char_wb'
  readonly lowercase: boolean
  readonly stripAccents: 'ascii' | 'unicode' | null
  /** Python's pattern of a token as its file wrote it; words only. */
  readonly tokenPattern: string
  readonly stopWords: readonly string[]
  readonly ngramRange: readonly [number, number]
  readonly features:
    | { readonly kind: 'vocabulary'; readonly terms: readonly string[] }
    | { readonly kind: 'hash'; readonly count: number; readonly alternateSign: boolean }
  /** Counts become 1. */
  readonly binary: boolean
  /** Counts become 1 + ln(count). */
  readonly sublinear: boolean
  /** Factor on each feature, or null. */
  readonly weights: readonly number[] | null
  readonly norm: 'l1' | 'l2' | null
}
