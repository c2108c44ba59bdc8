// The edge of core/formats/language: a ZIP archive of a language model, Parley's own or a folder of Transformers.

import {
  type ArchiveFiles,
  CONFIG_FILE,
  type LanguageArchive,
  packArchive,
  parseJson,
  readArchive,
  unpackArchive,
} from '#core/language/language-archive.ts'
import type { LanguageStep, PhraseConfig } from '#core/language/language-config.ts'
import type { InputField } from '#core/model.ts'
import type { ModelDescription } from '../description.ts'
import { FormatError } from '../format-error.ts'
import type { Budget } from '../limits.ts'
import { checkOperators } from '../onnx/operators.ts'
import { readOnnxGraph } from '../onnx/read-graph.ts'
import type { SignatureHints } from '../signature.ts'
import { classifierArchive } from './transformers-folder.ts'

/** The one input of every language model. */
const TEXT = 'text'

/** Throws a `FormatError` where the archive is damaged, lacks a file or holds no model that fills blanks or classifies texts. */
export function describeLanguageFile(
  bytes: Uint8Array,
  hints: SignatureHints,
  budget: Budget,
): ModelDescription {
  const unpacked = unpackArchive(bytes)
  if (!unpacked.ok) throw new FormatError(unpacked.failure.message, 0)
  const files = withoutFolder(unpacked.value)
  const archive = isParleys(files) ? read(files) : classifierArchive(files, hints)
  for (const step of archive.config.steps) {
    const graph = archive.files.get(step.graph)
    // A graph that lies in the store was put there by whoever runs this server.
    if (graph !== undefined) checkOperators(readOnnxGraph(graph, budget))
  }
  return describe(archive, repack(archive, files), hints)
}

function describe(
  { config }: LanguageArchive,
  archive: Uint8Array,
  hints: SignatureHints,
): ModelDescription {
  const isFilling = config.task === 'fill_mask'
  const [first] = config.steps
  return {
    task: config.task,
    library: first.family === 'transformers' ? 'transformers' : 'parley',
    libraryVersion: null,
    modelClass: config.steps.map(nameOf).join(' + '),
    objective: null,
    inputs: [{ ...TEXT_FIELD, ...(isFilling && blankField(config)) }],
    namesKnown: true,
    classes: isFilling ? null : (hints.classes ?? config.steps[0].labels),
    outputNames: null,
    missingValue: null,
    predictor: {
      kind: 'language',
      archive,
      binding: {
        inputs: [{ tensor: TEXT, type: 'string', fields: [TEXT], rank: 1 }],
        ...(!isFilling && { probabilities: 'probabilities' }),
      },
      steps: config.steps.length,
    },
    warnings: [],
  }
}

const TEXT_FIELD: InputField = { name: TEXT, type: 'string', optional: false }

function blankField({ limits }: PhraseConfig): Partial<InputField> {
  return {
    description: `An English sentence of at most ${limits.words_in_text} words with one <blank>`,
    example: 'have a <blank> day',
  }
}

function nameOf(step: LanguageStep): string {
  return step.family === 'transformers' ? step.model : step.kind
}

/** People zip a folder as often as what is in it. */
function withoutFolder(files: ArchiveFiles): ArchiveFiles {
  const names = [...files.keys()].filter((name) => !IGNORED.test(name))
  const [first = ''] = names
  const folder = `${first.split('/')[0]}/`
  const strip = names.every((name) => name.startsWith(folder)) ? folder.length : 0
  return new Map(names.map((name) => [name.slice(strip), files.get(name) ?? new Uint8Array(0)]))
}

/** What file managers leave in archives. */
const IGNORED = /(^|\/)(__MACOSX\/|\.DS_Store$)/

function isParleys(files: ArchiveFiles): boolean {
  const config = parseJson(new TextDecoder().decode(files.get(CONFIG_FILE)))
  return typeof config === 'object' && config !== null && 'steps' in config
}

function read(files: ArchiveFiles): LanguageArchive {
  const archive = readArchive(files)
  if (!archive.ok) throw new FormatError(archive.failure.message, 0)
  return archive.value
}

/** Only what the steps read; the config as it came, so that equal models are equal archives. */
function repack({ config, files }: LanguageArchive, given: ArchiveFiles): Uint8Array {
  const said = isParleys(given) ? given.get(CONFIG_FILE) : undefined
  return packArchive(said ?? new TextEncoder().encode(JSON.stringify(config, null, 2)), files)
}
