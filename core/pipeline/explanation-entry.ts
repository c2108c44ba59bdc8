// What an artifact's metadata says for explanations: which tensor reaches the predictor, and of which inputs it is made.

import { z } from 'zod'

/** Where an ONNX file's metadata keeps the entry. */
export const EXPLANATION_KEY = 'parley.explain'

/**
 * What contributions are measured in. `log_odds` and `log` are what the model adds up before it makes a probability or a
 * positive number of it; `value` is the prediction's own unit; `score` is a margin of one class among several;
 * `probability` is that of the class explained.
 */
export const SCALES = ['log_odds', 'log', 'value', 'score', 'probability'] as const

const predictorSchema = z.discriminatedUnion('kind', [
  /** The initializer `weights` is [columns, n]; output g has column `first` + g. */
  z.object({
    kind: z.literal('linear'),
    weights: z.string(),
    first: z.int().nonnegative(),
    bias: z.array(z.number()),
  }),
  /**
   * The TreeEnsemble that gives `result`. Where `vectors` is an initializer [n, outputs], leaves hold rows of it. Output g is
   * `base[g]` and `factor` times the trees' sum.
   */
  z.object({
    kind: z.literal('forest'),
    result: z.string(),
    vectors: z.string().nullable(),
    factor: z.number(),
    base: z.array(z.number()),
  }),
  /** The TreeEnsembleRegressor that gives `result`, over float32. */
  z.object({ kind: z.literal('float-trees'), result: z.string() }),
])

const entrySchema = z.object({
  /** Tensor [rows, columns] that the predictor takes: an input of the graph, or what a node gives. */
  tensor: z.string(),
  type: z.enum(['float32', 'float64']),
  /** Runs of columns: column `column` of the input tensor `input` makes the next `count` of them; null where no input does. */
  origins: z.array(
    z.object({
      input: z.string().nullable(),
      column: z.int().nonnegative(),
      count: z.int().positive(),
    }),
  ),
  predictor: predictorSchema,
  /** Every margin times this is in the scale. */
  slope: z.number(),
  scale: z.enum(SCALES),
  /** What a row says whose columns are all 0; linear predictors start there when no other rows are known. */
  zero: z.enum(['centre', 'absent', 'zero']),
})

export type ExplanationEntry = z.output<typeof entrySchema>

export type Scale = ExplanationEntry['scale']

export function writeExplanation(entry: ExplanationEntry): string {
  return JSON.stringify(entry)
}

/** Null where there is no entry, or none that can be read: anyone may write metadata into a file of their own. */
export function readExplanation(metadata: ReadonlyMap<string, string>): ExplanationEntry | null {
  const text = metadata.get(EXPLANATION_KEY)
  if (text === undefined) return null
  try {
    return entrySchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
