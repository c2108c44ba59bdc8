// Where the file of a deployment comes from: an upload, a sample, or the original of a version already stored.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { VersionRecord } from '#core/registry/registry.ts'
import { findModel, newestVersion } from './find-model.ts'
import type { Call, Sample } from './operation.ts'

export interface DeploySource {
  readonly fileName: string
  readonly bytes: Uint8Array
  readonly sample: Sample | null
  /** The version whose original is read again, with other names for its features or classes. */
  readonly previous: VersionRecord | null
}

export async function readUploadSource(id: string, call: Call): Promise<Outcome<DeploySource>> {
  const upload = await findOwnUpload(id, call)
  if (!upload.ok) return upload
  const bytes = await call.ports.registry.readUpload(id)
  return succeed({ fileName: upload.value.fileName, bytes, sample: null, previous: null })
}

/** Uploads of others are answered as if they did not exist. */
export async function findOwnUpload(id: string, { principal, ports }: Call) {
  const upload = await ports.registry.findUpload(id)
  if (upload === null || upload.owner !== principal.id) {
    return fail(
      'not_found',
      'That upload is not here any more. Uploads are kept for a while only; please send the file again.',
    )
  }
  return succeed(upload)
}

export async function readSampleSource(name: string, call: Call): Promise<Outcome<DeploySource>> {
  const sample = await call.ports.samples.read(name)
  if (sample !== null) {
    return succeed({ fileName: sample.fileName, bytes: sample.bytes, sample, previous: null })
  }
  const names = (await call.ports.samples.list()).map((one) => one.name)
  const hint = names.length === 0 ? '' : ` There are ${names.join(', ')}.`
  return fail('not_found', `There is no sample model called “${name}”.${hint}`)
}

/** The newest version's original, for "its columns are called …" after a deployment. */
export async function readStoredSource(name: string, call: Call): Promise<Outcome<DeploySource>> {
  const { registry } = call.ports
  const model = await findModel(registry, name)
  if (!model.ok) return model
  const previous = await newestVersion(registry, model.value.name)
  if (previous === null) return fail('not_found', `${model.value.name} has no version.`)
  const bytes = await registry.readArtifact(previous.originalSha256)
  return succeed({ fileName: previous.origin.fileName, bytes, sample: null, previous })
}
