// The OpenAPI document of one model: its real fields, types and words, and an example that works.

import type { InputField, Signature } from '#core/model.ts'
import { endpointOf, exampleRow } from '#core/operations/example-row.ts'
import type { ModelRecord, VersionRecord } from '#core/registry/registry.ts'
import type { JsonSchema } from '../route.ts'
import { ERROR_SCHEMA, json, PREDICTION_FRAME } from './schemas.ts'
import { errorAnswer, type OpenApiDocument } from './service-document.ts'

export function modelDocument(
  model: ModelRecord,
  version: VersionRecord,
  baseUrl: string,
): OpenApiDocument {
  const { signature } = version
  const live = model.liveVersion === version.number
  const path = live
    ? endpointOf(model.name)
    : `${endpointOf(model.name)}/versions/${version.number}`
  const used = signature.inputs.filter((field) => field.unused !== true)
  const hasUnused = used.length < signature.inputs.length
  const minimal = { ...signature, inputs: used }
  return {
    openapi: '3.1.0',
    info: {
      title: model.title,
      version: version.modelVersion,
      ...(model.description !== '' && { description: model.description }),
    },
    servers: [{ url: baseUrl }],
    paths: {
      [path]: { post: predictOperation(model, signature) },
      ...(live && hasUnused && { [`${path}/minimal`]: { post: minimalOperation(model, minimal) } }),
    },
    components: {
      schemas: {
        Features: featuresSchema(signature),
        ...(live && hasUnused && { MinimalFeatures: featuresSchema(minimal) }),
        Prediction: predictionSchema(signature),
        Error: ERROR_SCHEMA,
      },
    },
  }
}

const FEATURES_REFERENCE: JsonSchema = { $ref: '#/components/schemas/Features' }
const MINIMAL_REFERENCE: JsonSchema = { $ref: '#/components/schemas/MinimalFeatures' }

/** For the address that refuses what the model does not look at. */
function minimalOperation(model: ModelRecord, signature: Signature) {
  const operation = predictOperation(model, signature, MINIMAL_REFERENCE)
  return {
    ...operation,
    operationId: `${operation['operationId']}_minimal`,
    summary: `${operation['summary']} from the fields that the model uses alone`,
  }
}

function predictOperation(
  model: ModelRecord,
  signature: Signature,
  features: JsonSchema = FEATURES_REFERENCE,
): Readonly<Record<string, unknown>> {
  const row = exampleRow(signature)
  return {
    operationId: `predict_${model.name.replaceAll('-', '_')}`,
    summary: `Predict ${signature.target ?? `with ${model.title}`}`,
    ...(model.description !== '' && { description: model.description }),
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { anyOf: [features, instancesSchema(features)] },
          examples: {
            one: { summary: 'One row', value: row },
            several: { summary: 'Several rows', value: { instances: [row, row] } },
          },
        },
      },
    },
    responses: {
      200: {
        description: 'One prediction, or one for each instance.',
        content: json({ anyOf: [oneAnswerSchema(), manyAnswersSchema()] }),
      },
      400: errorAnswer('The body is not JSON'),
      413: errorAnswer('The body is too large'),
      422: errorAnswer('Fields are unknown, missing or of the wrong type; all of them are listed'),
      default: errorAnswer('Any other failure'),
    },
  }
}

function instancesSchema(features: JsonSchema): JsonSchema {
  return {
    type: 'object',
    required: ['instances'],
    properties: { instances: { type: 'array', items: features } },
    additionalProperties: false,
  }
}

function featuresSchema(signature: Signature): JsonSchema {
  return {
    type: 'object',
    required: signature.inputs.filter((field) => !field.optional).map((field) => field.name),
    properties: record(signature.inputs.map((field) => [field.name, fieldSchema(field)])),
    additionalProperties: false,
    examples: [exampleRow(signature)],
  }
}

function fieldSchema(field: InputField): JsonSchema {
  const { description, unit, minimum, maximum, example } = field
  const seen =
    minimum !== undefined && maximum !== undefined
      ? `Between ${minimum} and ${maximum} in training.`
      : undefined
  const words = [description, unit === undefined ? undefined : `In ${unit}.`, seen]
    .filter((part) => part !== undefined)
    .map((part) => (part.endsWith('.') ? part : `${part}.`))
  return {
    ...typeSchema(field),
    ...(words.length > 0 && { description: words.join(' ') }),
    ...(example !== undefined && { examples: [example] }),
  }
}

function typeSchema(field: InputField): JsonSchema {
  switch (field.type) {
    case 'float':
      return { type: orNull('number', field) }
    case 'integer':
      return { type: orNull('integer', field) }
    case 'boolean':
      return { type: orNull('boolean', field) }
    case 'string':
      return { type: orNull('string', field) }
    case 'category':
      if (field.categories === undefined) return { type: orNull('integer', field), minimum: 0 }
      return {
        type: orNull('string', field),
        enum: acceptsNull(field) ? [...field.categories, null] : field.categories,
      }
  }
}

function orNull(type: string, field: InputField): string | readonly string[] {
  return acceptsNull(field) ? [type, 'null'] : type
}

function acceptsNull(field: InputField): boolean {
  return field.optional || field.nullable === true
}

function predictionSchema(signature: Signature): JsonSchema {
  const { classes } = signature
  if (classes !== undefined) {
    const probability: JsonSchema = { type: 'number', minimum: 0, maximum: 1 }
    return {
      type: 'object',
      required: ['prediction', 'predicted_label', 'class_probabilities'],
      properties: {
        prediction: { description: 'The class in its own type.' },
        predicted_label: { type: 'string', enum: classes },
        class_probabilities: {
          type: 'object',
          required: classes,
          properties: record(classes.map((label) => [label, probability])),
        },
      },
    }
  }
  if (signature.task === 'fill_mask') {
    return {
      type: 'object',
      required: ['prediction', 'suggestions'],
      properties: {
        prediction: {
          type: 'string',
          description: 'The word or phrase that fits best; empty where none does.',
        },
        suggestions: {
          type: 'array',
          items: { type: 'string' },
          description: 'All of them, best first.',
        },
      },
    }
  }
  const unit = signature.unit === undefined ? '' : ` In ${signature.unit}.`
  const target = `${signature.target ?? 'The value'}.${unit}`
  if (signature.outputs.length <= 1) {
    return {
      type: 'object',
      required: ['prediction'],
      properties: { prediction: { type: 'number', description: target } },
    }
  }
  const values = signature.outputs.map(({ name, description }): [string, JsonSchema] => [
    name,
    { type: 'number', ...(description !== undefined && { description }) },
  ])
  return {
    type: 'object',
    required: ['prediction'],
    properties: { prediction: { type: 'object', properties: record(values) } },
  }
}

function oneAnswerSchema(): JsonSchema {
  return {
    allOf: [
      { $ref: '#/components/schemas/Prediction' },
      {
        type: 'object',
        required: ['model', 'model_version', 'task', 'latency_ms', 'request_id'],
        properties: { ...PREDICTION_FRAME, task: { type: 'string' } },
      },
    ],
  }
}

function manyAnswersSchema(): JsonSchema {
  return {
    type: 'object',
    required: ['model', 'model_version', 'predictions', 'latency_ms', 'request_id'],
    properties: {
      ...PREDICTION_FRAME,
      predictions: { type: 'array', items: { $ref: '#/components/schemas/Prediction' } },
    },
  }
}

/** Names come from files; `__proto__` must become a key like any other. */
function record(entries: readonly (readonly [string, JsonSchema])[]): JsonSchema {
  return Object.fromEntries(entries)
}
