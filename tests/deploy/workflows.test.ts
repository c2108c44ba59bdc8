// The workflows of GitHub Actions: they parse, pin what they use, ask for few rights, and run only what is there.

import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import manifest from '../../package.json'

const ROOT = resolve(import.meta.dir, '../..')
const FOLDER = join(ROOT, '.github/workflows')
/** An action by the commit, with its version beside it in a comment. */
const PINNED = /^\s*-?\s*uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d/
const SCRIPT = /\bbun run ([\w:-]+)/g
const FILE = /(?:^|\s)((?:\.ci|deploy|tests)\/[\w./-]+)/g

const step = z
  .strictObject({
    id: z.string().optional(),
    uses: z.string().optional(),
    run: z.string().optional(),
    with: z.record(z.string(), z.unknown()).optional(),
    env: z.record(z.string(), z.string()).optional(),
  })
  .refine(({ uses, run }) => (uses === undefined) !== (run === undefined))

const permissions = z.record(z.string(), z.enum(['read', 'write', 'none']))

const workflow = z.strictObject({
  name: z.string(),
  on: z.looseObject({}),
  permissions: z.strictObject({ contents: z.literal('read') }),
  concurrency: z.looseObject({}).optional(),
  env: z.record(z.string(), z.string()).optional(),
  jobs: z.record(
    z.string(),
    z.strictObject({
      needs: z.string().optional(),
      strategy: z.looseObject({}).optional(),
      'runs-on': z.string(),
      'timeout-minutes': z.number(),
      permissions: permissions.optional(),
      steps: z.array(step).min(1),
    }),
  ),
})

for (const file of ['check.yaml', 'release.yaml']) {
  describe(file, async () => {
    const text = await Bun.file(join(FOLDER, file)).text()
    const { jobs } = workflow.parse(Bun.YAML.parse(text))
    const runs = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run }) => run ?? ''))

    test('needs only jobs that it has', () => {
      for (const { needs } of Object.values(jobs)) {
        if (needs !== undefined) expect(Object.keys(jobs)).toContain(needs)
      }
    })

    test('pins every action to a commit', () => {
      const used = text.split('\n').filter((line) => line.includes('uses:'))
      expect(used.length).toBeGreaterThan(0)
      expect(used.filter((line) => !PINNED.test(line))).toEqual([])
    })

    test('runs only scripts and files that are there', () => {
      const scripts = runs.flatMap((run) => [...run.matchAll(SCRIPT)].map(([, name]) => name))
      const files = runs.flatMap((run) => [...run.matchAll(FILE)].map(([, path = '']) => path))
      expect(scripts.length + files.length).toBeGreaterThan(2)
      for (const name of scripts) expect(Object.keys(manifest.scripts)).toContain(name ?? '')
      for (const path of files) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true])
    })

    test('puts no text of an event into a shell', () => {
      expect(runs.filter((run) => run.includes('${{'))).toEqual([])
    })
  })
}

test('there are no other workflows', () => {
  expect([...new Bun.Glob('*').scanSync(FOLDER)].sort()).toEqual(['check.yaml', 'release.yaml'])
})
