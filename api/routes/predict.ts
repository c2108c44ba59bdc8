// Predictions: the way of a row from the wire to the engine and back, with nothing on it that need not be.

import { fail, type Outcome } from '#core/errors.ts'
import type { Prediction } from '#core/model.ts'
import { authorise, maySee, modelRefusal } from '#core/operations/access.ts'
import { exampleRow } from '#core/operations/example-row.ts'
import { findModel, leaseModel } from '#core/operations/find-model.ts'
import type { Lease } from '#core/operations/operation.ts'
import { predict } from '#core/operations/predict.ts'
import { runPredictions } from '#core/operations/run-prediction.ts'
import { type Exchange, jsonReply, jsonTextReply, portsOf, type Reply } from '../exchange.ts'
import { parseJson, readJson, startJsonText } from '../http/body.ts'
import { FEATURES, INSTANCES, json, MANY_PREDICTIONS, ONE_PREDICTION } from '../openapi/schemas.ts'
import { predictionJson } from '../prediction-json.ts'
import type { Route, RouteDocument } from '../route.ts'

type Features = Readonly<Record<string, unknown>>

const VERSION_NUMBER = /^[1-9]\d{0,8}$/

/** The live version's lease, or why there is none, in the words of this surface. */
export async function leaseLive(
  exchange: Exchange,
  name: string,
  key?: string,
): Promise<Outcome<Lease>> {
  const ports = portsOf(exchange)
  const outcome = await leaseModel(ports, name, undefined, key)
  if (outcome.ok || outcome.failure.code !== 'not_found') return outcome
  const model = await ports.registry.findModel(name)
  if (model === null) return unknownTo(exchange, name, outcome)
  if (model.liveVersion !== null) return outcome
  // The model is there and its versions answer by number: that is a state to change, not a wrong address.
  return fail(
    'conflict',
    `${model.name} is not deployed. POST /api/models/${model.name}/versions/{n}/promote brings a version of it back; GET /api/models/${model.name}/versions lists them.`,
  )
}

/** Who is limited to some models hears so, whether or not there is one of that name. */
export function unknownTo<T>(
  { principal }: Exchange,
  name: string,
  outcome: Outcome<T>,
): Outcome<T> {
  return principal.models === undefined ? outcome : modelRefusal(principal, name)
}

export function versionNumber(exchange: Exchange): Outcome<number> {
  const text = exchange.parameters['version'] ?? ''
  if (VERSION_NUMBER.test(text)) return { ok: true, value: Number(text) }
  return fail('not_found', 'A version is a whole number from 1, as in /versions/2.')
}

export async function leaseNumbered(exchange: Exchange): Promise<Outcome<Lease>> {
  const number = versionNumber(exchange)
  if (!number.ok) return number
  const name = exchange.parameters['name'] ?? ''
  const ports = portsOf(exchange)
  const lease = await leaseModel(ports, name, number.value)
  if (lease.ok || (await findModel(ports.registry, name)).ok) return lease
  return unknownTo(exchange, name, lease)
}

/** The same key gets the same version for as long as the shares stay: a customer's, or of this request alone. */
export function routingKeyOf({ request, requestId }: Exchange): string {
  return request.headers.get(ROUTING_KEY_HEADER) ?? requestId
}

const ROUTING_KEY_HEADER = 'x-routing-key'

/** What a body must pass before a version sees it; null where it does. */
type BodyCheck = (lease: Lease, body: unknown) => Outcome<never> | null

const takeAny: BodyCheck = () => null

/** The way of most requests; each `await` on it costs as much as validating a row. */
async function predictLive(
  exchange: Exchange,
  name: string,
  check: BodyCheck = takeAny,
): Promise<Reply> {
  const { request, services, principal } = exchange
  const allowed = authorise(predict, principal)
  if (!allowed.ok) return allowed
  const { jsonBytes } = services.limits
  const text = startJsonText(request, jsonBytes)
  const body = text === null ? await readJson(request, jsonBytes) : parseJson(request, await text)
  if (!body.ok) return body
  const { serving } = services.ports
  const key = serving.isRouted(name) ? routingKeyOf(exchange) : undefined
  const lease = maySee(principal, name) ? serving.leaseNow(name, key) : null
  if (lease !== null) return answerChecked(exchange, lease, body.value, check)
  const found = await leaseLive(exchange, name, routingKeyOf(exchange))
  return found.ok ? answerChecked(exchange, found.value, body.value, check) : found
}

function answerChecked(
  exchange: Exchange,
  lease: Lease,
  body: unknown,
  check: BodyCheck,
): Reply | Promise<Reply> {
  const problem = check(lease, body)
  if (problem === null) return answer(exchange, lease, body)
  lease.release()
  return problem
}

/** Fields that rows may carry and the model does not look at have no place in the smallest request. */
const refuseUnused: BodyCheck = ({ version }, body) => {
  const unused = new Set(
    version.signature.inputs.filter((field) => field.unused === true).map((field) => field.name),
  )
  if (unused.size === 0 || !isRecord(body)) return null
  const { instances } = body
  const rows = Array.isArray(instances) ? instances : [body]
  const problems = rows.flatMap((row, index) => {
    const prefix = rows === instances ? `instances[${index}].` : ''
    const sent = isRecord(row) ? Object.keys(row).filter((name) => unused.has(name)) : []
    return sent.map((name) => ({ path: `${prefix}${name}`, message: 'is not used by this model' }))
  })
  if (problems.length === 0) return null
  const shown = problems.slice(0, MAX_PROBLEMS)
  const names = [...new Set(shown.map(({ path }) => path))].join(', ')
  return fail(
    'invalid_input',
    `This address takes only what the model uses. Leave out ${names}${problems.length > shown.length ? ' …' : ''}.`,
    shown,
  )
}

/** As many as help to repair a client; a batch of rows would repeat them without end. */
const MAX_PROBLEMS = 20

async function predictVersion(exchange: Exchange, check: BodyCheck = takeAny): Promise<Reply> {
  const allowed = authorise(predict, exchange.principal)
  if (!allowed.ok) return allowed
  const body = await readJson(exchange.request, exchange.services.limits.jsonBytes)
  if (!body.ok) return body
  const lease = await leaseNumbered(exchange)
  return lease.ok ? answerChecked(exchange, lease.value, body.value, check) : lease
}

async function predictDefault(exchange: Exchange): Promise<Reply> {
  const { defaultModel, registry } = portsOf(exchange)
  if (defaultModel !== null) return predictLive(exchange, defaultModel)
  // Without a default set, one deployed model is what can be meant.
  const live = (await registry.listModels()).filter((model) => model.liveVersion !== null)
  const [only] = live
  if (only !== undefined && live.length === 1) return predictLive(exchange, only.name)
  return fail(
    'conflict',
    'No default model is set. Set PARLEY_DEFAULT_MODEL, or ask a model by name: POST /api/predict/{name}.',
  )
}

/** Runs what the body asks for, gives the lease back and counts what became of it. */
function answer(exchange: Exchange, lease: Lease, body: unknown): Reply | Promise<Reply> {
  const { model, modelVersion } = lease.version
  exchange.facts.model = model
  exchange.facts.modelVersion = modelVersion
  const misshapen = findMisshapen(lease, body)
  if (misshapen !== null) {
    lease.release()
    return misshapen
  }
  const features = body as Features
  return Array.isArray(features['instances'])
    ? predictMany(exchange, lease, features)
    : predictOne(exchange, lease, features)
}

/** At once where the engine predicts at once: a promise takes as long as validating the row. */
function predictOne(exchange: Exchange, lease: Lease, row: Features): Reply | Promise<Reply> {
  exchange.facts.rows = 1
  const startedMs = exchange.services.ports.monotonicMs()
  const tell = ([prediction]: readonly Prediction[]): Reply => {
    const latencyMs = settle(exchange, lease, startedMs, prediction !== undefined)
    if (prediction === undefined) throw new Error('the engine answered no prediction for one row')
    exchange.services.ports.monitor?.predicted(lease.version, {
      requestId: exchange.requestId,
      rows: [row],
      predictions: [prediction],
    })
    lease.shadow?.([row], [prediction])
    const text = predictionJson(lease.version, prediction, latencyMs, exchange.requestId)
    return jsonTextReply(exchange, text)
  }
  const giveUp = (error: unknown): never => {
    settle(exchange, lease, startedMs, false)
    throw error
  }
  let predictions: ReturnType<Lease['model']['predict']>
  try {
    const encoded = lease.model.encode([row], NO_PREFIX)
    if (!encoded.ok) {
      settle(exchange, lease, startedMs, false)
      return encoded
    }
    predictions = lease.model.predict(encoded.value)
  } catch (error) {
    return giveUp(error)
  }
  return predictions instanceof Promise ? predictions.then(tell, giveUp) : tell(predictions)
}

/** Ends one row's prediction and says how many milliseconds it took. */
function settle(exchange: Exchange, lease: Lease, startedMs: number, ok: boolean): number {
  const { ports } = exchange.services
  const { model, number: version } = lease.version
  const latencyMs = sinceMs(ports, startedMs)
  lease.release()
  ports.serving.record(model, { version, rows: 1, latencyMs, ok })
  const { surface } = exchange.principal
  ports.usage?.predicted(lease.version, { surface, rows: 1, latencyMs, ok })
  return latencyMs
}

const NO_PREFIX = () => ''

async function predictMany(exchange: Exchange, lease: Lease, body: Features): Promise<Reply> {
  try {
    const checked = checkInstances(body, exchange.services.limits.instances)
    return checked.ok ? await predictInstances(exchange, lease, checked.value) : checked
  } finally {
    lease.release()
  }
}

async function predictInstances(
  exchange: Exchange,
  lease: Lease,
  rows: readonly Features[],
): Promise<Reply> {
  const { ports } = exchange.services
  exchange.facts.rows = rows.length
  const prefix = (row: number) => `instances[${row}].`
  const outcome = await runPredictions(
    ports,
    lease,
    rows,
    prefix,
    exchange.request.signal,
    exchange,
  )
  const { model, modelVersion } = lease.version
  if (!outcome.ok) return outcome
  return jsonReply(exchange, {
    model,
    model_version: modelVersion,
    predictions: outcome.value.predictions,
    latency_ms: outcome.value.latencyMs,
    request_id: exchange.requestId,
  })
}

/** In thousandths, and at least one: nothing takes no time. */
function sinceMs(ports: { monotonicMs: () => number }, startedMs: number): number {
  return Math.max(1, Math.round((ports.monotonicMs() - startedMs) * 1000)) / 1000
}

function checkInstances(body: Features, maximum: number): Outcome<readonly Features[]> {
  const instances: readonly unknown[] = Array.isArray(body['instances']) ? body['instances'] : []
  const others = Object.keys(body).filter((key) => key !== 'instances')
  if (others.length > 0) {
    return fail(
      'invalid_input',
      '"instances" stands alone: put every feature inside its rows.',
      others.map((path) => ({ path, message: 'does not belong beside "instances"' })),
    )
  }
  if (instances.length > maximum) {
    return fail(
      'too_large',
      `One request takes up to ${maximum} instances; send more to the batch address, which streams.`,
    )
  }
  const rows: Features[] = []
  const problems: { path: string; message: string }[] = []
  for (const [index, row] of instances.entries()) {
    if (isRecord(row)) rows.push(row)
    else problems.push({ path: `instances[${index}]`, message: 'must be an object of features' })
  }
  if (problems.length > 0) {
    return fail('invalid_input', 'Every instance is an object of features.', problems)
  }
  return { ok: true, value: rows }
}

function isRecord(value: unknown): value is Features {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What cannot be a row of features, nor several; null where it can. */
function findMisshapen(lease: Lease, body: unknown): Outcome<never> | null {
  if (!isRecord(body)) return notFeatures(lease)
  if (!('instances' in body) || Array.isArray(body['instances'])) return null
  const { inputs } = lease.version.signature
  if (inputs.some(({ name }) => name === 'instances')) return null
  return fail('invalid_input', '"instances" is a list of objects of features.', [
    { path: 'instances', message: 'must be a list of objects' },
  ])
}

/** Wide models would fill the screen: the first fields show what is meant. */
const SHOWN_FIELDS = 6

function notFeatures({ version }: Lease): Outcome<never> {
  const fields = Object.entries(exampleRow(version.signature))
  const shown = JSON.stringify(Object.fromEntries(fields.slice(0, SHOWN_FIELDS)))
  const row = fields.length > SHOWN_FIELDS ? `${shown.slice(0, -1)}, …}` : shown
  return fail(
    'invalid_input',
    `Send an object of features such as ${row}, or {"instances": [{…}, {…}]} for several.`,
  )
}

const ERRORS: RouteDocument['errors'] = [
  'malformed_request',
  'not_found',
  'conflict',
  'too_large',
  'unsupported_file',
  'invalid_input',
  'unavailable',
]

/** Of no model in particular; a model's own document has its real fields. */
const EXAMPLE = exampleRow({
  inputs: [
    { name: 'tenure', type: 'float', optional: true, example: 24 },
    { name: 'monthly_charges', type: 'float', optional: true, example: 70 },
    { name: 'total_charges', type: 'float', optional: true, example: 1680 },
  ],
})

function predictDocument(id: string, summary: string, description: string): RouteDocument {
  return {
    id,
    tag: 'Predictions',
    summary,
    description,
    body: () => json({ anyOf: [INSTANCES, FEATURES] }, EXAMPLE),
    answers: () => [
      {
        status: 200,
        description: 'One prediction, or one for each instance.',
        content: json({ anyOf: [ONE_PREDICTION, MANY_PREDICTIONS] }),
      },
    ],
    errors: ERRORS,
  }
}

export const predictRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/predict/{name}',
    handle: (exchange) => predictLive(exchange, exchange.parameters['name'] ?? ''),
    document: predictDocument(
      'predict',
      'Predict with the live version of a model',
      'Send a flat object of features, or {"instances": […]} for several rows at once. GET /api/models/{name}/openapi.json has the fields of each model.',
    ),
  },
  {
    method: 'POST',
    path: '/api/predict/{name}/minimal',
    handle: (exchange) => predictLive(exchange, exchange.parameters['name'] ?? '', refuseUnused),
    document: predictDocument(
      'predictMinimal',
      'Predict from the fields that the model uses alone',
      'The same, but fields that the model does not look at are refused: what passes here is the smallest request.',
    ),
  },
  {
    method: 'POST',
    path: '/api/predict/{name}/versions/{version}',
    handle: (exchange) => predictVersion(exchange),
    document: predictDocument(
      'predictVersion',
      'Predict with a given version of a model',
      'The same for a version by its number, deployed or not.',
    ),
  },
  {
    method: 'POST',
    path: '/api/predict/{name}/versions/{version}/minimal',
    handle: (exchange) => predictVersion(exchange, refuseUnused),
    document: predictDocument(
      'predictVersionMinimal',
      'Predict with a given version from the fields that it uses alone',
      'The same for a version by its number, deployed or not.',
    ),
  },
  {
    method: 'POST',
    path: '/predict',
    handle: predictDefault,
    document: predictDocument(
      'predictDefault',
      'Predict with the default model',
      'The same as /api/predict/{name} with the model that PARLEY_DEFAULT_MODEL names, or the only one deployed.',
    ),
  },
]
