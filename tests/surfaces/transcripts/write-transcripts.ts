// Writes the transcripts into docs/: bun tests/surfaces/transcripts/write-transcripts.ts

import { DOCUMENTS, readDocument } from './documents.ts'

for (const { path, play } of DOCUMENTS) {
  const { before, after } = await readDocument(path)
  await Bun.write(path, `${before}\n\n${await play()}\n\n${after}`)
}
