// From a model's predictions to the tensors of an answer: a label and probabilities, values, or words for a blank.

import type { Prediction, Signature } from '#core/model.ts'
import type { WrittenTensor } from './body.ts'
import { type Datatype, quote, TensorError } from './tensor.ts'

/** A tensor of an answer before there are rows: its shape begins with -1. */
export interface AnswerField {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
  readonly parameters?: Readonly<Record<string, string>>
}

/**
 * What a model of this signature answers. `classes` and `names` are JSON lists in a text, since a parameter of the
 * protocol is a text, a number or a flag.
 */
export function answerFields({ task, outputs, classes = [] }: Signature): readonly AnswerField[] {
  switch (task) {
    case 'binary_classification':
    case 'multiclass_classification':
    case 'text_classification':
      return [
        { name: 'predicted_label', datatype: 'BYTES', shape: [-1] },
        {
          name: 'class_probabilities',
          datatype: 'FP64',
          shape: [-1, classes.length],
          parameters: { classes: JSON.stringify(classes) },
        },
      ]
    case 'regression': {
      const names = outputs.map(({ name }) => name)
      if (names.length <= 1) return [{ name: 'prediction', datatype: 'FP64', shape: [-1] }]
      const parameters = { names: JSON.stringify(names) }
      return [{ name: 'prediction', datatype: 'FP64', shape: [-1, names.length], parameters }]
    }
    case 'fill_mask':
      return [
        { name: 'prediction', datatype: 'BYTES', shape: [-1] },
        // Each a JSON list, best first: there are not equally many for each text.
        { name: 'suggestions', datatype: 'BYTES', shape: [-1] },
      ]
  }
}

/**
 * The tensors of an answer, all or those named in `wanted`. A classifier without probabilities answers its labels alone.
 * Throws TensorError for a name that this model does not answer.
 */
export function answerTensors(
  signature: Signature,
  predictions: readonly Prediction[],
  wanted: readonly string[] | null,
): readonly WrittenTensor[] {
  const hasProbabilities = predictions.every(
    (one) => one.kind !== 'classification' || one.probabilities.length > 0,
  )
  const fields = answerFields(signature).filter(
    ({ name }) => hasProbabilities || name !== 'class_probabilities',
  )
  const chosen = wanted === null ? fields : wanted.map((name) => fieldNamed(fields, name))
  return chosen.map((field) => {
    const values = predictions.flatMap((one) => valuesOf(field.name, one))
    const shape = [predictions.length, ...field.shape.slice(1)]
    // Of one field all values are of one kind.
    return { ...field, shape, values: values as number[] | string[] }
  })
}

function fieldNamed(fields: readonly AnswerField[], name: string): AnswerField {
  const field = fields.find((one) => one.name === name)
  if (field !== undefined) return field
  const names = fields.map((one) => quote(one.name)).join(' and ')
  throw new TensorError(`This model has no output ${quote(name)}; it answers ${names}.`)
}

function valuesOf(field: string, prediction: Prediction): readonly (number | string)[] {
  switch (prediction.kind) {
    case 'classification':
      return field === 'predicted_label' ? [prediction.label] : prediction.probabilities
    case 'regression':
      return [prediction.value]
    case 'values':
      return prediction.values
    case 'suggestions': {
      const texts = prediction.suggestions.map(({ text }) => text)
      return field === 'prediction' ? [texts[0] ?? ''] : [JSON.stringify(texts)]
    }
  }
}
