// From a model's description to its signature: the names, types and classes that surfaces know it by.

import type { OutputField, Signature } from '#core/model.ts'
import type { ModelDescription } from './description.ts'
import { FormatError } from './format-error.ts'
import type { LookupRules } from './lookup-table.ts'

/** What the person said about the model when they gave the file. */
export interface SignatureHints {
  /** Feature names in the order of the columns. */
  readonly features?: readonly string[]
  /** Class names in the order of the codes; names of the outputs where a model has several numbers. */
  readonly classes?: readonly string[]
  readonly positiveLabel?: string
  /** How to read the table that comes beside the file. */
  readonly lookup?: LookupRules
  /** Names of columns that requests may carry, in their order; the model looks only at its own. */
  readonly accept?: readonly string[]
}

/**
 * Bands of risk and confidence are not set here: their words depend on what is predicted, which the file does not say.
 * A positive label that is no class of the model throws a `FormatError`.
 */
export function signatureOf(
  description: Omit<ModelDescription, 'predictor'>,
  hints: SignatureHints,
): Signature {
  const common = {
    task: description.task,
    inputs: description.inputs,
    namesKnown: description.namesKnown,
    outputs: outputsOf(description),
  }
  if (description.classes === null) return common
  const classes = description.classes
  if (description.task !== 'binary_classification') return { ...common, classes }
  return { ...common, classes, positiveLabel: choosePositive(classes, hints.positiveLabel) }
}

/** Numbers by name; a classifier's label and its probabilities. */
function outputsOf(description: Omit<ModelDescription, 'predictor'>): readonly OutputField[] {
  if (description.classes !== null) {
    return [
      { name: 'predicted_label', type: 'label' },
      { name: 'class_probabilities', type: 'probability' },
    ]
  }
  if (description.task === 'fill_mask') {
    return [
      { name: 'prediction', type: 'text', description: 'The word or phrase that fits best' },
      { name: 'suggestions', type: 'text', description: 'All of them, best first' },
    ]
  }
  return (description.outputNames ?? ['prediction']).map((name) => ({ name, type: 'number' }))
}

/** Codes rise from "no" to "yes" in nearly every data set, so the last class stands for what is asked about. */
function choosePositive(classes: readonly string[], given: string | undefined): string {
  const last = classes.at(-1) ?? ''
  if (given === undefined) return last
  if (classes.includes(given)) return given
  throw new FormatError(
    `"${given}" is no class of this model; its classes are ${classes.map((name) => `"${name}"`).join(' and ')}.`,
    0,
    'invalid_input',
  )
}

/** Said wherever placeholders stand in for names, with the way to give the real ones. */
export function unknownNamesWarning(count: number): string {
  const names =
    count === 1
      ? 'f0'
      : count === 2
        ? 'f0 and f1'
        : count === 3
          ? 'f0, f1 and f2'
          : `f0 to f${count - 1}`
  return `This file has no feature names (it was trained on a bare array). I use ${names} for now; tell me their names in the order of the training columns, and I use those.`
}
