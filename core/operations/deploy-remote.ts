// Where a deployment is no file but the address of a model on another inference server.

import { describeRemote, readRemote, writeRemote } from '#core/engine/remote/description.ts'
import { REMOTE_LIBRARY, readRemoteModel } from '#core/engine/remote/signature.ts'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { FormatError } from '#core/formats/format-error.ts'
import type { ReadModelResult } from '#core/formats/reader.ts'
import type { SignatureHints } from '#core/formats/signature.ts'
import type { DeploySource } from './deploy-source.ts'
import type { Call } from './operation.ts'

/** Asks the server what it says of the model; the artifact is that description and the address. */
export async function readRemoteSource(
  text: string,
  { ports, signal }: Call,
): Promise<Outcome<DeploySource>> {
  const { remotes } = ports
  if (remotes === undefined) {
    return fail('unavailable', 'This process connects to no other inference servers.')
  }
  const address = remotes.address(text)
  if (!address.ok) return address
  const told = await remotes.metadata(address.value, signal)
  if (!told.ok) return told
  return described(() => {
    const bytes = writeRemote(describeRemote(address.value.url, told.value))
    const fileName = `${address.value.model}.json`
    return { fileName, bytes, sample: null, previous: null, table: null, isRemote: true }
  })
}

/** A file that somebody uploads is never taken for one, whatever it begins with. */
export function isRemoteSource({ isRemote, previous }: DeploySource): boolean {
  return isRemote === true || previous?.origin.library === REMOTE_LIBRARY
}

export function readRemoteVersion(
  { bytes }: DeploySource,
  hints: SignatureHints,
): Outcome<ReadModelResult> {
  return described(() => readRemoteModel(readRemote(bytes), hints))
}

function described<T>(work: () => T): Outcome<T> {
  try {
    return succeed(work())
  } catch (error) {
    if (error instanceof FormatError) return fail('unreadable_model', error.message)
    throw error
  }
}
