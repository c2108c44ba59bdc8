// Reads the example models that come with Parley: `models/<name>/config.json`, the file it names, its figures and its card.

import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { packArchive } from '#core/language/language-archive.ts'
import { readLanguageFolder } from '#core/phrases/phrase-model.ts'
import { isCardSize } from './card.ts'
import type { Sample, SampleConfig, SampleModels } from './operation.ts'
import { readSampleReport } from './sample-report.ts'

const sampleFeature = z.object({
  description: z.string().exactOptional(),
  unit: z.string().exactOptional(),
  minimum: z.number().exactOptional(),
  maximum: z.number().exactOptional(),
  example: z.union([z.number(), z.string(), z.boolean()]).exactOptional(),
  aliases: z.array(z.string()).exactOptional(),
})

/** Loose: a folder may say more (means, formats) than operations use. */
const sampleConfig = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/),
  title: z.string(),
  description: z.string(),
  task: z.string(),
  aliases: z.array(z.string()).exactOptional(),
  /** Where the folder is a language model, the archive that is made of it; else a file that lies there. */
  file: z.string().regex(/^[\w.-]+$/),
  /** Of a language model: the files that its steps read. */
  files: z.record(z.string(), z.unknown()).exactOptional(),
  classes: z.array(z.string()).exactOptional(),
  positive_label: z.string().exactOptional(),
  target: z.string().exactOptional(),
  unit: z.string().exactOptional(),
  thresholds: z.record(z.string(), z.number()).exactOptional(),
  features: z.record(z.string(), sampleFeature).exactOptional(),
  examples: z.array(z.string()).exactOptional(),
})

const sampleMetrics = z.object({
  held_out: z.record(z.string(), z.unknown()),
  report: z.unknown().optional(),
})

/** Samples of one folder. A folder without a whole `config.json` and model file is not a sample, and is not listed. */
export function createSampleModels(folder: string): SampleModels {
  return {
    async list() {
      const names = await readdir(folder).catch(() => [])
      const found = await Promise.all(names.sort().map((name) => describeSample(folder, name)))
      return found.filter((sample) => sample !== null)
    },
    async read(name) {
      const config = await readConfig(folder, name)
      if (config === null) return null
      const bytes = await readModel(folder, name, config)
      if (bytes === null) return null
      const judged = await readMetrics(folder, name)
      return {
        fileName: config.file,
        bytes,
        config,
        card: await readCard(folder, name),
        ...judged,
      } satisfies Sample
    },
  }
}

async function describeSample(folder: string, name: string) {
  const config = await readConfig(folder, name)
  if (config === null) return null
  const sizeBytes = await sizeOf(folder, name, config)
  if (sizeBytes === null) return null
  const { title, description, task } = config
  return { name, title, description, task, fileName: config.file, sizeBytes }
}

type Config = z.output<typeof sampleConfig>

/** Null where a file is missing; of an archive that is still to be made, about what it will have. */
async function sizeOf(folder: string, name: string, { file, files }: Config) {
  const names = files === undefined ? [file] : Object.keys(files)
  const found = await Promise.all(
    names.map((one) => stat(join(folder, name, one)).catch(() => null)),
  )
  return found.reduce<number | null>(
    (sum, one) => (sum === null || one === null ? null : sum + one.size),
    0,
  )
}

async function readModel(folder: string, name: string, { file, files }: Config) {
  if (files === undefined) {
    const bytes = await readFile(join(folder, name, file)).catch(() => null)
    return bytes === null ? null : new Uint8Array(bytes)
  }
  const read = await readLanguageFolder(join(folder, name))
  return read.ok ? packArchive(read.value.configBytes, read.value.files) : null
}

const FOLDER_NAME = /^[a-z0-9][a-z0-9_-]*$/

async function readConfig(folder: string, name: string) {
  if (!FOLDER_NAME.test(name)) return null
  const parsed = sampleConfig.safeParse(await readJson(join(folder, name, 'config.json')))
  if (!parsed.success || parsed.data.name !== name) return null
  return parsed.data satisfies SampleConfig
}

async function readMetrics(
  folder: string,
  name: string,
): Promise<Pick<Sample, 'metrics' | 'report'>> {
  const parsed = sampleMetrics.safeParse(await readJson(join(folder, name, 'metrics.json')))
  if (!parsed.success) return { metrics: {} }
  const entries = Object.entries(parsed.data.held_out)
  const report = readSampleReport(parsed.data.report)
  return {
    metrics: Object.fromEntries(
      entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    ),
    ...(report !== undefined && { report }),
  }
}

/** A card that is too long to store is left out, never a reason not to deploy. */
async function readCard(folder: string, name: string): Promise<string> {
  const card = await readFile(join(folder, name, 'card.md'), 'utf8').catch(() => '')
  return isCardSize(card) ? card : ''
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return null
  }
}
