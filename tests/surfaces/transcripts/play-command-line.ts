// Plays the example conversation on the command line, one real process a command, for docs/command-line.md.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { CHURN_FILE, type Exchange, type Moment, ROW, TITLE } from './facts.ts'
import { maskDays } from './volatile.ts'

const ROOT = resolve(import.meta.dir, '../../..')

interface Command {
  readonly moment: Moment | null
  readonly words: readonly string[]
}

const VALUES = Object.entries(ROW).map(([name, value]) => `${name}=${value}`)

const COMMANDS: readonly Command[] = [
  { moment: 'deploy', words: ['deploy', relative(ROOT, CHURN_FILE), '--title', TITLE] },
  { moment: 'predict', words: ['predict', 'churn', ...VALUES] },
  { moment: 'why', words: ['explain', 'churn', ...VALUES] },
  { moment: 'list', words: ['list'] },
  { moment: 'inputs', words: ['describe', 'churn'] },
  { moment: null, words: ['predict', 'churn', 'tenure=24'] },
  { moment: null, words: ['delete', 'churn'] },
]

const SPACE = /\s/
const SPACES_AT_END = /[ \t]+$/gm

/** What was typed and what was printed; a day stands as YYYY-MM-DD. */
export async function playCommandLine(): Promise<readonly Exchange[]> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-transcript-'))
  try {
    const exchanges: Exchange[] = []
    for (const { moment, words } of COMMANDS) {
      exchanges.push({ moment, shown: await playOne(words, folder) })
    }
    return exchanges
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
  const told = ['```text', `$ bun parley ${typed}`, ...shown, '```'].join('\n')
  return maskDays(told).replace(SPACES_AT_END, '')
}
