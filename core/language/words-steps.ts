// Models over a vocabulary of whole words, as models/positive-phrases/training makes them.

import { Tensor } from '#core/engine/onnxruntime.ts'
import { numbersOf, openGraph, padRows } from './graph-session.ts'
import type { FillMaskStep, Sentence, SentimentStep } from './steps.ts'
import { encodeText, readVocabulary, TOKEN, type Vocabulary } from './word-tokens.ts'

/** The convolutions of the sentiment graph look at three words at once. */
const SHORTEST_READ = 3

export interface WordsFiles {
  readonly graph: Uint8Array
  readonly vocabulary: Uint8Array
}

export async function openWordsFiller(
  files: WordsFiles & { readonly phrases: Uint8Array },
): Promise<FillMaskStep> {
  const vocabulary = readVocabulary(new TextDecoder().decode(files.vocabulary))
  const session = await openGraph(files.graph)
  const fill: FillMaskStep['fill'] = async (rows, positions) => {
    const asked = new Tensor('int64', BigInt64Array.from(positions, BigInt), [rows.length])
    const ids = padRows(rows, TOKEN.pad, 1)
    return numbersOf(await session.run({ ids, positions: asked }), 'logits')
  }
  const probe = await fill([[TOKEN.start, TOKEN.mask, TOKEN.end]], [1])
  const outputs = probe.length
  const usable = Uint8Array.from({ length: outputs }, (_, id) => Number(id >= TOKEN.firstWord))
  return {
    words: vocabulary.words,
    outputs,
    inside: usable,
    opening: usable,
    head: [TOKEN.start],
    tail: [TOKEN.end],
    mask: TOKEN.mask,
    phrases: readPhrases(new TextDecoder().decode(files.phrases), vocabulary),
    encode: (text) => encodeText(text, vocabulary),
    fill,
    close: () => session.release(),
  }
}

/** A phrase with a word that the vocabulary lacks can never be found, so it is left out. */
function readPhrases(content: string, { ids }: Vocabulary): readonly (readonly number[])[] {
  return content
    .split('\n')
    .slice(0, -1)
    .map((phrase) => phrase.split(' ').map((one) => ids.get(one) ?? -1))
    .filter((phrase) => !phrase.includes(-1))
}

export async function openWordsSentiment(files: WordsFiles): Promise<SentimentStep> {
  const vocabulary = readVocabulary(new TextDecoder().decode(files.vocabulary))
  const session = await openGraph(files.graph)
  return {
    async positivity(sentences) {
      const ids = padRows(encodeSentences(sentences, vocabulary), TOKEN.pad, SHORTEST_READ)
      return numbersOf(await session.run({ ids }), 'positivity')
    },
    close: () => session.release(),
  }
}

/** All candidates for one blank share what stands around it, so that is taken apart once. */
function encodeSentences(
  sentences: readonly Sentence[],
  vocabulary: Vocabulary,
): readonly (readonly number[])[] {
  const known = new Map<string, readonly number[]>()
  const encode = (text: string) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const ids = encodeText(text, vocabulary)
    known.set(text, ids)
    return ids
  }
  return sentences.map(({ before, phrase, after }) => [
    ...encode(before),
    ...encode(phrase),
    ...encode(after),
  ])
}
