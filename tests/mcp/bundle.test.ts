// What the desktop bundle says of itself is valid and asks for nothing that the command does not take.

import { expect, test } from 'bun:test'
import { v0_3 } from '@anthropic-ai/mcpb'
import { createManifest, PLATFORMS } from '#mcp/bundle/manifest.ts'
import manifest from '../../package.json'
import entry from '../../server.json'

for (const platform of PLATFORMS) {
  test(`the manifest for ${platform} is valid`, () => {
    const made = createManifest({ version: manifest.version, platform })
    expect(v0_3.McpbManifestSchema.safeParse(made).error).toBeUndefined()
    expect(made.server.mcp_config.command).toEndWith(made.server.entry_point)
    expect(made.tools.map(({ name }) => name)).toContain('deploy_model')
  })
}

test('the registry entry names this version, within the registry’s limits', () => {
  expect(entry.version).toBe(manifest.version)
  // The registry takes descriptions of up to 100 characters.
  expect(entry.description.length).toBeLessThanOrEqual(100)
  expect(entry.name).toMatch(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/)
})
