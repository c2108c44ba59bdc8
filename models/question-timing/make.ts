// The question-timing example: draws questions, learns when they are asked, tests the saved model and deploys it.

import { join, resolve } from 'node:path'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Sample } from '#core/operations/operation.ts'
import { createRandom } from '#core/training/random.ts'
import type { TrainingRequest } from '#core/training/run.ts'
import type { Example, ExampleContext, ExampleResult } from '../example.ts'
import { classFigures, deployMade } from '../shared/deploy-made.ts'
import { recordRun } from '../shared/record-run.ts'
import { judgementInWords } from '../shared/say-judgement.ts'
import { type TrainedModel, trainModel, writeFiles } from '../shared/train-model.ts'
import { askOnce } from './ask-once.ts'
import { cardOf } from './card.ts'
import { FOLDER, readConfig, type TimingConfig } from './config.ts'
import { toCsvLine } from './csv-line.ts'
import { type Drawn, drawQuestions } from './draw.ts'
import { crossValidate, type FoldScores, scoreTable, tableToCsv } from './evaluate.ts'
import { type FoundTable, findTable } from './find-table.ts'
import { createLog } from './log.ts'

/** A saved model that says other labels than the one that was measured is another model. */
const ACCURACY_TOLERANCE = 1e-9

const ABOUT: Readonly<Record<string, string>> = {
  'model.joblib': 'the checkpoint; scikit-learn loads it too',
  'model.onnx': 'the same for ONNX runtimes',
  'metrics.json': 'accuracy, macro F1 and each class',
  'confusion_matrix.json': 'what was taken for what',
  'params.json': 'all arguments, the sha256 of the rows, versions',
  'class_map.json': 'the classes by their codes',
  'cross_validation.json': 'the figures of every fold',
  'config.json': 'the parameters as they were used',
  'test.csv': 'the rows that were put aside',
  'predictions.csv': 'what the saved model says of them',
  'training.log': 'what was done, with times',
}

export const example: Example = {
  name: 'question-timing',
  title: 'Question timing',
  summary:
    'Learns from words whether a question about a product was asked before or after buying it',
  takes: ['config', 'data'],
  async make(context) {
    const config = await readConfig(context.given.config ?? null)
    if (!config.ok) return config
    const { output } = config.value
    const outputFolder = output === null ? context.outputFolder : resolve(output)
    const log = createLog(context)
    const table = await findTable(config.value, { ...context, say: log.say })
    if (!table.ok) return table
    const made = await learn(config.value, table.value, { ...context, say: log.say })
    if (!made.ok) return made
    const files = [...made.value.files, { name: 'config.json', bytes: json(config.value) }]
    await writeFiles(outputFolder, files)
    const deployed = await deployAndTest(config.value, table.value, made.value, {
      ...context,
      outputFolder,
      say: log.say,
    })
    if (!deployed.ok) return deployed
    await writeFiles(outputFolder, [{ name: 'training.log', bytes: log.text() }])
    const names = [...files.map(({ name }) => name), 'predictions.csv', 'training.log']
    return succeed({
      ...deployed.value,
      files: names.map((name) => [join(outputFolder, name), ABOUT[name] ?? '']),
    })
  },
}

interface Made {
  readonly request: TrainingRequest
  readonly trained: TrainedModel
  readonly folds: readonly FoldScores[]
  readonly testCsv: string
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array | string }[]
}

async function learn(
  config: TimingConfig,
  table: FoundTable,
  { call, say }: ExampleContext,
): Promise<Outcome<Made>> {
  const { rows, seed } = config
  const wanted = rows.train + rows.test
  const random = createRandom(seed).split('draw')
  const drawn = await drawQuestions(table.content, config, wanted, random, call)
  if (!drawn.ok) return drawn
  say(`Data: ${table.origin}.`)
  say(describeDraw(drawn.value, wanted))
  const isWhole = drawn.value.questions.length < wanted
  const request: TrainingRequest = {
    data: { name: config.name, bytes: toTable(drawn.value, config) },
    wish: { target: config.columns.label, task: 'classification', features: config.features },
    model: 'tfidf',
    settings: Object.fromEntries(
      Object.entries(config.model).map(([name, value]) => [name, String(value)]),
    ),
    seed,
    testShare: isWhole ? rows.test_share_of_fewer : rows.test / wanted,
  }
  const trained = await trainModel(request, call)
  if (!trained.ok) return trained
  const { run, prepared } = trained.value
  const terms =
    run.pipeline.preparation.kind === 'text' ? run.pipeline.preparation.vectorizer : null
  say(
    `TF-IDF and logistic regression over ${terms?.terms.length} terms, on ${run.rows.train} questions; ${run.rows.test} were put aside, stratified by class, seed ${seed}.`,
  )
  for (const { message } of run.warnings) say(`Note: ${message}`)
  say(`\n${judgementInWords(run.judgement)}\n`)
  const folds = await crossValidate(trained.value, config.cross_validation_folds, call)
  if (!folds.ok) return folds
  if (folds.value.length > 0) say(describeFolds(folds.value))
  const testCsv = tableToCsv(prepared.test)
  const classes = run.plan.classes ?? []
  return succeed({
    request,
    trained: trained.value,
    folds: folds.value,
    testCsv,
    files: [
      ...run.files,
      {
        name: 'class_map.json',
        bytes: json(Object.fromEntries(classes.map((label, code) => [code, label]))),
      },
      { name: 'cross_validation.json', bytes: json(folds.value) },
      { name: 'test.csv', bytes: testCsv },
    ],
  })
}

/** Deploys the file that was written, runs the test rows through it and asks it one question over HTTP. */
async function deployAndTest(
  config: TimingConfig,
  table: FoundTable,
  { request, trained, folds, testCsv }: Made,
  context: ExampleContext,
): Promise<Outcome<Omit<ExampleResult, 'files'>>> {
  const { call, say, outputFolder } = context
  const { run, report } = trained
  const metrics = classFigures(run.judgement)
  const made: Sample = {
    fileName: 'model.joblib',
    bytes: await Bun.file(join(outputFolder, 'model.joblib')).bytes(),
    config: sampleConfig(config),
    card: await cardOf(FOLDER, { table, run, folds }),
    metrics,
    report,
  }
  const deployed = await deployMade(made, call)
  if (!deployed.ok) return deployed
  await recordRun({ request, trained, metrics, deployed: deployed.value }, call)
  const label = config.columns.label
  const scored = await scoreTable(testCsv, { model: config.name, label }, call)
  if (!scored.ok) return scored
  if (Math.abs(scored.value.accuracy - (metrics['accuracy'] ?? 0)) > ACCURACY_TOLERANCE) {
    return fail('internal', 'The saved model says other labels than the one that was measured.')
  }
  await writeFiles(outputFolder, [{ name: 'predictions.csv', bytes: scored.value.csv }])
  say(
    `The saved model, deployed, was given the ${run.rows.test} test questions as a table: accuracy ${scored.value.accuracy.toFixed(4)}, as measured.`,
  )
  const row = { [config.columns.question]: config.example }
  const asked = await askOnce(config, row, context)
  if (!asked.ok) return asked
  say(asked.value)
  return succeed({ model: config.name, modelVersion: deployed.value.modelVersion, row })
}

function sampleConfig({ name, title, description, aliases, columns, example: text }: TimingConfig) {
  return {
    name,
    title,
    description,
    aliases,
    task: 'text_classification',
    file: 'model.joblib',
    target: 'timing',
    features: {
      [columns.question]: { description: 'What the person asks, in their words', example: text },
    },
    examples: [`Was this asked before or after buying: “${text}”`],
  }
}

function toTable({ questions }: Drawn, { columns }: TimingConfig): Uint8Array {
  const lines = [toCsvLine([columns.id, columns.question, columns.item, columns.label])]
  for (const { id, question, item, label } of questions) {
    lines.push(toCsvLine([id, question, item, label]))
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}

function describeDraw({ questions, counts, skipped }: Drawn, wanted: number): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const shares = [...counts].map(([label, count]) => `${count} ${label}`).join(', ')
  const left = skipped === 0 ? '' : ` ${skipped} rows have no question or another label.`
  const drawn =
    questions.length < total
      ? `${questions.length} of them were drawn, each label in its share.`
      : `Fewer than the ${wanted} that config.json asks for, so all of them are used.`
  return `${total} questions (${shares}).${left} ${drawn}`
}

export function describeFolds(folds: readonly FoldScores[]): string {
  const values = folds.map(({ accuracy }) => accuracy)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return `Cross-validated over ${folds.length} folds: accuracy ${mean.toFixed(3)}, from ${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)}.`
}

function json(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`
}
