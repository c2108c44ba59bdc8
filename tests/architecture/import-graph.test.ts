// Holds the law of dependencies over the real import graph: who may import whom, and what core may use.

import { describe, expect, test } from 'bun:test'
import { dirname, join, relative, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../..')
const PARTS = ['core', 'agent', 'api', 'mcp', 'bots', 'models', 'bin'] as const
type Part = (typeof PARTS)[number]

/** What a part may import beside itself. `mcp` and `bots` come later; the law already names them. */
const MAY_IMPORT: Record<Part, readonly Part[]> = {
  core: [],
  agent: ['core'],
  api: ['core', 'agent'],
  mcp: ['core', 'agent'],
  bots: ['core', 'agent'],
  models: ['core'],
  bin: ['core', 'agent', 'api', 'mcp', 'bots', 'models'],
}

/** Libraries of core's own field: formats, inference, schemas, the database. */
const CORE_LIBRARIES = new Set([
  'zod',
  'drizzle-orm',
  'onnxruntime-node',
  'seek-bzip',
  'xz-decompress',
  'lzma1',
  'lz4js',
  'hyparquet',
  'hyparquet-writer',
  'csv-parse',
  'fflate',
  'postgres',
  'bullmq',
  '@huggingface/tokenizers',
])

/** The scanner reads modules, not scripts. */
const SHEBANG = /^#!.*\n/

interface Edge {
  readonly from: string
  readonly to: string
}

async function importEdges(): Promise<Edge[]> {
  const transpilers = {
    ts: new Bun.Transpiler({ loader: 'ts' }),
    tsx: new Bun.Transpiler({ loader: 'tsx' }),
  }
  const edges: Edge[] = []
  for (const part of PARTS) {
    for await (const file of new Bun.Glob(`${part}/**/*.{ts,tsx}`).scan(ROOT)) {
      const source = (await Bun.file(join(ROOT, file)).text()).replace(SHEBANG, '')
      const transpiler = file.endsWith('x') ? transpilers.tsx : transpilers.ts
      const found = new Set(transpiler.scanImports(source).map((item) => item.path))
      // scanImports drops `import type`; the law holds for types too.
      for (const match of source.matchAll(
        /(?:import|export)\s+type[^'"]*?from\s+['"]([^'"]+)['"]/g,
      )) {
        if (match[1] !== undefined) found.add(match[1])
      }
      for (const to of found) edges.push({ from: file, to })
    }
  }
  return edges
}

function partOf(path: string): Part | null {
  const first = path.split('/')[0]
  return PARTS.find((part) => part === first) ?? null
}

/** The part an import leads to, or null for a library. */
function targetPart(edge: Edge): Part | null {
  if (edge.to.startsWith('#')) return partOf(edge.to.slice(1))
  if (edge.to.startsWith('.')) {
    return partOf(relative(ROOT, resolve(ROOT, dirname(edge.from), edge.to)))
  }
  return null
}

const edges = await importEdges()

describe('the law of dependencies', () => {
  test('sees the code it judges', () => {
    expect(edges.length).toBeGreaterThan(50)
  })

  test('no part imports what it may not', () => {
    const broken = edges.filter((edge) => {
      const from = partOf(edge.from)
      const to = targetPart(edge)
      return from !== null && to !== null && from !== to && !MAY_IMPORT[from].includes(to)
    })
    expect(broken).toEqual([])
  })

  test('core uses only libraries of its own field', () => {
    const foreign = edges.filter((edge) => {
      if (partOf(edge.from) !== 'core' || edge.to.startsWith('.') || edge.to.startsWith('#'))
        return false
      if (edge.to.startsWith('node:') || edge.to === 'bun' || edge.to.startsWith('bun:'))
        return false
      const name = edge.to.startsWith('@')
        ? edge.to.split('/').slice(0, 2).join('/')
        : edge.to.split('/')[0]
      return !CORE_LIBRARIES.has(name ?? '')
    })
    expect(foreign).toEqual([])
  })

  test('the environment is read in bin/parley.ts alone', async () => {
    const readers: string[] = []
    for (const part of PARTS) {
      for await (const file of new Bun.Glob(`${part}/**/*.{ts,tsx}`).scan(ROOT)) {
        if (file === 'bin/parley.ts') continue
        const source = await Bun.file(join(ROOT, file)).text()
        if (/(?<!['"])process\.env|Bun\.env|import\.meta\.env/.test(source)) readers.push(file)
      }
    }
    expect(readers).toEqual([])
  })

  test('imports name the file with its extension', () => {
    const bare = edges.filter(
      (edge) =>
        (edge.to.startsWith('.') || edge.to.startsWith('#')) &&
        !/\.(tsx?|css|html|json|sql|svg|png|proto)$/.test(edge.to),
    )
    expect(bare).toEqual([])
  })
})
