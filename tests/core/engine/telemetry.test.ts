// onnxruntime 1.30 sends telemetry unless it is told not to before it is loaded.

import { afterAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../../..')
const home = await mkdtemp(join(tmpdir(), 'parley-telemetry-'))
afterAll(() => rm(home, { recursive: true, force: true }))

test('running a model leaves nothing of a telemetry in the home folder', async () => {
  const child = Bun.spawn(
    [process.execPath, join(ROOT, 'bin/parley.ts'), 'deploy', '--sample', 'churn', '--json'],
    {
      cwd: home,
      env: { HOME: home, PATH: process.env['PATH'] ?? '', PARLEY_DATA: join(home, 'data') },
      stdout: 'pipe',
      stderr: 'pipe',
    },
  )
  expect(JSON.parse(await new Response(child.stdout).text())).toMatchObject({ deployed: true })
  const left = [...new Bun.Glob('**/*').scanSync({ cwd: home, dot: true, onlyFiles: false })]
  expect(left.filter((path) => /microsoft|onnxruntime/i.test(path))).toEqual([])
}, 20_000)

test('nothing loads it by another door', async () => {
  const found: string[] = []
  for (const path of new Bun.Glob('{core,agent,api,mcp,bots,bin,models}/**/*.ts').scanSync(ROOT)) {
    const source = await Bun.file(join(ROOT, path)).text()
    if (/(?:from|import\()\s*'onnxruntime-(?:node|common)/.test(source)) found.push(path)
  }
  expect(found).toEqual(['core/engine/onnxruntime.ts'])
})
