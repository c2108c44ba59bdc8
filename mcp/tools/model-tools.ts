// A tool for each deployed model (`predict_churn`), with its real fields, so that clients offer them by name.

import type { Tool } from '@modelcontextprotocol/server'
import type { InputField } from '#core/model.ts'
import { OPERATION_NAMES } from '#core/operations/operation.ts'
import { predict } from '#core/operations/predict.ts'
import type { ModelRecord, Registry, VersionRecord } from '#core/registry/registry.ts'
import { MAX_DESCRIPTION_LENGTH, MAX_FIELDS_OF_MODEL_TOOL, MAX_MODEL_TOOLS } from '../limits.ts'
import { iconOf } from './icons.ts'
import { annotationsOf } from './operation-tools.ts'
import { type ObjectSchema, outputSchemaOf } from './schemas.ts'

/**
 * What language model APIs take as a property's name. One schema with another name makes them refuse the whole list of
 * tools, so such a model has no tool of its own and is asked with `predict`.
 */
const SAFE_PROPERTY = /^[\w.-]{1,64}$/
const PREFIX = 'predict_'
const OUTPUT_SCHEMA = outputSchemaOf(predict)
const ANNOTATIONS = annotationsOf(predict)
const OPERATIONS_SET: ReadonlySet<string> = new Set(OPERATION_NAMES)

export interface ModelTool {
  readonly model: string
  readonly tool: Tool
}

/** By name, so that the order is the same on every call. */
export async function listModelTools(registry: Registry): Promise<readonly ModelTool[]> {
  const models = await registry.listModels()
  const live = models
    .filter((model) => model.liveVersion !== null)
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .slice(0, MAX_MODEL_TOOLS)
  const taken = new Set<string>(OPERATIONS_SET)
  const tools: ModelTool[] = []
  for (const model of live) {
    const version = await registry.findVersion(model.name, model.liveVersion ?? 0)
    const name = toolName(model.name)
    if (version === null || taken.has(name) || !fits(version)) continue
    taken.add(name)
    tools.push({ model: model.name, tool: toolOf(name, model, version) })
  }
  return tools
}

/** A model called `batch` would hide the operation `predict_batch`. */
function toolName(model: string): string {
  const name = PREFIX + model
  return OPERATIONS_SET.has(name) ? `${name}_model` : name
}

export async function findModelTool(registry: Registry, name: string): Promise<ModelTool | null> {
  if (!name.startsWith(PREFIX)) return null
  return (await listModelTools(registry)).find(({ tool }) => tool.name === name) ?? null
}

function fits({ signature: { inputs } }: VersionRecord): boolean {
  return (
    inputs.length <= MAX_FIELDS_OF_MODEL_TOOL &&
    inputs.every(({ name }) => SAFE_PROPERTY.test(name))
  )
}

function toolOf(name: string, model: ModelRecord, { signature }: VersionRecord): Tool {
  const about =
    signature.target === undefined ? model.title : `${signature.target} (${model.title})`
  const words = cut(model.description)
  return {
    name,
    title: `Predict with ${cut(model.title)}`,
    description: `Predicts ${cut(about)} with the deployed model ${model.name}.${words === '' ? '' : ` About the model: ${words}`}`,
    inputSchema: featuresSchema(signature.inputs),
    outputSchema: OUTPUT_SCHEMA,
    annotations: { ...ANNOTATIONS, title: `Predict with ${cut(model.title)}` },
    icons: [iconOf('predict')],
  }
}

/** As strict as the model itself; what a call leaves out all the same is asked for. */
function featuresSchema(inputs: readonly InputField[]): ObjectSchema {
  const fields = inputs.map((field) => [field.name, fieldSchema(field)] as const)
  return {
    type: 'object',
    properties: Object.fromEntries(fields),
    required: inputs.filter((field) => !field.optional).map(({ name }) => name),
    additionalProperties: false,
  }
}

type FieldSchema = Readonly<Record<string, boolean | number | string | readonly (string | null)[]>>

function fieldSchema(field: InputField) {
  const words = fieldWords(field)
  return { ...typeSchema(field), ...(words === '' ? {} : { description: words }) }
}

function typeSchema(field: InputField): FieldSchema {
  const orNull = field.optional || field.nullable === true
  const typed = (type: string) => ({ type: orNull ? [type, 'null'] : type })
  switch (field.type) {
    case 'float':
      return typed('number')
    case 'integer':
      return typed('integer')
    case 'boolean':
      return typed('boolean')
    case 'string':
      return typed('string')
    case 'category':
      if (field.categories === undefined) return { ...typed('integer'), minimum: 0 }
      return { ...typed('string'), enum: orNull ? [...field.categories, null] : field.categories }
  }
}

/** `Months with the company. In months. Between 0 and 72 in training. For example 24.` */
export function fieldWords(field: InputField): string {
  const { description, unit, minimum, maximum, example } = field
  const parts = [
    description === undefined ? null : cut(description),
    unit === undefined ? null : `In ${cut(unit)}`,
    minimum === undefined || maximum === undefined
      ? null
      : `Between ${minimum} and ${maximum} in training`,
    example === undefined ? null : `For example ${example}`,
  ]
  return parts
    .filter((part) => part !== null && part !== '')
    .map((part) => (part?.endsWith('.') ? part : `${part}.`))
    .join(' ')
}

const CONTROL = /\p{C}+/gu

/** Words from model files and cards are data: one line, and no more than a client's language model should read. */
function cut(text: string): string {
  const line = text.replace(CONTROL, ' ').trim()
  return line.length <= MAX_DESCRIPTION_LENGTH ? line : `${line.slice(0, MAX_DESCRIPTION_LENGTH)}…`
}
