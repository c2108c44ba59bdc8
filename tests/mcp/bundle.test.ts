// The desktop bundle: what it says of itself, what is in it, that it works as a client starts it, and its registry entry.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v0_3 } from '@anthropic-ai/mcpb'
import { Glob } from 'bun'
import { collect } from '#mcp/bundle/collect.ts'
import { createManifest, PLATFORMS } from '#mcp/bundle/manifest.ts'
import { publishedEntry, registryEntry } from '#mcp/bundle/registry-entry.ts'
import { tryBundle } from '#mcp/bundle/try-bundle.ts'
import { filledEnvironment, filledWords } from '../../bin/unfilled-settings.ts'
import manifest from '../../package.json'
import entry from '../../server.json'
import { ROOT } from '../api/support.ts'

/** It holds a whole runtime, which a slow disk takes its time to copy. */
const PATIENCE_MS = 60_000
const HASH = 'fe333e598595000ae021bd27117db32ec69af6987f507ba7a63c90638ff633ce'

for (const platform of PLATFORMS) {
  test(`the manifest for ${platform} is valid`, () => {
    const made = createManifest({ version: manifest.version, platform })
    expect(v0_3.McpbManifestSchema.safeParse(made).error).toBeUndefined()
    expect(made.server.mcp_config.command).toEndWith(made.server.entry_point)
    expect(made.tools.map(({ name }) => name)).toContain('deploy_model')
  })
}

describe('a bundle for this machine', () => {
  let home: string
  let folder: string

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'parley-bundle-test-'))
    folder = join(home, 'bundle')
    await collect({
      root: ROOT,
      target: folder,
      version: manifest.version,
      platform: process.platform === 'darwin' ? 'darwin' : 'linux',
      architecture: process.arch,
      runtime: process.execPath,
    })
  }, PATIENCE_MS)
  afterAll(() => rm(home, { recursive: true, force: true }))

  test('holds what it starts, and nothing of the page, the bots, the tests or other machines', async () => {
    const held = new Set<string>()
    for await (const path of new Glob('**/*').scan({ cwd: folder, dot: true })) held.add(path)
    for (const path of ['manifest.json', 'runtime/bun', 'bin/parley.ts', 'models/churn/card.md']) {
      expect([path, held.has(path)]).toEqual([path, true])
    }
    const paths = [...held]
    const native = paths.filter((path) => path.includes('onnxruntime-node/bin/'))
    expect(native.length).toBeGreaterThan(0)
    const own = `${process.platform}/${process.arch}/`
    expect(native.filter((path) => !path.includes(own))).toEqual([])
    const unwanted = /^(?:api\/web|bots|tests|docs|agent)\/|(?:\.map|\.d\.ts|\.py)$|\.db$/
    expect(paths.filter((path) => unwanted.test(path))).toEqual([])
  })

  test(
    'answers as a client starts it, with nothing filled in',
    async () => {
      expect(await tryBundle({ folder, home })).toBe(16)
      // Its data lies in the person's home, not in a folder with the setting's name.
      expect(await Bun.file(join(home, '.parley/parley.db')).exists()).toBe(true)
    },
    PATIENCE_MS,
  )
})

describe('settings', () => {
  test('that were left empty are taken out, and the home folder is filled in', () => {
    const words = ['bun', 'parley.ts', 'mcp', '--allow', '$' + '{user_config.allowed_folders}']
    expect(filledWords(words)).toEqual(['bun', 'parley.ts', 'mcp', '--allow'])
    const { HOME = '' } = process.env
    expect(
      filledEnvironment({
        PARLEY_DATA: '$' + '{HOME}/.parley',
        PARLEY_API_KEY: '$' + '{user_config.api_key}',
        PATH: '/bin',
      }),
    ).toEqual({ PARLEY_DATA: `${HOME}/.parley`, PARLEY_API_KEY: undefined, PATH: '/bin' })
  })
})

describe('the entry for the registry', () => {
  const publication = {
    name: 'com.example/parley',
    address: 'https://downloads.example.com/parley-linux-x64.mcpb',
    fileSha256: HASH,
    version: manifest.version,
  }

  test('that is checked in names this version, keeps the rules and claims no package that does not exist', () => {
    expect(registryEntry.safeParse(entry).error).toBeUndefined()
    expect(entry.version).toBe(manifest.version)
    expect(Object.keys(entry)).not.toContain('packages')
  })

  test('gets the package, its hash and the publisher’s name from a build', () => {
    expect(publishedEntry(entry, publication)).toEqual({
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      name: 'com.example/parley',
      title: 'Parley',
      description: 'Talk to your machine-learning models: deploy a model file, predict, explain.',
      version: manifest.version,
      packages: [
        {
          registryType: 'mcpb',
          identifier: 'https://downloads.example.com/parley-linux-x64.mcpb',
          fileSha256: HASH,
          transport: { type: 'stdio' },
        },
      ],
    })
  })

  test.each([
    ['a name without a namespace', { ...entry, name: 'parley' }],
    ['a name with two slashes', { ...entry, name: 'io.github.parley/parley/x' }],
    ['a description over 100 characters', { ...entry, description: 'x'.repeat(101) }],
    ['an empty title', { ...entry, title: '' }],
    ['a range of versions', { ...entry, version: '^0.1.0' }],
    ['another schema', { ...entry, $schema: 'https://example.com/server.schema.json' }],
    ['a field that the schema has not', { ...entry, licence: 'MIT' }],
  ])('with %s is refused', (_what, wrong) => {
    expect(registryEntry.safeParse(wrong).success).toBe(false)
  })

  test.each([
    ['an address without TLS', { address: 'http://downloads.example.com/parley-mcp.mcpb' }],
    ['a file that is no bundle', { address: 'https://downloads.example.com/mcp.zip' }],
    ['a hash in capitals', { fileSha256: HASH.toUpperCase() }],
    ['a hash that is too short', { fileSha256: HASH.slice(1) }],
    ['a version that is none', { version: 'latest' }],
  ])('is not written with %s', (_what, wrong) => {
    expect(() => publishedEntry(entry, { ...publication, ...wrong })).toThrow()
  })
})
