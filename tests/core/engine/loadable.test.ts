// Every scikit-learn model that is read can also be loaded: its first prediction finds a row that has an answer.

import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { createBudget } from '#core/formats/limits.ts'
import { readModelFile } from '#core/formats/read-model.ts'
import { corpusFiles } from '../formats/sklearn/corpus.ts'
import { REFUSED } from '../formats/sklearn/refused-cases.ts'
import { createTestEngine } from './loading.ts'

const VERSION = '1.9.1'

/** All but the bare XGBoost ones, which the tests of compiled models load. */
const files = corpusFiles('sklearn').filter(
  ({ version, title }) => version === VERSION && REFUSED[title] === undefined,
)

test(`${files.length} models of scikit-learn ${VERSION} load`, async () => {
  const engine = createTestEngine()
  const refused: string[] = []
  for (const { name, path } of files) {
    const read = readModelFile(new Uint8Array(readFileSync(path)), {}, createBudget())
    const loaded = await engine.load(read)
    if (loaded.ok) await loaded.value.close()
    else refused.push(`${name}: ${loaded.failure.message}`)
  }
  await engine.close()
  expect(refused).toEqual([])
}, 60_000)
