// Writes the transcript into docs/discord.md: bun tests/bots/discord/write-transcript.ts

import { join } from 'node:path'
import { playTranscript, TRANSCRIPT_END, TRANSCRIPT_START } from './transcript.ts'

const path = join(import.meta.dir, '../../../docs/discord.md')
const document = await Bun.file(path).text()
const before = document.slice(0, document.indexOf(TRANSCRIPT_START) + TRANSCRIPT_START.length)
const after = document.slice(document.indexOf(TRANSCRIPT_END))
await Bun.write(path, `${before}\n\n${await playTranscript()}\n\n${after}`)
