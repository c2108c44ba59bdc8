// The repository extension of the protocol: which models there are, and taking them on and off their endpoints.

import { fail, type Outcome } from '#core/errors.ts'
import { isObject } from '#core/open-inference/body.ts'
import { authorise } from '#core/operations/access.ts'
import { deployModel } from '#core/operations/deploy-model.ts'
import { findModel } from '#core/operations/find-model.ts'
import { invoke } from '#core/operations/invoke.ts'
import { listModels } from '#core/operations/list-models.ts'
import { undeployModel } from '#core/operations/undeploy-model.ts'
import { callOf, type Exchange, jsonReply, portsOf, type Reply } from '../exchange.ts'
import { readBytes } from '../http/body.ts'
import { JSON_BODY_DEADLINE_MS } from '../limits.ts'

/** A model without a live version is there and does not answer. */
interface IndexEntry {
  readonly name: string
  readonly version?: string
  readonly state: 'READY' | 'UNAVAILABLE'
  readonly reason?: string
}

/** Clients send an empty body or a JSON object of wishes. */
async function readWishes(exchange: Exchange): Promise<Outcome<Readonly<Record<string, unknown>>>> {
  const { request, services } = exchange
  const { jsonBytes } = services.limits
  const bytes = await readBytes(request, jsonBytes, 'The body', JSON_BODY_DEADLINE_MS)
  if (!bytes.ok) return bytes
  if (bytes.value.byteLength === 0) return { ok: true, value: {} }
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes.value))
    if (isObject(parsed)) return { ok: true, value: parsed }
  } catch {
    // Said below.
  }
  return fail('malformed_request', 'The body must be empty or a JSON object.')
}

/** One line a model, in the order of names; with `ready` only those that answer. */
export async function listRepository(exchange: Exchange): Promise<Reply> {
  const allowed = authorise(listModels, exchange.principal)
  if (!allowed.ok) return allowed
  const wishes = await readWishes(exchange)
  if (!wishes.ok) return wishes
  const { registry, serving } = portsOf(exchange)
  const models = await registry.listModels()
  const loaded = new Set(serving.loaded())
  const failures = serving.failures()
  const entries = models.map(({ name, liveVersion }): IndexEntry => {
    if (liveVersion === null) return { name, state: 'UNAVAILABLE', reason: 'unloaded' }
    const version = String(liveVersion)
    if (loaded.has(name)) return { name, version, state: 'READY' }
    const reason = failures.get(name)?.message ?? 'not loaded yet'
    return { name, version, state: 'UNAVAILABLE', reason }
  })
  const shown =
    wishes.value['ready'] === true ? entries.filter(({ state }) => state === 'READY') : entries
  return jsonReply(exchange, shown)
}

/** The newest version goes live where none is; a model that answers is left as it is. */
export async function loadModel(exchange: Exchange): Promise<Reply> {
  const wishes = await readWishes(exchange)
  if (!wishes.ok) return wishes
  if (isObject(wishes.value['parameters']) && Object.keys(wishes.value['parameters']).length > 0) {
    return fail(
      'invalid_input',
      'A model is loaded as it was stored; send no parameters. New files go to POST /api/models.',
    )
  }
  const name = exchange.parameters['name'] ?? ''
  const allowed = authorise(deployModel, exchange.principal)
  if (!allowed.ok) return allowed
  const ports = portsOf(exchange)
  const found = await findModel(ports.registry, name)
  if (found.ok && found.value.liveVersion !== null) {
    await ports.serving.refresh([found.value.name])
    const failure = ports.serving.failures().get(found.value.name)
    return failure === undefined ? jsonReply(exchange, {}) : { ok: false, failure }
  }
  return await change(exchange, deployModel, { name })
}

export async function unloadModel(exchange: Exchange): Promise<Reply> {
  const wishes = await readWishes(exchange)
  if (!wishes.ok) return wishes
  return await change(exchange, undeployModel, { model: exchange.parameters['name'] ?? '' })
}

async function change(
  exchange: Exchange,
  operation: typeof deployModel | typeof undeployModel,
  input: Readonly<Record<string, unknown>>,
): Promise<Reply> {
  const call = callOf(exchange, { confirmed: false })
  const outcome =
    operation.name === 'deploy_model'
      ? await invoke(deployModel, input, call)
      : await invoke(undeployModel, input, call)
  return outcome.ok ? jsonReply(exchange, {}) : outcome
}
