// Writes the transcripts into docs/: bun tests/surfaces/transcripts/write-transcripts.ts

import { readDocument, SURFACES, transcriptOf } from './documents.ts'

for (const { path, play } of SURFACES) {
  if (path === null) continue
  const { before, after } = await readDocument(path)
  await Bun.write(path, `${before}\n\n${transcriptOf(await play())}\n\n${after}`)
}
