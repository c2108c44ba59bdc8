// Models as Hugging Face's Transformers saves them, with their graph in ONNX: filling a blank, and classifying texts.

import { type InferenceSession, Tensor } from '#core/engine/onnxruntime.ts'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { numbersOf, openGraph, padRows, type Rows } from './graph-session.ts'
import type { ClassifierStep, FillMaskStep, SentimentStep } from './steps.ts'
import { openTokenizer, type TransformersTokenizer } from './transformers-tokenizer.ts'

export interface TransformersFiles {
  readonly graph: Uint8Array
  readonly tokenizer: Uint8Array
  readonly tokenizerConfig?: Uint8Array
}

/** Rows of one run: logits of 32 rows of 20 tokens over 50,000 words take 128 MB. */
const ROWS_A_RUN = 32

interface Opened {
  readonly tokenizer: TransformersTokenizer
  readonly session: InferenceSession
  /** All logits of rows of one length, as the graph gives them. */
  run(rows: Rows): Promise<{ readonly data: Float32Array; readonly length: number }>
}

async function openFolder(files: TransformersFiles): Promise<Outcome<Opened>> {
  const tokenizer = openTokenizer(files.tokenizer, files.tokenizerConfig)
  if (tokenizer === null) {
    return fail('unreadable_model', 'Its tokenizer.json is none that Parley reads.')
  }
  const session = await openGraph(files.graph)
  const unknown = session.inputNames.filter((name) => FEEDS[name] === undefined)
  const output = session.outputNames.find((name) => name === 'logits') ?? session.outputNames[0]
  if (unknown.length > 0) {
    await session.release()
    return fail(
      'unreadable_model',
      `Its graph asks for ${unknown.join(', ')}; Parley gives ${Object.keys(FEEDS).join(', ')}.`,
    )
  }
  return succeed({
    tokenizer,
    session,
    async run(rows) {
      const ids = padRows(rows, tokenizer.pad, 1)
      const feeds: Record<string, Tensor> = {}
      for (const name of session.inputNames) {
        const feed = FEEDS[name]
        if (feed !== undefined) feeds[name] = feed(ids, rows)
      }
      const results = await session.run(feeds)
      return { data: numbersOf(results, output), length: ids.dims[1] ?? 0 }
    },
  })
}

/** What a graph of Transformers may ask for, made of the rows. */
const FEEDS: Readonly<Record<string, (ids: Tensor, rows: Rows) => Tensor>> = {
  input_ids: (ids) => ids,
  attention_mask(ids, rows) {
    const length = ids.dims[1] ?? 0
    const data = new BigInt64Array(rows.length * length)
    rows.forEach((row, at) => {
      data.fill(1n, at * length, at * length + row.length)
    })
    return new Tensor('int64', data, ids.dims)
  },
  token_type_ids: (ids) => new Tensor('int64', new BigInt64Array(ids.data.length), ids.dims),
}

export async function openTransformersFiller(
  files: TransformersFiles,
): Promise<Outcome<FillMaskStep>> {
  const opened = await openFolder(files)
  if (!opened.ok) return opened
  const { tokenizer, session, run } = opened.value
  const { head, tail, mask } = tokenizer
  if (mask === null) {
    await session.release()
    return fail('unreadable_model', 'Its tokenizer has no mask token, so it fills no blanks.')
  }
  const probe = await run([[...head, mask, ...tail]])
  const outputs = probe.data.length / probe.length
  if (!Number.isInteger(outputs) || outputs < MINIMUM_VOCABULARY) {
    await session.release()
    return fail('unreadable_model', 'Its graph does not give one score for each word.')
  }
  return succeed({
    ...tokenizer.words(outputs),
    outputs,
    head,
    tail,
    mask,
    phrases: null,
    encode: tokenizer.encode,
    async fill(rows, positions) {
      const logits = new Float32Array(rows.length * outputs)
      for (let start = 0; start < rows.length; start += ROWS_A_RUN) {
        const part = rows.slice(start, start + ROWS_A_RUN)
        const { data, length } = await run(part)
        part.forEach((_, at) => {
          const place = at * length + (positions[start + at] ?? 0)
          const row = data.subarray(place * outputs, (place + 1) * outputs)
          logits.set(row, (start + at) * outputs)
        })
      }
      return logits
    },
    close: () => session.release(),
  })
}

/** A graph that only classifies gives a handful of scores. */
const MINIMUM_VOCABULARY = 100

/** `labels` in the order of the graph's outputs. */
export async function openTransformersClassifier(
  files: TransformersFiles,
  labels: readonly string[],
): Promise<Outcome<ClassifierStep>> {
  const opened = await openFolder(files)
  if (!opened.ok) return opened
  const { tokenizer, session, run } = opened.value
  const { head, tail, positions } = tokenizer
  const encode = (text: string) => {
    const ids = tokenizer.encode(text).slice(0, positions - head.length - tail.length)
    return [...head, ...ids, ...tail]
  }
  const probe = await run([encode('good')])
  if (probe.data.length !== labels.length) {
    await session.release()
    return fail(
      'unreadable_model',
      `Its graph gives ${probe.data.length} scores for its ${labels.length} labels.`,
    )
  }
  return succeed({
    async classify(texts) {
      const probabilities = new Float32Array(texts.length * labels.length)
      for (let start = 0; start < texts.length; start += ROWS_A_RUN) {
        const { data } = await run(texts.slice(start, start + ROWS_A_RUN).map(encode))
        probabilities.set(softmaxRows(data, labels.length), start * labels.length)
      }
      return probabilities
    },
    close: () => session.release(),
  })
}

export async function openTransformersSentiment(
  files: TransformersFiles,
  labels: readonly string[],
  positiveLabel: string,
): Promise<Outcome<SentimentStep>> {
  const positive = labels.indexOf(positiveLabel)
  if (positive === -1) {
    return fail('unreadable_model', `${positiveLabel} is none of its labels ${labels.join(', ')}.`)
  }
  const opened = await openTransformersClassifier(files, labels)
  if (!opened.ok) return opened
  const classifier = opened.value
  return succeed({
    async positivity(sentences) {
      const texts = sentences.map(({ before, phrase, after }) => before + phrase + after)
      const all = await classifier.classify(texts)
      return texts.length === 0
        ? all
        : Float32Array.from(texts, (_, row) => all[row * labels.length + positive] ?? 0)
    },
    close: classifier.close,
  })
}

/** Shifted by the largest, so that no exponential overflows. */
function softmaxRows(logits: Float32Array, width: number): Float32Array {
  const shares = new Float32Array(logits.length)
  for (let start = 0; start < logits.length; start += width) {
    const row = logits.subarray(start, start + width)
    const largest = row.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY)
    const grown = Float64Array.from(row, (one) => Math.exp(one - largest))
    const sum = grown.reduce((total, one) => total + one, 0)
    grown.forEach((one, at) => {
      shares[start + at] = one / sum
    })
  }
  return shares
}
