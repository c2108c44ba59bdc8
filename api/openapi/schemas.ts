// JSON Schemas of the wire: derived from the operations' own Zod schemas, or stated here once where REST has its own form.

import { z } from 'zod'
import { findOperation } from '#core/operations/index.ts'
import type { Operation, OperationName } from '#core/operations/operation.ts'
import type { JsonSchema, MediaDocument } from '../route.ts'

/** For names that the code itself writes: an absent one is a bug, seen at start. */
export function operationNamed(name: OperationName): Operation {
  const operation = findOperation(name)
  if (operation === null) throw new Error(`there is no operation ${name}`)
  return operation
}

export function outputSchemaOf(name: OperationName): JsonSchema {
  return toSchema(operationNamed(name).output, 'output')
}

/** OpenAPI 3.1 speaks JSON Schema 2020-12, which is what Zod writes; only the dialect line is left out. */
export function toSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

export function json(
  schema: JsonSchema,
  example?: unknown,
): Readonly<Record<string, MediaDocument>> {
  return { 'application/json': { schema, ...(example !== undefined && { example }) } }
}

/** The schema of every error body; `ErrorBody` in TypeScript. */
export const ERROR_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'details', 'request_id'],
      properties: {
        code: { type: 'string', description: 'One of a closed list; the status follows from it.' },
        message: { type: 'string', description: 'What is wrong and what to do, in words.' },
        details: {
          type: 'array',
          items: {
            type: 'object',
            required: ['path', 'message'],
            properties: {
              path: { type: 'string', description: 'The field, such as "instances[2].tenure".' },
              message: { type: 'string' },
            },
          },
        },
        request_id: { type: 'string' },
        confirmation: {
          type: 'string',
          description:
            'With needs_confirmation only: the token that confirms exactly this request, once, when it is sent again with it.',
        },
        expires_at: {
          type: 'string',
          format: 'date-time',
          description: 'With needs_confirmation only: until when the token holds.',
        },
      },
    },
  },
}

/** One prediction, alone or in a list. Which fields are there follows from the task. */
export const PREDICTION_FIELDS: Readonly<Record<string, JsonSchema>> = {
  prediction: {
    description: 'The class in its own type, the value, or several values by name.',
    oneOf: [
      { type: 'number' },
      { type: 'string' },
      { type: 'object', additionalProperties: { type: 'number' } },
    ],
  },
  predicted_label: { type: 'string', description: 'Classification only: the class as text.' },
  class_probabilities: {
    type: 'object',
    description: 'Classification only: one probability a class; they sum to 1.',
    additionalProperties: { type: 'number', minimum: 0, maximum: 1 },
  },
}

export const PREDICTION_FRAME: Readonly<Record<string, JsonSchema>> = {
  model: { type: 'string' },
  model_version: {
    type: 'string',
    description: 'Number and first digits of the artifact: 3-1a2b3c4d5e6f.',
  },
  latency_ms: { type: 'number', description: 'Validation and inference, in milliseconds.' },
  request_id: { type: 'string' },
}

export const ONE_PREDICTION: JsonSchema = {
  type: 'object',
  required: ['model', 'model_version', 'task', 'prediction', 'latency_ms', 'request_id'],
  properties: { ...PREDICTION_FRAME, task: { type: 'string' }, ...PREDICTION_FIELDS },
}

export const MANY_PREDICTIONS: JsonSchema = {
  type: 'object',
  required: ['model', 'model_version', 'predictions', 'latency_ms', 'request_id'],
  properties: {
    ...PREDICTION_FRAME,
    predictions: {
      type: 'array',
      description: 'One for each instance, in the same order.',
      items: { type: 'object', required: ['prediction'], properties: PREDICTION_FIELDS },
    },
  },
}

export const FEATURES: JsonSchema = {
  type: 'object',
  description: 'One value for each input of the model, by its name; null for a missing value.',
  additionalProperties: { type: ['number', 'string', 'boolean', 'null'] },
}

export const INSTANCES: JsonSchema = {
  type: 'object',
  required: ['instances'],
  properties: { instances: { type: 'array', items: FEATURES } },
  additionalProperties: false,
}
