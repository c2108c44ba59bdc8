import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { trainModel } from '#core/operations/train-model.ts'
import type { TrainingRun } from '#core/registry/registry.ts'
import type { RunArtifact } from '#core/training/tracking.ts'
import { createTestPorts, deploySamples, run, type TestPorts } from '../../support/ports.ts'

/** Each training starts a process, which a machine under full load may take seconds for. */
setDefaultTimeout(60_000)

const tracked: { run: TrainingRun; artifacts: readonly RunArtifact[] }[] = []
let ports: TestPorts

beforeAll(async () => {
  ports = await createTestPorts({
    tracker: {
      async log(one, artifacts) {
        tracked.push({ run: one, artifacts })
        return one.name.startsWith('quiet') ? 'The tracking server is away.' : null
      },
    },
  })
  await deploySamples(ports, ['churn'])
})
afterAll(() => ports.close())

/** Tenure says nearly all of it, and one customer number a row nothing. */
const CUSTOMERS = [
  'customerID,tenure,charges,Churn',
  ...Array.from({ length: 120 }, (_, row) => {
    const tenure = (row * 7) % 60
    const leaves = tenure < 20 !== (row % 11 === 0)
    return `C-${row},${tenure},${20 + ((row * 13) % 90)},${leaves ? 'Yes' : 'No'}`
  }),
].join('\n')

async function upload(content: string, owner = 'local', fileName = 'customers.csv') {
  const stored = await ports.registry.createUpload({
    fileName,
    owner,
    content: new TextEncoder().encode(content),
    maximumBytes: 8 * 1024 * 1024,
  })
  if (!stored.ok) throw new Error(stored.failure.message)
  return stored.value.id
}

async function train(input: Readonly<Record<string, unknown>>, changes = {}) {
  const outcome = await run(ports, 'train_model', input, changes)
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return trainModel.output.parse(outcome.value)
}

const failure = async (input: Readonly<Record<string, unknown>>, changes = {}) => {
  const outcome = await run(ports, 'train_model', input, changes)
  if (outcome.ok) throw new Error('it worked')
  return outcome.failure
}

const newestRun = async () => (await ports.registry.listRuns(1))[0]

describe('a training from an uploaded table', () => {
  test('answers with what was compared, how good it is, and a file that deploys with all of that', async () => {
    const answer = await train({ upload: await upload(CUSTOMERS), target: 'churn' })
    expect(answer.features).toEqual(['tenure', 'charges'])
    expect(answer.comparison.learners.filter(({ chosen }) => chosen)).toHaveLength(1)
    expect(answer.metrics['accuracy']).toBeGreaterThan(answer.baseline['accuracy'] ?? 1)
    expect(answer.warnings.join(' ')).toContain('customerID names or numbers the rows')
    expect(answer.deployed).toBeNull()

    const deployed = await run(ports, 'deploy_model', { upload: answer.result.upload })
    if (!deployed.ok) throw new Error(deployed.failure.message)
    const { name, version } = deployed.value as { name: string; version: number }
    const stored = await ports.registry.findVersion(name, version)
    expect(stored?.metrics).toEqual(answer.metrics)
    expect(stored?.signature.target).toBe('Churn')
    const report = await ports.registry.readReport(name, version)
    expect(report?.confusion?.counts).toEqual(answer.evaluation?.confusion_matrix?.counts ?? [])
    expect(report?.background?.length).toBe(64)
    const described = await run(ports, 'describe_model', { model: name })
    expect(described).toMatchObject({
      value: {
        inputs: [
          { name: 'tenure', minimum: 0, maximum: 58 },
          { name: 'charges', minimum: 20, maximum: 109 },
        ],
      },
    })
    expect(await ports.registry.findRun(answer.run)).toMatchObject({ model: name, version })
    const row = { tenure: 2, charges: 50 }
    const predicted = await run(ports, 'predict', { model: name, features: row })
    expect(predicted).toMatchObject({ ok: true, value: { predicted_label: 'Yes' } })
  })

  test('never takes the place of a model with other inputs', async () => {
    const { result } = await train({ upload: await upload(CUSTOMERS), target: 'Churn' })
    expect(result.file_name).toBe('churn_customers.joblib')
    const named = await train({ upload: await upload(CUSTOMERS), target: 'Churn', name: 'Loyalty' })
    expect(named.result.file_name).toBe('loyalty.joblib')
  })

  test('deploys at once where that is wished', async () => {
    const { deployed } = await train({
      upload: await upload(CUSTOMERS),
      target: 'Churn',
      learner: 'logreg',
      name: 'straight',
      deploy: true,
    })
    expect(deployed).toMatchObject({
      name: 'straight',
      version: 1,
      endpoint: '/api/predict/straight',
    })
  })

  test('learns from the columns that were named, with the share and seed that were wished', async () => {
    const answer = await train({
      upload: await upload(CUSTOMERS),
      target: 'Churn',
      features: ['Tenure'],
      learner: 'knn',
      seed: 7,
      test_size: 0.5,
    })
    expect(answer).toMatchObject({
      features: ['tenure'],
      learner: 'knn',
      seed: 7,
      rows: { test: 60 },
    })
  })

  test('asks for the target with the columns, the likeliest first', async () => {
    const { code, message, details } = await failure({ upload: await upload(CUSTOMERS) })
    expect(code).toBe('invalid_input')
    expect(message).toBe(
      'Which column of customers.csv shall the model predict? It has Churn, customerID, tenure, charges.',
    )
    expect(details[0]?.path).toBe('target')
  })

  test('takes a column that calls itself the target', async () => {
    const content = CUSTOMERS.replace('Churn', 'label')
    expect((await train({ upload: await upload(content), learner: 'logreg' })).target).toBe('label')
  })

  test('asks for a table where there is none, and refuses two', async () => {
    expect((await failure({ target: 'Churn' })).message).toStartWith('Please upload the table')
    const both = { upload: await upload(CUSTOMERS), data: 'iris' }
    expect((await failure(both)).message).toContain('not both')
  })

  test('knows data by name, and no file of this machine', async () => {
    expect((await train({ data: 'iris', learner: 'logreg' })).target).toBe('species')
    for (const data of ['../../etc/passwd', 'package.json', 'toString']) {
      expect((await failure({ data })).code).toBe('not_found')
    }
    expect((await failure({ data: 'irs' })).message).toContain('Did you mean iris?')
  })

  test('does not see the uploads of others', async () => {
    const foreign = await upload(CUSTOMERS, 'key:other')
    expect((await failure({ upload: foreign, target: 'Churn' })).code).toBe('not_found')
  })
})

describe('the record of a training', () => {
  test('says what went in and what came out, and goes to the tracking server without rows of the data', async () => {
    tracked.length = 0
    const answer = await train({
      upload: await upload(CUSTOMERS),
      target: 'Churn',
      learner: 'logreg',
    })
    const recorded = await ports.registry.findRun(answer.run)
    expect(recorded).toMatchObject({
      status: 'finished',
      owner: 'local',
      name: 'Churn from customers.csv',
      parameters: {
        learner: 'logreg',
        target: 'Churn',
        seed: 42,
        test_size: 0.2,
        C: 1,
        features: 'tenure, charges',
        data_sha256: new Bun.CryptoHasher('sha256').update(CUSTOMERS).digest('hex'),
      },
    })
    expect(recorded?.metrics).toMatchObject(answer.metrics)
    expect(recorded?.metrics['cv_accuracy']).toBeGreaterThan(0.5)
    expect(tracked.map(({ run: { id } }) => id)).toEqual([answer.run])
    const sent = new TextDecoder().decode(tracked[0]?.artifacts[0]?.bytes)
    expect(Object.keys(JSON.parse(sent))).toContain('confusion')
    expect(sent).not.toContain('background')
    expect(sent).not.toContain('ranges')
  })

  test('a tracking server that is away is a warning, not a failure', async () => {
    const content = CUSTOMERS.replace('Churn', 'quiet')
    const { warnings } = await train({
      upload: await upload(content),
      target: 'quiet',
      learner: 'logreg',
    })
    expect(warnings).toContain('The tracking server is away.')
  })

  test('a training that fails leaves why, one that is stopped that it was', async () => {
    await failure({ upload: await upload(CUSTOMERS), target: 'Chrun' })
    expect(await newestRun()).toMatchObject({
      status: 'failed',
      parameters: { problem: 'The table has no column “Chrun”. Did you mean “Churn”?' },
    })
    const controller = new AbortController()
    const stopped = await failure(
      { upload: await upload(CUSTOMERS), target: 'Churn' },
      { signal: controller.signal, progress: () => controller.abort() },
    )
    expect(stopped.code).toBe('cancelled')
    expect(await newestRun()).toMatchObject({ status: 'stopped' })
  })

  test('predictions go on being answered while a training runs', async () => {
    const large = [
      'a,b,c,y',
      ...Array.from({ length: 40_000 }, (_, row) =>
        [Math.sin(row), Math.cos(row * 7), Math.sin(row * row), row % 3 ? 'p' : 'q'].join(','),
      ),
    ]
    const controller = new AbortController()
    const { promise, resolve } = Promise.withResolvers<void>()
    const training = failure(
      { upload: await upload(large.join('\n')), target: 'y' },
      {
        signal: controller.signal,
        progress: ({ message }: { message: string }) =>
          message.startsWith('comparing') && resolve(),
      },
    )
    await promise
    let isOver = false
    void training.then(() => {
      isOver = true
    })
    const features = { tenure: 24, monthly_charges: 70, total_charges: 1680 }
    for (let asked = 0; asked < 200; asked++) {
      expect((await run(ports, 'predict', { model: 'churn', features })).ok).toBe(true)
    }
    expect(isOver).toBe(false)
    controller.abort()
    expect((await training).code).toBe('cancelled')
  })
})

describe('how a training reads', () => {
  test('a sentence with the figures, then the comparison, the confusion, what to know and the button', async () => {
    const answer = await train({ upload: await upload(CUSTOMERS), target: 'Churn', learner: 'rf' })
    const { text, blocks } = trainModel.present(answer)
    expect(text).toStartWith(
      'I trained a random forest model to predict **Churn** from 2 columns of customers.csv, on 96 rows.',
    )
    expect(text).toEndWith('Shall I deploy it?')
    expect(blocks.map(({ kind }) => kind)).toEqual([
      'table',
      'fields',
      'table',
      'bars',
      'notice',
      'choices',
    ])
    expect(blocks.at(-1)).toEqual({
      kind: 'choices',
      items: [{ label: 'Deploy it', message: 'Deploy it' }],
    })
  })

  test('a regression tells how far off it is', async () => {
    const answer = await train({
      upload: await upload(CUSTOMERS),
      target: 'charges',
      learner: 'ridge',
    })
    const { text, blocks } = trainModel.present(answer)
    expect(text).toContain('it is off by')
    const errors = blocks.find(
      (block) => block.kind === 'fields' && block.title?.startsWith('Errors'),
    )
    expect(errors).toBeDefined()
  })
})
