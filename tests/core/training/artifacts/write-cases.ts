// Writes each case's file and what Parley itself answers, for check.py to hold against scikit-learn:
//   bun tests/core/training/artifacts/write-cases.ts FOLDER VERSION

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeJoblib } from '#core/training/artifacts/joblib.ts'
import { predictTable } from '#core/training/trained-pipeline.ts'
import { CASES, fitCase, makeTable } from './cases.ts'

const [folder = '', version = ''] = process.argv.slice(2)
await mkdir(folder, { recursive: true })
const table = makeTable()
const columns = Object.fromEntries(
  table.columns.map(({ name, values }) => [
    name,
    Array.from<string | number | null>(values).map((value) => (Number.isNaN(value) ? null : value)),
  ]),
)
await Bun.write(join(folder, 'table.json'), JSON.stringify(columns))
for (const one of CASES) {
  const pipeline = await fitCase(one)
  const { columns: width, data } = predictTable(pipeline, table)
  const classes = pipeline.answer.kind === 'classes' ? pipeline.answer.labels : null
  const answer = { features: pipeline.features, classes, width, data: [...data] }
  await Bun.write(join(folder, `${one.name}.joblib`), writeJoblib(pipeline, version))
  await Bun.write(join(folder, `${one.name}.json`), JSON.stringify(answer))
}
