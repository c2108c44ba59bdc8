// The ports to the models that a language model is made of: one fills a blank, one hears how positive a sentence is.

/** A sentence taken apart at its blank; `phrase` is '' where nothing stands in it. */
export interface Sentence {
  readonly before: string
  readonly phrase: string
  readonly after: string
}

export interface FillMaskStep {
  /** What the ids are written as, in lower case but for `I`; null where one can never be shown. */
  readonly words: readonly (string | null)[]
  /** Ids below this can be suggested. */
  readonly outputs: number
  /** 1 where an id may stand behind another word. */
  readonly inside: Uint8Array
  /** 1 where an id may open the text. */
  readonly opening: Uint8Array
  /** Ids around every text, and the one that stands for a word to be found. */
  readonly head: readonly number[]
  readonly tail: readonly number[]
  readonly mask: number
  /** Phrases that may be suggested whole, as ids; null where any words in a row may. */
  readonly phrases: readonly (readonly number[])[] | null
  /** Ids of a text on one side of the blank. */
  encode(text: string): readonly number[]
  /** Logits [rows × outputs] of the id at one position a row. */
  fill(rows: readonly (readonly number[])[], positions: readonly number[]): Promise<Float32Array>
  /** Frees native memory; after the last run has ended. */
  close(): Promise<void>
}

export interface SentimentStep {
  /** How positive each sentence sounds, 0 to 1. */
  positivity(sentences: readonly Sentence[]): Promise<Float32Array>
  close(): Promise<void>
}

export interface ClassifierStep {
  /** One probability a label, row by row: [texts × labels]. */
  classify(texts: readonly string[]): Promise<Float32Array>
  close(): Promise<void>
}
