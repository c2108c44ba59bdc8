// What docs/command-line.md and docs/rest.md show is what happens, and both tell the facts of the example conversation.

import { describe, expect, test } from 'bun:test'
import { basename } from 'node:path'
import { DOCUMENTS, readDocument } from './documents.ts'

const PATIENCE_MS = 30_000
/** Deployed with its inputs and endpoint, the probability, the list, the inputs asked for. */
const FACTS = [/\/api\/predict\/churn/, /tenure/, /0\.23|23%/, /Customer churn/, /total_charges/]

describe.each(DOCUMENTS.map((one) => ({ ...one, name: basename(one.path) })))('$name', (one) => {
  test(
    'holds what a run writes',
    async () => {
      const { transcript } = await readDocument(one.path)
      expect(transcript).toBe(await one.play())
    },
    PATIENCE_MS,
  )

  test('has the facts of the example conversation', async () => {
    const { transcript } = await readDocument(one.path)
    for (const fact of FACTS) expect(transcript).toMatch(fact)
  })
})
