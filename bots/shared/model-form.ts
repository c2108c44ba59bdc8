// A form made from a model's signature, and the features made from what was typed into it.

import type { FailureDetail } from '#core/errors.ts'
import type { InputField, Scalar, Signature } from '#core/model.ts'

export interface FormField {
  /** The feature's name. */
  readonly name: string
  readonly label: string
  readonly kind: 'number' | 'integer' | 'boolean' | 'choice' | 'text'
  readonly optional: boolean
  /** Range, unit or meaning in a few words; '' where nothing is known. */
  readonly hint: string
  readonly example: string | null
  /** For `choice` and `boolean`; empty otherwise. */
  readonly options: readonly string[]
}

const BOOLEAN_OPTIONS = ['yes', 'no'] as const

export function formOf(signature: Signature): readonly FormField[] {
  return signature.inputs.map(fieldOf)
}

function fieldOf(input: InputField): FormField {
  return {
    name: input.name,
    label: input.unit === undefined ? input.name : `${input.name} (${input.unit})`,
    kind: kindOf(input),
    // An empty field is left out; where the model takes only an explicit null, it is sent as one.
    optional: input.optional || input.nullable === true,
    hint: hintOf(input),
    example: input.example === undefined ? null : String(input.example),
    options: input.type === 'boolean' ? BOOLEAN_OPTIONS : (input.categories ?? []),
  }
}

function kindOf({ type, categories }: InputField): FormField['kind'] {
  switch (type) {
    case 'float':
      return 'number'
    case 'integer':
      return 'integer'
    case 'boolean':
      return 'boolean'
    case 'category':
      return (categories?.length ?? 0) > 0 ? 'choice' : 'text'
    case 'string':
      return 'text'
  }
}

function hintOf({ description, minimum, maximum }: InputField): string {
  const range =
    minimum !== undefined && maximum !== undefined
      ? `seen in training: ${minimum} to ${maximum}`
      : ''
  return [description ?? '', range].filter((part) => part !== '').join('; ')
}

export type FormReading =
  | { readonly ok: true; readonly features: Readonly<Record<string, Scalar>> }
  /** One problem a field, `path` being the field's name. */
  | { readonly ok: false; readonly problems: readonly FailureDetail[] }

/** What was typed (or chosen), by field; blank and absent mean the same. */
export function readForm(
  signature: Signature,
  values: Readonly<Record<string, string | null | undefined>>,
): FormReading {
  const features: Record<string, Scalar> = {}
  const problems: FailureDetail[] = []
  for (const input of signature.inputs) {
    const typed = values[input.name]?.trim() ?? ''
    if (typed === '') {
      if (input.nullable === true) features[input.name] = null
      else if (!input.optional) problems.push({ path: input.name, message: 'is needed' })
      continue
    }
    const value = readValue(input, typed)
    if (value === undefined) problems.push({ path: input.name, message: expectation(input) })
    else features[input.name] = value
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, features }
}

/** `$1,680.50`, `70 %` and `24` are numbers; `1,5` is not guessed at. */
const NUMBER = /^[$€£]?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:e[+-]?\d+)?)\s*%?$/i
const YES = new Set(['yes', 'true', '1', 'y'])
const NO = new Set(['no', 'false', '0', 'n'])
const COMMAS = /,/g

function readValue(input: InputField, typed: string): Scalar | undefined {
  switch (input.type) {
    case 'float':
    case 'integer':
      return readNumber(typed, input.type === 'integer')
    case 'boolean':
      if (YES.has(typed.toLowerCase())) return true
      return NO.has(typed.toLowerCase()) ? false : undefined
    case 'category':
      return readCategory(input, typed)
    case 'string':
      return typed
  }
}

function readNumber(typed: string, whole: boolean): number | undefined {
  const digits = NUMBER.exec(typed)?.[1]?.replace(COMMAS, '')
  if (digits === undefined || digits === '') return undefined
  const value = Number(digits)
  if (!Number.isFinite(value) || (whole && !Number.isInteger(value))) return undefined
  return value
}

function readCategory({ categories }: InputField, typed: string): Scalar | undefined {
  if (categories === undefined) return readNumber(typed, true) ?? typed
  const wanted = typed.toLowerCase()
  return (
    categories.find((name) => name === typed) ??
    categories.find((name) => name.toLowerCase() === wanted)
  )
}

function expectation({ type, categories }: InputField): string {
  switch (type) {
    case 'float':
      return 'must be a number such as 70 or 1,680.50'
    case 'integer':
      return 'must be a whole number'
    case 'boolean':
      return 'must be yes or no'
    case 'category':
      return categories === undefined
        ? 'is not a known value'
        : `must be one of ${categories.slice(0, MAX_NAMED_CATEGORIES).join(', ')}`
    case 'string':
      return 'is not a text'
  }
}

const MAX_NAMED_CATEGORIES = 10
