// `bun run bundle:mcpb [--address URL] [--name NAMESPACE/parley]`: builds the desktop bundle for this machine's platform, and checks and tries what it built.

import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { packExtension, unpackExtension, validateManifest } from '@anthropic-ai/mcpb'
import manifest from '../../package.json'
import entry from '../../server.json'
import { collect } from './collect.ts'
import { PLATFORMS } from './manifest.ts'
import { publishedEntry } from './registry-entry.ts'
import { tryBundle } from './try-bundle.ts'

const ROOT = resolve(import.meta.dir, '../..')
const OUTPUT_FOLDER = join(ROOT, 'dist')
const BYTES_PER_MB = 1_000_000

const { values: wishes } = parseArgs({
  options: { address: { type: 'string' }, name: { type: 'string' } },
})

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
    const tools = await tryBundle({ folder: unpacked, home: work })
    const bytes = await Bun.file(output).bytes()
    say(`${output}: ${(bytes.length / BYTES_PER_MB).toFixed(1)} MB, answers with ${tools} tools`)
    await writeEntry(bytes)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Only who publishes the bundle knows where it will lie; without that there is no entry to write. */
async function writeEntry(bytes: Uint8Array): Promise<void> {
  const fileSha256 = createHash('sha256').update(bytes).digest('hex')
  const { name = null, address } = wishes
  say(`sha256 ${fileSha256}`)
  if (address === undefined) {
    say('For the registry of MCP servers, build it again with --address URL (where people will')
    say('download this file) and --name NAMESPACE/parley (a namespace of yours).')
    return
  }
  const { version } = manifest
  const published = publishedEntry(entry, { name, address, fileSha256, version })
  const path = join(OUTPUT_FOLDER, 'server.json')
  await Bun.write(path, `${JSON.stringify(published, null, 2)}\n`)
  say(`its entry for the registry: ${path}`)
}

await build()
