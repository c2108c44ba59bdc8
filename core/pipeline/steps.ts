// The steps that run before a graph, written into its file so that the artifact holds all that a prediction needs.

import { z } from 'zod'
import { MAX_RUN, MAX_TEXT_WIDTH, type Vectorizer } from './text.ts'

/** Counts the words of one column of a text tensor and gives a tensor that the graph takes as an input. */
export interface TextStep {
  readonly kind: 'text'
  /** Tensor of texts [rows, columns] as the validator fills it. */
  readonly input: string
  readonly column: number
  /** Tensor float64 [rows, width]. */
  readonly output: string
  readonly width: number
  readonly vectorizer: Vectorizer
}

/** Where an ONNX file's metadata keeps the steps. */
export const STEPS_KEY = 'parley.steps'

const runLength = z.number().int().min(1).max(MAX_RUN)
const textWidth = z.number().int().min(1).max(MAX_TEXT_WIDTH)

const vectorizerSchema = z.object({
  analyzer: z.enum(['word', 'char', 'char_wb']),
  lowercase: z.boolean(),
  stripAccents: z.enum(['ascii', 'unicode']).nullable(),
  tokenPattern: z.string(),
  stopWords: z.array(z.string()),
  ngramRange: z.tuple([runLength, runLength]),
  features: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('vocabulary'), terms: z.array(z.string()) }),
    z.object({ kind: z.literal('hash'), count: textWidth, alternateSign: z.boolean() }),
  ]),
  binary: z.boolean(),
  sublinear: z.boolean(),
  weights: z.array(z.number()).nullable(),
  norm: z.enum(['l1', 'l2']).nullable(),
})

const stepsSchema = z.array(
  z
    .object({
      kind: z.literal('text'),
      input: z.string(),
      column: z.number().int().min(0),
      output: z.string(),
      width: textWidth,
      vectorizer: vectorizerSchema,
    })
    .refine(
      ({ width, vectorizer: { features, weights } }) =>
        width === (features.kind === 'hash' ? features.count : features.terms.length) &&
        (weights === null || weights.length === width),
      'a step whose width is not that of its vectorizer',
    ),
)

export function writeSteps(steps: readonly TextStep[]): string {
  return JSON.stringify(steps)
}

/** The steps in a file's metadata; none where there is no entry. Throws where the entry is not one that Parley wrote. */
export function readSteps(metadata: ReadonlyMap<string, string>): readonly TextStep[] {
  const text = metadata.get(STEPS_KEY)
  return text === undefined ? [] : stepsSchema.parse(JSON.parse(text))
}
