// Which two models suggest: the config that a person writes, and the one archive that is made of it.

import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { type ArchiveFiles, packArchive, sha256Of } from '#core/language/language-archive.ts'
import {
  type LanguageConfig,
  type PhraseConfig,
  suggestionSettings,
} from '#core/language/language-config.ts'
import { readLanguageFolder } from '#core/phrases/phrase-model.ts'
import type { ExampleContext } from '../example.ts'
import { findModelFolder, type ModelFolder } from '../shared/model-folder.ts'

const BUNDLED = import.meta.dir

/** A graph larger than this stays in the store of model files, and the archive names its hash. */
const MAX_ARCHIVED_BYTES = 64 * 1024 * 1024

const model = {
  model: z.string().min(1),
  revision: z.string().min(1).exactOptional(),
  file: z.string().min(1).exactOptional(),
} as const

/** What is left out is the model that comes with Parley, and its settings. */
const choiceFile = z.strictObject({
  fill_mask: z.strictObject(model).exactOptional(),
  sentiment: z
    .strictObject({ ...model, positive_label: z.string().exactOptional() })
    .exactOptional(),
  defaults: suggestionSettings.shape.defaults.partial().exactOptional(),
  parameters: suggestionSettings.shape.parameters.partial().exactOptional(),
})

type PhraseChoice = z.output<typeof choiceFile>

/** The models that Transformers takes where nobody says which. */
export const TRANSFORMERS_CONFIG = join(import.meta.dir, 'transformers.json')

/**
 * Transformers read the whole sentence, so that a suggestion need not be heard alone, and each candidate costs far more
 * than a word of the pair that comes with Parley. Not measured on weights: set `parameters` after trying.
 */
const TRANSFORMERS_PARAMETERS = { candidates: 30, alone: 0 } as const

export async function readChoice(path: string): Promise<Outcome<PhraseChoice>> {
  const text = await Bun.file(path)
    .text()
    .catch(() => null)
  if (text === null) return fail('not_found', `There is no file ${path}.`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return fail('invalid_input', `${path} is no JSON.`)
  }
  const parsed = choiceFile.safeParse(json)
  if (parsed.success) return succeed(parsed.data)
  const [issue] = parsed.error.issues
  const place = issue?.path.join('.') ?? ''
  return fail(
    'invalid_input',
    `${path}: ${place === '' ? '' : `${place} `}${issue?.message ?? 'is wrong'}. It may have fill_mask and sentiment, each with model and file, and defaults and parameters.`,
  )
}

export type PreparationContext = Pick<ExampleContext, 'modelCache' | 'fetch' | 'say'> & {
  readonly work: Pick<ExampleContext['call'], 'signal' | 'progress'>
}

export interface PreparedPair {
  readonly archive: Uint8Array
  /** Where each model is from, as a sentence: "fill_mask: distilroberta-base, commit 1a2b of huggingface.co". */
  readonly origins: readonly string[]
}

/** Fetches what is not here yet, checks it, and makes the archive. `configPath` is what relative paths start from. */
export async function preparePair(
  choice: PhraseChoice,
  configPath: string,
  context: PreparationContext,
): Promise<Outcome<PreparedPair>> {
  const bundled = await readLanguageFolder(BUNDLED)
  if (!bundled.ok) return bundled
  const { config } = bundled.value
  if (config.task !== 'fill_mask') return fail('internal', 'The bundled pair fills no blanks.')
  const kept = new Map(bundled.value.files)
  const find = (chosen: NonNullable<PhraseChoice['fill_mask']>) =>
    findModelFolder(chosen, {
      cache: context.modelCache,
      fetch: context.fetch,
      work: context.work,
      say: context.say,
      from: dirname(resolve(configPath)),
    })
  const files = new Map<string, Uint8Array>()
  const entries: Record<string, LanguageConfig['files'][string]> = {}
  const origins: string[] = []
  const take = async (step: string, folder: ModelFolder) => {
    origins.push(`${step}: ${folder.name}, ${folder.origin}`)
    return takeFolder(step, folder, { files, entries, context })
  }
  let [fillStep, sentimentStep] = config.steps
  if (choice.fill_mask !== undefined) {
    const folder = await find(choice.fill_mask)
    if (!folder.ok) return folder
    fillStep = { kind: 'fill_mask', ...(await take('fill_mask', folder.value)) }
  }
  if (choice.sentiment !== undefined) {
    const folder = await find(choice.sentiment)
    if (!folder.ok) return folder
    const { labels } = folder.value
    const positive = choice.sentiment.positive_label ?? labels.find((one) => POSITIVE.test(one))
    if (labels.length < 2 || positive === undefined || !labels.includes(positive)) {
      return fail(
        'invalid_input',
        `sentiment.positive_label must be one of the labels of ${folder.value.name}: ${labels.join(', ') || 'its config.json names none'}.`,
      )
    }
    sentimentStep = {
      kind: 'sentiment',
      ...(await take('sentiment', folder.value)),
      labels: [...labels],
      positive_label: positive,
    }
  }
  for (const step of [fillStep, sentimentStep]) {
    if (step.family === 'words') keepBundled(step, config, kept, { files, entries })
  }
  const settings = suggestionSettings.shape
  const tuned = sentimentStep.family === 'transformers' ? TRANSFORMERS_PARAMETERS : {}
  const made: PhraseConfig = {
    format: 1,
    name: config.name,
    task: 'fill_mask',
    steps: [fillStep, sentimentStep],
    defaults: settings.defaults.parse({ ...config.defaults, ...choice.defaults }),
    limits: config.limits,
    parameters: settings.parameters.parse({
      ...config.parameters,
      ...tuned,
      ...choice.parameters,
    }),
    filter: config.filter,
    files: entries,
  }
  const text = `${JSON.stringify(made, null, 2)}\n`
  return succeed({ archive: packArchive(new TextEncoder().encode(text), files), origins })
}

const POSITIVE = /^pos/i

interface Taken {
  readonly files: Map<string, Uint8Array>
  readonly entries: Record<string, LanguageConfig['files'][string]>
}

async function takeFolder(
  step: string,
  folder: ModelFolder,
  { files, entries, context }: Taken & { readonly context: PreparationContext },
) {
  const take = async (path: string, name: string) => {
    const inside = `${step}/${name}`
    const content = await Bun.file(path).bytes()
    const entry = { bytes: content.byteLength, sha256: sha256Of(content) }
    if (content.byteLength > MAX_ARCHIVED_BYTES) {
      await context.modelCache.store.add(path, entry.sha256)
      entries[inside] = { ...entry, stored: true }
    } else {
      files.set(inside, content)
      entries[inside] = entry
    }
    return inside
  }
  const { tokenizerConfig } = folder
  return {
    family: 'transformers' as const,
    model: folder.name,
    graph: await take(folder.graph, 'model.onnx'),
    tokenizer: await take(folder.tokenizer, 'tokenizer.json'),
    ...(tokenizerConfig !== null && {
      tokenizer_config: await take(tokenizerConfig, 'tokenizer_config.json'),
    }),
  }
}

function keepBundled(
  step: Extract<PhraseConfig['steps'][number], { family: 'words' }>,
  { files: listed }: PhraseConfig,
  kept: ArchiveFiles,
  { files, entries }: Taken,
): void {
  const phrases = step.kind === 'fill_mask' ? [step.phrases] : []
  for (const path of [step.graph, step.vocabulary, ...phrases]) {
    const [content, entry] = [kept.get(path), listed[path]]
    if (content === undefined || entry === undefined) continue
    files.set(path, content)
    entries[path] = entry
  }
}
