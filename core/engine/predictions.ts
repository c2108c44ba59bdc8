// Turns the tensors of a run into predictions, and refuses numbers that mean nothing.

import type { Prediction, Signature } from '#core/model.ts'
import { InferenceError } from './inference-error.ts'
import type { LabelColumn, NumberColumns, RunOutputs } from './outputs.ts'

/** Room for rounding in float32 softmax; a score further outside 0 to 1 is no probability. */
const PROBABILITY_TOLERANCE = 1e-3

/** One prediction a row. Throws InferenceError when the outputs do not fit the signature or hold NaN or infinity. */
export function readPredictions(
  signature: Signature,
  outputs: RunOutputs,
  count: number,
): readonly Prediction[] {
  switch (signature.task) {
    case 'regression':
      return readValues(requireNumbers(outputs.values), count)
    case 'binary_classification':
    case 'multiclass_classification':
    case 'text_classification':
      return outputs.probabilities === null
        ? readLabelsAlone(signature, outputs.label, count)
        : readClasses(signature, outputs.probabilities, outputs.label, count)
    case 'fill_mask':
      throw new InferenceError('A model that fills blanks gives no numbers.')
  }
}

function requireNumbers(columns: NumberColumns | null): NumberColumns {
  if (columns === null) throw new InferenceError('The model gave no value.')
  return columns
}

function readValues({ data, width }: NumberColumns, count: number): readonly Prediction[] {
  const predictions = new Array<Prediction>(count)
  for (let row = 0; row < count; row++) {
    if (width === 1) {
      predictions[row] = { kind: 'regression', value: requireFinite(data[row]) }
      continue
    }
    const values = new Array<number>(width)
    for (let column = 0; column < width; column++) {
      values[column] = requireFinite(data[row * width + column])
    }
    predictions[row] = { kind: 'values', values }
  }
  return predictions
}

function readClasses(
  signature: Signature,
  { data, width }: NumberColumns,
  labels: LabelColumn | null,
  count: number,
): readonly Prediction[] {
  const classes = signature.classes ?? []
  const isPositiveOnly = width === 1 && classes.length === 2
  if (!isPositiveOnly && width !== classes.length) {
    throw new InferenceError(
      `The model gave ${width} probabilities for its ${classes.length} classes.`,
    )
  }
  const predictions = new Array<Prediction>(count)
  for (let row = 0; row < count; row++) {
    const probabilities = new Array<number>(classes.length)
    if (isPositiveOnly) {
      const positive = requireProbability(data[row])
      probabilities[0] = 1 - positive
      probabilities[1] = positive
    } else {
      for (let column = 0; column < width; column++) {
        probabilities[column] = requireProbability(data[row * width + column])
      }
    }
    const label =
      labels === null
        ? classes[indexOfLargest(probabilities)]
        : nameLabel(labels[row], signature.classes)
    predictions[row] = { kind: 'classification', label: label ?? '', probabilities }
  }
  return predictions
}

/** A classifier without probabilities: certainty is not invented, the list stays empty. */
function readLabelsAlone(
  signature: Signature,
  labels: LabelColumn | null,
  count: number,
): readonly Prediction[] {
  if (labels === null) throw new InferenceError('The model gave neither a label nor probabilities.')
  return Array.from({ length: count }, (_, row) => ({
    kind: 'classification',
    label: nameLabel(labels[row], signature.classes),
    probabilities: [],
  }))
}

/** The first of the largest, as the libraries' own argmax does it. */
function indexOfLargest(values: readonly number[]): number {
  let best = 0
  for (let index = 1; index < values.length; index++) {
    if ((values[index] as number) > (values[best] as number)) best = index
  }
  return best
}

/** A graph's own label in the signature's words: where people renamed the classes, its number is a position. */
function nameLabel(
  label: string | bigint | number | undefined,
  classes: readonly string[] | undefined,
): string {
  if (label === undefined) throw new InferenceError('The model gave no label.')
  const text = String(label)
  if (classes === undefined || classes.includes(text) || typeof label === 'string') return text
  return classes[Number(label)] ?? text
}

function requireProbability(value: number | undefined): number {
  const probability = requireFinite(value)
  if (probability < -PROBABILITY_TOLERANCE || probability > 1 + PROBABILITY_TOLERANCE) {
    throw new InferenceError('The model gave a score that is no probability.')
  }
  return probability
}

function requireFinite(value: number | undefined): number {
  if (value === undefined || !Number.isFinite(value)) {
    throw new InferenceError('The model gave no finite number for this input.')
  }
  return value
}
