// What docs/churn.md, docs/iris.md and docs/question-timing.md show is what the commands print.

import { expect, test } from 'bun:test'
import { play, readPage, SHOWN } from './transcripts.ts'

const PATIENCE_MS = 30_000

test.each(SHOWN)(
  'docs/%s.md holds what a run prints',
  async (name) => {
    const { transcript } = await readPage(name)
    expect(transcript).toBe(await play(name))
  },
  PATIENCE_MS,
)
