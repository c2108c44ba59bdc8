// Finds the model a person means by its name, its title or another name of it.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { bare, nearestWord } from '#core/nearest.ts'
import type { ModelRecord, Registry, VersionRecord } from '#core/registry/registry.ts'
import type { Lease, Ports, Principal } from './operation.ts'

/** Enough names to choose from in one sentence. */
const MAX_NAMES_LISTED = 8
const MODEL_WORD = /model$/

/** Exact name first, then title and aliases without regard to case, spaces and a trailing "model". Typos only give a hint. */
export async function findModel(
  registry: Pick<Registry, 'findModel' | 'listModels'>,
  name: string,
): Promise<Outcome<ModelRecord>> {
  const exact = await registry.findModel(name)
  if (exact !== null) return succeed(exact)
  const models = await registry.listModels()
  const wanted = keyOf(name)
  const matches = models.filter((model) => namesOf(model).some((other) => keyOf(other) === wanted))
  const [only] = matches
  if (only !== undefined && matches.length === 1) return succeed(only)
  if (matches.length > 1) {
    const names = matches.map((model) => model.name).join(', ')
    return fail('conflict', `“${name}” could be ${names}; say which one.`, [
      { path: 'model', message: `is the name of ${matches.length} models` },
    ])
  }
  return unknownModel(name, models)
}

function unknownModel(name: string, models: readonly ModelRecord[]): Outcome<never> {
  const near = nearestWord(name, models.flatMap(namesOf))
  const meant = near === null ? null : models.find((model) => namesOf(model).includes(near))
  const hint =
    models.length === 0
      ? 'No model has been uploaded yet.'
      : meant !== null && meant !== undefined
        ? `Did you mean ${meant.name}?`
        : `There ${models.length === 1 ? 'is' : 'are'} ${models
            .slice(0, MAX_NAMES_LISTED)
            .map((model) => model.name)
            .join(', ')}${models.length > MAX_NAMES_LISTED ? ' and more' : ''}.`
  return fail('not_found', `There is no model called “${name}”. ${hint}`)
}

function namesOf(model: ModelRecord): string[] {
  return [model.name, model.title, ...model.aliases]
}

function keyOf(name: string): string {
  const key = bare(name)
  return key.replace(MODEL_WORD, '') || key
}

/**
 * Whose request it is where traffic is split: over REST each request's own, so that a client that sends ids decides; a
 * person who talks keeps the version that they got, so that "why?" is about the answer before it.
 */
export function routingKeyOf(principal: Principal, requestId: string): string {
  return principal.surface === 'rest' ? requestId : principal.id
}

/** The version to predict with, or a given one; `key` says whose request it is where traffic is split. Release the lease when done. */
export async function leaseModel(
  ports: Pick<Ports, 'registry' | 'serving'>,
  name: string,
  version: number | undefined,
  key?: string,
): Promise<Outcome<Lease>> {
  if (version === undefined) {
    const direct = await ports.serving.lease(name, key)
    if (direct.ok || direct.failure.code !== 'not_found') return direct
  }
  const model = await findModel(ports.registry, name)
  if (!model.ok) return model
  if (version !== undefined) return ports.serving.leaseVersion(model.value.name, version)
  if (model.value.liveVersion === null) {
    return fail(
      'not_found',
      `${model.value.name} is not deployed. Say “deploy ${model.value.name}” to bring it back.`,
    )
  }
  return ports.serving.lease(model.value.name, key)
}

export async function findVersion(
  registry: Registry,
  model: ModelRecord,
  number: number,
): Promise<Outcome<VersionRecord>> {
  const version = await registry.findVersion(model.name, number)
  if (version !== null) return succeed(version)
  const numbers = (await registry.listVersions(model.name)).map((one) => one.number)
  return fail(
    'not_found',
    `${model.name} has no version ${number}; it has ${numbers.sort((left, right) => left - right).join(', ')}.`,
  )
}

/** The live version where there is one, else the newest; what to show when nobody said which. */
export async function shownVersion(
  registry: Registry,
  model: ModelRecord,
): Promise<VersionRecord | null> {
  if (model.liveVersion !== null) return registry.findVersion(model.name, model.liveVersion)
  return newestVersion(registry, model.name)
}

export async function newestVersion(
  registry: Registry,
  name: string,
): Promise<VersionRecord | null> {
  const versions = await registry.listVersions(name)
  return versions.reduce<VersionRecord | null>(
    (newest, one) => (newest === null || one.number > newest.number ? one : newest),
    null,
  )
}
