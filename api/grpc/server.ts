// The Open Inference Protocol over gRPC: each call is asked of the same server's REST, which has the keys, limits and counts.

import {
  type handleUnaryCall,
  logVerbosity,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  setLogVerbosity,
  status,
} from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import protobuf from 'protobufjs'
import { HEADER_LENGTH } from '#core/open-inference/body.ts'
import { TensorError } from '#core/open-inference/tensor.ts'
import { DEFAULT_LIMITS } from '../limits.ts'
import type {
  ModelInferRequest,
  ModelInferResponse,
  ModelRequest,
  RepositoryIndexRequest,
  RepositoryModelRequest,
} from './messages.ts'
import source from './open-inference.proto' with { type: 'text' }
import { toInferResponse, toRestBody } from './translate.ts'

const SERVICE = 'inference.GRPCInferenceService'
/** What stands around a message's tensors: names, shapes, lengths. */
const ENVELOPE_BYTES = 1024 * 1024

export interface GrpcOptions {
  /** `ParleyServer.fetch`. */
  readonly fetch: (request: Request) => Promise<Response>
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly maximumMessageBytes?: number
}

export interface GrpcServer {
  readonly port: number
  /** Lets calls in flight end for up to `drainMs`, then cuts them. */
  stop(options?: { drainMs?: number }): Promise<void>
}

/** gRPC's word for each status of the REST answer; the contract with outsiders, pinned by a test. */
export const GRPC_CODE_OF: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  409: status.FAILED_PRECONDITION,
  413: status.RESOURCE_EXHAUSTED,
  429: status.RESOURCE_EXHAUSTED,
  500: status.INTERNAL,
  503: status.UNAVAILABLE,
}

/** The service as the library takes it; clients in tests are made from it too. */
export function inferenceService(): ServiceDefinition {
  const json = protobuf.parse(source, { keepCase: true }).root.toJSON()
  const definition = fromJSON(json, { keepCase: true, longs: Number, defaults: true, oneofs: true })
  const service = definition[SERVICE]
  if (service === undefined || 'format' in service) throw new Error(`there is no ${SERVICE}`)
  return service
}

/** Rejects where the port is taken. */
export async function startGrpcServer(options: GrpcOptions): Promise<GrpcServer> {
  // The library writes to the standard error by itself; what it has to say is in the errors that it gives.
  setLogVerbosity(logVerbosity.NONE)
  const { host, fetch, maximumMessageBytes = DEFAULT_LIMITS.tensorBytes } = options
  const server = new Server({
    'grpc.max_receive_message_length': maximumMessageBytes + ENVELOPE_BYTES,
    'grpc.max_send_message_length': -1,
  })
  server.addService(inferenceService(), { ...handlersOf(fetch) })
  const address = `${host.includes(':') ? `[${host}]` : host}:${options.port}`
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound)
      else reject(error)
    })
  })
  return {
    port,
    async stop({ drainMs = 0 } = {}) {
      const ended = new Promise<void>((resolve) => server.tryShutdown(() => resolve()))
      const timer = setTimeout(() => server.forceShutdown(), drainMs)
      await ended
      clearTimeout(timer)
    },
  }
}

/** A failed answer on its way to the client. */
class CallError extends Error {
  override readonly name = 'CallError'
  readonly code: status
  readonly details: string

  constructor(code: status, details: string) {
    super(details)
    this.code = code
    this.details = details
  }
}

type Call<In> = ServerUnaryCall<In, unknown>
type Ask = (
  path: string,
  init?: { readonly method?: 'POST'; readonly body?: BodyInit; readonly headerLength?: number },
) => Promise<Response>

function handlersOf(fetch: GrpcOptions['fetch']) {
  const unary =
    <In, Out>(work: (message: In, ask: Ask) => Promise<Out>): handleUnaryCall<In, Out> =>
    (call, answer) => {
      work(call.request, askerOf(call, fetch)).then(
        (value) => answer(null, value),
        (error: unknown) => answer(failureOf(error)),
      )
    }
  return {
    ServerLive: unary(async (_, ask) => ({ live: (await ask('/v2/health/live')).ok })),
    ServerReady: unary(async (_, ask) => ({ ready: (await ask('/v2/health/ready')).ok })),
    ModelReady: unary(async (model: ModelRequest, ask) => {
      const response = await ask(`${modelPath(model.name, model.version)}/ready`)
      // What is not there is not ready, as Triton says it; a key that may not ask is told so.
      if (response.status !== NOT_FOUND && response.status !== UNAVAILABLE) await jsonOf(response)
      return { ready: response.ok }
    }),
    ServerMetadata: unary(async (_, ask) => jsonOf(await ask('/v2'))),
    ModelMetadata: unary(async (model: ModelRequest, ask) =>
      jsonOf(await ask(modelPath(model.name, model.version))),
    ),
    ModelInfer: unary(infer),
    RepositoryIndex: unary(async ({ ready }: RepositoryIndexRequest, ask) => {
      const body = JSON.stringify({ ready })
      return { models: await jsonOf(await ask('/v2/repository/index', { method: 'POST', body })) }
    }),
    RepositoryModelLoad: unary(async (request: RepositoryModelRequest, ask) => {
      const body = JSON.stringify({ parameters: request.parameters })
      return jsonOf(
        await ask(`${repositoryPath(request.model_name)}/load`, { method: 'POST', body }),
      )
    }),
    RepositoryModelUnload: unary(async (request: RepositoryModelRequest, ask) =>
      jsonOf(await ask(`${repositoryPath(request.model_name)}/unload`, { method: 'POST' })),
    ),
  }
}

const NOT_FOUND = 404
const UNAVAILABLE = 503

async function infer(request: ModelInferRequest, ask: Ask): Promise<ModelInferResponse> {
  const path = `${modelPath(request.model_name, request.model_version)}/infer`
  const response = await ask(path, { method: 'POST', ...toRestBody(request) })
  if (!response.ok) await jsonOf(response)
  const bytes = new Uint8Array(await response.arrayBuffer())
  return toInferResponse(bytes, response.headers.get(HEADER_LENGTH))
}

function modelPath(name: string, version: string): string {
  const path = `/v2/models/${encodeURIComponent(name)}`
  return version === '' ? path : `${path}/versions/${encodeURIComponent(version)}`
}

function repositoryPath(name: string): string {
  return `/v2/repository/models/${encodeURIComponent(name)}`
}

/** Metadata of a call that are headers of its request. */
const PASSED_ON = [
  'authorization',
  'x-request-id',
  'x-routing-key',
  'traceparent',
  'tracestate',
] as const

function askerOf<In>(call: Call<In>, fetch: GrpcOptions['fetch']): Ask {
  const broken = new AbortController()
  call.on('cancelled', () => broken.abort())
  return (path, { method, body, headerLength } = {}) => {
    const headers = new Headers()
    for (const name of PASSED_ON) {
      const [value] = call.metadata.get(name)
      if (value !== undefined) headers.set(name, String(value))
    }
    if (headerLength !== undefined) headers.set(HEADER_LENGTH, String(headerLength))
    const init = { method: method ?? 'GET', headers, signal: broken.signal }
    const url = `http://localhost${path}`
    return fetch(new Request(url, body === undefined ? init : { ...init, body }))
  }
}

/** Throws a CallError where the answer is a failure. */
async function jsonOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json()
  if (response.ok) return body
  const told = typeof body === 'object' && body !== null && 'error' in body ? body.error : ''
  throw new CallError(GRPC_CODE_OF[response.status] ?? status.UNKNOWN, String(told))
}

/** Nothing of the inside: the frame behind `fetch` has logged what was thrown there. */
function failureOf(error: unknown): Pick<CallError, 'code' | 'details' | 'message' | 'name'> {
  if (error instanceof CallError) return error
  return error instanceof TensorError
    ? new CallError(status.INVALID_ARGUMENT, error.message)
    : new CallError(status.INTERNAL, 'Something went wrong on our side.')
}
