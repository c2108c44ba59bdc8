// The entry for the registry of MCP servers: the checked-in server.json, and with it what only a build and its publisher know.

import { z } from 'zod'

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'
/** Reverse domain, one slash, name: `io.github.OWNER/parley`. */
const NAME = /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/
const EXACT_VERSION = /^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/
const SHA256 = /^[a-f0-9]{64}$/
const BUNDLE = /^https:\/\/\S+\.mcpb$/

/**
 * The rules of the published schema of 2025-12-11 for the fields that Parley has, and three of the registry’s own: a
 * bundle needs its hash, an address of a bundle under https, and a version that is no range.
 */
export const registryEntry = z.strictObject({
  $schema: z.literal(SCHEMA),
  name: z.string().min(3).max(200).regex(NAME),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: z.string().max(255).regex(EXACT_VERSION),
  packages: z
    .array(
      z.strictObject({
        registryType: z.literal('mcpb'),
        identifier: z.string().regex(BUNDLE),
        fileSha256: z.string().regex(SHA256),
        transport: z.strictObject({ type: z.literal('stdio') }),
      }),
    )
    .min(1)
    .optional(),
})

export type RegistryEntry = z.output<typeof registryEntry>

export interface Publication {
  /** The publisher's own namespace and name; null keeps the checked-in one. */
  readonly name: string | null
  /** Where the bundle will be downloaded, its file name included. */
  readonly address: string
  readonly fileSha256: string
  readonly version: string
}

/** Throws where the whole would break a rule. */
export function publishedEntry(
  entry: unknown,
  { name, address, fileSha256, version }: Publication,
): RegistryEntry {
  const bare = registryEntry.parse(entry)
  return registryEntry.parse({
    ...bare,
    name: name ?? bare.name,
    version,
    packages: [
      { registryType: 'mcpb', identifier: address, fileSha256, transport: { type: 'stdio' } },
    ],
  })
}
