// The house-price example, from the customer's file to a better version beside it.

import { join } from 'node:path'
import { type Outcome, succeed } from '#core/errors.ts'
import { writeJoblib } from '#core/training/artifacts/joblib.ts'
import { DEFAULT_SKLEARN_VERSION } from '#core/training/artifacts/sklearn-version.ts'
import type { Example, ExampleContext, ExampleResult } from '../example.ts'
import type { FoundData } from '../shared/find-data.ts'
import { textTable } from '../shared/text-table.ts'
import { writeFiles } from '../shared/train-model.ts'
import { renderCard } from './card.ts'
import { customerSplit } from './customer-split.ts'
import { type Evaluation, evaluate } from './evaluate.ts'
import { basicRecipe, improvedRecipe, type Recipe, SEED, TEST_SHARE } from './fit.ts'
import { renderReport } from './report.ts'
import { SOURCE } from './source.ts'
import { type Answered, answersAsCsv, answersInWords, submitHomes } from './submit.ts'
import { type HouseTables, readTables } from './tables.ts'
import {
  type Change,
  FIGURES_FILE,
  findEarlier,
  MODEL,
  promoteUnderLoad,
  storeVersion,
} from './versions.ts'
import { acrossFolds, comparisonRows, dollars, verdictOf } from './words.ts'

export const example: Example = {
  name: 'house-price',
  title: 'House prices',
  summary:
    'Reads a customer’s model.pkl, joins figures by zip code, and replaces it with a better one',
  make,
}

const FILES = { basic: 'model.pkl', improved: 'improved.joblib', report: 'report.html' } as const
const ANSWERS_FILE = 'predictions.csv'

async function make(context: ExampleContext): Promise<Outcome<ExampleResult>> {
  const { call, say, outputFolder } = context
  const data = await context.findData(SOURCE)
  if (!data.ok) return data
  say(`Data: ${data.value.origin}.`)
  const tables = await readTables(data.value, call.signal)
  if (!tables.ok) return tables
  const earlier = context.again ? null : await findEarlier(outputFolder, call)
  if (earlier !== null && earlier.data === data.value.publicOrigin) {
    say(`It is there already: ${MODEL} ${earlier.modelVersion} is live, made of the same data.`)
    say('--again makes it anew.')
    return succeed(resultOf(earlier.modelVersion, tables.value, outputFolder))
  }
  return makeAnew(data.value, tables.value, context)
}

async function makeAnew(
  data: FoundData,
  tables: HouseTables,
  context: ExampleContext,
): Promise<Outcome<ExampleResult>> {
  const { call, say, outputFolder } = context
  const judged = await judgeBoth(tables, context)
  if (!judged.ok) return judged
  const { basic, improved } = judged.value
  const isSynthetic = data.kind === 'synthetic'
  const card = renderCard({ data: data.publicOrigin, isSynthetic, basic, improved })
  const files = [basic, improved].map((evaluation, index) => ({
    fileName: index === 0 ? FILES.basic : FILES.improved,
    bytes: writeJoblib(evaluation.pipeline, DEFAULT_SKLEARN_VERSION),
    evaluation,
    card,
  }))
  await writeFiles(
    outputFolder,
    files.map(({ fileName: name, bytes }) => ({ name, bytes })),
  )
  const served = await serveBoth(files, tables, context)
  if (!served.ok) return served
  const { answers, change, modelVersion } = served.value
  say(`\n100 homes, submitted over HTTP:`)
  for (const line of answersInWords(answers)) say(line)
  const report = renderReport({
    basic,
    improved,
    answers,
    data: data.publicOrigin,
    isSynthetic,
    change: change && { answered: total(change), failed: change.failed },
  })
  call.signal.throwIfAborted()
  await writeFiles(outputFolder, [
    { name: FILES.report, bytes: report },
    { name: ANSWERS_FILE, bytes: answersAsCsv(answers) },
    { name: 'card.md', bytes: card },
    // The last of them: what it says is there is there.
    { name: FIGURES_FILE, bytes: figuresJson(data, basic, improved) },
  ])
  return succeed(resultOf(modelVersion, tables, outputFolder))
}

async function judgeBoth(
  tables: HouseTables,
  context: ExampleContext,
): Promise<Outcome<{ readonly basic: Evaluation; readonly improved: Evaluation }>> {
  const { say } = context
  const { sales, demographics, basicFeatures } = tables
  say(
    `${sales.rows} sales, ${demographics.length} figures by zip code, ${tables.homes.length} homes to price.`,
  )
  const basic = await judgeOne(basicRecipe(basicFeatures), tables, context)
  if (!basic.ok) return basic
  say('\nDoes the customer’s model fit well?')
  for (const sentence of verdictOf(basic.value)) say(`  ${sentence}`)
  const improved = await judgeOne(improvedRecipe(demographics, sales.rows), tables, context)
  if (!improved.ok) return improved
  say('\nOld and new on the same sales:')
  const rows = comparisonRows(basic.value, improved.value)
  for (const line of textTable(['', 'version 1', 'version 2'], rows)) say(line)
  return succeed({ basic: basic.value, improved: improved.value })
}

async function judgeOne(
  recipe: Recipe,
  { sales, demographics }: HouseTables,
  { call, say }: ExampleContext,
): Promise<Outcome<Evaluation>> {
  const split = customerSplit(sales.rows, TEST_SHARE, SEED)
  const evaluated = await evaluate(recipe, sales, split, demographics, call)
  if (!evaluated.ok) return evaluated
  const { test, folds, rows } = evaluated.value
  const { mean } = acrossFolds(folds)
  say(
    `\n${recipe.title}: ${recipe.features.length} features, learned from ${rows.train} sales, tested on ${rows.test}`,
  )
  say(`  test     R² ${test.r2.toFixed(3)}  MAE ${dollars(test.mae)}  RMSE ${dollars(test.rmse)}`)
  say(`  5 folds  R² ${mean.r2.toFixed(3)}  MAE ${dollars(mean.mae)}  RMSE ${dollars(mean.rmse)}`)
  return evaluated
}

interface Served {
  readonly answers: readonly Answered[]
  /** Null where the better version was live before. */
  readonly change: Change | null
  readonly modelVersion: string
}

/** The customer's version goes live, the better one takes its place under load, and the homes are priced by it. */
async function serveBoth(
  [basic, improved]: readonly Parameters<typeof storeVersion>[0][],
  tables: HouseTables,
  { call, say, fetch, withServer }: ExampleContext,
): Promise<Outcome<Served>> {
  if (basic === undefined || improved === undefined) throw new Error('there are two files')
  const old = await storeVersion(basic, tables, true, call)
  if (!old.ok) return old
  const next = await storeVersion(improved, tables, false, call)
  if (!next.ok) return next
  say('')
  for (const { version, created } of [old.value, next.value]) {
    const what = created ? 'stored' : 'stored before'
    say(`${version.origin.fileName} is version ${version.modelVersion}, ${what}.`)
  }
  return withServer(async (url) => {
    const line = { fetch, signal: call.signal }
    const live = (await call.ports.registry.findModel(MODEL))?.liveVersion
    const { version } = next.value
    const isLive = live === version.number
    const change = isLive
      ? succeed(null)
      : await promoteUnderLoad(version, tables.homes, url, call, line)
    if (!change.ok) return change
    say(changeInWords(change.value, old.value.version.modelVersion, version.modelVersion))
    const answers = await submitHomes(url, MODEL, tables.homes, line)
    if (!answers.ok) return answers
    const { modelVersion } = version
    return succeed({ answers: answers.value, change: change.value, modelVersion })
  })
}

function changeInWords(change: Change | null, old: string, next: string): string {
  if (change === null) return `${next} was live already.`
  const { answered, failed } = change
  return `Promoted while requests came in: ${answered.get(old) ?? 0} answered by ${old}, ${answered.get(next) ?? 0} by ${next}, ${failed} failed.`
}

function total({ answered }: Change): number {
  return [...answered.values()].reduce((sum, count) => sum + count, 0)
}

function figuresJson(data: FoundData, basic: Evaluation, improved: Evaluation): string {
  const figuresOf = ({ test, train, folds, recipe }: Evaluation) => {
    return { model: recipe.model, settings: recipe.settings, test, train, ...acrossFolds(folds) }
  }
  const versions = [basic, improved].map(figuresOf)
  return `${JSON.stringify({ data: data.publicOrigin, seed: SEED, versions }, null, 2)}\n`
}

function resultOf(modelVersion: string, { homes }: HouseTables, folder: string): ExampleResult {
  return {
    model: MODEL,
    modelVersion,
    row: homes[0] ?? {},
    files: [
      [join(folder, FILES.report), 'the report, for a browser'],
      [join(folder, ANSWERS_FILE), 'what came back for each home'],
      [join(folder, FILES.basic), 'the customer’s model, as scikit-learn loads it'],
    ],
  }
}
