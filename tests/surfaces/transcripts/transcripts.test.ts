// The example conversation tells the same facts on every surface, and the documents show what happens in it.

import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { basename } from 'node:path'
import { readDocument, SURFACES, transcriptOf } from './documents.ts'
import { type Exchange, FACTS, MOMENTS, untold } from './facts.ts'

/** Processes are started and a model is trained. */
setDefaultTimeout(30_000)

describe.each(SURFACES)('$name', ({ play, path }) => {
  let exchanges: readonly Exchange[]
  beforeAll(async () => {
    exchanges = await play()
  })

  test.each(MOMENTS)('tells every fact of the moment “%s”', (moment) => {
    const told = exchanges.filter((one) => one.moment === moment)
    expect(told).not.toBeEmpty()
    for (const { shown, leavesOut = {} } of told) {
      const expected = { untold: Object.keys(leavesOut), shown }
      expect({ untold: untold(moment, shown), shown }).toEqual(expected)
    }
  })

  if (path === null) return
  test(`is shown as it happens in ${basename(path)}`, async () => {
    const { transcript } = await readDocument(path)
    expect(transcript).toBe(transcriptOf(exchanges))
  })
})

test('a fact that is not told is found, each of them', () => {
  for (const moment of MOMENTS) {
    expect(untold(moment, 'Done.')).toEqual(Object.keys(FACTS[moment]))
  }
})
