// Loads descriptions into a real engine, for the tests of this folder.

import { createEngine, type EngineOptions } from '#core/engine/create-engine.ts'
import type { EncodedRows, Engine, LoadedModel } from '#core/engine/engine.ts'
import type { ModelDescription } from '#core/formats/description.ts'
import { toOnnx } from '#core/graph/to-onnx.ts'
import type { Prediction, Signature } from '#core/model.ts'

export interface QuietLogger {
  readonly lines: string[]
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
  readonly error: (fields: object, message: string) => void
}

export function createQuietLogger(): QuietLogger {
  const lines: string[] = []
  const note = (_: object, message: string): void => {
    lines.push(message)
  }
  return { lines, info: note, warn: note, error: note }
}

export function createTestEngine(options: Partial<EngineOptions> = {}): Engine {
  return createEngine({ logger: createQuietLogger(), workers: 2, ...options })
}

export function signatureFor(description: ModelDescription): Signature {
  const { task, inputs, namesKnown, classes } = description
  return { task, inputs, namesKnown, outputs: [], ...(classes === null ? {} : { classes }) }
}

export type OpenModel = LoadedModel & { close(): Promise<void> }

/** Loads a description or fails the test. */
export async function loadDescription(
  engine: Engine,
  description: ModelDescription,
): Promise<OpenModel> {
  const outcome = await engine.load({
    ...toOnnx(description),
    signature: signatureFor(description),
  })
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome.value
}

/** Rows that need no validation, for numbers straight from a generator. */
export function floatRows(values: Float32Array, features: number): EncodedRows {
  return { count: values.length / features, columns: [values] }
}

/** The numbers of predictions, row after row. */
export function numbersOf(predictions: readonly Prediction[]): number[] {
  return predictions.flatMap(numbersOfOne)
}

function numbersOfOne(prediction: Prediction): readonly number[] {
  switch (prediction.kind) {
    case 'classification':
      return prediction.probabilities
    case 'regression':
      return [prediction.value]
    case 'values':
      return prediction.values
    case 'suggestions':
      return prediction.suggestions.map(({ positivity }) => positivity)
  }
}

/** The largest difference between two lists, as a share of the largest expected number. */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let error = 0
  let scale = 1e-30
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs((actual[index] ?? Number.NaN) - (expected[index] ?? 0))
    error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(error, difference)
    scale = Math.max(scale, Math.abs(expected[index] ?? 0))
  }
  return error / scale
}
