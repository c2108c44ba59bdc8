// `bun deploy/prune-packages.ts NODE_MODULES`: takes away what no server reads: native libraries of other machines, types, maps.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Read by people, type checkers and debuggers alone. */
const NOT_RUN = /\.(?:map|md|markdown|d\.ts|d\.mts|d\.cts|cts)$/
const NATIVE = 'onnxruntime-node/bin/napi-v6/*/*'
const BYTES_PER_MB = 1_000_000

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('Usage: bun deploy/prune-packages.ts NODE_MODULES')
  process.exit(2)
}
let freed = 0
for await (const path of new Bun.Glob('**/*').scan({ cwd: folder, dot: true })) {
  if (!NOT_RUN.test(path)) continue
  freed += Bun.file(join(folder, path)).size
  await rm(join(folder, path))
}
let kept = 0
for await (const path of new Bun.Glob(NATIVE).scan({ cwd: folder, onlyFiles: false })) {
  if (path.endsWith(`/${process.platform}/${process.arch}`)) {
    kept += 1
    continue
  }
  for await (const file of new Bun.Glob('**/*').scan({ cwd: join(folder, path) })) {
    freed += Bun.file(join(folder, path, file)).size
  }
  await rm(join(folder, path), { recursive: true })
}
if (kept !== 1) {
  console.error(`onnxruntime has no library for ${process.platform} ${process.arch}.`)
  process.exit(1)
}
console.log(`${Math.round(freed / BYTES_PER_MB)} MB taken away.`)
