// The addresses of the Open Inference Protocol (v2) over REST, as KServe, Triton and MLServer have them.

import { fail, type Outcome } from '#core/errors.ts'
import { metadataOf } from '#core/open-inference/metadata.ts'
import { authorise } from '#core/operations/access.ts'
import { describeModel } from '#core/operations/describe-model.ts'
import { findModel, findVersion } from '#core/operations/find-model.ts'
import type { Lease } from '#core/operations/operation.ts'
import { predict } from '#core/operations/predict.ts'
import { type Exchange, jsonReply, portsOf, type Reply } from '../exchange.ts'
import { readBytes } from '../http/body.ts'
import { JSON_BODY_DEADLINE_MS } from '../limits.ts'
import type { Route } from '../route.ts'
import {
  leaseLive,
  leaseNumbered,
  routingKeyOf,
  unknownTo,
  versionNumber,
} from '../routes/predict.ts'
import { inferenceDocument } from './documents.ts'
import { inferenceFailure } from './failures.ts'
import { infer } from './infer.ts'
import { listRepository, loadModel, unloadModel } from './repository.ts'

/** Which parts of the protocol are spoken beyond its core. */
const EXTENSIONS = ['binary_tensor_data', 'model_repository'] as const

const nameOf = ({ parameters }: Exchange): string => parameters['name'] ?? ''

function isNumbered({ parameters }: Exchange): boolean {
  return parameters['version'] !== undefined
}

async function showMetadata(exchange: Exchange): Promise<Reply> {
  const allowed = authorise(describeModel, exchange.principal)
  if (!allowed.ok) return allowed
  const { registry } = portsOf(exchange)
  const model = await findModel(registry, nameOf(exchange))
  if (!model.ok) return unknownTo(exchange, nameOf(exchange), model)
  const number = isNumbered(exchange) ? versionNumber(exchange) : null
  if (number !== null && !number.ok) return number
  const all = await registry.listVersions(model.value.name)
  const numbers = all.map((one) => one.number).sort((left, right) => left - right)
  const shown = number?.value ?? model.value.liveVersion ?? numbers.at(-1) ?? 0
  const version = await findVersion(registry, model.value, shown)
  if (!version.ok) return version
  return jsonReply(exchange, metadataOf(version.value, number === null ? numbers : [shown]))
}

/** A version by its number answers whether it is live or not. */
async function showReady(exchange: Exchange): Promise<Reply> {
  const lease = await leaseAsked(exchange)
  if (!lease.ok) return lease
  const { model: name } = lease.value.version
  lease.value.release()
  return jsonReply(exchange, { name, ready: true })
}

/** An undeployed model is known and not ready, which the protocol tells apart from an unknown one. */
async function leaseAsked(exchange: Exchange): Promise<Outcome<Lease>> {
  const allowed = authorise(predict, exchange.principal)
  if (!allowed.ok) return allowed
  if (isNumbered(exchange)) return await leaseNumbered(exchange)
  const lease = await leaseLive(exchange, nameOf(exchange), routingKeyOf(exchange))
  if (lease.ok || lease.failure.code !== 'conflict') return lease
  return { ok: false, failure: { ...lease.failure, code: 'unavailable' } }
}

async function answerInference(exchange: Exchange): Promise<Reply> {
  const { request, services, facts } = exchange
  const lease = await leaseAsked(exchange)
  if (!lease.ok) return lease
  facts.model = lease.value.version.model
  facts.modelVersion = lease.value.version.modelVersion
  try {
    const encoding = request.headers.get('content-encoding') ?? 'identity'
    if (encoding !== 'identity') {
      return fail('unsupported_file', 'Compressed bodies are not read here; send them plain.')
    }
    const { tensorBytes } = services.limits
    const bytes = await readBytes(request, tensorBytes, 'The body', JSON_BODY_DEADLINE_MS)
    return bytes.ok ? await infer(exchange, lease.value, bytes.value) : bytes
  } finally {
    lease.value.release()
  }
}

/**
 * Ready to be sent requests. One model among many that cannot be loaded says so at its own address and takes no server
 * out of rotation; where nothing that is deployed could be loaded, there is nothing to send requests to.
 */
function showServerReady(exchange: Exchange): Reply {
  const { serving } = exchange.services.ports
  if (serving.failures().size > 0 && serving.loaded().length === 0) {
    return fail('unavailable', 'None of the deployed models could be loaded.')
  }
  return jsonReply(exchange, { ready: true })
}

type Handler = Route['handle']

function protocolRoute(
  method: 'GET' | 'POST',
  path: string,
  handle: Handler,
  document: Route['document'],
  open = false,
): Route {
  return { method, path, handle, document, writeFailure: inferenceFailure, ...(open && { open }) }
}

export const inferenceRoutes: readonly Route[] = [
  protocolRoute(
    'GET',
    '/v2',
    (exchange) =>
      jsonReply(exchange, {
        name: 'parley',
        version: exchange.services.version,
        extensions: EXTENSIONS,
      }),
    inferenceDocument('serverMetadata', 'Name the server and what it speaks'),
  ),
  protocolRoute(
    'GET',
    '/v2/health/live',
    (exchange) => jsonReply(exchange, { live: true }),
    inferenceDocument('serverLive', 'Say that the server answers'),
    true,
  ),
  protocolRoute(
    'GET',
    '/v2/health/ready',
    showServerReady,
    inferenceDocument('serverReady', 'Say that the server can be sent requests'),
    true,
  ),
  ...['/v2/models/{name}', '/v2/models/{name}/versions/{version}'].flatMap((path, index) => {
    const suffix = index === 0 ? '' : 'Version'
    const which = index === 0 ? 'the live version of a model' : 'a given version of a model'
    return [
      protocolRoute(
        'GET',
        path,
        showMetadata,
        inferenceDocument('modelMetadata', `Describe the tensors of ${which}`, suffix),
      ),
      protocolRoute(
        'GET',
        `${path}/ready`,
        showReady,
        inferenceDocument('modelReady', `Say whether ${which} answers`, suffix),
      ),
      protocolRoute(
        'POST',
        `${path}/infer`,
        answerInference,
        inferenceDocument('modelInfer', `Predict with ${which}`, suffix),
      ),
    ]
  }),
  protocolRoute(
    'POST',
    '/v2/repository/index',
    listRepository,
    inferenceDocument('repositoryIndex', 'List the models and whether they answer'),
  ),
  protocolRoute(
    'POST',
    '/v2/repository/models/{name}/load',
    loadModel,
    inferenceDocument('repositoryModelLoad', 'Take a model back on its endpoint'),
  ),
  protocolRoute(
    'POST',
    '/v2/repository/models/{name}/unload',
    unloadModel,
    inferenceDocument('repositoryModelUnload', 'Take a model off its endpoint'),
  ),
]
