// What the fuzz once found stays mended, and the fuzz itself works: it would see a fault, and its mutations reach the readers.

import { describe, expect, test } from 'bun:test'
import { basename } from 'node:path'
import { filesBelow, readBytes } from '../core/formats/support.ts'
import { checkFile } from './check-file.ts'
import { createDice } from './mutate.ts'
import { makeCase, readSeeds } from './seeds.ts'

/** A sample; `bun run fuzz` runs at length. */
const CASES = 300

const kept = filesBelow('fuzz').filter((path) => !path.endsWith('.md'))

describe('files that once were findings', () => {
  for (const path of kept) {
    test(`${basename(path)} ends in a model or a sentence`, () => {
      const file = readBytes(path)
      expect(checkFile(file, false)).not.toHaveProperty('problem')
      expect(checkFile(file, true)).not.toHaveProperty('problem')
    })
  }
})

test('mutated files and archives end in a model or a sentence', async () => {
  const groups = await readSeeds()
  const seen = { model: 0, refused: 0 }
  for (let number = 0; number < CASES; number += 1) {
    const dice = createDice(number)
    const { name, file } = makeCase(groups, dice)
    const checked = checkFile(file, dice(4) === 0)
    if (checked.kind === 'finding') throw new Error(`case ${number}, ${name}: ${checked.problem}`)
    seen[checked.kind] += 1
  }
  // Were all refused or none, the mutations would be too coarse or too fine to find anything.
  expect(seen.model).toBeGreaterThan(CASES / 30)
  expect(seen.refused).toBeGreaterThan(CASES / 10)
}, 20_000)

test('the same number makes the same case', async () => {
  const groups = await readSeeds()
  expect(makeCase(groups, createDice(7))).toEqual(makeCase(groups, createDice(7)))
  expect(makeCase(groups, createDice(7))).not.toEqual(makeCase(groups, createDice(8)))
})
