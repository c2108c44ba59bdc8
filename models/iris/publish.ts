// Writes what comes with Parley of the iris example: model.joblib, metrics.json and the ranges in config.json.
// Run it with `bun models/iris/publish.ts`, then `python models/iris/golden.py`.

import { join } from 'node:path'
import { classFigures } from '../shared/deploy-made.ts'
import { fileOf, trainModel } from '../shared/train-model.ts'
import { FOLDER, irisRequest } from './training.ts'

const request = await irisRequest()
const trained = await trainModel(request, {
  signal: new AbortController().signal,
  progress: () => {},
  ports: { now: Date.now },
})
if (!trained.ok) throw new Error(trained.failure.message)
const { run, report, prepared } = trained.value

await Bun.write(join(FOLDER, 'model.joblib'), fileOf(run, 'model.joblib'))
await writeJson('metrics.json', {
  library: 'parley, as a scikit-learn 1.6 pipeline',
  rows: { train: run.rows.train, held_out: run.rows.test },
  held_out: Object.fromEntries(
    Object.entries(classFigures(run.judgement)).map(([name, value]) => [name, rounded(value)]),
  ),
  report: {
    evaluation: report.evaluation,
    per_class: report.perClass,
    confusion: report.confusion,
    importance: report.importance,
    background: report.background,
  },
})

const config = await Bun.file(join(FOLDER, 'config.json')).json()
for (const column of prepared.train.columns) {
  const feature = config.features[column.name]
  if (column.kind !== 'number' || feature === undefined) continue
  const mean = column.values.reduce((sum, value) => sum + value, 0) / column.values.length
  feature.minimum = Math.min(...column.values)
  feature.maximum = Math.max(...column.values)
  feature.mean = rounded(mean)
}
await writeJson('config.json', config)

function rounded(value: number): number {
  return Number(value.toFixed(4))
}

async function writeJson(name: string, content: unknown): Promise<void> {
  await Bun.write(join(FOLDER, name), `${JSON.stringify(content, null, 2)}\n`)
}
