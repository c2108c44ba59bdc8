// What docs/churn.md, house-price.md, iris.md and question-timing.md show is what the commands print.

import { expect, test } from 'bun:test'
import { play, readPage, SHOWN_NAMES } from './transcripts.ts'

const PATIENCE_MS = 30_000

test.each(SHOWN_NAMES)(
  'docs/%s.md holds what a run prints',
  async (name) => {
    const { transcript } = await readPage(name)
    expect(transcript).toBe(await play(name))
  },
  PATIENCE_MS,
)
