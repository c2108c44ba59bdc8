// `bun run bundle:mcpb`: builds the desktop bundle for this machine's platform, and checks and tries what it built.

import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { packExtension, unpackExtension, validateManifest } from '@anthropic-ai/mcpb'
import manifest from '../../package.json'
import entry from '../../server.json'
import { collect } from './collect.ts'
import { PLATFORMS } from './manifest.ts'
import { tryBundle } from './try-bundle.ts'

const ROOT = resolve(import.meta.dir, '../..')
const OUTPUT_FOLDER = join(ROOT, 'dist')
const BYTES_PER_MB = 1_000_000
const BUNDLE_NAME = /parley-[\w-]+\.mcpb$/
const VERSION = /v\d+\.\d+\.\d+/

const say = (line: string) => process.stdout.write(`${line}\n`)

async function build(): Promise<void> {
  const platform = PLATFORMS.find((one) => one === process.platform)
  if (platform === undefined) throw new Error(`there are no bundles for ${process.platform}`)
  const work = await mkdtemp(join(tmpdir(), 'parley-bundle-'))
  const output = join(OUTPUT_FOLDER, `parley-${platform}-${process.arch}.mcpb`)
  try {
    const folder = join(work, 'bundle')
    await collect({
      root: ROOT,
      target: folder,
      version: manifest.version,
      platform,
      architecture: process.arch,
      runtime: process.execPath,
    })
    if (!validateManifest(join(folder, 'manifest.json')))
      throw new Error('the manifest is not valid')
    await mkdir(OUTPUT_FOLDER, { recursive: true })
    const packed = await packExtension({ extensionPath: folder, outputPath: output, silent: true })
    if (!packed) throw new Error('the bundle could not be packed')
    const unpacked = join(work, 'unpacked')
    await unpackExtension({ mcpbPath: output, outputDir: unpacked, silent: true })
    const tools = await tryBundle(unpacked, join(work, 'data'))
    const bytes = await Bun.file(output).bytes()
    say(`${output}: ${(bytes.length / BYTES_PER_MB).toFixed(1)} MB, answers with ${tools} tools`)
    await writeEntry(bytes, platform)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The entry for the registry of MCP servers: the checked-in one with what only this build knows. */
async function writeEntry(bytes: Uint8Array, platform: string): Promise<void> {
  const fileSha256 = createHash('sha256').update(bytes).digest('hex')
  const name = `parley-${platform}-${process.arch}.mcpb`
  const packages = entry.packages.map((one) => ({
    ...one,
    identifier: one.identifier.replace(BUNDLE_NAME, name).replace(VERSION, `v${manifest.version}`),
    fileSha256,
  }))
  const text = JSON.stringify({ ...entry, version: manifest.version, packages }, null, 2)
  await Bun.write(join(OUTPUT_FOLDER, 'server.json'), `${text}\n`)
  say(`sha256 ${fileSha256}, in ${join(OUTPUT_FOLDER, 'server.json')}`)
}

await build()
