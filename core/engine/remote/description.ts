// The artifact of a version that runs on another server: a small JSON text with its address and what it says of itself.

import { z } from 'zod'
import { FormatError } from '#core/formats/format-error.ts'
import { isDatatype } from '#core/open-inference/tensor.ts'

const FORMAT = 'parley.remote/1'
/** More tensors than a table with the most features has. */
const MAX_TENSORS = 10_000
const MAX_NAME_LENGTH = 200

const tensor = z.object({
  name: z.string().min(1).max(MAX_NAME_LENGTH),
  datatype: z.string().refine(isDatatype, 'is a datatype that is not read here'),
  shape: z.array(z.coerce.number().int().min(-1).max(MAX_TENSORS)).min(1).max(2),
  // Parley's own servers name their classes here.
  parameters: z.record(z.string(), z.unknown()).optional(),
})

const metadata = z.object({
  platform: z.string().max(MAX_NAME_LENGTH).optional(),
  inputs: z.array(tensor).min(1).max(MAX_TENSORS),
  outputs: z.array(tensor).min(1).max(MAX_TENSORS),
})

const description = z.object({ format: z.literal(FORMAT), url: z.string(), ...metadata.shape })

export type RemoteDescription = z.output<typeof description>
export type RemoteTensor = z.output<typeof tensor>

/** Throws a FormatError where the metadata does not say enough to make rows into tensors. */
export function describeRemote(url: string, told: unknown): RemoteDescription {
  const read = metadata.safeParse(told)
  if (read.success) return { format: FORMAT, url, ...read.data }
  const [issue] = read.error.issues
  const where = issue?.path.join('.') ?? ''
  throw new FormatError(
    `The server's description of the model cannot be used: ${where === '' ? 'it' : where} ${issue?.message ?? 'is not valid'}. Every input and output needs a name, a datatype and a shape of [rows] or [rows, columns].`,
    0,
    'unreadable_model',
  )
}

export function writeRemote(remote: RemoteDescription): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(remote))
}

const PREFIX = new TextEncoder().encode(`{"format":"${FORMAT}"`)

/** By its first bytes, which no ONNX graph and no archive has. */
export function isRemote(artifact: Uint8Array): boolean {
  return PREFIX.every((byte, index) => artifact[index] === byte)
}

/** Throws a FormatError for what `writeRemote` did not write. */
export function readRemote(artifact: Uint8Array): RemoteDescription {
  try {
    return description.parse(JSON.parse(new TextDecoder().decode(artifact)))
  } catch (error) {
    throw new FormatError(
      `The description of the remote model is damaged: ${error instanceof Error ? error.name : 'unknown'}.`,
      0,
    )
  }
}
