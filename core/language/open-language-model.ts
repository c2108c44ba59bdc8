// Opens what a language model's archive holds: its steps, from its own files and from the store of model files.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { ArchiveFiles, LanguageArchive } from './language-archive.ts'
import { sha256Of } from './language-archive.ts'
import {
  filesOfStep,
  type LanguageConfig,
  type LanguageStep,
  type PhraseConfig,
} from './language-config.ts'
import type { ClassifierStep, FillMaskStep, SentimentStep } from './steps.ts'
import {
  openTransformersClassifier,
  openTransformersFiller,
  openTransformersSentiment,
  type TransformersFiles,
} from './transformers-steps.ts'
import { openWordsFiller, openWordsSentiment, type WordsFiles } from './words-steps.ts'

/** Files that are too large for an archive, by their sha256; null where one is not here. */
export interface ModelFileStore {
  read(sha256: string): Promise<Uint8Array | null>
}

export type OpenedLanguageModel =
  | {
      readonly task: 'fill_mask'
      readonly config: PhraseConfig
      readonly filler: FillMaskStep
      readonly sentiment: SentimentStep
      close(): Promise<void>
    }
  | {
      readonly task: 'text_classification'
      readonly labels: readonly string[]
      readonly classifier: ClassifierStep
      close(): Promise<void>
    }

/** `unavailable` names a file that is not in the store; nothing is loaded then. Throws what onnxruntime throws. */
export async function openLanguageModel(
  { config, files }: LanguageArchive,
  store: ModelFileStore | null,
): Promise<Outcome<OpenedLanguageModel>> {
  const all = await gather(config, files, store)
  if (!all.ok) return all
  if (config.task === 'text_classification') {
    const [step] = config.steps
    const classifier = await openTransformersClassifier(
      transformersFiles(step, all.value),
      step.labels,
    )
    if (!classifier.ok) return blame(step, classifier)
    const { close } = classifier.value
    return succeed({ task: config.task, labels: step.labels, classifier: classifier.value, close })
  }
  const [fillStep, sentimentStep] = config.steps
  const filler = await openFiller(fillStep, all.value)
  if (!filler.ok) return blame(fillStep, filler)
  const sentiment = await openSentiment(sentimentStep, all.value)
  if (!sentiment.ok) {
    await filler.value.close()
    return blame(sentimentStep, sentiment)
  }
  return succeed({
    task: config.task,
    config,
    filler: filler.value,
    sentiment: sentiment.value,
    async close() {
      await filler.value.close()
      await sentiment.value.close()
    },
  })
}

async function openFiller(
  step: PhraseConfig['steps'][0],
  files: ArchiveFiles,
): Promise<Outcome<FillMaskStep>> {
  if (step.family === 'transformers') return openTransformersFiller(transformersFiles(step, files))
  const phrases = contentOf(files, step.phrases)
  return succeed(await openWordsFiller({ ...wordsFiles(step, files), phrases }))
}

async function openSentiment(
  step: PhraseConfig['steps'][1],
  files: ArchiveFiles,
): Promise<Outcome<SentimentStep>> {
  if (step.family === 'transformers') {
    const { labels, positive_label } = step
    return openTransformersSentiment(transformersFiles(step, files), labels, positive_label)
  }
  return succeed(await openWordsSentiment(wordsFiles(step, files)))
}

function wordsFiles(
  step: { readonly graph: string; readonly vocabulary: string },
  files: ArchiveFiles,
): WordsFiles {
  return { graph: contentOf(files, step.graph), vocabulary: contentOf(files, step.vocabulary) }
}

function transformersFiles(
  step: Extract<LanguageStep, { family: 'transformers' }>,
  files: ArchiveFiles,
): TransformersFiles {
  const { graph, tokenizer, tokenizer_config: config } = step
  return {
    graph: contentOf(files, graph),
    tokenizer: contentOf(files, tokenizer),
    ...(config !== undefined && { tokenizerConfig: contentOf(files, config) }),
  }
}

function contentOf(files: ArchiveFiles, path: string): Uint8Array {
  const content = files.get(path)
  if (content === undefined) throw new Error(`${path} was not gathered`)
  return content
}

async function gather(
  config: LanguageConfig,
  held: ArchiveFiles,
  store: ModelFileStore | null,
): Promise<Outcome<ArchiveFiles>> {
  const all = new Map(held)
  for (const step of config.steps) {
    for (const path of filesOfStep(step)) {
      if (all.has(path)) continue
      const { sha256 = '' } = config.files[path] ?? {}
      const content = store === null ? null : await store.read(sha256)
      const from = step.family === 'transformers' ? ` of ${step.model}` : ''
      if (content === null) return missing(`The file ${path}${from} is not here.`)
      if (sha256Of(content) !== sha256) return missing(`The file ${path}${from} is damaged.`)
      all.set(path, content)
    }
  }
  return succeed(all)
}

function missing(what: string): Outcome<never> {
  return fail('unavailable', `${what} “parley models pull” fetches it.`)
}

function blame(step: LanguageStep, { failure }: { failure: { message: string } }): Outcome<never> {
  const whose = step.family === 'transformers' ? step.model : step.graph
  return fail(
    'unreadable_model',
    `The ${step.kind} model ${whose} cannot be used. ${failure.message}`,
  )
}
