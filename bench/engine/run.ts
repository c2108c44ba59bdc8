// Predictions a second through 100 trees of depth 6, compiled and on onnxruntime alone, in one process.

import { cpus } from 'node:os'
import { createEngine } from '#core/engine/create-engine.ts'
import type { EncodedRows, LoadedModel } from '#core/engine/engine.ts'
import { InferenceSession, Tensor } from '#core/engine/onnxruntime.ts'
import { toOnnx } from '#core/graph/to-onnx.ts'
import {
  describePredictor,
  randomEnsemble,
  randomRows,
  seededRandom,
} from '../../tests/core/graph/random-models.ts'

const SHAPE = { trees: 100, depth: 6, features: 20 } as const
const SEED = 1

/** Random rows, each used once a round: one row again and again flatters code with branches up to four times. */
const ROWS = 20_000

/** A round's best of this many; other work on the machine only ever makes a round slower. */
const ROUNDS = 12

/** Rows of one batch, small enough to run in this thread. */
const BATCH_ROWS = 10_000

const silent = { info() {}, warn() {}, error() {} }

/** Shortest time of a round, in microseconds for each row. */
async function bestMicroseconds(rows: number, round: () => Promise<void> | void): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let index = 0; index < ROUNDS; index++) {
    const start = performance.now()
    await round()
    best = Math.min(best, ((performance.now() - start) * 1000) / rows)
  }
  return best
}

function cutRows(values: Float32Array, size: number): EncodedRows[] {
  const width = size * SHAPE.features
  return Array.from({ length: values.length / width }, (_, index) => ({
    count: size,
    columns: [values.slice(index * width, (index + 1) * width)],
  }))
}

async function load(onnx: ReturnType<typeof toOnnx>, compile: boolean) {
  const engine = createEngine({ logger: silent, compile })
  const { inputs, namesKnown } = describePredictor(ensemble)
  const signature = { task: 'regression', inputs, namesKnown, outputs: [] } as const
  const loaded = await engine.load({ ...onnx, signature })
  if (!loaded.ok) throw new Error(loaded.failure.message)
  return { engine, model: loaded.value }
}

async function predictAll(model: LoadedModel, batches: readonly EncodedRows[]): Promise<void> {
  for (const batch of batches) await model.predict(batch)
}

const random = seededRandom(SEED)
const ensemble = randomEnsemble(SHAPE, random)
const values = randomRows(ROWS, SHAPE, random, 0.05)
const artifact = toOnnx(describePredictor(ensemble))
const singles = cutRows(values, 1)
const batches = cutRows(values, BATCH_ROWS)
const objects = singles.map(({ columns: [column] }) =>
  Object.fromEntries(
    [...(column as Float32Array)].map((value, index) => [
      `f${index}`,
      Number.isNaN(value) ? null : value,
    ]),
  ),
)

const session = await InferenceSession.create(artifact.onnx, { intraOpNumThreads: 1 })
const runSession = async (rows: EncodedRows): Promise<void> => {
  const shape = [rows.count, SHAPE.features]
  await session.run({ features: new Tensor('float32', rows.columns[0] as Float32Array, shape) })
}
const compiled = await load(artifact, true)
const onSession = await load(artifact, false)
if (compiled.model.backend !== 'compiled') throw new Error('the model was not compiled')

const timings = {
  onnxruntimeRow: await bestMicroseconds(ROWS, async () => {
    for (const row of singles) await runSession(row)
  }),
  onnxruntimeBatch: await bestMicroseconds(ROWS, async () => {
    for (const batch of batches) await runSession(batch)
  }),
  compiledRow: await bestMicroseconds(ROWS, () => predictAll(compiled.model, singles)),
  compiledBatch: await bestMicroseconds(ROWS, () => predictAll(compiled.model, batches)),
  // Thirty-two requests of one tick, as a busy server has them.
  sessionTogether: await bestMicroseconds(ROWS, async () => {
    for (let start = 0; start < ROWS; start += 32) {
      await Promise.all(singles.slice(start, start + 32).map((row) => onSession.model.predict(row)))
    }
  }),
  encode: await bestMicroseconds(ROWS, () => {
    for (const object of objects) compiled.model.encode([object], () => '')
  }),
}

const perSecond = (microseconds: number): string => `${(1 / microseconds).toFixed(2)} M rows/s`
const times = (base: number, own: number): string => `${(base / own).toFixed(1)} times`
const row = (name: string, microseconds: number, ratio: string): string =>
  `| ${name} | ${microseconds.toFixed(2)} | ${perSecond(microseconds)} | ${ratio} |`

console.log(
  [
    `${SHAPE.trees} trees of depth ${SHAPE.depth}, ${SHAPE.features} features, ${ROWS} random rows, best of ${ROUNDS}; ${cpus()[0]?.model ?? 'unknown processor'}, Bun ${Bun.version}, one thread`,
    '',
    '| way | µs a row | rate | against onnxruntime |',
    '|---|---|---|---|',
    row('onnxruntime, one row', timings.onnxruntimeRow, ''),
    row('Parley, one row', timings.compiledRow, times(timings.onnxruntimeRow, timings.compiledRow)),
    row(`onnxruntime, batch of ${BATCH_ROWS}`, timings.onnxruntimeBatch, ''),
    row(
      `Parley, batch of ${BATCH_ROWS}`,
      timings.compiledBatch,
      times(timings.onnxruntimeBatch, timings.compiledBatch),
    ),
    row(
      'Parley without compiling, 32 requests of one tick',
      timings.sessionTogether,
      times(timings.onnxruntimeRow, timings.sessionTogether),
    ),
    row('validating and encoding one row of JSON', timings.encode, ''),
  ].join('\n'),
)
await session.release()
await compiled.engine.close()
await onSession.engine.close()
