// From an engine's prediction to the fields that go on the wire, the same in REST, chat and batches.

import type { Prediction, Scalar, Signature, Task } from '#core/model.ts'

export type PredictedValue = number | string | Record<string, number>

/** One prediction as it is answered; keys are the wire's. */
export interface PredictionFields {
  /** The class in the model's own type (a number where all labels are whole numbers), the value, or values by output name. */
  prediction: PredictedValue
  predicted_label?: string
  class_probabilities?: Record<string, number>
  /** Words for a blank, best first; `prediction` is the first of them, '' where there is none. */
  suggestions?: string[]
}

export interface PredictionAnswer extends PredictionFields {
  model: string
  model_version: string
  task: Task
  latency_ms: number
}

interface AnswerShape {
  readonly classes: readonly string[]
  /** `prediction` of each label. */
  readonly typed: ReadonlyMap<string, number | string>
  readonly outputNames: readonly string[]
}

const WHOLE_NUMBER = /^-?(?:0|[1-9]\d{0,14})$/

/** Worked out once for each loaded version: the hot path only looks things up. */
const shapes = new WeakMap<Signature, AnswerShape>()

function shapeOf(signature: Signature): AnswerShape {
  const known = shapes.get(signature)
  if (known !== undefined) return known
  const classes = signature.classes ?? []
  const numeric = classes.length > 0 && classes.every((label) => WHOLE_NUMBER.test(label))
  const shape = {
    classes,
    typed: new Map(classes.map((label) => [label, numeric ? Number(label) : label])),
    outputNames: signature.outputs.map(({ name }) => name),
  }
  shapes.set(signature, shape)
  return shape
}

export function answerOf(signature: Signature, prediction: Prediction): PredictionFields {
  const shape = shapeOf(signature)
  switch (prediction.kind) {
    case 'classification':
      return {
        prediction: shape.typed.get(prediction.label) ?? prediction.label,
        predicted_label: prediction.label,
        class_probabilities: byName(shape.classes, prediction.probabilities),
      }
    case 'regression':
      return { prediction: prediction.value }
    case 'suggestions': {
      const suggestions = prediction.suggestions.map(({ text }) => text)
      return { prediction: suggestions[0] ?? '', suggestions }
    }
    case 'values':
      return { prediction: byName(shape.outputNames, prediction.values) }
  }
}

/** Names come from files; `__proto__` must become a key like any other. */
function byName(names: readonly string[], values: readonly number[]): Record<string, number> {
  const record: Record<string, number> = {}
  for (let index = 0; index < values.length; index++) {
    const name = names[index] ?? `output_${index}`
    const value = values[index] ?? Number.NaN
    if (name === '__proto__') {
      Object.defineProperty(record, name, { value, enumerable: true, configurable: true })
    } else record[name] = value
  }
  return record
}

/** The values a prediction used, in the model's order; null where one was missing. */
export function usedInputs(
  signature: Signature,
  features: Readonly<Record<string, Scalar>>,
): { name: string; value: Scalar; unit?: string }[] {
  const used = signature.inputs.filter((field) => field.unused !== true)
  return used.map(({ name, unit, categories }) => {
    const value = Object.hasOwn(features, name) ? (features[name] ?? null) : null
    return {
      name,
      // A postal code that came as a number is still a name.
      value: categories !== undefined && typeof value === 'number' ? String(value) : value,
      ...(unit === undefined ? {} : { unit }),
    }
  })
}
