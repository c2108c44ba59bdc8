// The values of a prediction form: how they begin, what is wrong with them, and the features they make. Pure.

import type { Scalar } from '#core/model.ts'
import type { InputDescription } from '../client/api.ts'

/** What each control holds: text, except for yes or no. '' is not given yet, null was said to be missing. */
export type FormValues = Readonly<Record<string, string | number | boolean | null>>
export type FieldErrors = Readonly<Record<string, string>>

export function exampleValues(
  inputs: readonly InputDescription[],
  example: Readonly<Record<string, Scalar>>,
): FormValues {
  return Object.fromEntries(inputs.map(({ name }) => [name, example[name] ?? '']))
}

export function emptyValues(inputs: readonly InputDescription[]): FormValues {
  return Object.fromEntries(inputs.map(({ name }) => [name, '']))
}

/** True where nothing was said about the field; a forgotten one is asked for, a missing one is not. */
export function isOpen(value: FormValues[string] | undefined): value is '' | undefined {
  return value === undefined || value === ''
}

/** What can be seen without asking the server, which checks all of it again. */
export function checkValues(inputs: readonly InputDescription[], values: FormValues): FieldErrors {
  const errors: Record<string, string> = {}
  for (const { name, type, optional } of inputs) {
    const value = values[name]
    if (value === null) continue
    if (isOpen(value)) {
      if (!optional) errors[name] = 'This model needs a value here.'
    } else if (type === 'float' && !Number.isFinite(Number(value))) {
      errors[name] = 'This must be a number.'
    } else if (type === 'integer' && !Number.isInteger(Number(value))) {
      errors[name] = 'This must be a whole number.'
    }
  }
  return errors
}

/** Empty fields are left out, missing ones sent as null. */
export function featuresOf(
  inputs: readonly InputDescription[],
  values: FormValues,
): Record<string, Scalar> {
  const features: [string, Scalar][] = []
  for (const { name, type } of inputs) {
    const value = values[name]
    if (isOpen(value)) continue
    const numeric = value !== null && (type === 'float' || type === 'integer')
    features.push([name, numeric ? Number(value) : value])
  }
  return Object.fromEntries(features)
}

const FEATURE_PATH = /^features\.(.+)$/

/** The server's details by field; `rest` are those that name none of ours. */
export function errorsFromDetails(
  inputs: readonly InputDescription[],
  details: readonly { readonly path: string; readonly message: string }[],
): { readonly errors: FieldErrors; readonly rest: readonly string[] } {
  const names = new Set(inputs.map(({ name }) => name))
  const errors: Record<string, string> = {}
  const rest: string[] = []
  for (const { path, message } of details) {
    const name = FEATURE_PATH.exec(path)?.[1] ?? path
    if (names.has(name)) errors[name] = message
    else rest.push(path === '' ? message : `${path} ${message}`)
  }
  return { errors, rest }
}

/** Features pasted as JSON, or why they cannot be read. */
export function parseFeatures(text: string): Record<string, Scalar> | string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, Scalar>
    }
    return 'Write an object such as {"tenure": 24}.'
  } catch (error) {
    return error instanceof Error ? `This is not JSON: ${error.message}` : 'This is not JSON.'
  }
}
