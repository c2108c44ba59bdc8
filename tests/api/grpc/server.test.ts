// The Open Inference Protocol over gRPC: every call by a real client, in both forms, and the word for each refusal.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import {
  GRPC_CODE_OF,
  type GrpcServer,
  inferenceService,
  startGrpcServer,
} from '#api/grpc/server.ts'
import { INFERENCE_STATUS_OF } from '#api/inference/failures.ts'
import { createServer } from '#api/server.ts'
import { makeApiKey } from '#core/people/api-key.ts'
import { createKeyring } from '#core/people/keyring.ts'
import { createRequestPrincipals } from '#core/people/request-principals.ts'
import {
  expectedProbability,
  ROW,
  smallAgent,
  startServer,
  storeModel,
  type TestServer,
} from '../support.ts'

let parley: TestServer
let grpc: GrpcServer
let client: Client

beforeAll(async () => {
  parley = await startServer()
  await storeModel(parley.ports)
  await storeModel(parley.ports, { bias: 2 })
  await storeModel(parley.ports, { name: 'price', kind: 'regressor', bias: 100 })
  await storeModel(parley.ports, { name: 'resting', deploy: false })
  const { fetch } = parley.server
  grpc = await startGrpcServer({ fetch, host: '127.0.0.1', port: 0, maximumMessageBytes: 4096 })
  client = connect(grpc)
})
afterAll(async () => {
  client.close()
  await grpc.stop()
  await parley.close()
})

function connect({ port }: GrpcServer): Client {
  return new Client(`127.0.0.1:${port}`, credentials.createInsecure())
}

const SERVICE = inferenceService()

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape are matched against literals
type Answered = any

function call(name: string, message: unknown, options: { key?: string; on?: Client } = {}) {
  const { path, requestSerialize, responseDeserialize } = SERVICE[name] as MethodDefinition<
    unknown,
    Answered
  >
  const metadata = new Metadata()
  if (options.key !== undefined) metadata.set('authorization', `Bearer ${options.key}`)
  return new Promise<Answered>((resolve, reject) => {
    const answer = (error: ServiceError | null, value?: Answered) =>
      error === null ? resolve(value) : reject(error)
    const on = options.on ?? client
    on.makeUnaryRequest(path, requestSerialize, responseDeserialize, message, metadata, answer)
  })
}

/** The code and the words of a refusal; throws where there is none. */
async function refusalOf(answer: Promise<unknown>): Promise<[number, string]> {
  const error = await answer.then(
    () => {
      throw new Error('it was answered')
    },
    (reason: ServiceError) => reason,
  )
  return [error.code, error.details]
}

function bytesOf(...values: number[]): Buffer {
  return Buffer.from(Float64Array.from(values).buffer)
}

const TABLE = { name: 'x', datatype: 'FP64', shape: [1, 3] }
const RAW = {
  model_name: 'churn',
  id: 'q-1',
  inputs: [TABLE],
  raw_input_contents: [bytesOf(...Object.values(ROW))],
}

describe('the server and its models', () => {
  test.each([
    ['ServerLive', {}, { live: true }],
    ['ServerReady', {}, { ready: true }],
    ['ModelReady', { name: 'churn' }, { ready: true }],
    ['ModelReady', { name: 'churn', version: '1' }, { ready: true }],
    ['ModelReady', { name: 'resting' }, { ready: false }],
    ['ModelReady', { name: 'nobody' }, { ready: false }],
    [
      'ServerMetadata',
      {},
      { name: 'parley', version: '0.1.0', extensions: ['binary_tensor_data', 'model_repository'] },
    ],
  ])('%s %j', async (name, message, expected) => {
    expect(await call(name, message)).toEqual(expected)
  })

  test('are described as over REST', async () => {
    const { body } = await parley.ask('GET', '/v2/models/churn/versions/1')
    const described = await call('ModelMetadata', { name: 'churn', version: '1' })
    const withoutParameters = (list: { parameters?: unknown }[]) =>
      list.map(({ parameters: _parameters, ...rest }) => rest)
    expect(described).toEqual({
      ...body,
      inputs: withoutParameters(body.inputs),
      outputs: withoutParameters(body.outputs),
    })
    expect(described.inputs[0].shape).toEqual([-1, 1])
  })
})

describe('an inference', () => {
  test('by bytes is answered by bytes', async () => {
    const answer = await call('ModelInfer', RAW)
    expect(answer).toMatchObject({ model_name: 'churn', model_version: '2', id: 'q-1' })
    const [label, probabilities] = answer.outputs
    expect([label.name, label.datatype, label.shape]).toEqual(['predicted_label', 'BYTES', [1]])
    expect(probabilities.parameters.classes.string_param).toBe('["No","Yes"]')
    expect(answer.raw_output_contents[0]).toEqual(Buffer.from('\x03\0\0\0Yes'))
    expect(answer.raw_output_contents[1].readDoubleLE(8)).toBeCloseTo(
      expectedProbability(ROW, 2),
      5,
    )
  })

  test('by values is answered by values', async () => {
    const contents = { fp64_contents: Object.values(ROW) }
    const answer = await call('ModelInfer', {
      ...RAW,
      raw_input_contents: [],
      inputs: [{ ...TABLE, contents }],
    })
    expect(answer.raw_output_contents).toEqual([])
    expect(answer.outputs[0].contents.bytes_contents).toEqual([Buffer.from('Yes')])
    expect(answer.outputs[1].contents.fp64_contents[1]).toBeCloseTo(expectedProbability(ROW, 2), 5)
  })

  test('takes the values of every datatype', async () => {
    const field = (name: string, datatype: string, contents: object) => ({
      name,
      datatype,
      shape: [1],
      contents,
    })
    const [tenure, monthly, total] = ['tenure', 'monthly_charges', 'total_charges'] as const
    const ask = async (...inputs: unknown[]) => {
      const { outputs } = await call('ModelInfer', { model_name: 'price', inputs })
      return outputs[0].contents.fp64_contents[0]
    }
    const expected = 100 - 0.05 * 24 + 0.02 * 70 - 0.168
    expect(
      await ask(
        field(tenure, 'INT8', { int_contents: [24] }),
        field(monthly, 'UINT64', { uint64_contents: [70] }),
        field(total, 'FP32', { fp32_contents: [1680] }),
      ),
    ).toBeCloseTo(expected, 3)
    expect(
      await ask(
        field(tenure, 'INT64', { int64_contents: [24] }),
        field(monthly, 'UINT16', { uint_contents: [70] }),
        field(total, 'BYTES', { bytes_contents: [Buffer.from('1680')] }),
      ),
    ).toBeCloseTo(expected, 3)
  })

  test('goes to a version, and gives the outputs that are asked for', async () => {
    const outputs = [{ name: 'class_probabilities' }]
    const answer = await call('ModelInfer', { ...RAW, model_version: '1', outputs })
    expect(answer.outputs).toHaveLength(1)
    expect(answer.raw_output_contents[0].readDoubleLE(8)).toBeCloseTo(expectedProbability(ROW), 5)
  })

  test.each<[string, Readonly<Record<string, unknown>>, status, string]>([
    ['an unknown model', { model_name: 'nobody' }, status.NOT_FOUND, 'nobody'],
    ['a model off its endpoint', { model_name: 'resting' }, status.UNAVAILABLE, 'not deployed'],
    ['an unknown version', { model_version: '9' }, status.NOT_FOUND, 'no version 9'],
    [
      'an unknown datatype',
      { inputs: [{ ...TABLE, datatype: 'FP8' }] },
      status.INVALID_ARGUMENT,
      'must be one of BOOL',
    ],
    ['too few bytes', { raw_input_contents: [bytesOf(1)] }, status.INVALID_ARGUMENT, '8 bytes'],
    [
      'fewer contents than inputs',
      { inputs: [TABLE, TABLE] },
      status.INVALID_ARGUMENT,
      'send one for each',
    ],
    ['no inputs', { inputs: [], raw_input_contents: [] }, status.INVALID_ARGUMENT, 'at least one'],
    [
      'an infinite value',
      {
        raw_input_contents: [],
        inputs: [{ ...TABLE, contents: { fp64_contents: [1, 2, Number.POSITIVE_INFINITY] } }],
      },
      status.INVALID_ARGUMENT,
      'total_charges must be a finite number',
    ],
    [
      'a value outside its datatype',
      {
        raw_input_contents: [],
        inputs: [{ ...TABLE, datatype: 'INT8', contents: { int_contents: [1, 2, 300] } }],
      },
      status.INVALID_ARGUMENT,
      'from -128 to 127',
    ],
    [
      'too much',
      { raw_input_contents: [Buffer.alloc(2 * 1024 * 1024)] },
      status.RESOURCE_EXHAUSTED,
      'larger',
    ],
  ])('of %s is refused', async (_, changes, code, words) => {
    const [found, details] = await refusalOf(call('ModelInfer', { ...RAW, ...changes }))
    expect([found, details]).toEqual([code, expect.stringContaining(words)])
  })
})

test('the repository is listed and changed', async () => {
  const { models } = await call('RepositoryIndex', { ready: true })
  expect(models.map(({ name, state }: Answered) => [name, state])).toEqual([
    ['churn', 'READY'],
    ['price', 'READY'],
  ])
  const ready = async () => (await call('ModelReady', { name: 'price' })).ready
  expect(await call('RepositoryModelUnload', { model_name: 'price' })).toEqual({})
  expect(await ready()).toBe(false)
  expect(await call('RepositoryModelLoad', { model_name: 'price' })).toEqual({})
  expect(await ready()).toBe(true)
  const parameters = { config: { string_param: '{}' } }
  const [code] = await refusalOf(call('RepositoryModelLoad', { model_name: 'price', parameters }))
  expect(code).toBe(status.INVALID_ARGUMENT)
})

test('keys go along as metadata', async () => {
  const { ports } = parley
  const keyring = createKeyring({ store: ports.registry, now: Date.now, logger: ports.logger })
  const server = createServer({
    ports,
    agent: smallAgent(ports),
    port: 0,
    principalOf: createRequestPrincipals({ keyring, local: null, surface: 'rest' }),
  })
  const guarded = await startGrpcServer({ fetch: server.fetch, host: '127.0.0.1', port: 0 })
  const on = connect(guarded)
  try {
    const base = { name: 'k', scopes: null, models: null, expiresAtMs: null, createdBy: 'local' }
    const made = makeApiKey({ role: 'viewer', ...base }, { randomBytes, nowMs: Date.now() })
    await ports.registry.createApiKey(made.stored)
    const { key } = made
    expect((await call('ServerReady', {}, { on })).ready).toBe(true)
    expect((await refusalOf(call('ModelInfer', RAW, { on })))[0]).toBe(status.UNAUTHENTICATED)
    expect((await refusalOf(call('ModelReady', { name: 'churn' }, { on })))[0]).toBe(
      status.UNAUTHENTICATED,
    )
    expect((await call('ModelInfer', RAW, { on, key })).model_name).toBe('churn')
    const unload = call('RepositoryModelUnload', { model_name: 'churn' }, { on, key })
    expect((await refusalOf(unload))[0]).toBe(status.PERMISSION_DENIED)
  } finally {
    on.close()
    await guarded.stop()
    await server.stop({ drainMs: 100 })
    await keyring.close()
  }
})

test('a port that is taken is an error, and a stopped server is gone', async () => {
  const { fetch } = parley.server
  const first = await startGrpcServer({ fetch, host: '127.0.0.1', port: 0 })
  const second = startGrpcServer({ fetch, host: '127.0.0.1', port: first.port })
  expect(
    await second.then(
      () => 'listens',
      () => 'refused',
    ),
  ).toBe('refused')
  const on = connect(first)
  expect((await call('ServerLive', {}, { on })).live).toBe(true)
  on.close()
  await first.stop()
  const late = connect(first)
  expect((await refusalOf(call('ServerLive', {}, { on: late })))[0]).toBe(status.UNAVAILABLE)
  late.close()
})

test('every status of the protocol over REST has its word', () => {
  const names = Object.entries(GRPC_CODE_OF).map(([http, code]) => [Number(http), status[code]])
  expect(Object.fromEntries(names)).toEqual({
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    409: 'FAILED_PRECONDITION',
    413: 'RESOURCE_EXHAUSTED',
    429: 'RESOURCE_EXHAUSTED',
    500: 'INTERNAL',
    503: 'UNAVAILABLE',
  })
  const statuses = [...new Set(Object.values(INFERENCE_STATUS_OF))].sort()
  expect(Object.keys(GRPC_CODE_OF).map(Number).sort()).toEqual(statuses)
})
