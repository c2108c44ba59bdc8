// `bun run build:binary`: one file with Bun, Parley, its libraries and onnxruntime in it, for this machine's system.

import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../..')
const OUTPUT = join(ROOT, 'dist', `parley-${process.platform}-${process.arch}`)
/** What the image holds too. */
const FOLDERS = ['core', 'agent', 'api', 'bots', 'mcp', 'models', 'bin'] as const
const FILES = ['package.json', 'tsconfig.json'] as const
const PYTHON = /\.py$/
const HASH_DIGITS = 12
/** Half a minute of compressing saves 5 MB more. */
const LEVEL = 12
const BYTES_PER_MB = 1_000_000

const work = await mkdtemp(join(tmpdir(), 'parley-binary-'))
try {
  const tree = join(work, 'tree')
  await collect(tree)
  const packed = Bun.zstdCompressSync(await pack(tree), { level: LEVEL })
  const hash = createHash('sha256').update(packed).digest('hex').slice(0, HASH_DIGITS)
  const archive = join(work, `tree-${hash}.tar.zst`)
  await Bun.write(archive, packed)
  await mkdir(join(ROOT, 'dist'), { recursive: true })
  run(
    [
      process.execPath,
      'build',
      '--compile',
      '--compile-autoload-package-json',
      '--compile-autoload-tsconfig',
      '--asset-naming=[name].[ext]',
      join(import.meta.dir, 'launcher.ts'),
      archive,
      '--outfile',
      OUTPUT,
    ],
    ROOT,
  )
  const megabytes = ((await stat(OUTPUT)).size / BYTES_PER_MB).toFixed(0)
  console.log(`${OUTPUT}: ${megabytes} MB`)
} finally {
  await rm(work, { recursive: true, force: true })
}

/** Sources and the packages of production, without those of other machines. */
async function collect(target: string): Promise<void> {
  for (const folder of FOLDERS) {
    await cp(join(ROOT, folder), join(target, folder), {
      recursive: true,
      filter: (path) => !PYTHON.test(path),
    })
  }
  for (const file of [...FILES, 'bun.lock', 'bunfig.toml']) {
    await cp(join(ROOT, file), join(target, file))
  }
  run([process.execPath, 'install', '--frozen-lockfile', '--production', '--silent'], target)
  run([process.execPath, join(ROOT, 'deploy/prune-packages.ts'), 'node_modules'], target)
  for (const file of ['bun.lock', 'bunfig.toml']) await rm(join(target, file))
}

async function pack(tree: string): Promise<Uint8Array<ArrayBuffer>> {
  const files: Record<string, Uint8Array<ArrayBuffer>> = {}
  const paths = [...new Bun.Glob('**/*').scanSync({ cwd: tree, dot: true, followSymlinks: true })]
  for (const path of paths.sort()) files[path] = await Bun.file(join(tree, path)).bytes()
  return new Bun.Archive(files).bytes()
}

function run(command: readonly string[], cwd: string): void {
  const { exitCode } = Bun.spawnSync([...command], {
    cwd,
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    stdout: 'inherit',
    stderr: 'inherit',
  })
  if (exitCode !== 0) throw new Error(`${command.slice(0, 2).join(' ')} ended with ${exitCode}`)
}
