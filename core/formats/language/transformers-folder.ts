// A folder as Transformers saves a text classifier, with its graph in ONNX: what it must hold, and its config as Parley's.

import { z } from 'zod'
import {
  type ArchiveFiles,
  CONFIG_FILE,
  type LanguageArchive,
  parseJson,
  sha256Of,
} from '#core/language/language-archive.ts'
import { FormatError } from '../format-error.ts'
import type { SignatureHints } from '../signature.ts'

/** As far as it says what the model is. */
const modelConfig = z.object({
  architectures: z.array(z.string()).exactOptional(),
  _name_or_path: z.string().exactOptional(),
  id2label: z.record(z.string(), z.string()).exactOptional(),
})

/** Where exporters put the graph, the best first. */
const GRAPHS = [
  'model.onnx',
  'onnx/model.onnx',
  'model_quantized.onnx',
  'onnx/model_quantized.onnx',
]

/** Throws a `FormatError` that names the file that is missing, or says how another kind of model is brought in. */
export function classifierArchive(files: ArchiveFiles, hints: SignatureHints): LanguageArchive {
  const said = modelConfig.safeParse(parseJson(new TextDecoder().decode(files.get(CONFIG_FILE))))
  if (!said.success) {
    throw refuse('Its config.json says no model of Transformers and none of Parley.')
  }
  const architecture = said.data.architectures?.[0] ?? ''
  const graph = GRAPHS.find((name) => files.has(name))
  if (graph === undefined) throw refuse(noGraph(files))
  if (!files.has(TOKENIZER)) {
    throw refuse(
      'tokenizer.json is missing beside config.json. Save the tokenizer (a fast one) there too.',
    )
  }
  if (!architecture.endsWith('ForSequenceClassification')) {
    throw refuse(
      architecture.endsWith('ForMaskedLM')
        ? 'This model fills blanks, and suggestions need a second one that hears sentiment. Name both in a config: parley example positive-phrases --config FILE.'
        : `Parley runs text classifiers of Transformers, and this is ${architecture === '' ? 'no model that says what it does' : `a ${architecture}`}.`,
    )
  }
  const labels = hints.classes ?? labelsOf(said.data.id2label ?? {})
  if (labels.length < 2) throw refuse('Its config.json names no labels (id2label).')
  const names = [graph, TOKENIZER, ...(files.has(TOKENIZER_CONFIG) ? [TOKENIZER_CONFIG] : [])]
  const held = new Map(names.map((name) => [name, files.get(name) ?? new Uint8Array(0)]))
  return {
    config: {
      format: 1,
      name: architecture,
      task: 'text_classification',
      steps: [
        {
          kind: 'text_classification',
          family: 'transformers',
          model: architecture,
          graph,
          tokenizer: TOKENIZER,
          ...(files.has(TOKENIZER_CONFIG) && { tokenizer_config: TOKENIZER_CONFIG }),
          labels: [...labels],
        },
      ],
      files: Object.fromEntries(
        [...held].map(([name, bytes]) => [
          name,
          { bytes: bytes.byteLength, sha256: sha256Of(bytes) },
        ]),
      ),
    },
    files: held,
  }
}

const TOKENIZER = 'tokenizer.json'
const TOKENIZER_CONFIG = 'tokenizer_config.json'

/** In the order of their numbers. */
export function labelsOf(id2label: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(id2label)
    .sort(([left], [right]) => Number(left) - Number(right))
    .map(([, label]) => label)
}

const WEIGHTS = /\.(bin|safetensors|h5|msgpack)$/

function noGraph(files: ArchiveFiles): string {
  const isWeights = [...files.keys()].some((name) => WEIGHTS.test(name))
  return isWeights
    ? 'This is a model of Transformers without its graph. Export it (optimum-cli export onnx --model FOLDER OUT) and zip that folder.'
    : 'There is no model.onnx beside config.json.'
}

function refuse(message: string): FormatError {
  return new FormatError(message, 0)
}
