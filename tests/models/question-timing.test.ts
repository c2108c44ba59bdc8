// The question-timing example as a whole, on the questions written for the project, and its answers beside scikit-learn's.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { example } from '#models/question-timing/make.ts'
import { toSample } from '#models/question-timing/write-sample.ts'
import { createTestPorts, run, SAMPLES_FOLDER, type TestPorts } from '../support/ports.ts'
import { type Made, makeExample, resultOf } from './make-example.ts'

const FOLDER = join(SAMPLES_FOLDER, 'question-timing')
const LEAST_QUESTIONS = 800

const rowsOf = (text: string): Record<string, string>[] => parse(text, { columns: true })
const textOf = (...path: string[]) => Bun.file(join(...path)).text()

describe('parley example question-timing', () => {
  let ports: TestPorts
  let made: Made

  beforeAll(async () => {
    ports = await createTestPorts()
    made = await makeExample(example, ports)
  })
  afterAll(() => ports.close())

  test('says that the sample is written for the project, in what it prints and in the card', async () => {
    resultOf(made)
    expect(made.said).toContain('questions about invented products, written for this project')
    const card = await ports.registry.readCard('question-timing')
    expect(card).toContain('a sample written for this project, not from what customers asked')
    expect(card).not.toContain('<!--')
  })

  test('writes log, class map, checkpoint and figures, and the page gets the same', async () => {
    const names = resultOf(made).files.map(([path]) => path.slice(made.folder.length + 1))
    expect(names.sort()).toEqual([
      'class_map.json',
      'config.json',
      'confusion_matrix.json',
      'cross_validation.json',
      'metrics.json',
      'model.joblib',
      'model.onnx',
      'params.json',
      'predictions.csv',
      'test.csv',
      'training.log',
    ])
    for (const [path] of resultOf(made).files) expect(await Bun.file(path).exists()).toBe(true)
    expect(JSON.parse(await textOf(made.folder, 'class_map.json'))).toEqual({ 0: 'Post', 1: 'Pre' })
    expect(await textOf(made.folder, 'training.log')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z Data: /m)
    const metrics = JSON.parse(await textOf(made.folder, 'metrics.json'))
    expect(Object.keys(metrics.per_class)).toEqual(['Post', 'Pre'])
    expect(metrics.accuracy).toBeGreaterThan(0.8)
    expect(metrics.accuracy).toBeLessThan(0.97)
    const described = await run(ports, 'describe_model', { model: 'question-timing' })
    expect(described).toMatchObject({
      ok: true,
      value: {
        metrics: { accuracy: metrics.accuracy, macro_f1: metrics.macro_f1 },
        evaluation: { confusion_matrix: { labels: ['Post', 'Pre'] } },
        inputs: [{ name: 'question', type: 'string' }],
      },
    })
  })

  test('infers the test rows from the saved model, and they are as right as was measured', async () => {
    const predictions = rowsOf(await textOf(made.folder, 'predictions.csv'))
    expect(predictions).toHaveLength(166)
    const right = predictions.filter((row) => row['label'] === row['predicted_label']).length
    const { accuracy } = JSON.parse(await textOf(made.folder, 'metrics.json'))
    expect(right / predictions.length).toBeCloseTo(accuracy, 12)
    expect(Object.keys(predictions[0] ?? {})).not.toContain('hours_diff')
  })

  test('answers as scikit-learn does when it loads the checkpoint', async () => {
    const golden = JSON.parse(await textOf(FOLDER, 'golden.json'))
    const answered = await run(ports, 'predict_batch', {
      model: 'question-timing',
      rows: golden.rows,
    })
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

  test('says in words which words moved an answer', async () => {
    const explained = await run(ports, 'explain_prediction', {
      model: 'question-timing',
      features: { question: 'Where can I order a new lid? Mine cracked.' },
    })
    expect(JSON.stringify(explained)).toContain('"name":"mine","value":"mine","word":"question"')
  })
})

describe('the sample', () => {
  test('is what its script makes of the authored questions', async () => {
    const sample = await textOf(FOLDER, 'sample.csv')
    expect(sample).toBe(toSample(await textOf(FOLDER, 'questions.txt')))
  })

  test('is large, even, varied, and no hour gives a product or a real id away', async () => {
    const rows = rowsOf(await textOf(FOLDER, 'sample.csv'))
    expect(rows.length).toBeGreaterThanOrEqual(LEAST_QUESTIONS)
    const before = rows.filter((row) => row['label'] === 'Pre')
    expect(before.length * 2).toBe(rows.length)
    expect(new Set(rows.map((row) => row['question'])).size).toBeGreaterThan(rows.length - 5)
    expect(new Set(rows.map((row) => row['item_name'])).size).toBeGreaterThan(50)
    expect(rows.every((row) => /^X0[\dA-Z]{8}$/.test(row['asin'] ?? ''))).toBe(true)
    // As in the published table: most hours of "Pre" are negative, some small, and those of "Post" come after.
    expect(before.some((row) => Number(row['hours_diff']) > 0)).toBe(true)
    expect(Math.max(...before.map((row) => Number(row['hours_diff'])))).toBeLessThan(25)
  })
})
