// Writes what the examples print into docs/: bun tests/models/write-transcripts.ts

import { play, readPage, SHOWN } from './transcripts.ts'

for (const name of SHOWN) {
  const { path, before, after } = await readPage(name)
  await Bun.write(path, `${before}\n\n${await play(name)}\n\n${after}`)
}
