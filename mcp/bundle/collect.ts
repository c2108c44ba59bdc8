// Puts together the folder that becomes the bundle: sources, the packages they need, and the runtime.

import { chmod, copyFile, cp, mkdir } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { z } from 'zod'
import { importedPackages } from './imported-packages.ts'
import { createManifest, type Platform, runtimePath } from './manifest.ts'

/** What `parley mcp` is made of; the page and the bots stay out. */
const FOLDERS = ['core', 'mcp', 'bin', 'models', 'api'] as const

/** Fetches its library at install, which the bundle has done already. */
const NOT_NEEDED: ReadonlySet<string> = new Set(['global-agent', 'adm-zip'])
/** Read by people and type checkers only. */
const NOT_RUN = /\.(?:map|md|markdown|d\.ts|d\.mts|d\.cts|cts|py)$/
/** Cards of the samples are deployed with them. */
const CARD = /\bcard\.md$/
const PAGE = join('api', 'web')
const NATIVE = join('onnxruntime-node', 'bin')

export interface CollectOptions {
  readonly root: string
  readonly target: string
  readonly version: string
  readonly platform: Platform
  readonly architecture: string
  /** The Bun that runs the bundle. */
  readonly runtime: string
}

export async function collect(options: CollectOptions): Promise<void> {
  const { root, target, version, platform, runtime } = options
  await mkdir(join(target, dirname(runtimePath(platform))), { recursive: true })
  for (const folder of FOLDERS) {
    await cp(join(root, folder), join(target, folder), {
      recursive: true,
      filter: (path) =>
        !path.startsWith(join(root, PAGE)) && (CARD.test(path) || !NOT_RUN.test(path)),
    })
  }
  await copyFile(join(root, 'package.json'), join(target, 'package.json'))
  for (const name of await findPackages(root)) {
    await cp(join(root, 'node_modules', name), join(target, 'node_modules', name), {
      recursive: true,
      dereference: true,
      filter: (path) => isRun(path, options),
    })
  }
  const own = join(target, runtimePath(platform))
  await copyFile(runtime, own)
  await chmod(own, 0o755)
  const manifest = createManifest({ version, platform })
  await Bun.write(join(target, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Native libraries are many times the rest: only this machine's kind goes in. */
function isRun(path: string, { platform, architecture }: CollectOptions): boolean {
  if (NOT_RUN.test(basename(path))) return false
  const [, native] = path.split(NATIVE)
  if (native === undefined) return true
  const parts = native.split(sep).filter((part) => part !== '')
  const [, system, machine] = parts
  return (system ?? platform) === platform && (machine ?? architecture) === architecture
}

const packageFile = z.object({ dependencies: z.record(z.string(), z.string()).optional() })

async function findPackages(root: string): Promise<readonly string[]> {
  const found = new Set<string>()
  const waiting: string[] = [...(await importedPackages(root))]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name) || NOT_NEEDED.has(name)) continue
    const file = Bun.file(join(root, 'node_modules', name, 'package.json'))
    if (!(await file.exists())) throw new Error(`the package ${name} is not installed at the top`)
    found.add(name)
    waiting.push(...Object.keys(packageFile.parse(await file.json()).dependencies ?? {}))
  }
  return [...found].sort()
}
