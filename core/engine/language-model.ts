// A language model as the engine's other models are: it checks rows of one text and answers them.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { TensorBinding } from '#core/formats/description.ts'
import { readArchive, unpackArchive } from '#core/language/language-archive.ts'
import {
  type ModelFileStore,
  type OpenedLanguageModel,
  openLanguageModel,
} from '#core/language/open-language-model.ts'
import type { Prediction, Signature } from '#core/model.ts'
import { problemOf, splitAtBlanks } from '#core/phrases/blank.ts'
import { createPhraseModel } from '#core/phrases/phrase-model.ts'
import { createEncoder, type Encoder } from './encoder.ts'
import type { EncodedRows, LoadedModel } from './engine.ts'
import { InferenceError } from './inference-error.ts'
import { readPredictions } from './predictions.ts'

type OpenModel = LoadedModel & { close(): Promise<void> }

/** Throws what onnxruntime throws where a graph cannot be run. */
export async function loadLanguageModel(
  {
    onnx,
    signature,
    binding,
  }: {
    readonly onnx: Uint8Array
    readonly signature: Signature
    readonly binding: TensorBinding
  },
  store: ModelFileStore | null,
  onClose: (model: OpenModel) => void,
): Promise<Outcome<OpenModel>> {
  const files = unpackArchive(onnx)
  if (!files.ok) return files
  const archive = readArchive(files.value)
  if (!archive.ok) return archive
  const opened = await openLanguageModel(archive.value, store)
  if (!opened.ok) return opened
  if (opened.value.task !== signature.task) {
    await opened.value.close()
    return fail('unreadable_model', 'Its config.json says another task than the version.')
  }
  return succeed(createLoaded(opened.value, signature, binding, onClose))
}

function createLoaded(
  model: OpenedLanguageModel,
  signature: Signature,
  binding: TensorBinding,
  onClose: (model: OpenModel) => void,
): OpenModel {
  const phrases = model.task === 'fill_mask' ? createPhraseModel(model) : null
  const encoder = createEncoder(signature, binding)
  const running = new Set<Promise<unknown>>()
  let closing: Promise<void> | null = null

  const answer = async (texts: readonly string[], signal?: AbortSignal) => {
    if (model.task === 'text_classification') {
      const data = await model.classifier.classify(texts)
      const probabilities = { data, width: model.labels.length }
      return readPredictions(signature, { probabilities, values: null, label: null }, texts.length)
    }
    const predictions: Prediction[] = []
    for (const text of texts) {
      signal?.throwIfAborted()
      predictions.push(await suggest(text))
    }
    return predictions
  }
  const suggest = async (text: string): Promise<Prediction> => {
    if (phrases === null) throw new InferenceError('This model fills no blanks.')
    const [left = '', right = ''] = splitAtBlanks(text)
    const { top_k: topK, min_positivity: minPositivity, max_words } = phrases.settings.defaults
    const wishes = { topK, minPositivity, maxWords: max_words }
    return { kind: 'suggestions', suggestions: await phrases.suggest([left, right], wishes) }
  }
  const loaded: OpenModel = {
    signature,
    backend: 'onnxruntime',
    ...(phrases === null
      ? encoder
      : { ...checkBlanks(encoder, phrases.settings.limits.words_in_text), phrases }),
    predict(rows, signal) {
      if (closing !== null) {
        return Promise.reject(new InferenceError('This version of the model has been closed.'))
      }
      const run = answer(textsOf(rows), signal)
      running.add(run)
      const ended = () => running.delete(run)
      run.then(ended, ended)
      return run
    },
    close() {
      closing ??= (async () => {
        await Promise.allSettled(running)
        await model.close()
        onClose(loaded)
      })()
      return closing
    },
  }
  return loaded
}

function textsOf({ columns }: EncodedRows): readonly string[] {
  const [texts] = columns
  if (!Array.isArray(texts)) throw new InferenceError('The rows do not fit the model.')
  return texts
}

/** What fills a blank needs exactly one in each text. */
function checkBlanks(encoder: Encoder, longest: number): Encoder {
  return {
    encode(rows, pathPrefix) {
      const encoded = encoder.encode(rows, pathPrefix)
      if (!encoded.ok) return encoded
      const problems = textsOf(encoded.value).flatMap((text, row) => {
        const message = problemOf(text, longest)
        return message === null ? [] : [{ path: `${pathPrefix(row)}text`, message }]
      })
      const [first] = problems
      if (first === undefined) return encoded
      return fail('invalid_input', `${first.path} ${first.message}.`, problems)
    },
    encodeEach(rows) {
      const { encoded, good, problems } = encoder.encodeEach(rows)
      const all = new Map(problems)
      const texts: string[] = []
      const kept: number[] = []
      textsOf(encoded).forEach((text, at) => {
        const row = good[at] ?? 0
        const message = problemOf(text, longest)
        if (message !== null) all.set(row, [{ path: 'text', message }])
        else {
          texts.push(text)
          kept.push(row)
        }
      })
      return { encoded: { count: kept.length, columns: [texts] }, good: kept, problems: all }
    },
  }
}
