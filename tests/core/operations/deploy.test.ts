// Deploying: from a file to an answer, versions, names, and what is left when a step fails.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { join, resolve } from 'node:path'
import { findOperation } from '#core/operations/index.ts'
import type { Call, OperationName } from '#core/operations/operation.ts'
import type { BatchOutput } from '#core/operations/predict-batch.ts'
import { renderPlainText } from '#core/presentation/plain-text.ts'
import { createTestPorts, run, SAMPLES_FOLDER, type TestPorts } from '../../support/ports.ts'

let ports: TestPorts

beforeEach(async () => {
  ports = await createTestPorts()
})
afterEach(() => ports.close())

const FIXTURES_FOLDER = resolve(import.meta.dir, '../../fixtures/xgboost/3.4.1')
const CHURN_FILE = join(SAMPLES_FOLDER, 'churn', 'churn_model.pkl')
const IRIS_FILE = join(SAMPLES_FOLDER, 'iris', 'model.joblib')
const CUSTOMER = { tenure: 24, monthly_charges: 70, total_charges: 1680 }

async function upload(path: string, fileName: string, owner = 'local'): Promise<string> {
  const content = await Bun.file(path).bytes()
  const stored = await ports.registry.createUpload({
    fileName,
    owner,
    content,
    maximumBytes: 10_000_000,
  })
  if (!stored.ok) throw new Error(stored.failure.message)
  return stored.value.id
}

async function succeedWith(
  name: OperationName,
  input: Readonly<Record<string, unknown>>,
  changes: Partial<Call> = {},
) {
  const outcome = await run(ports, name, input, changes)
  if (!outcome.ok) throw new Error(`${name}: ${outcome.failure.message}`)
  const operation = findOperation(name)
  if (operation === null) throw new Error(name)
  return { output: outcome.value, text: renderPlainText(operation.present(outcome.value)) }
}

async function failWith(name: OperationName, input: Readonly<Record<string, unknown>>) {
  const outcome = await run(ports, name, input)
  if (outcome.ok) throw new Error(`${name} worked: ${JSON.stringify(outcome.value)}`)
  return outcome.failure
}

describe('an uploaded pickle', () => {
  test('becomes an endpoint, and the conversation reads as promised', async () => {
    const id = await upload(CHURN_FILE, 'churn_model.pkl')
    const { output, text } = await succeedWith('deploy_model', {
      upload: id,
      title: 'customer churn',
    })
    expect(text).toStartWith(
      "I've loaded your XGBoost model. It expects tenure, monthly_charges, total_charges. It is now deployed at /api/predict/churn. How would you like to test it?",
    )
    expect(output).toMatchObject({
      name: 'churn',
      title: 'Customer churn',
      version: 1,
      result: 'new_version',
      deployed: true,
      endpoint: '/api/predict/churn',
      task: 'binary_classification',
      library: 'xgboost',
      model_class: 'XGBClassifier',
      warnings: [],
    })
    const predicted = await succeedWith('predict', { model: 'customer churn', features: CUSTOMER })
    expect(predicted.text).toStartWith(
      'This customer has a 23% probability of churning (Low Risk). Confidence is high',
    )
  })

  test('tells how far it is while it works', async () => {
    const id = await upload(CHURN_FILE, 'churn_model.pkl')
    const messages: string[] = []
    await run(
      ports,
      'deploy_model',
      { upload: id },
      { progress: ({ message }) => void messages.push(message) },
    )
    expect(messages).toEqual([
      'Reading churn_model.pkl',
      'Trying a first prediction',
      'Storing the version',
      'Done',
    ])
  })

  test('of the same content is answered with the version that has it, and goes live again', async () => {
    await succeedWith('deploy_model', { upload: await upload(CHURN_FILE, 'churn_model.pkl') })
    await succeedWith('undeploy_model', { model: 'churn' })
    const again = await succeedWith('deploy_model', {
      upload: await upload(CHURN_FILE, 'churn_model.pkl'),
    })
    expect(again.output).toMatchObject({ version: 1, result: 'already_stored', deployed: true })
    expect(again.text).toStartWith('This file is already stored as version 1 of churn')
  })

  test('of other content under the same name is the next version, with a word about its inputs', async () => {
    await succeedWith('deploy_model', { upload: await upload(CHURN_FILE, 'churn_model.pkl') })
    const next = await succeedWith('deploy_model', {
      upload: await upload(IRIS_FILE, 'iris_model.joblib'),
      name: 'churn',
    })
    expect(next.output).toMatchObject({ name: 'churn', version: 2, deployed: true })
    expect(next.text).toStartWith("I've loaded your scikit-learn model as version 2 of churn.")
    expect(next.text).toContain('The inputs differ from version 1: it now also needs sepal_length')
  })

  test('may be stored without going live, and go live later by its name', async () => {
    const id = await upload(CHURN_FILE, 'churn_model.pkl')
    const stored = await succeedWith('deploy_model', { upload: id, deploy: false })
    expect(stored.output).toMatchObject({ deployed: false, endpoint: null })
    const failure = await failWith('predict', { model: 'churn', features: CUSTOMER })
    expect(failure.message).toBe('churn is not deployed. Say “deploy churn” to bring it back.')
    const live = await succeedWith('deploy_model', { name: 'churn' })
    expect(live.output).toMatchObject({ result: 'redeployed', version: 1, deployed: true })
    await succeedWith('predict', { model: 'churn', features: CUSTOMER })
  })

  test('with a name that says nothing never becomes a version of another model', async () => {
    const first = await succeedWith('deploy_model', {
      upload: await upload(CHURN_FILE, 'model.pkl'),
    })
    const second = await succeedWith('deploy_model', {
      upload: await upload(IRIS_FILE, 'model.pkl'),
    })
    expect([first.output['name'], second.output['name']]).toEqual(['model', 'model_2'])
  })

  test('can be given names for its classes later, from the file that was kept', async () => {
    await succeedWith('deploy_model', { upload: await upload(CHURN_FILE, 'churn_model.pkl') })
    const named = await succeedWith('deploy_model', { name: 'churn', classes: ['Stayed', 'Left'] })
    expect(named.output).toMatchObject({
      version: 2,
      classes: ['Stayed', 'Left'],
      positive_label: 'Left',
    })
    const predicted = await succeedWith('predict', { model: 'churn', features: CUSTOMER })
    expect(predicted.output).toMatchObject({ prediction: 'Stayed', predicted_label: 'Stayed' })
    const same = await succeedWith('deploy_model', { name: 'churn', classes: ['Stayed', 'Left'] })
    expect(same.output['result']).toBe('already_stored')
  })
})

describe('a file that says little', () => {
  const fixture = (name: string) => join(FIXTURES_FOLDER, name)

  test('has its names asked for, works without them and takes them from the next sentence', async () => {
    const bare = await succeedWith('deploy_model', {
      upload: await upload(fixture('binary_array.pkl'), 'loan_default.pkl'),
    })
    expect(bare.text).toContain(
      'Its file has no feature names, so it expects f0, f1, f2, f3 for now. Tell me their names',
    )
    expect(bare.text).not.toContain('Note:')
    expect(bare.output['warnings']).toHaveLength(1)
    const features = ['age', 'income', 'debt', 'years']
    const named = await succeedWith('deploy_model', { name: 'loan_default', features })
    expect(named.text).toContain('It expects age, income, debt, years.')
    expect(named.output).toMatchObject({ version: 2, names_known: true, warnings: [] })
    const answer = await succeedWith('predict', {
      model: 'loan default',
      features: { age: 1, income: 1, debt: 1, years: 1 },
    })
    expect(answer.text).toStartWith('This borrower has a')
    expect(answer.output['prediction']).toBeNumber()
  })

  test('about several values at once has each of them by name', async () => {
    const id = await upload(fixture('multi_output.pkl'), 'energy.pkl')
    await succeedWith('deploy_model', { upload: id })
    const features = { age: 1, income: 1, visits: 1, score: 1 }
    const { output, text } = await succeedWith('predict', { model: 'energy', features })
    expect(Object.keys(output['prediction'] as object)).toEqual(['output_0', 'output_1'])
    expect(text).toMatch(/^I estimate output_0 of [\d.-]+ and output_1 of [\d.-]+\./)
  })
})

describe('an upload that cannot be deployed', () => {
  test('leaves no model behind and says what the file is', async () => {
    const stored = await ports.registry.createUpload({
      fileName: 'page.pkl',
      owner: 'local',
      content: new TextEncoder().encode('<!doctype html><html></html>'),
      maximumBytes: 1_000,
    })
    if (!stored.ok) throw new Error(stored.failure.message)
    const failure = await failWith('deploy_model', { upload: stored.value.id })
    expect(failure.code).toBe('unsupported_file')
    expect(failure.message).toContain('HTML')
    expect(await ports.registry.listModels()).toEqual([])
  })

  test('is unknown to everyone but who sent it', async () => {
    const id = await upload(CHURN_FILE, 'churn_model.pkl', 'somebody else')
    expect((await failWith('deploy_model', { upload: id })).code).toBe('not_found')
    expect((await failWith('deploy_model', { upload: 'ff' })).code).toBe('not_found')
  })

  test('cannot stand beside a sample', async () => {
    const failure = await failWith('deploy_model', { upload: 'x', sample: 'churn' })
    expect(failure.code).toBe('invalid_input')
  })
})

describe('a sample', () => {
  test('brings its descriptions, units, classes, bands and figures', async () => {
    await succeedWith('deploy_model', { sample: 'churn' })
    const { output, text } = await succeedWith('describe_model', { model: 'churn' })
    expect(output).toMatchObject({
      title: 'Customer churn',
      classes: ['No', 'Yes'],
      positive_label: 'Yes',
      example: CUSTOMER,
      risk_bands: [
        { below: 0.3, name: 'Low Risk' },
        { below: 0.6, name: 'Medium Risk' },
        { below: 1.01, name: 'High Risk' },
      ],
    })
    expect(output['inputs']).toContainEqual(
      expect.objectContaining({ name: 'tenure', unit: 'months', minimum: 0, maximum: 72 }),
    )
    expect(text).toContain(
      'Bands           Low Risk below 30%, Medium Risk below 60%, else High Risk',
    )
    expect(text).toContain('/api/predict/churn')
    const figures = await succeedWith('model_metrics', { model: 'churn' })
    expect(figures.text).toContain('accuracy 0.7878')
  })

  test('adds its words to the same file uploaded bare before', async () => {
    await succeedWith('deploy_model', { upload: await upload(CHURN_FILE, 'churn_model.pkl') })
    const { output } = await succeedWith('deploy_model', { sample: 'churn' })
    expect(output).toMatchObject({ version: 2, classes: ['No', 'Yes'] })
  })

  test('that does not exist is answered with those that do', async () => {
    const failure = await failWith('deploy_model', { sample: '../churn' })
    expect(failure.message).toBe(
      'There is no sample model called “../churn”. There are churn, iris, positive-phrases, price.',
    )
  })

  test.each(['churn', 'iris', 'price'])('%s predicts its golden rows', async (name) => {
    await succeedWith('deploy_model', { sample: name })
    const golden = await Bun.file(join(SAMPLES_FOLDER, name, 'golden.json')).json()
    const { output } = await succeedWith('predict_batch', { model: name, rows: golden.rows })
    const answers = output['predictions'] as BatchOutput['predictions']
    expect(answers).toHaveLength(golden.rows.length)
    answers?.forEach((answer, index) => {
      if (golden.values !== undefined) {
        expect(Math.abs(Number(answer.prediction) / golden.values[index] - 1)).toBeLessThan(1e-5)
        return
      }
      expect(answer.predicted_label).toBe(golden.labels[index])
      for (const [label, share] of Object.entries(answer.class_probabilities ?? {})) {
        expect(Math.abs(share - golden.probabilities[index][label])).toBeLessThan(1e-5)
      }
    })
  })
})

describe('versions', () => {
  test('are promoted, rolled back, undeployed and deleted with their model', async () => {
    await succeedWith('deploy_model', { sample: 'churn' })
    await succeedWith('deploy_model', { name: 'churn', classes: ['a', 'b'] })
    const back = await succeedWith('promote_version', { model: 'Customer churn', version: 1 })
    expect(back.output).toMatchObject({ version: 1, previous_version: 2 })
    const live = await succeedWith('predict', { model: 'churn', features: CUSTOMER })
    expect(live.output['predicted_label']).toBe('No')
    const second = await succeedWith('predict', { model: 'churn', features: CUSTOMER, version: 2 })
    expect(second.output['predicted_label']).toBe('a')
    expect((await failWith('promote_version', { model: 'churn', version: 9 })).message).toBe(
      'churn has no version 9; it has 1, 2.',
    )
    const figures = await succeedWith('model_metrics', { model: 'churn' })
    expect(figures.output).toMatchObject({ requests: 2, rows: 2, errors: 0 })
    const listed = await succeedWith('list_versions', { model: 'churn' })
    expect(listed.text).toStartWith('churn has 2 versions; version 1 is live.')
    const deleted = await succeedWith('delete_model', { model: 'churn' }, { confirmed: true })
    expect(deleted.output).toMatchObject({ versions_deleted: 2 })
    expect((await failWith('predict', { model: 'churn', features: CUSTOMER })).code).toBe(
      'not_found',
    )
  })
})

describe('a name', () => {
  test('finds its model by title and alias, and a typo only gets a hint', async () => {
    await succeedWith('deploy_model', { sample: 'churn' })
    for (const model of [
      'Customer Churn',
      'the-churn model'.slice(4),
      'ATTRITION',
      'telco churn',
    ]) {
      expect((await succeedWith('describe_model', { model })).output['name']).toBe('churn')
    }
    expect((await failWith('describe_model', { model: 'chrun' })).message).toBe(
      'There is no model called “chrun”. Did you mean churn?',
    )
  })
})

test('an uploaded table is scored, summarised and kept for its owner', async () => {
  await succeedWith('deploy_model', { sample: 'churn' })
  const table = await ports.registry.createUpload({
    fileName: 'customers.csv',
    owner: 'local',
    content: new TextEncoder().encode(
      'id,tenure,monthly_charges,total_charges\na,24,70,1680\nb,soon,70,1\nc,1,95,95\n',
    ),
    maximumBytes: 1_000,
  })
  if (!table.ok) throw new Error(table.failure.message)
  const { output, text } = await succeedWith('predict_batch', {
    model: 'churn',
    upload: table.value.id,
  })
  expect(output).toMatchObject({
    rows: 3,
    scored: 2,
    failed: 1,
    result: { file_name: 'customers-scored.csv' },
    problems: [{ line: 3 }],
  })
  expect(text).toStartWith('churn scored 2 rows of 3: 1 as No and 1 as Yes.')
  const result = await ports.registry.findUpload((output['result'] as { upload: string }).upload)
  expect(result?.owner).toBe('local')
  const scored = new TextDecoder().decode(await ports.registry.readUpload(result?.id ?? ''))
  expect(scored.split('\n')[0]).toBe(
    'id,tenure,monthly_charges,total_charges,predicted_label,probability_No,probability_Yes,error',
  )
})

test('help names only what there is, with things to say that work', async () => {
  const empty = await succeedWith('help', {})
  expect(empty.output['suggestions']).toContain('Deploy the sample model churn')
  await succeedWith('deploy_model', { sample: 'churn' })
  const help = await succeedWith('help', {})
  expect(help.output['suggestions']).toContain(
    'Make a prediction with churn: tenure=24, monthly_charges=70, total_charges=1680',
  )
  const topic = await succeedWith('help', { topic: 'versions' })
  expect(topic.text).toStartWith('List versions: Lists the versions of a model')
})
