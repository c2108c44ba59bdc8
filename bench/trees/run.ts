// Forests and boosting beside scikit-learn's: training time on one core, and quality on the same splits.

import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { createRandom } from '#core/training/random.ts'
import { holdOut } from '#core/training/split.ts'
import { takeRows, takeTargets } from '#core/training/trees/early-stopping.ts'
import { predictTrees } from '#core/training/trees/predict-trees.ts'
import { accuracyOf, determinationOf } from '../../tests/core/training/trees/tables.ts'
import {
  type BenchTable,
  fitLearner,
  LEARNERS,
  type Learner,
  readTable,
  writeRandomTable,
} from './data.ts'

const SHAPE = { rows: 20_000, columns: 20 } as const
const TEST_SHARE = 0.25
/** Half the width of a 95 % interval of a mean, in standard errors, by Student's t for 10 splits. */
const SPLITS = 10
const STUDENT_T = 2.262

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    data: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
})
if (options.python === undefined) throw new Error('say which Python has scikit-learn: --python')
const python = options.python

/** Runs a command on core 0 and gives what it printed. */
async function runPinned(command: readonly string[]): Promise<string> {
  const pinned = Bun.which('taskset') === null ? command : ['taskset', '-c', '0', ...command]
  const child = Bun.spawn([...pinned], { stdout: 'pipe', stderr: 'inherit' })
  const printed = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`${command.join(' ')} failed`)
  return printed.trim()
}

const PEER = join(import.meta.dir, 'peer.py')
const FIT = join(import.meta.dir, 'fit.ts')

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Each round fits once on each side, in processes of their own, one after the other. */
async function compareTimes(folder: string, rounds: number): Promise<void> {
  console.log('| fit | Parley, s | scikit-learn, s | ratio |\n| --- | --- | --- | --- |')
  for (const kind of ['classes', 'values'] as const) {
    const name = `random-${kind}`
    await writeRandomTable(folder, name, kind, SHAPE)
    for (const learner of LEARNERS) {
      const own: number[] = []
      const peer: number[] = []
      for (let round = 0; round < rounds; round++) {
        own.push(Number(await runPinned([process.execPath, FIT, folder, name, learner])))
        peer.push(Number(await runPinned([python, PEER, 'time', folder, name, learner])))
      }
      const ratio = median(own.map((time, round) => time / (peer[round] ?? Number.NaN)))
      const seconds = (times: readonly number[]) => (median(times) / 1000).toFixed(2)
      const cells = [`${learner}, ${kind}`, seconds(own), seconds(peer), ratio.toFixed(2)]
      console.log(`| ${cells.join(' | ')} |`)
    }
  }
}

/** Which rows each split tests on, for both sides: 1 for a test row. */
async function writeSplits(folder: string, name: string, table: BenchTable) {
  const { rows } = table.features
  const strata = table.target.kind === 'classes' ? table.target.codes : null
  const splits = Array.from({ length: SPLITS }, (_, seed) =>
    holdOut(rows, TEST_SHARE, strata, createRandom(seed)),
  )
  const marks = new Uint8Array(SPLITS * rows)
  splits.forEach(({ test }, seed) => {
    for (const row of test) marks[seed * rows + row] = 1
  })
  await Bun.write(join(folder, `${name}.splits`), marks)
  // In the order of the table, as the other side reads them.
  return splits.map(({ train, test }) => ({ train: train.toSorted(), test: test.toSorted() }))
}

/** Accuracy or R² on the test rows. */
function scoreSplit(
  table: BenchTable,
  rows: { readonly train: Int32Array; readonly test: Int32Array },
  learner: Learner,
  seed: number,
): number {
  const { features, target, categorical } = table
  const train = {
    features: takeRows(features, rows.train),
    target: takeTargets(target, rows.train),
  }
  const predictor = fitLearner({ ...train, categorical }, learner, seed)
  const predictions = predictTrees(predictor, takeRows(features, rows.test))
  const expected = takeTargets(target, rows.test)
  return expected.kind === 'classes'
    ? accuracyOf(predictions, expected.codes)
    : determinationOf(predictions.data, expected.values)
}

function describe(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  const half = STUDENT_T * Math.sqrt(spread / values.length)
  return `${mean.toFixed(4)} ± ${half.toFixed(4)}`
}

async function compareQuality(folder: string): Promise<void> {
  const data = options.data === undefined ? [] : [options.data]
  const exported = await runPinned([python, PEER, 'export', folder, ...data])
  const { names, version } = z
    .object({ names: z.array(z.string()), version: z.string() })
    .parse(JSON.parse(exported))
  console.log(`scikit-learn ${version}; ${SPLITS} splits`)
  console.log('| data, learner | Parley | scikit-learn | difference |\n| --- | --- | --- | --- |')
  for (const name of names) {
    const table = await readTable(folder, name)
    const splits = await writeSplits(folder, name, table)
    const peer = z
      .record(z.enum(LEARNERS), z.array(z.number()))
      .parse(JSON.parse(await runPinned([python, PEER, 'score', folder, name])))
    for (const learner of LEARNERS) {
      const own = splits.map((rows, seed) => scoreSplit(table, rows, learner, seed))
      const gaps = own.map((score, seed) => score - (peer[learner][seed] ?? Number.NaN))
      const cells = [`${name}, ${learner}`, describe(own), describe(peer[learner]), describe(gaps)]
      console.log(`| ${cells.join(' | ')} |`)
    }
  }
}

const folder = await mkdtemp(join(tmpdir(), 'parley-bench-trees-'))
try {
  console.log(`${cpus()[0]?.model}, Bun ${Bun.version}`)
  if (options.only !== 'quality') await compareTimes(folder, Number(options.rounds))
  if (options.only !== 'time') await compareQuality(folder)
} finally {
  await rm(folder, { recursive: true })
}
