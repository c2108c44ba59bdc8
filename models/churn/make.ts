// The churn example: the chat that deploys an XGBoost model, scores a table, takes a second version and goes back.

import { join } from 'node:path'
import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Row } from '#core/model.ts'
import type { Sample } from '#core/operations/operation.ts'
import type { TrainingRequest } from '#core/training/run.ts'
import type { Example, ExampleContext } from '../example.ts'
import { type Chat, createChat } from '../shared/chat.ts'
import { classFigures, deployMade } from '../shared/deploy-made.ts'
import { recordRun } from '../shared/record-run.ts'
import { fileOf, trainModel, writeFiles } from '../shared/train-model.ts'
import { SOURCE, toTrainingTable } from './source.ts'

const NAME = 'churn'
const SEED = 42
const TEST_SHARE = 0.2
const SCORED = 'customers-scored.csv'
const CUSTOMER = { tenure: 24, monthly_charges: 70, total_charges: 1680 }

const deployment = z.object({ version: z.int() })
const scoredTable = z.object({ result: z.object({ upload: z.string() }) })

export const example: Example = {
  name: NAME,
  title: 'Customer churn',
  summary:
    'Deploys an XGBoost pickle in a chat, scores a table, takes a second version and goes back',
  async make(context) {
    const { call, say, outputFolder, withServer } = context
    const sample = await call.ports.samples.read(NAME)
    if (sample === null) return fail('not_found', 'models/churn/churn_model.pkl is missing.')
    const customers = tableOf(sample.report?.background ?? [])
    const [table = ''] = await writeFiles(outputFolder, [
      { name: 'customers.csv', bytes: customers },
    ])
    return withServer(async (url): Promise<ReturnType<Example['make']>> => {
      const chat = createChat(url, { fetch: context.fetch, say, signal: call.signal })
      const begun = await firstVersion(chat, customers, context)
      if (!begun.ok) return begun
      const second = await secondVersion(chat, { sample, first: begun.value }, context)
      if (!second.ok) return second
      const documented = await describeAddress(url, context)
      if (!documented.ok) return documented
      const model = await call.ports.registry.findModel(NAME)
      const live = await call.ports.registry.findVersion(NAME, model?.liveVersion ?? 0)
      if (live === null) return fail('internal', 'churn went out of service meanwhile.')
      return succeed({
        model: NAME,
        modelVersion: live.modelVersion,
        row: CUSTOMER,
        files: [
          [table, '64 customers of the training data'],
          [join(outputFolder, SCORED), 'the same with what the model says of each'],
          [second.value, 'the second version, trained by Parley; scikit-learn loads it too'],
        ],
      })
    })
  },
}

/** Deploys the sample, asks how good it is, about a customer and about a table; answers with the version's number. */
async function firstVersion(
  chat: Chat,
  customers: string,
  { call, outputFolder }: ExampleContext,
): Promise<Outcome<number>> {
  const deployed = await chat.say({
    message: 'Deploy the sample model churn',
    runs: 'deploy_model',
    shows: [],
  })
  if (!deployed.ok) return deployed
  const number = deployment.safeParse(deployed.value.steps.at(-1)?.output)
  if (!number.success) return fail('internal', 'The deployment says no version.')
  const asked = await sayAll(chat, [
    { message: 'How good is the churn model?', runs: 'model_metrics', shows: [] },
    { message: 'Describe the churn model', runs: 'describe_model', shows: ['table'] },
    {
      message:
        'What is the churn risk for a customer with 24 months tenure, $70 monthly and $1680 total?',
      runs: 'predict',
      shows: ['bars'],
    },
    { message: 'Why?', runs: 'explain_prediction', shows: ['contributions'] },
  ])
  if (!asked.ok) return asked
  const file = new File([customers], 'customers.csv', { type: 'text/csv' })
  const scored = await chat.say({
    message: 'Score this table with churn',
    file,
    runs: 'predict_batch',
    shows: ['fields', 'bars'],
  })
  if (!scored.ok) return scored
  const table = scoredTable.safeParse(scored.value.steps.at(-1)?.output)
  if (!table.success) return fail('internal', 'The scored table is missing.')
  const bytes = await call.ports.registry.readUpload(table.data.result.upload)
  await writeFiles(outputFolder, [{ name: SCORED, bytes }])
  return succeed(number.data.version)
}

/** Trains a second version of the same inputs, deploys it and goes back; answers with its file's path. */
async function secondVersion(
  chat: Chat,
  { sample, first }: { readonly sample: Sample; readonly first: number },
  { call, findData, say, outputFolder }: ExampleContext,
): Promise<Outcome<string>> {
  const found = await findData(SOURCE)
  if (!found.ok) return found
  say(`\nData of a second version: ${found.value.origin}.`)
  const request: TrainingRequest = {
    data: { name: NAME, bytes: await toTrainingTable(found.value.files) },
    wish: { target: 'churn' },
    model: 'hgb',
    settings: { max_iter: '60', learning_rate: '0.1', max_leaf_nodes: '6' },
    seed: SEED,
    testShare: TEST_SHARE,
  }
  const trained = await trainModel(request, call)
  if (!trained.ok) return trained
  const { run, report } = trained.value
  const bytes = fileOf(run, 'model.joblib')
  const [path = ''] = await writeFiles(outputFolder, [{ name: 'second-version.joblib', bytes }])
  const metrics = classFigures(run.judgement)
  const figures = (one: Readonly<Record<string, number>>) =>
    `accuracy ${one['accuracy']?.toFixed(3)}, AUC ${one['auc']?.toFixed(3)}`
  say(
    `Histogram gradient boosting on ${run.rows.train} customers: ${figures(metrics)} on ${run.rows.test} others; the first version ${figures(sample.metrics)} on a fifth of its own.`,
  )
  const made = { ...sample, fileName: 'second-version.joblib', bytes, metrics, report, card: '' }
  const deployed = await deployMade(made, call)
  if (!deployed.ok) return deployed
  await recordRun({ request, trained: trained.value, metrics, deployed: deployed.value }, call)
  const back = await sayAll(chat, [
    { message: 'Which versions does churn have?', runs: 'list_versions', shows: ['table'] },
    { message: `Put churn back on version ${first}`, runs: 'promote_version', shows: [] },
  ])
  return back.ok ? succeed(path) : back
}

async function sayAll(
  chat: Chat,
  turns: readonly Parameters<Chat['say']>[0][],
): Promise<Outcome<void>> {
  for (const turn of turns) {
    const answered = await chat.say(turn)
    if (!answered.ok) return answered
  }
  return succeed(undefined)
}

/** The generated document is fetched before its address is told. */
async function describeAddress(
  url: string,
  { call, say, fetch }: ExampleContext,
): Promise<Outcome<void>> {
  const path = `/api/models/${NAME}/openapi.json`
  const response = await fetch(`${url}${path}`, { signal: call.signal })
  if (!response.ok) return fail('internal', `${path} answered with ${response.status}.`)
  const size = Math.round((await response.text()).length / 1024)
  say(`\nIts API document, written from its signature (${size} KB): ${call.ports.baseUrl}${path}`)
  say(`For people, every address of the server: ${call.ports.baseUrl}/docs`)
  return succeed(undefined)
}

function tableOf(rows: readonly Row[]): string {
  const names = Object.keys(CUSTOMER)
  const lines = rows.map((row) => names.map((name) => row[name] ?? '').join(','))
  return `${names.join(',')}\n${lines.join('\n')}\n`
}
