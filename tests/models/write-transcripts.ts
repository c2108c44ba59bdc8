// Writes what the examples print into docs/: bun tests/models/write-transcripts.ts

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { play, readPage, SHARED_DATA, SHOWN_NAMES, type Shown } from './transcripts.ts'

for (const name of SHOWN_NAMES) await write(name, false)
// On real data for what takes too long to be made again by every run of the tests, where these are beside the project.
if (existsSync(join(SHARED_DATA, 'kc_house'))) await write('house-price', true)

async function write(name: Shown, isReal: boolean): Promise<void> {
  const { path, before, after } = await readPage(name, isReal)
  const transcript = await (isReal ? play(name, []) : play(name))
  await Bun.write(path, `${before}\n\n${transcript}\n\n${after}`)
}
