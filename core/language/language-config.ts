// What `config.json` of a language model says: its steps, the files they read, and what suggestions are made by.

import { z } from 'zod'

/** Path of a file inside the archive; nothing of it ever becomes a path on a disk. */
const filePath = z.string().regex(/^[\w.-]+(?:\/[\w.-]+)*$/)

const fileEntry = z.object({
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** True where the archive does not hold the file: it lies in the store of model files, by its hash. */
  stored: z.boolean().exactOptional(),
})

/** A vocabulary of whole words, and graphs over their numbers, as models/positive-phrases/training makes them. */
const words = { family: z.literal('words'), graph: filePath, vocabulary: filePath } as const

/** A folder as Hugging Face's Transformers saves it, with its graph in ONNX. */
const transformers = {
  family: z.literal('transformers'),
  /** Where it came from, for people: `distilroberta-base`. */
  model: z.string().min(1),
  graph: filePath,
  tokenizer: filePath,
  tokenizer_config: filePath.exactOptional(),
} as const

/** In the order of the graph's outputs. */
const labels = z.array(z.string().min(1)).min(2)

const fillMaskStep = z.discriminatedUnion('family', [
  z.object({ kind: z.literal('fill_mask'), ...words, phrases: filePath }),
  z.object({ kind: z.literal('fill_mask'), ...transformers }),
])

const sentimentStep = z.discriminatedUnion('family', [
  z.object({ kind: z.literal('sentiment'), ...words }),
  z.object({ kind: z.literal('sentiment'), ...transformers, labels, positive_label: z.string() }),
])

const classifierStep = z.object({ kind: z.literal('text_classification'), ...transformers, labels })

const word = z.string().min(1)

/** What search and ranking go by; the same for every family of models. */
export const suggestionSettings = z.object({
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
})

const common = {
  format: z.literal(1),
  name: z.string().min(1),
  files: z.record(filePath, fileEntry),
} as const

export const languageConfig = z.discriminatedUnion('task', [
  z.object({
    ...common,
    task: z.literal('fill_mask'),
    steps: z.tuple([fillMaskStep, sentimentStep]),
    ...suggestionSettings.shape,
  }),
  z.object({
    ...common,
    task: z.literal('text_classification'),
    steps: z.tuple([classifierStep]),
  }),
])

export type LanguageConfig = z.output<typeof languageConfig>
export type PhraseConfig = Extract<LanguageConfig, { task: 'fill_mask' }>
export type SuggestionSettings = z.output<typeof suggestionSettings>
export type LanguageStep = LanguageConfig['steps'][number]

/** Every file that a step reads, the graph first. */
export function filesOfStep(step: LanguageStep): readonly string[] {
  if (step.family === 'words') {
    const phrases = step.kind === 'fill_mask' ? [step.phrases] : []
    return [step.graph, step.vocabulary, ...phrases]
  }
  return [
    step.graph,
    step.tokenizer,
    ...(step.tokenizer_config === undefined ? [] : [step.tokenizer_config]),
  ]
}
