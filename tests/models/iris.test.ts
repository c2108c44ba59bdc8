// The iris example: trained the same way every time, judged, deployed, and as scikit-learn answers from the same file.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { example } from '#models/iris/make.ts'
import { irisRequest } from '#models/iris/training.ts'
import { fileOf, trainModel } from '#models/shared/train-model.ts'
import {
  createTestPorts,
  deploySamples,
  run,
  SAMPLES_FOLDER,
  type TestPorts,
} from '../support/ports.ts'
import { makeExample, resultOf } from './make-example.ts'

const FOLDER = join(SAMPLES_FOLDER, 'iris')
const FLOWER = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 }

let ports: TestPorts
beforeEach(async () => {
  ports = await createTestPorts()
})
afterEach(() => ports.close())

const json = (...path: string[]) => Bun.file(join(...path)).json()

describe('parley example iris', () => {
  test('trains, says how good it is, writes its files and deploys it with its report', async () => {
    const made = await makeExample(example, ports)
    const { model, modelVersion, row, files } = resultOf(made)
    expect([model, row]).toEqual(['iris', FLOWER])
    expect(modelVersion).toStartWith('1-')
    expect(files.map(([path]) => path.slice(made.folder.length + 1))).toEqual([
      'model.joblib',
      'model.onnx',
      'metrics.json',
      'confusion_matrix.json',
      'params.json',
    ])
    expect(made.said).toContain('on 120 flowers; 30 were put aside')
    expect(made.said).toMatch(/on 20 other splits \(seeds 0 to 19\): accuracy 0\.9\d\d to /)
    expect(made.said).toContain('evenly over easy and hard rows, seed 42')
    expect(made.said).toMatch(
      /any ten flowers of each species put aside, easy or hard: 0\.8\d\d to /,
    )
    expect(made.said).toContain('0.2 cm: setosa')
    const { accuracy, macro_f1: macroF1 } = await json(made.folder, 'metrics.json')
    expect(Math.min(accuracy, macroF1)).toBeGreaterThan(0.9)
    const described = await run(ports, 'describe_model', { model: 'iris' })
    expect(described).toMatchObject({
      ok: true,
      value: {
        metrics: { accuracy },
        evaluation: {
          confusion_matrix: (await json(made.folder, 'confusion_matrix.json')).labels && {
            labels: ['setosa', 'versicolor', 'virginica'],
            counts: (await json(made.folder, 'confusion_matrix.json')).matrix,
          },
        },
        inputs: [{ name: 'sepal_length', unit: 'cm', minimum: 4.3 }, {}, {}, {}],
      },
    })
  })

  test('is recorded among the runs, with what it was asked and what came out', async () => {
    resultOf(await makeExample(example, ports))
    const [recorded] = await ports.registry.listRuns(5)
    expect(recorded).toMatchObject({
      status: 'finished',
      model: 'iris',
      version: 1,
      parameters: { learner: 'logreg', C: 1, seed: 42, target: 'species', rows_train: 120 },
      metrics: { accuracy: expect.any(Number) },
    })
    expect(recorded?.parameters['data_sha256']).toMatch(/^[\da-f]{64}$/)
  })

  test('made twice is the same file and the same version', async () => {
    const first = resultOf(await makeExample(example, ports))
    const second = resultOf(await makeExample(example, ports))
    expect(second.modelVersion).toBe(first.modelVersion)
  })

  test('goes live again where another version is', async () => {
    const first = resultOf(await makeExample(example, ports))
    await run(ports, 'undeploy_model', { model: 'iris' })
    resultOf(await makeExample(example, ports))
    expect(await ports.registry.findModel('iris')).toMatchObject({ liveVersion: 1 })
    expect(first.modelVersion).toStartWith('1-')
  })
})

describe('the sample', () => {
  test('is what training gives now', async () => {
    const trained = await trainModel(await irisRequest(), {
      signal: new AbortController().signal,
      progress: () => {},
      ports,
    })
    if (!trained.ok) throw new Error(trained.failure.message)
    const { run: training, report } = trained.value
    const committed = await Bun.file(join(FOLDER, 'model.joblib')).bytes()
    expect(Bun.deepEquals(fileOf(training, 'model.joblib'), committed)).toBe(true)
    const metrics = await json(FOLDER, 'metrics.json')
    expect(metrics.report.confusion).toEqual(report.confusion)
    expect(metrics.report.background).toEqual(report.background)
  })

  test('answers as scikit-learn does when it loads the same file', async () => {
    await deploySamples(ports, ['iris'])
    const golden = await json(FOLDER, 'golden.json')
    expect(golden.pipeline).toEqual(['StandardScaler', 'LogisticRegression'])
    const answered = await run(ports, 'predict_batch', { model: 'iris', rows: golden.rows })
    if (!answered.ok) throw new Error(answered.failure.message)
    const predictions = answered.value['predictions'] as {
      predicted_label: string
      class_probabilities: Record<string, number>
    }[]
    expect(predictions.map((one) => one.predicted_label)).toEqual(golden.labels)
    predictions.forEach((one, row) => {
      for (const [label, probability] of Object.entries(golden.probabilities[row])) {
        expect(one.class_probabilities[label]).toBeCloseTo(Number(probability), 6)
      }
    })
  })
})
