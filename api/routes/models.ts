// Models: upload and deploy, list, describe, versions, promote, undeploy, delete. Each is an operation with an address.

import { type FailureDetail, fail, type Outcome, succeed } from '#core/errors.ts'
import { authorise } from '#core/operations/access.ts'
import { CONFIRMATION_FIELD } from '#core/operations/ask-first.ts'
import { deployModel } from '#core/operations/deploy-model.ts'
import { describeModel } from '#core/operations/describe-model.ts'
import { invoke } from '#core/operations/invoke.ts'
import type { OperationName } from '#core/operations/operation.ts'
import type { UploadRecord } from '#core/registry/registry.ts'
import { callOf, type Exchange, jsonReply, type Reply } from '../exchange.ts'
import { BASE_HEADERS } from '../http/errors.ts'
import { type Form, readForm } from '../http/multipart.ts'
import { json, operationNamed, outputSchemaOf } from '../openapi/schemas.ts'
import type { JsonSchema, Route, RouteDocument } from '../route.ts'
import { versionNumber } from './predict.ts'
import { receiveUpload, removeUploads } from './uploads.ts'

const TRUE_WORDS: readonly string[] = ['true', '1', 'yes']
const FALSE_WORDS: readonly string[] = ['false', '0', 'no']
const TEXT_FIELDS = [
  ...(['name', 'title', 'positive_label', 'description', 'card'] as const),
  ...(['lookup_key', 'lookup_unknown'] as const),
]
const LIST_FIELDS = ['features', 'classes', 'accept'] as const
const FORM_FIELDS: readonly string[] = [...TEXT_FIELDS, ...LIST_FIELDS, 'deploy']

/** The card alone, as it was sent; who may describe the model may read it. */
async function readCard(exchange: Exchange): Promise<Reply> {
  const name = exchange.parameters['name'] ?? ''
  const call = callOf(exchange, { confirmed: false })
  const described = await invoke(describeModel, { model: name }, call)
  if (!described.ok) return described
  const { card } = described.value
  if (card === undefined) return fail('not_found', `${described.value.name} has no card.`)
  return new Response(card, {
    headers: {
      ...BASE_HEADERS,
      'content-type': 'text/markdown; charset=utf-8',
      'x-request-id': exchange.requestId,
    },
  })
}

/** Runs an operation whose output is the answer. */
export async function answerOperation(
  exchange: Exchange,
  name: OperationName,
  input: Readonly<Record<string, unknown>>,
): Promise<Reply> {
  const call = callOf(exchange, { confirmed: false })
  const outcome = await invoke(operationNamed(name), input, call)
  return outcome.ok ? jsonReply(exchange, outcome.value) : outcome
}

/** `name=…&features=a,b` as `deploy_model` takes it; every problem of every field at once. */
export function deployInput(
  fields: Form<unknown>['fields'],
  upload: string,
): Outcome<Readonly<Record<string, unknown>>> {
  const input: Record<string, unknown> = { upload }
  const problems: FailureDetail[] = []
  for (const [field, values] of fields) {
    const [value] = values
    if (value === undefined) continue
    const isList = LIST_FIELDS.some((name) => name === field)
    if (!isList && values.length > 1) {
      problems.push({ path: field, message: 'was sent more than once' })
    } else if (isList) {
      const list = values.length > 1 ? values : parseList(value)
      if (list === null) problems.push({ path: field, message: LIST_RULE })
      else if (list.length > 0) input[field] = list
    } else if (field === 'deploy') {
      const flag = parseFlag(value)
      if (flag === null) problems.push({ path: field, message: 'must be true or false' })
      else input[field] = flag
    } else if (value.trim() !== '') input[field] = value.trim()
  }
  if (problems.length === 0) return succeed(input)
  const facts = problems.map(({ path, message }) => `${path} ${message}`).join('; ')
  return fail('invalid_input', `The form cannot be used: ${facts}.`, problems)
}

const LIST_RULE = 'must be names with commas between them, or a JSON list of texts'

function parseList(text: string): readonly unknown[] | null {
  const trimmed = text.trim()
  if (trimmed === '') return []
  if (!trimmed.startsWith('[')) return trimmed.split(',').map((item) => item.trim())
  try {
    const parsed: unknown = JSON.parse(trimmed)
    return Array.isArray(parsed) ? parsed : null
  } catch {
    return null
  }
}

function parseFlag(text: string): boolean | null {
  const word = text.trim().toLowerCase()
  if (TRUE_WORDS.includes(word)) return true
  return FALSE_WORDS.includes(word) ? false : null
}

async function uploadModel(exchange: Exchange): Promise<Reply> {
  const { request, services } = exchange
  // Before the body: nobody sends a file only to hear that they may not.
  const allowed = authorise(deployModel, exchange.principal)
  if (!allowed.ok) return allowed
  const received: UploadRecord[] = []
  try {
    const form = await readForm(
      request,
      {
        textFields: FORM_FIELDS,
        fileFields: ['file', 'lookup'],
        maximumFiles: 2,
        maximumFileBytes: services.limits.uploadBytes,
      },
      async (file) => {
        const upload = await receiveUpload(exchange, file, received)
        return upload.ok ? succeed({ field: file.fieldName, id: upload.value.id }) : upload
      },
    )
    if (!form.ok) return form
    const twice = findTwice(form.value.files)
    if (twice !== null) return twice
    const upload = form.value.files.find((file) => file.field === 'file')
    if (upload === undefined) {
      return fail('invalid_input', 'Send the model file in the form field "file".', [
        { path: 'file', message: 'is required' },
      ])
    }
    const input = deployInput(form.value.fields, upload.id)
    if (!input.ok) return input
    const lookup = form.value.files.find((file) => file.field === 'lookup')
    return await deploy(exchange, {
      ...input.value,
      ...(lookup !== undefined && { lookup: lookup.id }),
    })
  } finally {
    // The version keeps its own copy of the file; a refused one is of no further use.
    await removeUploads(exchange, received)
  }
}

function findTwice(files: readonly { readonly field: string }[]): Outcome<never> | null {
  const repeated = files.find(({ field }, index) => {
    return files.findIndex((file) => file.field === field) !== index
  })
  if (repeated === undefined) return null
  const message = 'was sent more than once'
  const path = repeated.field
  return fail('invalid_input', `Send one model file a request: ${path} ${message}.`, [
    { path, message },
  ])
}

async function deploy(
  exchange: Exchange,
  input: Readonly<Record<string, unknown>>,
): Promise<Reply> {
  // Reading a large model moves no byte for longer than an idle connection may live.
  exchange.services.keepOpen(exchange.request)
  const call = callOf(exchange, { confirmed: false })
  const outcome = await invoke(deployModel, input, call)
  if (!outcome.ok) return outcome
  const { name, model_version, result } = outcome.value
  exchange.facts.model = name
  exchange.facts.modelVersion = model_version
  const status = result === 'new_version' ? 201 : 200
  return jsonReply(exchange, outcome.value, status, { location: `/api/models/${name}` })
}

function aboutModel(name: OperationName): Route['handle'] {
  return (exchange) => answerOperation(exchange, name, { model: exchange.parameters['name'] ?? '' })
}

const NAME_ERRORS: RouteDocument['errors'] = ['not_found', 'conflict', 'unavailable']

function operationDocument(
  name: OperationName,
  rest: Pick<RouteDocument, 'id' | 'summary'> & Partial<RouteDocument>,
): RouteDocument {
  return {
    tag: 'Models',
    description: operationNamed(name).description,
    answers: () => [{ status: 200, description: 'Done.', content: json(outputSchemaOf(name)) }],
    errors: NAME_ERRORS,
    ...rest,
  }
}

const FORM_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['file'],
  properties: {
    file: { type: 'string', format: 'binary', description: 'The model file, of any name.' },
    name: {
      type: 'string',
      description: 'The name in the endpoint; made from the file name when left out.',
    },
    title: { type: 'string', description: 'What people call it.' },
    features: {
      type: 'string',
      description:
        'Feature names in column order, with commas between them or as a JSON list, where the file has none.',
    },
    classes: {
      type: 'string',
      description: 'Class names in the order of their codes, written likewise.',
    },
    positive_label: { type: 'string', description: 'The class that answers are about.' },
    lookup: {
      type: 'string',
      format: 'binary',
      description:
        'A CSV table whose columns the model takes and requests do not carry: they carry its key, and the figures are joined to it.',
    },
    lookup_key: {
      type: 'string',
      description: 'The column of the table that requests carry, such as zipcode.',
    },
    lookup_unknown: {
      type: 'string',
      enum: ['refuse', 'median'],
      default: 'refuse',
      description:
        'A key that the table lacks is an error, or stands for the middle of each column.',
    },
    accept: {
      type: 'string',
      description:
        'All columns that requests may carry, in their order, written as features are; the model looks at its own alone.',
    },
    description: { type: 'string' },
    card: {
      type: 'string',
      description:
        'What there is to know about the model, as markdown of at most 64 KB; a text or a file.',
    },
    deploy: {
      type: 'boolean',
      default: true,
      description: 'False stores the version without serving it.',
    },
  },
}

export const modelRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/models',
    handle: uploadModel,
    document: {
      id: 'uploadModel',
      tag: 'Models',
      summary: 'Upload a model file and deploy it',
      description:
        'The file is read without executing anything in it. The same name again makes the next version; content that is already stored under the name is answered with the version that has it.',
      body: () => ({ 'multipart/form-data': { schema: FORM_SCHEMA } }),
      answers: () => [
        {
          status: 201,
          description: 'A new version.',
          content: json(outputSchemaOf('deploy_model')),
        },
        {
          status: 200,
          description: 'The version that already holds this file.',
          content: json(outputSchemaOf('deploy_model')),
        },
      ],
      errors: [
        'malformed_request',
        'conflict',
        'too_large',
        'unsupported_file',
        'invalid_input',
        'unreadable_model',
        'unavailable',
      ],
    },
  },
  {
    method: 'GET',
    path: '/api/models',
    handle: (exchange) => answerOperation(exchange, 'list_models', {}),
    document: operationDocument('list_models', { id: 'listModels', summary: 'List the models' }),
  },
  {
    method: 'GET',
    path: '/api/models/{name}',
    handle: aboutModel('describe_model'),
    document: operationDocument('describe_model', {
      id: 'describeModel',
      summary: 'Describe a model',
    }),
  },
  {
    method: 'GET',
    path: '/api/models/{name}/card',
    handle: readCard,
    document: {
      id: 'readCard',
      tag: 'Models',
      summary: 'Read the card of a model',
      description: 'What its maker wrote about it, as markdown.',
      answers: () => [
        {
          status: 200,
          description: 'The card.',
          content: { 'text/markdown': { schema: { type: 'string' } } },
        },
      ],
      errors: NAME_ERRORS,
    },
  },
  {
    method: 'DELETE',
    path: '/api/models/{name}',
    handle: (exchange) => {
      const confirmation = new URL(exchange.request.url).searchParams.get(CONFIRMATION_FIELD)
      const model = exchange.parameters['name'] ?? ''
      const input =
        confirmation === null ? { model } : { model, [CONFIRMATION_FIELD]: confirmation }
      return answerOperation(exchange, 'delete_model', input)
    },
    document: operationDocument('delete_model', {
      id: 'deleteModel',
      summary: 'Delete a model with all its versions',
      description:
        'Cannot be undone, so the first request deletes nothing: it is answered with 409 needs_confirmation, the question to put to the person and a token. The same request with that token as ?confirmation= deletes.',
      query: [
        {
          name: CONFIRMATION_FIELD,
          description: 'The token that the first answer gave.',
          schema: { type: 'string' },
        },
      ],
      errors: [...NAME_ERRORS, 'needs_confirmation'],
    }),
  },
  {
    method: 'GET',
    path: '/api/models/{name}/versions',
    handle: aboutModel('list_versions'),
    document: operationDocument('list_versions', {
      id: 'listVersions',
      summary: 'List the versions of a model',
    }),
  },
  {
    method: 'POST',
    path: '/api/models/{name}/versions/{version}/promote',
    handle: (exchange) => {
      const version = versionNumber(exchange)
      if (!version.ok) return version
      const input = { model: exchange.parameters['name'] ?? '', version: version.value }
      return answerOperation(exchange, 'promote_version', input)
    },
    document: operationDocument('promote_version', {
      id: 'promoteVersion',
      summary: 'Make a version the live one',
    }),
  },
  {
    method: 'POST',
    path: '/api/models/{name}/undeploy',
    handle: aboutModel('undeploy_model'),
    document: operationDocument('undeploy_model', {
      id: 'undeployModel',
      summary: 'Take a model off its endpoint',
    }),
  },
]
