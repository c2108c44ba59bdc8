// Prints which fixtures agree with the library that wrote them: bun tests/core/formats/sklearn/report.ts [library] [part of a name]
// With --markdown it writes docs/supported-models.md instead.

import { writeFileSync } from 'node:fs'
import { type CorpusFile, corpusFiles, judge, type Verdict } from './corpus.ts'
import { REFUSED } from './refused-cases.ts'
import { supportedPage } from './supported-table.ts'

const [library = 'sklearn', part = ''] = process.argv.slice(2)

if (library === '--markdown') {
  const page = supportedPage(corpusFiles('sklearn'), corpusFiles('lightgbm'), REFUSED)
  writeFileSync(new URL('../../../../docs/supported-models.md', import.meta.url), page)
  process.exit()
}

const verdicts: (readonly [CorpusFile, Verdict])[] = []
for (const file of corpusFiles(library)) {
  if (file.name.includes(part)) verdicts.push([file, await judge(file)])
}

const titles = new Map<string, (readonly [CorpusFile, Verdict])[]>()
for (const entry of verdicts) {
  const [{ title }] = entry
  titles.set(title, [...(titles.get(title) ?? []), entry])
}
for (const [title, entries] of titles) {
  const bad = entries.filter(([, verdict]) => verdict.kind !== 'agrees')
  process.stdout.write(`${title}: ${entries.length - bad.length} of ${entries.length}\n`)
  const reasons = new Map<string, string[]>()
  for (const [file, verdict] of bad) {
    if (verdict.kind === 'agrees') continue
    const reason = `${verdict.kind}: ${verdict.reason}`
    reasons.set(reason, [...(reasons.get(reason) ?? []), file.version])
  }
  for (const [reason, versions] of reasons) {
    process.stdout.write(`    ${versions.join(' ')}  ${reason.slice(0, 200)}\n`)
  }
}
const agreed = verdicts.filter(([, verdict]) => verdict.kind === 'agrees').length
process.stdout.write(`${agreed} of ${verdicts.length} agree\n`)
