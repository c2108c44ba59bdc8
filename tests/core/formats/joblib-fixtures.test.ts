// Every file that joblib 0.8 to 1.6 wrote comes out as Python says it went in.

import { describe, expect, test } from 'bun:test'
import { decompress, detectCodec } from '#core/formats/decompress.ts'
import { createBudget } from '#core/formats/limits.ts'
import type { PickleValue } from '#core/formats/pickle/value.ts'
import { readPickleFile } from '#core/formats/pickle-file.ts'
import { differences, type ExpectedNode } from './expected-value.ts'
import { expectationOf, fixturesWithExpectation, readBytes, refusal } from './support.ts'

interface Expectation {
  readonly value?: ExpectedNode
  readonly siblings?: readonly string[]
}

const cases = fixturesWithExpectation('joblib').map((fixture) => ({
  ...fixture,
  expected: expectationOf(fixture) as Expectation,
}))
const data = cases.filter(({ expected }) => expected.value !== undefined)

function readObject(path: string): PickleValue | undefined {
  const file = readBytes(path)
  const budget = createBudget()
  const codec = detectCodec(file)
  const content = codec === null ? file : decompress(file, codec, budget)
  return readPickleFile(content, budget).objects[0]?.value
}

describe('values in joblib files', () => {
  for (const { name, path, expected } of data) {
    if (expected.siblings !== undefined && expected.siblings.length > 0) continue
    test(name, () => {
      expect(differences(expected.value as ExpectedNode, readObject(path))).toEqual([])
    })
  }

  test('were written by every generation of joblib, in every compression', () => {
    const releases = new Set(data.map(({ name }) => name.split('/')[1]))
    expect(releases.size).toBeGreaterThanOrEqual(12)
    const codecs = new Set(cases.map(({ path }) => detectCodec(readBytes(path))))
    expect(codecs).toEqual(new Set([null, 'zlib', 'gzip', 'bz2', 'xz', 'lzma', 'lz4', 'zfile']))
  })
})

describe('joblib before 0.10, uncompressed', () => {
  for (const { name, path, expected } of cases) {
    if (expected.siblings === undefined || expected.siblings.length === 0) continue
    test(`${name} says that its arrays lie in other files`, () => {
      expect(refusal(() => readObject(path)).message).toContain(
        'keeps its arrays in files beside it',
      )
    })
  }
})
