import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { ModelName } from '#core/training/hyperparameters.ts'
import {
  runTraining,
  type SplitKind,
  type TrainingRequest,
  type TrainingRun,
} from '#core/training/run.ts'
import { makeTable } from './artifacts/cases.ts'

const IRIS = await Bun.file(join(import.meta.dir, '../../../models/iris/iris.csv')).bytes()
const ports = {
  signal: new AbortController().signal,
  progress: () => {},
  now: () => Date.UTC(2026, 0, 1),
  parleyVersion: '0.1.0',
}

/** Enough to tell a lenient draw from an honest one. */
const SEEDS = 40

const iris = (over: Partial<TrainingRequest> = {}): TrainingRequest => ({
  data: { name: 'iris', bytes: IRIS },
  wish: { target: 'Species' },
  model: 'logreg',
  settings: { C: '1.0' },
  seed: 42,
  testShare: 0.2,
  ...over,
})

async function run(request: TrainingRequest): Promise<TrainingRun> {
  const outcome = await runTraining(request, ports)
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome.value
}

async function failure(request: TrainingRequest): Promise<string> {
  const outcome = await runTraining(request, ports)
  return outcome.ok ? 'it worked' : outcome.failure.message
}

function fileOf(made: TrainingRun, name: string) {
  const file = made.files.find((one) => one.name === name)
  if (file === undefined) throw new Error(`there is no ${name}`)
  return file.bytes
}

const jsonOf = (made: TrainingRun, name: string) =>
  JSON.parse(new TextDecoder().decode(fileOf(made, name)))

function accuracyOf({ judgement }: TrainingRun): number {
  if (judgement.kind !== 'classification') throw new Error('it tells classes apart')
  return judgement.test.accuracy
}

/** The table of the joblib cases as CSV, texts quoted. */
const MIXED = (() => {
  const { rows, columns } = makeTable()
  const lines = [columns.map(({ name }) => name).join(',')]
  for (let row = 0; row < rows; row++) {
    const cells = columns.map(({ values }) => values[row] ?? '')
    lines.push(cells.map((cell) => (Number.isNaN(cell) ? '' : `"${cell}"`)).join(','))
  }
  return new TextEncoder().encode(lines.join('\n'))
})()

const mixed = (target: string, model: ModelName, over: Partial<TrainingRequest> = {}) => ({
  data: { name: 'mixed.csv', bytes: MIXED },
  wish: { target, features: ['width', 'colour', 'gaps', 'form', 'age'] },
  model,
  settings: {},
  seed: 1,
  testShare: 0.25,
  ...over,
})

describe('a run on Iris', () => {
  test('is above 0.9 accuracy whatever the seed', async () => {
    const accuracies: number[] = []
    for (let seed = 0; seed < 20; seed++) accuracies.push(accuracyOf(await run(iris({ seed }))))
    expect(accuracies.filter((accuracy) => accuracy <= 0.9)).toEqual([])
    expect(new Set(accuracies).size).toBeGreaterThan(1)
  })

  test('is above 0.9 on plainly drawn rows too, where the penalty is weak enough', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const made = await run(iris({ seed, split: 'plain', settings: { C: '10' } }))
      expect([seed, accuracyOf(made) > 0.9]).toEqual([seed, true])
    }
  })

  test('is as good on rows drawn evenly as on any, and says how they were drawn', async () => {
    const meanOf = async (split: SplitKind) => {
      let sum = 0
      for (let seed = 0; seed < SEEDS; seed++) sum += accuracyOf(await run(iris({ seed, split })))
      return sum / SEEDS
    }
    // Each row is as likely to be tested either way. A mean of 40 moves by 0.005, one standard error.
    expect(Math.abs((await meanOf('even')) - (await meanOf('plain')))).toBeLessThan(0.02)
    expect(jsonOf(await run(iris()), 'params.json').split).toContain('easy and hard rows')
    const plain = await run(iris({ split: 'plain' }))
    expect(jsonOf(plain, 'params.json').split).toBe('stratified by class')
  })

  test('writes the same bytes for the same seed, but for what it says varies', async () => {
    const first = await run(iris())
    const later = { ...ports, now: () => Date.UTC(2027, 5, 5) }
    const second = await runTraining(iris(), later)
    if (!second.ok) throw new Error(second.failure.message)
    expect(first.files.map(({ name }) => name)).toEqual([
      'model.joblib',
      'model.onnx',
      'metrics.json',
      'confusion_matrix.json',
      'params.json',
    ])
    for (const { name, bytes } of first.files) {
      if (name === 'params.json') continue
      expect(Bun.hash(fileOf(second.value, name))).toBe(Bun.hash(bytes))
    }
    const [before, after] = [jsonOf(first, 'params.json'), jsonOf(second.value, 'params.json')]
    expect(before.varies).toEqual({ trained_at: '2026-01-01T00:00:00.000Z', duration_seconds: 0 })
    expect(after.varies).not.toEqual(before.varies)
    expect({ ...after, varies: null }).toEqual({ ...before, varies: null })
  })

  test('and other bytes for another seed', async () => {
    const [one, other] = [await run(iris()), await run(iris({ seed: 43 }))]
    expect(Bun.hash(fileOf(one, 'model.joblib'))).not.toBe(Bun.hash(fileOf(other, 'model.joblib')))
  })

  test('says what it did and how good it is', async () => {
    const made = await run(iris())
    expect(jsonOf(made, 'params.json')).toMatchObject({
      model: 'logreg',
      settings: { C: 1, scaler: 'standard' },
      seed: 42,
      test_size: 0.2,
      target: 'species',
      task: 'multiclass_classification',
      classes: ['setosa', 'versicolor', 'virginica'],
      data: {
        name: 'iris',
        rows: 150,
        columns: 5,
        sha256: new Bun.CryptoHasher('sha256').update(IRIS).digest('hex'),
      },
      rows: { train: 120, test: 30 },
    })
    const { labels, matrix } = jsonOf(made, 'confusion_matrix.json')
    expect(labels).toEqual(['setosa', 'versicolor', 'virginica'])
    expect(matrix.map((row: number[]) => row.reduce((sum, count) => sum + count))).toEqual([
      10, 10, 10,
    ])
    const metrics = jsonOf(made, 'metrics.json')
    const right = matrix.reduce(
      (sum: number, row: number[], code: number) => sum + (row[code] ?? 0),
      0,
    )
    expect(metrics.accuracy).toBe(right / 30)
    expect(metrics.per_class.setosa).toEqual({ precision: 1, recall: 1, f1: 1, support: 10 })
    expect(metrics.baseline.accuracy).toBeCloseTo(1 / 3, 12)
  })
})

describe('boosting', () => {
  const roundsOf = ({ pipeline: { model } }: TrainingRun) =>
    model.kind === 'hgb' ? model.fitted.iterations : 0
  const boosted = async (settings: Record<string, string>) =>
    roundsOf(
      await run(
        iris({ model: 'hgb', settings: { max_iter: '60', learning_rate: '0.5', ...settings } }),
      ),
    )

  test('stops early where it is told to, after as many rounds without gain as it is told', async () => {
    expect(await boosted({})).toBe(60)
    expect(await boosted({ early_stopping: 'off' })).toBe(60)
    const patient = await boosted({ early_stopping: 'on', n_iter_no_change: '10' })
    const hasty = await boosted({ early_stopping: 'on', n_iter_no_change: '2' })
    expect(patient).toBeLessThan(60)
    expect(hasty).toBeLessThan(patient)
    const larger = await boosted({ early_stopping: 'on', validation_fraction: '0.4' })
    expect(larger).not.toBe(patient)
  })

  test('says what is wrong with the rows that it shall hold out', async () => {
    const wrong = { early_stopping: 'on', validation_fraction: '1' }
    expect(await failure(iris({ model: 'hgb', settings: wrong }))).toContain('between 0 and 1')
    const odd = { early_stopping: 'sometimes' }
    expect(await failure(iris({ model: 'hgb', settings: odd }))).toContain('auto, on, off')
  })
})

describe('a run on a mixed table', () => {
  test.each([
    ['kind', 'logreg', 0.6],
    ['kind', 'knn', 0.5],
    ['kind', 'rf', 0.6],
    ['kind', 'hgb', 0.6],
  ] as const)('tells %s apart by %s better than guessing', async (target, model, least) => {
    expect(accuracyOf(await run(mixed(target, model)))).toBeGreaterThan(least)
  })

  test.each([
    ['ridge', 0.8],
    ['knn', 0.3],
    ['rf', 0.6],
    ['hgb', 0.6],
  ] as const)('predicts a price by %s', async (model, least) => {
    const { judgement } = await run(mixed('price', model))
    if (judgement.kind !== 'regression') throw new Error('a price is a number')
    expect(judgement.test.r2).toBeGreaterThan(least)
    expect(judgement.test.mae).toBeLessThan(judgement.baseline.mae)
  })

  test('reads words', async () => {
    const lines = Array.from({ length: 120 }, (_, row) => {
      const word = row % 2 === 0 ? 'splendid' : 'dreadful'
      return `"${word} thing, that one with number ${row}",${row % 2 === 0 ? 'praise' : 'blame'}`
    })
    const bytes = new TextEncoder().encode(['note,verdict', ...lines].join('\n'))
    const made = await run({
      ...iris({ settings: {} }),
      model: 'tfidf',
      data: { name: 'notes', bytes },
      wish: { target: 'verdict' },
    })
    expect(made.plan.task).toBe('text_classification')
    expect(accuracyOf(made)).toBe(1)
  })
})

describe('a run that cannot be', () => {
  test.each([
    [
      iris({ model: 'ridge', settings: {} }),
      'species has classes, and ridge regression predicts numbers.',
    ],
    [
      iris({ wish: { target: 'petal_width' } }),
      'petal_width is a number, and logistic regression predicts classes.',
    ],
    [
      iris({ wish: { target: 'specise' } }),
      'The table has no column “specise”. Did you mean “species”?',
    ],
    [iris({ settings: { n_estimators: '5' } }), 'logreg has no setting n_estimators.'],
    [iris({ settings: { C: '0' } }), 'C must be a number above 0; it is “0”.'],
    [iris({ model: 'knn', settings: { weights: 'near' } }), 'weights must be uniform, distance;'],
    [iris({ testShare: 1 }), 'a share between 0 and 1'],
    [iris({ seed: 1.5 }), 'The seed must be a whole number.'],
    [iris({ sklearnVersion: '0.24' }), 'scikit-learn 1.2 and later'],
    [iris({ model: 'tfidf', settings: {} }), 'tfidf learns from one column of texts'],
    [iris({ data: { name: 'few', bytes: IRIS.subarray(0, 300) } }), 'training takes at least 20'],
    [
      mixed('sold', 'logreg', { wish: { target: 'sold', features: ['note'] } }),
      'note is free text',
    ],
  ])('says what to do instead (%#)', async (request, message) => {
    expect(await failure(request)).toContain(message)
  })

  test('stops in the middle when told to', async () => {
    const controller = new AbortController()
    const request = mixed('price', 'rf', { settings: { n_estimators: '500' } })
    const stopped = runTraining(request, {
      ...ports,
      signal: controller.signal,
      progress: ({ fraction }) => {
        if (fraction > 0.11) controller.abort(new Error('enough'))
      },
    })
    expect(stopped).rejects.toThrow('enough')
  })
})
