// The protocol's addresses in the OpenAPI document: its own schemas, written from its specification.

import { json } from '../openapi/schemas.ts'
import type { JsonSchema, RouteDocument } from '../route.ts'

const TEXT: JsonSchema = { type: 'string' }
const SHAPE: JsonSchema = { type: 'array', items: { type: 'integer' } }

function objectOf(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]) {
  return { type: 'object', required, properties } satisfies JsonSchema
}

const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items })

const PARAMETERS: JsonSchema = {
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'boolean'] },
}

const METADATA_TENSORS = listOf(
  objectOf({ name: TEXT, datatype: TEXT, shape: SHAPE, parameters: PARAMETERS }, [
    'name',
    'datatype',
    'shape',
  ]),
)

const TENSORS = listOf(
  objectOf(
    {
      name: TEXT,
      shape: SHAPE,
      datatype: {
        ...TEXT,
        description: 'BOOL, UINT8 to UINT64, INT8 to INT64, FP32, FP64 or BYTES.',
      },
      parameters: PARAMETERS,
      data: { type: 'array', description: 'Nested or flat, in row-major order.' },
    },
    ['name', 'shape', 'datatype'],
  ),
)

const REQUEST = objectOf(
  {
    id: TEXT,
    parameters: PARAMETERS,
    inputs: TENSORS,
    outputs: listOf(objectOf({ name: TEXT, parameters: PARAMETERS }, ['name'])),
  },
  ['inputs'],
)

const ANSWERS = {
  serverMetadata: objectOf({ name: TEXT, version: TEXT, extensions: listOf(TEXT) }, [
    'name',
    'version',
    'extensions',
  ]),
  serverLive: objectOf({ live: { type: 'boolean' } }, ['live']),
  serverReady: objectOf({ ready: { type: 'boolean' } }, ['ready']),
  modelMetadata: objectOf(
    {
      name: TEXT,
      versions: listOf(TEXT),
      platform: TEXT,
      inputs: METADATA_TENSORS,
      outputs: METADATA_TENSORS,
    },
    ['name', 'platform', 'inputs', 'outputs'],
  ),
  modelReady: objectOf({ name: TEXT, ready: { type: 'boolean' } }, ['name', 'ready']),
  modelInfer: objectOf({ model_name: TEXT, model_version: TEXT, id: TEXT, outputs: TENSORS }, [
    'model_name',
    'outputs',
  ]),
  repositoryIndex: listOf(
    objectOf({ name: TEXT, version: TEXT, state: TEXT, reason: TEXT }, ['name', 'state']),
  ),
  repositoryModelLoad: objectOf({}, []),
  repositoryModelUnload: objectOf({}, []),
} as const satisfies Record<string, JsonSchema>

/** Names of the protocol's own specification. */
export type ProtocolCall = keyof typeof ANSWERS

const BODIES: Partial<Record<ProtocolCall, JsonSchema>> = {
  modelInfer: REQUEST,
  repositoryIndex: objectOf({ ready: { type: 'boolean' } }, []),
}

/** `suffix` sets the address of a version apart from that of its model. */
export function inferenceDocument(
  call: ProtocolCall,
  summary: string,
  suffix: '' | 'Version' = '',
): RouteDocument {
  const body = BODIES[call]
  return {
    id: `${call}${suffix}`,
    tag: 'Open Inference Protocol',
    summary,
    ...(body !== undefined && { body: () => json(body) }),
    answers: () => [{ status: 200, description: 'Done.', content: json(ANSWERS[call]) }],
    errors: [],
    failure: objectOf({ error: { ...TEXT, description: 'What is wrong, in words.' } }, ['error']),
  }
}
