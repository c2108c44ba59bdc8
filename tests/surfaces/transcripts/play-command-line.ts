// Plays the example conversation on the command line, one real process a command, for docs/command-line.md.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../../..')

const COMMANDS: readonly (readonly string[])[] = [
  ['deploy', 'models/churn/churn_model.pkl', '--title', 'Customer churn'],
  ['predict', 'churn', 'tenure=24', 'monthly_charges=70', 'total_charges=1680'],
  ['list'],
  ['describe', 'churn'],
  ['predict', 'churn', 'tenure=24'],
  ['delete', 'churn'],
]

/** Days differ from run to run. */
const DAY = /\d{4}-\d\d-\d\d/g
const SPACE = /\s/
const SPACES_AT_END = /[ \t]+$/gm

/** Markdown of what was typed and what was printed; a day stands as YYYY-MM-DD. */
export async function playCommandLine(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-transcript-'))
  try {
    const parts: string[] = []
    for (const words of COMMANDS) parts.push(await playOne(words, folder))
    return parts.join('\n\n')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function playOne(words: readonly string[], folder: string): Promise<string> {
  const child = Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), ...words], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA: folder },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [printed, complained, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  const typed = words.map((word) => (SPACE.test(word) ? `"${word}"` : word)).join(' ')
  const ended = code === 0 ? '' : `(exit code ${code})`
  const shown = [printed, complained, ended]
    .map((text) => text.trim())
    .filter((text) => text !== '')
  return ['```text', `$ bun parley ${typed}`, ...shown, '```']
    .join('\n')
    .replace(DAY, 'YYYY-MM-DD')
    .replace(SPACES_AT_END, '')
}
