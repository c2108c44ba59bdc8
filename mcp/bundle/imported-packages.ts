// Which packages `parley mcp` imports, found by walking its sources, so that no list of them has to be kept.

import { dirname, join, resolve } from 'node:path'
import { Glob } from 'bun'

/** The command, and what it loads by name: the surface itself and the workers. */
const ENTRIES = ['bin/parley.ts', 'bin/mcp.ts'] as const
const WORKERS = new Glob('core/**/*worker*.ts')
/** The command loads its other surfaces only when they are asked for. */
const LOADS_SURFACES = 'bin/parley.ts'
const SHEBANG = /^#!.*/
const SOURCE = /\.ts$/
const BUILT_IN = /^(?:bun|node)(?::|$)/
const OWN = /^#(.+)$/

/** Names as in package.json, sorted; what those packages need themselves is not among them. */
export async function importedPackages(root: string): Promise<readonly string[]> {
  const transpiler = new Bun.Transpiler({ loader: 'ts' })
  const packages = new Set<string>()
  const seen = new Set<string>()
  const waiting = [...ENTRIES, ...WORKERS.scanSync({ cwd: root })].map((path) => join(root, path))
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file) || !SOURCE.test(file)) continue
    seen.add(file)
    const imports = transpiler.scanImports((await Bun.file(file).text()).replace(SHEBANG, ''))
    for (const { kind, path } of imports) {
      if (kind === 'dynamic-import' && file === join(root, LOADS_SURFACES)) continue
      const own = OWN.exec(path)?.[1]
      if (own !== undefined) waiting.push(join(root, own))
      else if (path.startsWith('.')) waiting.push(resolve(dirname(file), path))
      else if (!BUILT_IN.test(path)) packages.add(packageOf(path))
    }
  }
  return [...packages].sort()
}

function packageOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
}
