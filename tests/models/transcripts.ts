// Plays `parley example NAME` as a process of its own, for the pages in docs/ that show what it prints.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../..')
export const SHARED_DATA = resolve(ROOT, '../shared/data')
const START = '<!-- transcript: bun tests/models/write-transcripts.ts -->'
const START_REAL = '<!-- transcript on the real data: bun tests/models/write-transcripts.ts -->'
const END = '<!-- end of transcript -->'

/** Examples whose words are the same wherever and whenever they are made, with the data that come with Parley. */
export const SHOWN = {
  churn: ['--synthetic'],
  'house-price': ['--synthetic'],
  iris: [],
  'question-timing': ['--synthetic'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Shown = keyof typeof SHOWN
export const SHOWN_NAMES = ['churn', 'house-price', 'iris', 'question-timing'] as const

const TIME = /\d{4}-\d\d-\d\d \d\d:\d\d/g
/** The bytes behind them change with the way in which models are written, and nobody types them. */
const DIGITS_OF_VERSION = /\b(\d+)-[\da-f]{12}\b/g
const MILLISECONDS = /(\d-…) +\d+\.\d\d$/gm
/** The title over them stands as far to the right as they are long. */
const TITLE_OF_MILLISECONDS = / version +ms$/gm
/** How many requests each version answered while the next was promoted is a matter of the machine. */
const COUNTS = /\b\d+ (answered )?by (\d-…)/g
const SPACES_AT_END = /[ \t]+$/gm

/** Markdown of what was typed and printed, without what differs: the folder, times, and the digits of a version. */
export async function play(name: Shown, options: readonly string[] = SHOWN[name]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-transcript-'))
  try {
    const words = ['example', name, ...options]
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
    if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${complained}`)
    return ['```text', `$ bun parley ${words.join(' ')}`, printed.trim(), '```']
      .join('\n')
      .replaceAll(folder, 'data')
      .replaceAll(SHARED_DATA, '../shared/data')
      .replace(DIGITS_OF_VERSION, '$1-…')
      .replace(MILLISECONDS, '$1  …')
      .replace(TITLE_OF_MILLISECONDS, ' version  ms')
      .replace(COUNTS, 'some $1by $2')
      .replace(TIME, 'YYYY-MM-DD hh:mm')
      .replace(SPACES_AT_END, '')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The page in three: what stands before the transcript, the transcript, what stands after it. */
export async function readPage(name: Shown, isReal = false) {
  const path = join(ROOT, 'docs', `${name}.md`)
  const text = await Bun.file(path).text()
  const marker = isReal ? START_REAL : START
  const start = text.indexOf(marker) + marker.length
  const end = text.indexOf(END, start)
  if (start < marker.length || end < start) throw new Error(`${path} has no place for a transcript`)
  return {
    path,
    before: text.slice(0, start),
    transcript: text.slice(start, end).trim(),
    after: text.slice(end),
  }
}
