// Boosting and a forest on the churn data, where it lies beside the project.

import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { createRandom } from '#core/training/random.ts'
import { holdOut } from '#core/training/split.ts'
import { fitBoosting } from '#core/training/trees/boosting.ts'
import { takeRows, takeTargets } from '#core/training/trees/early-stopping.ts'
import { fitForest } from '#core/training/trees/forest.ts'
import { predictTrees } from '#core/training/trees/predict-trees.ts'
import { accuracyOf, classesOf, contextOf } from './tables.ts'

const FILE = join(
  import.meta.dir,
  '../../../../../shared/data/telco_churn/Telco-Customer-Churn.csv',
)
const hasData = existsSync(FILE)

/** Share of customers who stay; saying so of everyone is right as often. */
const STAY_SHARE = 0.735

const NUMBERS = ['SeniorCitizen', 'tenure', 'MonthlyCharges', 'TotalCharges']

/** Texts become codes in the order in which they first occur. */
async function readChurn() {
  const [header = '', ...lines] = (await Bun.file(FILE).text()).trim().split('\n')
  const names = header.trim().split(',').slice(1, -1)
  const cells = lines.map((line) => line.trim().split(',').slice(1))
  const target = classesOf(cells.map((row) => (row.at(-1) === 'Yes' ? 1 : 0)))
  const known = names.map(() => new Map<string, number>())
  const data = Float64Array.from(
    cells.flatMap((row) =>
      names.map((name, column) => {
        const text = row[column] ?? ''
        if (NUMBERS.includes(name)) return text.trim() === '' ? Number.NaN : Number(text)
        const codes = known[column] ?? new Map<string, number>()
        if (!codes.has(text)) codes.set(text, codes.size)
        return codes.get(text) ?? Number.NaN
      }),
    ),
  )
  const features: Matrix = { rows: cells.length, columns: names.length, data }
  const categorical = [...names.keys()].filter((column) => !NUMBERS.includes(names[column] ?? ''))
  return { features, target, categorical }
}

test.skipIf(!hasData)(
  'both tell who leaves better than saying that everybody stays (skipped without ../shared/data)',
  async () => {
    const { features, target, categorical } = await readChurn()
    expect(features.rows).toBe(7043)
    const split = holdOut(features.rows, 0.25, target.codes, createRandom('churn'))
    const train = takeRows(features, split.train)
    const trainTarget = takeTargets(target, split.train)
    const context = contextOf('churn')
    const options = { categorical, earlyStopping: true }
    for (const fitted of [
      fitBoosting(train, trainTarget, options, context),
      fitForest(train, trainTarget, { trees: 30, minSamplesLeaf: 5 }, context),
    ]) {
      if (!fitted.ok) throw new Error(fitted.failure.message)
      const predictions = predictTrees(fitted.value.predictor, takeRows(features, split.test))
      const codes = split.test.map((row) => target.codes[row] ?? -1)
      expect(accuracyOf(predictions, codes)).toBeGreaterThan(STAY_SHARE + 0.04)
    }
  },
)
