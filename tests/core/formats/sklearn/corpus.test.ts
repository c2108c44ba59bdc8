// Every model file that real scikit-learn and LightGBM releases wrote answers as it answered there, or is refused in words.

import { describe, expect, test } from 'bun:test'
import { type CorpusFile, corpusFiles, judge } from './corpus.ts'
import { REFUSED } from './refused-cases.ts'

/** Sessions that are open at once; onnxruntime runs each on its own thread. */
const CONCURRENCY = 4

/** What is wrong with each file that does not agree, in words. */
async function judgeAll(files: readonly CorpusFile[]): Promise<readonly string[]> {
  const problems: string[] = []
  const queue = files.values()
  const work = async () => {
    for (const file of queue) {
      const verdict = await judge(file)
      const refusal = REFUSED[file.title]
      const isAsExpected =
        refusal === undefined
          ? verdict.kind === 'agrees'
          : verdict.kind === 'refused' && verdict.reason.includes(refusal)
      if (isAsExpected) continue
      const reason = verdict.kind === 'agrees' ? 'though it is listed as refused' : verdict.reason
      problems.push(`${file.name} ${verdict.kind}: ${reason}`)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  return problems
}

for (const library of ['sklearn', 'lightgbm']) {
  const files = corpusFiles(library)
  const versions = [...new Set(files.map(({ version }) => version))]
  describe(library, () => {
    for (const version of versions) {
      const own = files.filter((file) => file.version === version)
      test(`${version}: ${own.length} files`, async () => {
        expect(own.length).toBeGreaterThan(0)
        expect(await judgeAll(own)).toEqual([])
      })
    }
  })
}
