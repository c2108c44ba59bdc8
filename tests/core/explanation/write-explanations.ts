// Writes the transcript into docs/explanations.md: bun tests/core/explanation/write-explanations.ts

import { DOCUMENT, playExplanations, readDocument } from './play-explanations.ts'

const { before, after } = await readDocument()
await Bun.write(DOCUMENT, `${before}\n\n${await playExplanations()}\n\n${after}`)
