// The steps that run before a graph: words of texts become the numbers that the graph takes in their place.

import type { TensorBinding } from '#core/formats/description.ts'
import type { TextStep } from '#core/pipeline/steps.ts'
import { TokenLimit } from '#core/text/find-tokens.ts'
import { createTextVectorizer } from '#core/text/vectorize.ts'
import type { EncodedRows } from './engine.ts'
import { InferenceError } from './inference-error.ts'

/** Numbers of one step's tensor [rows, width]; `free` gives the memory back after the run. */
export interface StepTensor {
  readonly tensor: string
  readonly data: Float64Array
  readonly width: number
  readonly free: () => void
}

export interface TextSteps {
  /** Tensors that steps give. */
  readonly outputs: readonly string[]
  /** Tensors of the binding that steps read. */
  readonly inputs: ReadonlySet<string>
  /** As many rows as may run at once within MAX_STEP_BYTES. */
  readonly rowsAtOnce: number
  run(rows: EncodedRows): readonly StepTensor[]
}

/** Numbers of all steps in memory at once: 160 texts of 50,000 terms. */
const MAX_STEP_BYTES = 64 * 1024 * 1024

/** A longer text is a book, not an input; at this length a run of characters takes some 50 ms. */
export const MAX_TEXT_LENGTH = 100_000

/** Zeros kept for the next run: enough for one text of the widest hashing that scikit-learn has by default. */
const MAX_SPARE_VALUES = 2 ** 20

const DOUBLE_BYTES = 8

interface OpenStep {
  readonly step: TextStep
  readonly vectorize: ReturnType<typeof createTextVectorizer>
  /** Position among the binding's tensors, and how many texts a row of it has. */
  readonly source: number
  readonly sourceWidth: number
  /** Zeros from earlier runs, to be used again. */
  readonly spare: Float64Array[]
}

/** Throws InferenceError where a step does not fit the binding. */
export function createTextSteps(steps: readonly TextStep[], binding: TensorBinding): TextSteps {
  const open = steps.map((step): OpenStep => {
    const source = binding.inputs.findIndex(({ tensor }) => tensor === step.input)
    const input = binding.inputs[source]
    if (input?.type !== 'string' || step.column >= input.fields.length) {
      throw new InferenceError(
        `A step reads column ${step.column} of "${step.input}", which has none.`,
      )
    }
    const vectorize = createTextVectorizer(step.vectorizer)
    return { step, vectorize, source, sourceWidth: input.fields.length, spare: [] }
  })
  const width = steps.reduce((sum, step) => sum + step.width, 0)
  return {
    outputs: steps.map((step) => step.output),
    inputs: new Set(steps.map((step) => step.input)),
    rowsAtOnce: Math.max(1, Math.floor(MAX_STEP_BYTES / (DOUBLE_BYTES * Math.max(1, width)))),
    run: (rows) => open.map((step) => runStep(step, rows)),
  }
}

function runStep(
  { step, vectorize, source, sourceWidth, spare }: OpenStep,
  rows: EncodedRows,
): StepTensor {
  const { width } = step
  const texts = rows.columns[source]
  if (!Array.isArray(texts)) throw new InferenceError(`No texts for "${step.input}".`)
  const size = rows.count * width
  const data = takeZeros(spare, size)
  const touched: (readonly number[])[] = []
  const clear = () => {
    touched.forEach((positions, row) => {
      for (const position of positions) data[row * width + position] = 0
    })
  }
  try {
    for (let row = 0; row < rows.count; row++) {
      const text = texts[row * sourceWidth + step.column] ?? ''
      touched.push(vectorizeText(vectorize, text, data.subarray(row * width, (row + 1) * width)))
    }
  } catch (error) {
    throw error instanceof TokenLimit ? new InferenceError(error.message) : error
  }
  const free = () => {
    if (size > MAX_SPARE_VALUES) return
    clear()
    spare.push(data)
  }
  return { tensor: step.output, data, width, free }
}

function vectorizeText(
  vectorize: OpenStep['vectorize'],
  text: string,
  row: Float64Array,
): readonly number[] {
  if (text.length > MAX_TEXT_LENGTH) {
    throw new InferenceError(
      `A text has ${text.length} characters; this model reads up to ${MAX_TEXT_LENGTH}.`,
    )
  }
  return vectorize(text, row)
}

/** The last array that is exactly as large, or a new one: requests of one row are most of them all. */
function takeZeros(spare: Float64Array[], size: number): Float64Array {
  const last = spare.pop()
  return last?.length === size ? last : new Float64Array(size)
}
