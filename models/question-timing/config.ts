// Every parameter of the question-timing example: config.json, read and checked.

import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { type FailureDetail, fail, type Outcome, succeed } from '#core/errors.ts'
import { describeIssues } from '#core/operations/issues.ts'

/** Its value says on which side of the purchase a question was asked: a model would look at nothing else. */
const GIVES_THE_LABEL_AWAY = 'hours_diff'
const MAX_ROWS = 1_000_000

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/
const HASH = /^[\da-fA-F]{64}$/
const ADDRESS = /^https?:\/\//
const FILE_NAME = /^[\w.-]+$/

/** A refinement, not a format: its own words reach the person. */
const shaped = (pattern: RegExp, words: string) =>
  z.string().refine((text) => pattern.test(text), words)

const rowCount = z.int().min(20).max(MAX_ROWS)
const columnName = z.string().min(1).max(200)

const timingConfig = z
  .strictObject({
    name: shaped(NAME, 'must be made of a to z, digits, - and _'),
    title: z.string().min(1),
    description: z.string(),
    aliases: z.array(z.string()),
    data: z.strictObject({
      title: z.string(),
      publisher: z.string(),
      url: z.string().refine(isAddress, 'must be an address that begins with https:// or http://'),
      sha256: shaped(HASH, 'must be 64 hex digits, or null').nullable(),
      maximum_megabytes: z.int().min(1).max(1_000_000),
    }),
    sample: shaped(FILE_NAME, 'must be a file beside config.json'),
    columns: z.strictObject({
      id: columnName,
      question: columnName,
      item: columnName,
      label: columnName,
    }),
    features: z.array(columnName).min(1),
    labels: z.record(columnName, z.string()),
    rows: z.strictObject({
      train: rowCount,
      test: rowCount,
      test_share_of_fewer: z.number().gt(0).lt(1),
    }),
    seed: z.int(),
    model: z.strictObject({
      ngrams: z.int().min(1).max(5),
      min_df: z.int().min(1),
      C: z.number().gt(0),
      max_iter: z.int().min(1),
    }),
    cross_validation_folds: z
      .int()
      .min(0)
      .max(20)
      .refine((count) => count !== 1, 'must be 0 for none, or 2 and more'),
    output: z.string().min(1).nullable(),
    example: z.string().min(1),
  })
  .superRefine((config, context) => {
    for (const { path, message } of findContradictions(config)) {
      context.addIssue({ code: 'custom', path: [path], message })
    }
  })

export type TimingConfig = z.output<typeof timingConfig>

function isAddress(text: string): boolean {
  return ADDRESS.test(text) && URL.canParse(text)
}

function findContradictions(config: {
  readonly features: readonly string[]
  readonly columns: { readonly question: string }
  readonly labels: Readonly<Record<string, string>>
}): readonly FailureDetail[] {
  const { features, columns, labels } = config
  const problems: FailureDetail[] = []
  const say = (path: string, message: string) => problems.push({ path, message })
  if (features.includes(GIVES_THE_LABEL_AWAY)) {
    say(
      'features',
      `cannot have ${GIVES_THE_LABEL_AWAY}: it counts the hours from the purchase to the question, so it is the label itself, and nobody knows it when a question comes in`,
    )
  } else if (features.length !== 1 || features[0] !== columns.question) {
    say('features', `must be ["${columns.question}"]: the model reads one text`)
  }
  if (Object.keys(labels).length !== 2) say('labels', 'must have two, one for each side')
  if (columns.question === GIVES_THE_LABEL_AWAY) {
    say('columns', `cannot take ${GIVES_THE_LABEL_AWAY} as the question: it gives the label away`)
  }
  return problems
}

export const FOLDER = import.meta.dir

/** `path` as a person typed it, or null for the one that comes with Parley. Every problem is told at once. */
export async function readConfig(path: string | null): Promise<Outcome<TimingConfig>> {
  const file = Bun.file(path === null ? join(FOLDER, 'config.json') : resolve(path))
  const name = path === null ? 'config.json' : basename(path)
  if (!(await file.exists())) return fail('not_found', `There is no file "${path}".`)
  const content = parseJson(await file.text())
  if (content === undefined) return fail('invalid_input', `${name} is not JSON.`)
  const parsed = timingConfig.safeParse(content)
  if (parsed.success) return succeed(parsed.data)
  const details = describeIssues(parsed.error.issues, Object.keys(timingConfig.shape))
  const sentences = details.map((one) => `${one.path === '' ? 'It' : one.path} ${one.message}.`)
  return fail('invalid_input', [`${name} cannot be used.`, ...sentences].join('\n  '), details)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
