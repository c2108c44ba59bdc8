// Trains on the same rows as scikit-learn does and prints quality and time of both, side by side:
//   bun bench/training/run.ts --python PATH [--data FOLDER] [--only NAME]

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { fitPipeline, targetOf } from '#core/training/fit-pipeline.ts'
import { type ModelName, resolveSettings } from '#core/training/hyperparameters.ts'
import { predictedCodes } from '#core/training/metrics/classification.ts'
import { regressionMetrics } from '#core/training/metrics/regression.ts'
import { planTraining, type TrainingPlan } from '#core/training/plan.ts'
import { createRandom } from '#core/training/random.ts'
import { folds, holdOut, type Split } from '#core/training/split.ts'
import { type Table, takeRows } from '#core/training/table.ts'
import { predictTable } from '#core/training/trained-pipeline.ts'
import { type Contest, loadContests } from './data.ts'

const HERE = import.meta.dir

/** Two-sided 95 % points of Student's t by degrees of freedom, for 2 to 20 seeds. */
const STUDENT = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12,
  2.11, 2.1, 2.09,
] as const

interface Measure {
  readonly quality: number
  readonly seconds: number
}

interface Peer {
  measure(): Promise<Measure>
  end(): Promise<void>
}

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    data: { type: 'string' },
    only: { type: 'string' },
  },
})
const python = values.python ?? 'python3'
const folder = await mkdtemp(join(tmpdir(), 'parley-training-'))
try {
  await peer(['data', folder])
  const shared = values.data ?? resolve(HERE, '../../../shared/data')
  console.log('| data | model | score | Parley | scikit-learn | difference | seconds | ratio |')
  console.log('|---|---|---|---|---|---|---|---|')
  for (const contest of await loadContests(shared, folder)) {
    if (values.only !== undefined && contest.name !== values.only) continue
    for (const model of contest.models) console.log(await compare(contest, model))
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function compare(contest: Contest, model: ModelName): Promise<string> {
  const planned = planTraining(contest.table, contest, createRandom('plan'))
  if (!planned.ok) throw new Error(planned.failure.message)
  const { plan, table } = planned.value
  const splits = splitsOf(contest, plan, table)
  const rival = await startPeer(plan, model, table, splits)
  const own: Measure[] = []
  const other: Measure[] = []
  for (const [seed, split] of splits.entries()) {
    own.push(await measure(plan, model, table, split, seed))
    other.push(await rival.measure())
  }
  await rival.end()
  const score = plan.classes === null ? 'R²' : 'accuracy'
  const differences = own.map(
    ({ quality }, index) => quality - (other[index]?.quality ?? Number.NaN),
  )
  const [seconds, theirs] = [own, other].map((measures) =>
    median(measures.map((one) => one.seconds)),
  )
  const ratios = own.map((one, index) => one.seconds / (other[index]?.seconds ?? Number.NaN))
  return `| ${[
    `${contest.name}, ${table.rows} rows`,
    model,
    score,
    interval(own.map(({ quality }) => quality)),
    interval(other.map(({ quality }) => quality)),
    interval(differences),
    `${(seconds ?? 0).toFixed(3)} / ${(theirs ?? 0).toFixed(3)}`,
    median(ratios).toFixed(2),
  ].join(' | ')} |`
}

function splitsOf(
  { seeds, testShare, dividedAt }: Contest,
  plan: TrainingPlan,
  table: Table,
): Split[] {
  const target = targetOf(plan, table)
  const strata = target.kind === 'classes' ? target.codes : null
  if (dividedAt === undefined) {
    return Array.from({ length: seeds }, (_, seed) =>
      holdOut(table.rows, testShare, strata, createRandom(seed)),
    )
  }
  const tested = folds(
    table.rows - dividedAt,
    seeds,
    strata?.subarray(dividedAt) ?? null,
    createRandom('tested'),
  )
  return tested.map(({ test }, seed) => ({
    train: holdOut(dividedAt, testShare, strata?.subarray(0, dividedAt) ?? null, createRandom(seed))
      .train,
    test: test.map((row) => row + dividedAt),
  }))
}

async function measure(
  plan: TrainingPlan,
  model: ModelName,
  table: Table,
  split: Split,
  seed: number,
): Promise<Measure> {
  const settings = resolveSettings(model, {})
  if (!settings.ok) throw new Error(settings.failure.message)
  const [train, test] = [takeRows(table, split.train), takeRows(table, split.test)]
  const started = performance.now()
  const fitted = await fitPipeline(
    { plan, model, settings: settings.value, train, whole: table },
    { random: createRandom(seed), signal: new AbortController().signal, progress: () => {} },
  )
  const seconds = (performance.now() - started) / 1_000
  if (!fitted.ok) throw new Error(fitted.failure.message)
  const answers = predictTable(fitted.value, test)
  const target = targetOf(plan, test)
  if (target.kind === 'values') {
    return { quality: regressionMetrics(target.values, answers.data).r2, seconds }
  }
  const right = predictedCodes(answers).filter((code, row) => code === target.codes[row])
  return { quality: right.length / test.rows, seconds }
}

/** scikit-learn fits one split each time that it is asked, so that both sides take turns. */
async function startPeer(
  plan: TrainingPlan,
  model: ModelName,
  table: Table,
  splits: readonly Split[],
): Promise<Peer> {
  const used = table.columns.filter(({ name }) => plan.features.includes(name))
  const plain = (cells: Iterable<number | string | null>) =>
    Array.from(cells, (cell) => (Number.isNaN(cell) ? null : cell))
  const target = targetOf(plan, table)
  const task = {
    model,
    is_classifier: plan.classes !== null,
    features: plan.features,
    columns: Object.fromEntries(used.map((column) => [column.name, plain(column.values)])),
    target: [...(target.kind === 'classes' ? target.codes : target.values)],
    splits: splits.map(({ train, test }) => ({ train: [...train], test: [...test] })),
  }
  const path = join(folder, 'task.json')
  await Bun.write(path, JSON.stringify(task))
  const child = Bun.spawn([python, join(HERE, 'peer.py'), 'fit', path], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const lines = createInterface({ input: Readable.from(child.stdout) })[Symbol.asyncIterator]()
  return {
    async measure() {
      child.stdin.write('\n')
      await child.stdin.flush()
      const { value, done } = await lines.next()
      if (done === true) throw new Error('the scikit-learn side failed')
      return JSON.parse(value) as Measure
    },
    async end() {
      await child.stdin.end()
      if ((await child.exited) !== 0) throw new Error('the scikit-learn side failed')
    },
  }
}

async function peer(words: readonly string[]): Promise<string> {
  const child = Bun.spawn([python, join(HERE, 'peer.py'), ...words], { stderr: 'inherit' })
  const output = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error('the scikit-learn side failed')
  return output
}

/** Mean ± half the width of its 95 % interval. */
function interval(numbers: readonly number[]): string {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length
  if (numbers.length < 2) return mean.toFixed(4)
  const variance =
    numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (numbers.length - 1)
  const half = (STUDENT[numbers.length - 2] ?? Number.NaN) * Math.sqrt(variance / numbers.length)
  return `${mean.toFixed(4)} ± ${half.toFixed(4)}`
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
