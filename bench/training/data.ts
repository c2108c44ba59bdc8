// The data sets of the comparison, each as columns and a target.

import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { ModelName } from '#core/training/hyperparameters.ts'
import { type Column, readTable, type Table } from '#core/training/table.ts'

const ROOT = resolve(import.meta.dir, '../..')

export interface Contest {
  readonly name: string
  readonly table: Table
  readonly target: string
  readonly features?: readonly string[]
  readonly models: readonly ModelName[]
  readonly seeds: number
  readonly testShare: number
  /**
   * Where the data come divided: row numbers below this are to learn from, the others to test on. Each seed learns from
   * another draw of the first and is tested on a part of the others that no other seed is tested on.
   */
  readonly dividedAt?: number
}

/** `shared` has the folders kc_house, telco_churn, amazon_questions and sst2; `made` what peer.py wrote. */
export async function loadContests(shared: string, made: string): Promise<readonly Contest[]> {
  return [
    {
      name: 'Iris',
      table: await readFile(join(ROOT, 'models/iris/iris.csv')),
      target: 'species',
      models: ['logreg', 'knn', 'rf', 'hgb'],
      seeds: 20,
      testShare: 0.2,
    },
    {
      name: 'breast cancer',
      table: fromColumns(await Bun.file(join(made, 'breast_cancer.json')).json()),
      target: 'diagnosis',
      models: ['logreg', 'rf', 'hgb'],
      seeds: 10,
      testShare: 0.2,
    },
    {
      name: 'churn',
      table: await readFile(join(shared, 'telco_churn/Telco-Customer-Churn.csv')),
      target: 'Churn',
      models: ['logreg', 'rf', 'hgb'],
      seeds: 5,
      testShare: 0.25,
    },
    {
      name: 'house prices',
      table: await readFile(join(shared, 'kc_house/kc_house_data.csv')),
      target: 'price',
      models: ['ridge', 'knn', 'rf', 'hgb'],
      seeds: 3,
      testShare: 0.25,
    },
    {
      name: 'questions',
      table: await readQuestions(join(shared, 'amazon_questions')),
      target: 'type',
      models: ['tfidf'],
      seeds: 5,
      testShare: 0.2,
    },
    await readSentences(join(shared, 'sst2')),
  ]
}

async function readFile(path: string): Promise<Table> {
  const read = await readTable(await Bun.file(path).bytes(), new AbortController().signal)
  if (!read.ok) throw new Error(`${path}: ${read.failure.message}`)
  return read.value
}

function fromColumns(columns: Readonly<Record<string, (number | string)[]>>): Table {
  const made = Object.entries(columns).map(([name, values]): Column => {
    return typeof values[0] === 'number'
      ? { kind: 'number', name, values: Float64Array.from(values, Number) }
      : { kind: 'text', name, values: values.map(String) }
  })
  return { rows: made[0]?.values.length ?? 0, columns: made }
}

/** A Python dict a line; the two values that are wanted stand in quotes of either kind. */
const TYPE = /'questionType': '([^']+)'/
const QUESTION = /'question': (?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/

async function readQuestions(folder: string): Promise<Table> {
  const texts: string[] = []
  const types: string[] = []
  for (const file of ['qa_Appliances.json.gz', 'qa_Video_Games.json.gz']) {
    const bytes = await Bun.file(join(folder, file)).bytes()
    for (const line of gunzipSync(bytes).toString('utf8').split('\n')) {
      const type = TYPE.exec(line)?.[1]
      const [, single, double] = QUESTION.exec(line) ?? []
      const text = single ?? double
      if (type === undefined || text === undefined) continue
      types.push(type)
      texts.push(text)
    }
  }
  return fromColumns({ question: texts, type: types })
}

async function readSentences(folder: string): Promise<Contest> {
  const parts = await Promise.all(
    ['train.tsv', 'dev.tsv', 'test.tsv'].map(async (file) => {
      const lines = (await Bun.file(join(folder, file)).text()).trim().split('\n').slice(1)
      return lines.map((line) => line.split('\t'))
    }),
  )
  const all = parts.flat()
  return {
    name: 'SST-2 (dev and test)',
    table: fromColumns({
      sentence: all.map(([, text = '']) => text),
      label: all.map(([label]) => (label === '1' ? 'positive' : 'negative')),
    }),
    target: 'label',
    models: ['tfidf'],
    seeds: 5,
    testShare: 0.2,
    dividedAt: parts[0]?.length ?? 0,
  }
}
