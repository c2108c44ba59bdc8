// What docs/explanations.md shows is what the models answer.

import { expect, test } from 'bun:test'
import { playExplanations, readDocument } from './play-explanations.ts'

test('docs/explanations.md holds what a run answers', async () => {
  const { transcript } = await readDocument()
  expect(transcript).toBe(await playExplanations())
})
