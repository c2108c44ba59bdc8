// `parley example` as a process: what it lists, how it refuses, and that Ctrl-C ends it in words.

import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../..')
const folder = await mkdtemp(join(tmpdir(), 'parley-example-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

function spawn(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), 'example', ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA: join(folder, 'data'), ...environment },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

async function parley(...words: readonly string[]) {
  const child = spawn(words)
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, output, errors }
}

describe('parley example', () => {
  test('lists the examples, and says how one is made', async () => {
    const listed = await parley()
    expect(listed.code).toBe(0)
    expect(listed.output).toMatch(/^house-price +\S/m)
    const help = await parley('house-price', '--help')
    expect(help.output).toContain('Usage: parley example')
    expect(help.output).toContain('--synthetic')
  })

  test.each([
    [['hous-price'], 'Did you mean house-price?'],
    [['house-price', 'churn'], 'I do not know what "churn" is for.'],
    [['house-price', '--sinthetic'], 'sinthetic'],
  ])('%p is refused in words', async (words, reason) => {
    const refused = await parley(...words)
    expect([refused.code, refused.output]).toEqual([2, ''])
    expect(refused.errors).toContain(reason)
  })

  test('names a folder of data that is not there', async () => {
    const child = spawn(['house-price'], { PARLEY_EXAMPLE_DATA: join(folder, 'nothing') })
    expect(await child.exited).toBe(2)
    expect(await new Response(child.stderr).text()).toContain('PARLEY_EXAMPLE_DATA')
  })

  test('stops at Ctrl-C, and says so', async () => {
    const child = spawn(['house-price', '--synthetic'])
    const reader = child.stdout.getReader()
    await reader.read()
    child.kill('SIGINT')
    expect(await child.exited).toBe(130)
    expect(await new Response(child.stderr).text()).toContain('Stopped.')
    await reader.cancel()
  })
})
