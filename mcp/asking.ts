// Asks the person back: forms where the client shows them, and what their answers mean.

import {
  type InputRequiredResult,
  inputRequired,
  type PrimitiveSchemaDefinition,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { InputField, Scalar } from '#core/model.ts'
import { findModel, shownVersion } from '#core/operations/find-model.ts'
import type { Ports } from '#core/operations/operation.ts'
import type { Exchange } from './backend.ts'
import { MAX_FORM_FIELDS } from './limits.ts'
import { fieldWords } from './tools/model-tools.ts'

/** Keys of the questions; an answer comes back under the same one. */
export const FEATURES_KEY = 'features'
export const CONFIRM_KEY = 'confirm'
export const FILE_KEY = 'file'

/** An empty `elicitation` means forms, as before modes were told apart. */
export function canAsk({ capabilities }: Pick<Exchange, 'capabilities'>): boolean {
  const declared = elicitation.safeParse(capabilities['elicitation'])
  if (!declared.success) return false
  return declared.data.form !== undefined || declared.data.url === undefined
}

const elicitation = z.object({ form: z.unknown(), url: z.unknown() }).partial()

const elicited = z.object({
  action: z.enum(['accept', 'decline', 'cancel']),
  content: z.record(z.string(), z.unknown()).optional(),
})

/** The content of a form that was sent off, `declined` where the person said no, null where nothing was answered yet. */
export function answerTo(
  key: string,
  { answers }: Pick<Exchange, 'answers'>,
): Readonly<Record<string, unknown>> | 'declined' | null {
  const parsed = elicited.safeParse(answers[key])
  if (!parsed.success) return null
  return parsed.data.action === 'accept' ? (parsed.data.content ?? {}) : 'declined'
}

/** Required inputs of the model that the features leave out; empty where the model cannot be found or says so itself. */
export async function missingFields(
  { registry }: Pick<Ports, 'registry'>,
  input: Readonly<Record<string, unknown>>,
): Promise<readonly InputField[]> {
  const { model: name, features, version } = input
  if (typeof name !== 'string' || typeof features !== 'object' || features === null) return []
  const model = await findModel(registry, name)
  if (!model.ok) return []
  const shown =
    typeof version === 'number'
      ? await registry.findVersion(model.value.name, version)
      : await shownVersion(registry, model.value)
  const inputs = shown?.signature.inputs ?? []
  return inputs.filter((field) => !field.optional && !Object.hasOwn(features, field.name))
}

export function askForFields(
  model: string,
  fields: readonly InputField[],
): InputRequiredResult | null {
  if (fields.length > MAX_FORM_FIELDS) return null
  const names = fields.map(({ name }) => name).join(', ')
  return ask(FEATURES_KEY, `To predict with ${model} I still need: ${names}.`, {
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldQuestion(field)])),
    required: fields.map(({ name }) => name),
  })
}

export function askForConfirmation(sentence: string, token: string): InputRequiredResult {
  const form = ask(CONFIRM_KEY, sentence, {
    properties: {
      confirm: { type: 'boolean', title: 'Yes, go ahead', description: sentence, default: false },
    },
    required: ['confirm'],
  })
  return { ...form, requestState: token }
}

export function askForFile(text: string): InputRequiredResult {
  return ask(FILE_KEY, text, {
    properties: {
      file: {
        type: 'string',
        title: 'File',
        description:
          'Its web address, an upload handle, or a path in a folder that this client was allowed',
        minLength: 1,
      },
    },
    required: ['file'],
  })
}

function ask(
  key: string,
  message: string,
  form: {
    readonly properties: Record<string, PrimitiveSchemaDefinition>
    readonly required: string[]
  },
): InputRequiredResult {
  return inputRequired({
    inputRequests: {
      [key]: inputRequired.elicit({ message, requestedSchema: { type: 'object', ...form } }),
    },
  })
}

function fieldQuestion(field: InputField): PrimitiveSchemaDefinition {
  const words = fieldWords(field)
  const frame = { title: field.name, ...(words === '' ? {} : { description: words }) }
  switch (field.type) {
    case 'float':
      return { type: 'number', ...frame }
    case 'integer':
      return { type: 'integer', ...frame }
    case 'boolean':
      return { type: 'boolean', ...frame }
    case 'string':
      return { type: 'string', ...frame }
    case 'category':
      if (field.categories === undefined) return { type: 'integer', ...frame, minimum: 0 }
      return { type: 'string', ...frame, enum: [...field.categories] }
  }
}

/** Only what was asked for is taken from a form: a client cannot slip in or change another field by it. */
export function answeredFields(
  content: Readonly<Record<string, unknown>>,
  fields: readonly InputField[],
): Readonly<Record<string, Scalar>> {
  const values: [string, Scalar][] = []
  for (const { name } of fields) {
    const value = content[name]
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
      values.push([name, value])
    }
  }
  return Object.fromEntries(values)
}
