// The tokenizer of a Transformers folder: texts to ids, and which of its ids are whole words that can be shown.

import { Tokenizer } from '@huggingface/tokenizers'
import { parseJson } from './language-archive.ts'

/** Positions that a model has, where its tokenizer does not say: BERT's and RoBERTa's. */
const USUAL_POSITIONS = 512

/** Tokenizers write 1e30 where they know no limit. */
const MOST_POSITIONS = 8192

export interface TransformersTokenizer {
  readonly head: readonly number[]
  readonly tail: readonly number[]
  readonly pad: number
  /** Null where the vocabulary has none, as in models that only classify. */
  readonly mask: number | null
  /** Ids in one row at the most, head and tail among them. */
  readonly positions: number
  encode(text: string): readonly number[]
  /** By id: what is shown, and where it may stand. */
  words(outputs: number): {
    readonly words: readonly (string | null)[]
    readonly inside: Uint8Array
    readonly opening: Uint8Array
  }
}

/** How a vocabulary marks a token that begins a word, or one that goes on with it. */
const MARKS = [
  { begins: 'Ġ', continues: null },
  { begins: '▁', continues: null },
  { begins: null, continues: '##' },
] as const

const MASKS = ['<mask>', '[MASK]']
const PADS = ['<pad>', '[PAD]']
const WORD = /^[A-Za-z]+(?:'[a-z]+)*$/

/** Null where the files are no tokenizer that the library reads. */
export function openTokenizer(
  tokenizer: Uint8Array,
  config: Uint8Array | undefined,
): TransformersTokenizer | null {
  const settings = jsonOf(config) ?? {}
  const said = jsonOf(tokenizer)
  if (said === null) return null
  let opened: Tokenizer
  try {
    opened = new Tokenizer(said, settings)
  } catch {
    return null
  }
  const vocabulary = opened.get_vocab(true)
  const encode = (text: string) => opened.encode(text, { add_special_tokens: false }).ids
  const idOf = (names: readonly string[]) =>
    names.map((name) => vocabulary.get(name)).find((id) => id !== undefined) ?? null
  const [head, tail] = surroundings(opened, encode)
  const limit = Number((settings as { model_max_length?: unknown }).model_max_length)
  return {
    head,
    tail,
    pad: idOf(PADS) ?? 0,
    mask: idOf(MASKS),
    positions: limit > 0 && limit <= MOST_POSITIONS ? limit : USUAL_POSITIONS,
    encode,
    words: (outputs) => wordsOf(vocabulary, outputs),
  }
}

/** What the tokenizer puts before and behind every text. */
function surroundings(tokenizer: Tokenizer, encode: (text: string) => readonly number[]) {
  const bare = encode('good')
  const whole = tokenizer.encode('good').ids
  const start = Math.max(
    0,
    whole.findIndex((_, at) => bare.every((id, place) => whole[at + place] === id)),
  )
  return [whole.slice(0, start), whole.slice(start + bare.length)] as const
}

function wordsOf(vocabulary: ReadonlyMap<string, number>, outputs: number) {
  const marks = MARKS.find(
    ({ begins }) => begins !== null && [...vocabulary.keys()].some((one) => one.startsWith(begins)),
  ) ?? { begins: null, continues: '##' }
  const words = new Array<string | null>(outputs).fill(null)
  const inside = new Uint8Array(outputs)
  const opening = new Uint8Array(outputs)
  for (const [token, id] of vocabulary) {
    if (id >= outputs) continue
    const begins = marks.begins === null || token.startsWith(marks.begins)
    const text = begins && marks.begins !== null ? token.slice(marks.begins.length) : token
    if (!WORD.test(text)) continue
    words[id] = text === 'I' ? text : text.toLowerCase()
    inside[id] = Number(begins)
    // The first word of a text has no space before it, so its mark may be missing.
    opening[id] = 1
  }
  return { words, inside, opening }
}

function jsonOf(bytes: Uint8Array | undefined): object | null {
  const parsed = bytes === undefined ? null : parseJson(new TextDecoder().decode(bytes))
  return typeof parsed === 'object' ? parsed : null
}
