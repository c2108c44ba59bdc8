// The columns that scoring adds to a table, by what the model answers.

import type { Prediction, Signature } from '#core/model.ts'

export type OutputValue = number | string

export interface OutputColumn {
  readonly name: string
  readonly type: 'number' | 'text'
  pick(prediction: Prediction): OutputValue | null
}

/** `predicted_label` and one `probability_<class>` each, or `prediction`, or one `prediction_<output>` each. */
export function outputColumns(signature: Signature): readonly OutputColumn[] {
  const { classes } = signature
  if (signature.task === 'fill_mask') return [WORD_COLUMN]
  if (classes !== undefined) return [LABEL_COLUMN, ...classes.map(probabilityColumn)]
  const values = signature.outputs.filter((output) => output.type === 'number')
  if (values.length <= 1) return [VALUE_COLUMN]
  return values.map((output, index) => ({
    name: `prediction_${output.name}`,
    type: 'number',
    pick: (prediction) =>
      prediction.kind === 'values' ? (prediction.values[index] ?? null) : null,
  }))
}

const LABEL_COLUMN: OutputColumn = {
  name: 'predicted_label',
  type: 'text',
  pick: (prediction) => (prediction.kind === 'classification' ? prediction.label : null),
}

const VALUE_COLUMN: OutputColumn = {
  name: 'prediction',
  type: 'number',
  pick(prediction) {
    if (prediction.kind === 'regression') return prediction.value
    return prediction.kind === 'values' ? (prediction.values[0] ?? null) : null
  },
}

const WORD_COLUMN: OutputColumn = {
  name: 'prediction',
  type: 'text',
  pick: (prediction) =>
    prediction.kind === 'suggestions' ? (prediction.suggestions[0]?.text ?? null) : null,
}

function probabilityColumn(label: string, index: number): OutputColumn {
  return {
    name: `probability_${label}`,
    type: 'number',
    pick: (prediction) =>
      prediction.kind === 'classification' ? (prediction.probabilities[index] ?? null) : null,
  }
}

/** Name of the column that says why a row has no prediction. */
export const ERROR_COLUMN = 'error'

/** `name`, or `name_2`… where the table has such a column already: what people send is never overwritten. */
export function freeColumnName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name
  for (let number = 2; ; number++) {
    const candidate = `${name}_${number}`
    if (!isTaken(candidate)) return candidate
  }
}
