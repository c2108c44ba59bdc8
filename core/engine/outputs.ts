// What a run gives, whoever ran it: the answer's tensors, cut up by rows.

/** Numbers of a tensor [rows, width], row-major. */
export interface NumberColumns {
  readonly data: Float32Array | Float64Array
  readonly width: number
}

export type LabelColumn = readonly string[] | BigInt64Array | Int32Array

/** The tensors that a model's binding names; at least one is there. */
export interface RunOutputs {
  readonly probabilities: NumberColumns | null
  readonly label: LabelColumn | null
  readonly values: NumberColumns | null
}

/** The part of a batch's outputs that belongs to rows `start` to `start + count`; shares memory where it can. */
export function sliceOutputs(outputs: RunOutputs, start: number, count: number): RunOutputs {
  return {
    probabilities: sliceNumbers(outputs.probabilities, start, count),
    label: outputs.label === null ? null : outputs.label.slice(start, start + count),
    values: sliceNumbers(outputs.values, start, count),
  }
}

function sliceNumbers(
  columns: NumberColumns | null,
  start: number,
  count: number,
): NumberColumns | null {
  if (columns === null) return null
  const { data, width } = columns
  return { data: data.subarray(start * width, (start + count) * width), width }
}

/** Outputs of consecutive parts of a batch as one. */
export function joinOutputs(parts: readonly RunOutputs[]): RunOutputs {
  const [first] = parts
  if (first === undefined) return { probabilities: null, label: null, values: null }
  if (parts.length === 1) return first
  return {
    probabilities: joinNumbers(parts.map((part) => part.probabilities)),
    label:
      first.label === null ? null : parts.flatMap((part) => [...(part.label ?? [])].map(String)),
    values: joinNumbers(parts.map((part) => part.values)),
  }
}

function joinNumbers(parts: readonly (NumberColumns | null)[]): NumberColumns | null {
  const present = parts.filter((part) => part !== null)
  const [first] = present
  if (first === undefined) return null
  const total = present.reduce((sum, part) => sum + part.data.length, 0)
  const data =
    first.data instanceof Float64Array ? new Float64Array(total) : new Float32Array(total)
  let offset = 0
  for (const part of present) {
    data.set(part.data, offset)
    offset += part.data.length
  }
  return { data, width: first.width }
}
