// Opens a pair of models, one that fills a blank and one that hears how positive a text is, from a folder that a hash vouches for.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { readVocabulary, TOKEN, type Vocabulary } from './blank-text.ts'

const word = z.string().min(1)
const fileEntry = z.object({
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** `config.json` of a pair, as training/write_config.py writes it. */
const pairConfig = z.object({
  format: z.literal(1),
  name: z.string(),
  defaults: z.object({
    top_k: z.int().positive(),
    min_positivity: z.number().min(0).max(1),
    max_words: z.int().positive(),
  }),
  limits: z.object({ words_in_text: z.int().positive(), max_words: z.int().positive() }),
  parameters: z.object({
    candidates: z.int().positive(),
    beam: z.int().positive(),
    phrases: z.int().positive(),
    bound: z.number(),
    alone: z.number(),
    positivity: z.number(),
    per_word: z.number(),
    phrase: z.number(),
  }),
  filter: z.object({
    never: z.array(word),
    not_first: z.array(word),
    not_last: z.array(word),
    not_alone: z.array(word),
    vowel_sound: word,
  }),
  files: z.record(z.string().regex(/^[\w.-]+$/), fileEntry),
})

export type PairConfig = z.output<typeof pairConfig>

const FILES = ['fill.onnx', 'sentiment.onnx', 'vocabulary.txt', 'phrases.txt'] as const
type PairFile = (typeof FILES)[number]

/** One thread: a request is small, and others run beside it. */
const SESSION = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
} as const

const SHORTEST_READ = 3

/** A pair in memory. Rows are token ids; results stand in the order of the rows. */
export interface PhrasePair {
  readonly config: PairConfig
  /** `1-` and the first 12 hex digits of the sha256 of config.json, which names the hash of every other file. */
  readonly modelVersion: string
  readonly vocabulary: Vocabulary
  /** Phrases that may be suggested whole, as ids. */
  readonly phrases: readonly (readonly number[])[]
  /** Words that can be suggested are the ids below this. */
  readonly outputs: number
  /** Logits [rows × outputs] of the word at one position a row. */
  fill(rows: readonly (readonly number[])[], positions: readonly number[]): Promise<Float32Array>
  /** How positive each row sounds, 0 to 1. */
  positivity(rows: readonly (readonly number[])[]): Promise<Float32Array>
  /** Frees native memory; after the last run has ended. */
  close(): Promise<void>
}

/** `unavailable` names the file that is missing or is not what config.json says; nothing is loaded then. */
export async function openPhrasePair(folder: string): Promise<Outcome<PhrasePair>> {
  const text = await readFile(join(folder, 'config.json')).catch(() => null)
  const parsed = pairConfig.safeParse(text === null ? null : parseJson(text.toString('utf8')))
  if (text === null || !parsed.success) {
    return fail('unavailable', 'The models for phrases have no usable config.json.')
  }
  const config = parsed.data
  const files = await readFiles(folder, config)
  if (!files.ok) return files
  const vocabulary = readVocabulary(new TextDecoder().decode(files.value['vocabulary.txt']))
  const fill = await InferenceSession.create(files.value['fill.onnx'], SESSION)
  const sentiment = await InferenceSession.create(files.value['sentiment.onnx'], SESSION)
  const hash = createHash('sha256').update(text).digest('hex')
  const pair = {
    config,
    modelVersion: `1-${hash.slice(0, 12)}`,
    vocabulary,
    phrases: readPhrases(new TextDecoder().decode(files.value['phrases.txt']), vocabulary),
    async fill(rows: readonly (readonly number[])[], positions: readonly number[]) {
      const { ids } = padRows(rows, 1)
      const asked = new Tensor('int64', BigInt64Array.from(positions, BigInt), [rows.length])
      return numbersOf(await fill.run({ ids, positions: asked }), 'logits')
    },
    async positivity(rows: readonly (readonly number[])[]) {
      return numbersOf(await sentiment.run(padRows(rows, SHORTEST_READ)), 'positivity')
    },
    async close() {
      await fill.release()
      await sentiment.release()
    },
  }
  const probe = await pair.fill([[TOKEN.start, TOKEN.mask, TOKEN.end]], [1])
  return succeed({ ...pair, outputs: probe.length })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function readFiles(
  folder: string,
  { files }: PairConfig,
): Promise<Outcome<Readonly<Record<PairFile, Uint8Array>>>> {
  const found = new Map<PairFile, Uint8Array>()
  for (const name of FILES) {
    const bytes = await readFile(join(folder, name)).catch(() => null)
    if (bytes === null)
      return fail('unavailable', `The models for phrases lack their file ${name}.`)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (sha256 !== files[name]?.sha256) {
      return fail('unavailable', `The file ${name} of the models for phrases is damaged.`)
    }
    found.set(name, new Uint8Array(bytes))
  }
  return succeed(Object.fromEntries(found) as Record<PairFile, Uint8Array>)
}

/** A phrase with a word that the vocabulary lacks can never be found, so it is left out. */
function readPhrases(content: string, { ids }: Vocabulary): readonly (readonly number[])[] {
  return content
    .split('\n')
    .slice(0, -1)
    .map((phrase) => phrase.split(' ').map((one) => ids.get(one) ?? -1))
    .filter((phrase) => !phrase.includes(-1))
}

function padRows(rows: readonly (readonly number[])[], shortest: number): { ids: Tensor } {
  const length = rows.reduce((longest, row) => Math.max(longest, row.length), shortest)
  const data = new BigInt64Array(rows.length * length)
  rows.forEach((row, at) => {
    row.forEach((id, place) => {
      data[at * length + place] = BigInt(id)
    })
  })
  return { ids: new Tensor('int64', data, [rows.length, length]) }
}

function numbersOf(results: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = results[name]?.data
  if (!(data instanceof Float32Array)) throw new Error(`a pair for phrases gives no ${name}`)
  return data
}
