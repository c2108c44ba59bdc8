// Where the file of a deployment comes from: an upload, a sample, or the original of a version already stored.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { megabytes } from '#core/formats/limits.ts'
import { MAX_LOOKUP_BYTES } from '#core/formats/lookup-table.ts'
import type { VersionRecord } from '#core/registry/registry.ts'
import { findModel, newestVersion } from './find-model.ts'
import type { Call, Sample } from './operation.ts'

export interface DeploySource {
  readonly fileName: string
  readonly bytes: Uint8Array
  readonly sample: Sample | null
  /** The version whose original is read again, with other names for its features or classes. */
  readonly previous: VersionRecord | null
  /** A table that is joined to the model; null where there is none. */
  readonly table: SourceTable | null
  /** True where `bytes` describe a model on another inference server, instead of being one. */
  readonly isRemote?: boolean
}

interface SourceTable {
  readonly fileName: string
  readonly bytes: Uint8Array
  readonly key: string
  readonly unknown: 'refuse' | 'median'
}

/** What is said about a table, in the wire's words. */
interface TableWishes {
  readonly lookup?: string | undefined
  readonly lookup_key?: string | undefined
  readonly lookup_unknown?: 'refuse' | 'median' | undefined
}

export async function readUploadSource(
  wishes: TableWishes,
  id: string,
  call: Call,
): Promise<Outcome<DeploySource>> {
  const upload = await findOwnUpload(id, call)
  if (!upload.ok) return upload
  const table = await readTable(wishes, call)
  if (!table.ok) return table
  const bytes = await call.ports.registry.readUpload(id)
  const { fileName } = upload.value
  return succeed({ fileName, bytes, sample: null, previous: null, table: table.value })
}

async function readTable(
  { lookup, lookup_key: key, lookup_unknown: unknown = 'refuse' }: TableWishes,
  call: Call,
): Promise<Outcome<SourceTable | null>> {
  if (lookup === undefined || key === undefined) return succeed(null)
  const upload = await findOwnUpload(lookup, call)
  if (!upload.ok) return upload
  if (upload.value.sizeBytes > MAX_LOOKUP_BYTES) {
    return fail('too_large', 'The table is larger than the largest that is joined.', [
      { path: 'lookup', message: `must have at most ${megabytes(MAX_LOOKUP_BYTES)}` },
    ])
  }
  const bytes = await call.ports.registry.readUpload(lookup)
  return succeed({ fileName: upload.value.fileName, bytes, key, unknown })
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
    const { fileName, bytes } = sample
    return succeed({ fileName, bytes, sample, previous: null, table: null })
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
  if (previous.origin.joined !== undefined) {
    // The table itself is not kept, only what it became in the artifact.
    return fail(
      'conflict',
      `A table or columns of requests were joined to ${previous.model}. Send the file again, with the table and the new names.`,
    )
  }
  const bytes = await registry.readArtifact(previous.originalSha256)
  const { fileName } = previous.origin
  return succeed({ fileName, bytes, sample: null, previous, table: null })
}
