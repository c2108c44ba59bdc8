// `parley train`: fits a model to a table and writes it with its metrics into a folder.

import { rename, rm } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { nearestWord } from '#core/nearest.ts'
import { MODEL_NAMES, MODELS, type ModelName } from '#core/training/hyperparameters.ts'
import {
  ARTIFACT_NAMES,
  runTraining,
  SPLIT_KINDS,
  type TrainingRequest,
  type TrainingRun,
} from '#core/training/run.ts'
import { MAX_TABLE_BYTES } from '#core/training/table.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { firstSentence } from './keys.ts'
import type { FinishedRun } from './record-run.ts'
import type { Terminal } from './terminal.ts'
import {
  DEFAULT_FOLDER,
  DEFAULT_SEED,
  DEFAULT_TEST_SIZE,
  optionOf,
  report,
  TRAIN_HELP,
} from './train-text.ts'
import { DATA_SETS, findDataSet } from './training-data.ts'

const DASHES = /-/g
/** What is behind a name that is not finished yet; renamed when every byte is on the disk. */
const UNFINISHED = '.unfinished'

const COMMON_OPTIONS = {
  target: { type: 'string' },
  features: { type: 'string' },
  task: { type: 'string' },
  model: { type: 'string' },
  seed: { type: 'string' },
  'test-size': { type: 'string' },
  split: { type: 'string' },
  out: { type: 'string' },
  'sklearn-version': { type: 'string' },
  json: { type: 'boolean' },
} as const

export interface TrainContext {
  readonly terminal: Terminal
  readonly signal: AbortSignal
  readonly now: () => number
  readonly version: string
  /** Folder with the data of the examples, or null where none is set. */
  readonly exampleData: string | null
  /** Keeps what was trained for `parley runs`; answers with what could not be kept. */
  readonly record?: (finished: FinishedRun) => Promise<string | null>
}

/** Returns the process's exit code. */
export async function train(words: readonly string[], context: TrainContext): Promise<number> {
  const { terminal, signal } = context
  if (words.includes('--help') || words.includes('-h')) {
    terminal.print(TRAIN_HELP)
    return EXIT.done
  }
  const wish = readWords(words)
  if (typeof wish === 'string') return usage(terminal, wish)
  const data = await findDataSet(wish.data, context.exampleData)
  if (!data.ok) {
    terminal.complain(data.failure.message)
    return exitCodeOf(data.failure.code)
  }
  const { path, target, name } = data.value
  const wanted = wish.target ?? target
  if (wanted === null) return usage(terminal, '--target is missing: say which column to predict.')
  const file = Bun.file(path)
  if (file.size > MAX_TABLE_BYTES) {
    terminal.complain(`${basename(path)} is larger than ${MAX_TABLE_BYTES / 1024 / 1024} MB.`)
    return EXIT.unreadableFile
  }
  const request: TrainingRequest = {
    ...wish.request,
    data: { name, bytes: await file.bytes() },
    wish: { ...wish.plan, target: wanted },
  }
  const startedMs = context.now()
  try {
    const outcome = await runTraining(request, {
      signal,
      progress: (progress) => terminal.progress(progress),
      now: context.now,
      parleyVersion: context.version,
    })
    terminal.clearProgress()
    if (!outcome.ok) {
      terminal.complain(outcome.failure.message)
      return exitCodeOf(outcome.failure.code)
    }
    const written = await writeFiles(wish.folder, outcome.value, signal)
    const run = outcome.value
    report(run, request, written, wish.json, terminal)
    const finished = { request, run, startedMs, finishedMs: context.now() }
    const problem = (await context.record?.(finished)) ?? null
    if (problem !== null) terminal.complain(`Note: ${problem}`)
    return EXIT.done
  } catch (error) {
    if (!signal.aborted) throw error
    terminal.clearProgress()
    terminal.complain('Stopped; nothing was written.')
    return EXIT.interrupted
  }
}

function usage(terminal: Terminal, problem: string): number {
  terminal.complain(`${problem}\n\nparley train --help shows how it is called.`)
  return EXIT.usage
}

interface Wish {
  readonly data: string
  readonly target: string | null
  readonly plan: Omit<TrainingRequest['wish'], 'target'>
  readonly request: Omit<TrainingRequest, 'data' | 'wish'>
  readonly folder: string
  readonly json: boolean
}

/** What was typed, or the sentence that says what is wrong with it. */
function readWords(words: readonly string[]): Wish | string {
  const parsed = parse(words)
  if (typeof parsed === 'string') return parsed
  const { values, positionals } = parsed
  const [data, stray] = positionals
  if (data === undefined) {
    return `Name the data: ${Object.keys(DATA_SETS).join(', ')}, or a file.`
  }
  if (stray !== undefined) return `I do not know what "${stray}" is for.`
  const text = (name: string) => {
    const value = values[name]
    return typeof value === 'string' ? value : undefined
  }
  const model = text('model') ?? 'logreg'
  if (!isModelName(model)) {
    const near = nearestWord(model, MODEL_NAMES)
    const hint = near === null ? `There are ${MODEL_NAMES.join(', ')}.` : `Did you mean ${near}?`
    return `There is no model "${model}". ${hint}`
  }
  const task = text('task')
  if (task !== undefined && task !== 'classification' && task !== 'regression') {
    return `--task is classification or regression; it is "${task}".`
  }
  const split = SPLIT_KINDS.find((kind) => kind === (text('split') ?? SPLIT_KINDS[0]))
  if (split === undefined) return `--split is even or plain; it is "${text('split')}".`
  const features = text('features')
  const sklearnVersion = text('sklearn-version')
  return {
    data,
    target: text('target') ?? null,
    plan: {
      ...(task !== undefined && { task }),
      ...(features !== undefined && { features: features.split(',').map((name) => name.trim()) }),
    },
    request: {
      model,
      settings: settingsOf(values),
      seed: Number(text('seed') ?? DEFAULT_SEED),
      testShare: Number(text('test-size') ?? DEFAULT_TEST_SIZE),
      split,
      ...(sklearnVersion !== undefined && { sklearnVersion }),
    },
    folder: text('out') ?? DEFAULT_FOLDER,
    json: values['json'] === true,
  }
}

function parse(words: readonly string[]) {
  const settings = MODEL_NAMES.flatMap((name) => Object.keys(MODELS[name].settings))
  const options: Record<string, { readonly type: 'string' | 'boolean' }> = { ...COMMON_OPTIONS }
  for (const name of settings) options[optionOf(name).slice(2)] = { type: 'string' }
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    return firstSentence(error)
  }
}

function settingsOf(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const settings: Record<string, string> = {}
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(COMMON_OPTIONS, name) && typeof value === 'string') {
      settings[name.replace(DASHES, '_')] = value
    }
  }
  return settings
}

function isModelName(word: string): word is ModelName {
  return MODEL_NAMES.some((name) => name === word)
}

/** All files stand complete beside their names before the first is renamed, so that a stop leaves the old ones. */
async function writeFiles(
  folder: string,
  { files }: TrainingRun,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const paths = files.map(({ name }) => join(folder, name))
  try {
    for (const [index, { bytes }] of files.entries()) {
      signal.throwIfAborted()
      await Bun.write(`${paths[index]}${UNFINISHED}`, bytes)
    }
    signal.throwIfAborted()
    for (const path of paths) await rename(resolve(`${path}${UNFINISHED}`), resolve(path))
    // What an earlier run left and this one has none of would be taken for this one's.
    const kept = files.map(({ name }) => name)
    const stale = ARTIFACT_NAMES.filter((name) => !kept.includes(name))
    for (const name of stale) await rm(join(folder, name), { force: true })
  } finally {
    for (const path of paths) await rm(`${path}${UNFINISHED}`, { force: true })
  }
  return paths
}
