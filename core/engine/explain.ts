// Exact explanations of one row, made from the artifact itself: how much each input moved the margin.

import type { TensorBinding } from '#core/formats/description.ts'
import type { OnnxFile } from '#core/formats/onnx/graph.ts'
import { readOnnxGraph } from '#core/formats/onnx/read-graph.ts'
import { isArchive } from '#core/language/language-archive.ts'
import {
  type ExplanationEntry,
  readExplanation,
  type Scale,
} from '#core/pipeline/explanation-entry.ts'
import { readSteps } from '#core/pipeline/steps.ts'
import type { EncodedRows } from './engine.ts'
import { type Body, type ColumnSums, floatLinearBody, floatTreesBody } from './explain-body.ts'
import { type ColumnReader, createColumnReader } from './explain-columns.ts'
import { bodyOfEntry, fieldsOfColumns } from './explain-entry.ts'
import { addUpWords, type WordRun, wordRunsOf } from './explain-words.ts'
import { type GraphProgram, readGraphProgram } from './graph-program.ts'

/** `baseline` plus all contributions is the margin, in the explainer's scale. */
export interface Explanation {
  readonly baseline: number
  /** One a field that the model looks at; where it reads a text as words one a word, and one for the field's other words. */
  readonly contributions: readonly Contribution[]
  readonly start: Start
}

interface Contribution {
  readonly field: string
  /** Set where the contribution is that of one word of the field, in the form in which the model counts it. */
  readonly word?: { readonly text: string; readonly isPresent: boolean }
  readonly contribution: number
}

/**
 * What the baseline is the margin of: `training`, the mean over the training data by the weights in the trees;
 * `reference`, the mean over the rows given; else a row whose prepared columns are all 0, which is the `centre` that the
 * scalers found in training, that nothing is there (`absent`), or a mere `zero`.
 */
export type Start = 'training' | 'reference' | ExplanationEntry['zero']

export interface Explainer {
  /** Margins that can be explained: one, or one a class or value. */
  readonly groups: number
  readonly scale: Scale
  /** True where `reference` rows of the training data make a better start. */
  readonly wantsReference: boolean
  /** Fields that are read as words, and the single words that the model knows of each. */
  readonly vocabulary: readonly { readonly field: string; readonly words: readonly string[] }[]
  /** `rows` holds one row. */
  explain(rows: EncodedRows, group: number, options?: ExplainOptions): Promise<Explanation>
}

export interface ExplainOptions {
  readonly reference?: EncodedRows | undefined
  readonly signal?: AbortSignal
}

/** What is known of one artifact. */
interface Explained {
  readonly body: Body
  readonly scale: Scale
  readonly slope: number
  readonly zero: ExplanationEntry['zero']
  /** Field of each column; null for a column of none. */
  readonly fields: readonly (string | null)[]
  /** Columns that are words of a text. */
  readonly wordRuns: readonly WordRun[]
  readonly readColumns: ColumnReader
}

/**
 * Reads the artifact once, for any number of rows. Null for graphs that Parley did not write, for language models, for predictors that do more
 * than add up columns, and for models whose file did not say how much training data reached each node. Throws FormatError
 * when the bytes are no ONNX.
 */
export function createExplainer(onnx: Uint8Array, binding: TensorBinding): Explainer | null {
  if (isArchive(onnx)) return null
  const file = readOnnxGraph(onnx)
  const explained = readPipeline(onnx, file, binding) ?? readProgram(file, binding)
  return explained === null ? null : explainerOf(explained)
}

function readPipeline(onnx: Uint8Array, file: OnnxFile, binding: TensorBinding): Explained | null {
  const entry = readExplanation(file.metadata)
  const fields = entry === null ? null : fieldsOfColumns(entry, binding)
  if (entry === null || fields === null) return null
  const body = bodyOfEntry(file, entry.predictor, fields.length)
  const wordRuns = wordRunsOf(entry, readSteps(file.metadata))
  if (body === null || wordRuns === null) return null
  const readColumns = createColumnReader(onnx, file, binding, {
    name: entry.tensor,
    elementType: entry.type,
  })
  return { ...entry, body, fields, wordRuns, readColumns }
}

/** The float32 graphs of models that take their features as they are. */
function readProgram(file: OnnxFile, binding: TensorBinding): Explained | null {
  const program = readGraphProgram(file)
  const fields = binding.inputs[0]?.fields
  if (program === null || fields?.length !== program.featureCount) return null
  const body =
    program.body.kind === 'linear'
      ? floatLinearBody(program.body.table)
      : floatTreesBody(program.body.table, program.featureCount)
  if (body === null) return null
  return {
    body,
    fields,
    scale: scaleOf(program),
    slope: 1,
    zero: 'zero',
    wordRuns: [],
    readColumns: async (rows) => prepareRows(program, rows),
  }
}

function scaleOf({ transform, isBinary }: GraphProgram): Scale {
  switch (transform) {
    case 'identity':
      return 'value'
    case 'exp':
      return 'log'
    case 'sigmoid':
      return isBinary ? 'log_odds' : 'score'
    case 'softmax':
    case 'step':
      return 'score'
  }
}

function prepareRows(
  { missingValue, flooredFeatures, featureCount }: GraphProgram,
  rows: EncodedRows,
): Float64Array {
  const [column] = rows.columns
  if (!(column instanceof Float32Array)) throw new Error('the features are no float32')
  const values = Float64Array.from(column, (value) => (value === missingValue ? Number.NaN : value))
  for (const feature of flooredFeatures) {
    for (let index = feature; index < values.length; index += featureCount) {
      values[index] = Math.floor(values[index] as number)
    }
  }
  return values
}

function explainerOf(explained: Explained): Explainer {
  const { body, scale, fields, wordRuns, readColumns } = explained
  const width = fields.length
  const nothing = new Float64Array(width)
  return {
    groups: body.groups,
    scale,
    wantsReference: body.start === 'reference',
    vocabulary: wordRuns.map(({ start, terms }) => ({
      field: fields[start] ?? '',
      words: terms.filter((term) => !term.includes(' ')),
    })),
    async explain(rows, group, { reference, signal } = {}) {
      const row = await readColumns(rows)
      if (row.length !== width) throw new Error('the columns before the predictor are not as noted')
      const isCompared = body.start === 'reference' && reference !== undefined
      const from = isCompared ? startOf(explained, await readColumns(reference)) : nothing
      const sums = await body.explain(row, group, from, signal)
      const start =
        body.start === 'training' ? 'training' : isCompared ? 'reference' : explained.zero
      return { start, ...sumUp(explained, row, sums) }
    },
  }
}

/** The mean row, but for words: a text is compared with one that has none, or every word it lacks would have to be told. */
function startOf({ fields, wordRuns }: Explained, values: Float64Array): Float64Array {
  const means = meansOf(values, fields.length)
  for (const { start, terms } of wordRuns) means.fill(0, start, start + terms.length)
  return means
}

function meansOf(values: Float64Array, width: number): Float64Array {
  const count = values.length / width
  const means = new Float64Array(width)
  values.forEach((value, index) => {
    means[index % width] = (means[index % width] as number) + value / count
  })
  return means
}

/** Several columns of one field add up; what is of no field belongs to the baseline. */
function sumUp(
  { fields, wordRuns, slope }: Explained,
  row: Float64Array,
  { baseline, contributions }: ColumnSums,
): Pick<Explanation, 'baseline' | 'contributions'> {
  const sums = new Map<string, number>()
  let start = baseline
  fields.forEach((field, column) => {
    const contribution = contributions[column] as number
    if (field === null) start += contribution
    else sums.set(field, (sums.get(field) ?? 0) + contribution)
  })
  const words = wordRuns.flatMap((run) => {
    const field = fields[run.start] ?? ''
    return addUpWords(run, row, contributions).map(
      ({ word, isPresent, contribution }): Contribution => {
        sums.set(field, (sums.get(field) ?? 0) - contribution)
        return { field, word: { text: word, isPresent }, contribution: slope * contribution }
      },
    )
  })
  const told = new Set(wordRuns.map((run) => fields[run.start]))
  const others = [...sums].filter(([field, sum]) => !told.has(field) || Math.abs(sum) > ROUNDING)
  return {
    baseline: slope * start,
    contributions: [
      ...words,
      ...others.map(([field, sum]) => ({ field, contribution: slope * sum })),
    ],
  }
}

/** What is left of a sum once all its parts are taken from it is no contribution. */
const ROUNDING = 1e-12
