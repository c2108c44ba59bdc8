// Which document holds which transcript, and where in it.

import { join } from 'node:path'
import { playCommandLine } from './play-command-line.ts'
import { playRest } from './play-rest.ts'

const DOCS = join(import.meta.dir, '../../../docs')
const START = '<!-- transcript: bun tests/surfaces/transcripts/write-transcripts.ts -->'
const END = '<!-- end of transcript -->'

export const DOCUMENTS = [
  { path: join(DOCS, 'command-line.md'), play: playCommandLine },
  { path: join(DOCS, 'rest.md'), play: playRest },
] as const

/** The document in three: what stands before the transcript, the transcript, what stands after it. */
export async function readDocument(path: string) {
  const text = await Bun.file(path).text()
  const start = text.indexOf(START) + START.length
  const end = text.indexOf(END)
  if (start < START.length || end < start) throw new Error(`${path} has no place for a transcript`)
  return {
    before: text.slice(0, start),
    transcript: text.slice(start, end).trim(),
    after: text.slice(end),
  }
}
