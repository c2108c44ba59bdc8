// The OpenAPI document of the whole service, derived from the route table.

import type { ErrorCode } from '#core/errors.ts'
import { STATUS_OF } from '../http/errors.ts'
import type { JsonSchema, Route } from '../route.ts'
import { ERROR_SCHEMA, json } from './schemas.ts'

const PATH_PARAMETER = /\{(\w+)\}/g

/** What stands in paths. */
const PARAMETERS: Readonly<Record<string, { description: string; schema: JsonSchema }>> = {
  name: { description: 'Name of a model, such as churn.', schema: { type: 'string' } },
  upload: { description: 'A handle, such as predict_batch answers.', schema: { type: 'string' } },
  version: { description: 'Number of a version.', schema: { type: 'integer', minimum: 1 } },
}

const TAGS = [
  { name: 'Predictions', description: 'Ask a model.' },
  { name: 'Models', description: 'Upload, deploy and look after models.' },
  {
    name: 'Open Inference Protocol',
    description: 'What clients of KServe, Triton and MLServer speak (v2).',
  },
  { name: 'Chat', description: 'Say it in words.' },
  { name: 'Operations', description: 'Every operation by its name, the same on every surface.' },
  { name: 'Service', description: 'Health, metrics, documents.' },
] as const

export type OpenApiDocument = Readonly<Record<string, unknown>> & {
  readonly openapi: '3.1.0'
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export function serviceDocument(
  routes: readonly Route[],
  options: { version: string; baseUrl: string },
): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: describeRoute(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: options.version,
      description:
        'Models that people talk to: upload a model file, get an endpoint, ask in words. Each deployed model has its own document at /api/models/{name}/openapi.json.',
    },
    servers: [{ url: options.baseUrl }],
    tags: TAGS,
    paths,
    // An empty requirement means that on the machine itself none is needed, unless whoever runs Parley asks for keys.
    security: [{}, { key: [] }],
    components: {
      schemas: { Error: ERROR_SCHEMA },
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key.' } },
    },
  }
}

function describeRoute({ path, document }: Route): Readonly<Record<string, unknown>> {
  const parameters = [
    ...[...path.matchAll(PATH_PARAMETER)].map(([, name = '']) => ({
      name,
      in: 'path',
      required: true,
      description: PARAMETERS[name]?.description ?? '',
      schema: PARAMETERS[name]?.schema ?? { type: 'string' },
    })),
    ...(document.query ?? []).map((query) => ({ ...query, in: 'query', required: false })),
  ]
  return {
    operationId: document.id,
    tags: [document.tag],
    summary: document.summary,
    ...(document.description !== undefined && { description: document.description }),
    ...(parameters.length > 0 && { parameters }),
    ...(document.body !== undefined && {
      requestBody: { required: true, content: document.body() },
    }),
    responses: describeAnswers(document),
  }
}

function describeAnswers(document: Route['document']): Readonly<Record<string, unknown>> {
  const answers: Record<string, unknown> = {}
  for (const { status, ...answer } of document.answers()) answers[status] = answer
  for (const [status, codes] of statusesOf(document.errors)) {
    answers[status] = errorAnswer(codes.join(' or '))
  }
  answers['default'] =
    document.failure === undefined
      ? errorAnswer('Any other failure')
      : { description: 'Any failure', content: json(document.failure) }
  return answers
}

/** Codes that share a status stand under it together. */
function statusesOf(codes: readonly ErrorCode[]): ReadonlyMap<number, readonly ErrorCode[]> {
  const statuses = new Map<number, ErrorCode[]>()
  for (const code of codes) {
    const status = STATUS_OF[code]
    statuses.set(status, [...(statuses.get(status) ?? []), code])
  }
  return statuses
}

export function errorAnswer(description: string): Readonly<Record<string, unknown>> {
  return {
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  }
}
