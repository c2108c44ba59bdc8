// Models of Transformers against what the library itself answered: tokens, words for a mask, classes.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { ClassifierStep, FillMaskStep } from '#core/language/steps.ts'
import {
  openTransformersClassifier,
  openTransformersFiller,
  openTransformersSentiment,
  type TransformersFiles,
} from '#core/language/transformers-steps.ts'
import { openTokenizer } from '#core/language/transformers-tokenizer.ts'
import { folderFiles, TRANSFORMERS } from '../../support/transformers-folder.ts'

interface Expected {
  readonly tokens: readonly { readonly text: string; readonly ids: readonly number[] }[]
  readonly blanks: readonly {
    readonly left: string
    readonly right: string
    readonly ids: readonly number[]
    readonly best: readonly (readonly [string, number])[]
  }[]
  readonly rows: readonly { readonly text: string; readonly probabilities: readonly number[] }[]
}

const readExpected = async (name: string): Promise<Expected> =>
  Bun.file(join(TRANSFORMERS, `${name}.expected.json`)).json()

async function filesOf(name: string): Promise<TransformersFiles> {
  const files = await folderFiles(name)
  const file = (path: string) => files[path] ?? new Uint8Array(0)
  return {
    graph: file(name === 'roberta-fill' ? 'onnx/model.onnx' : 'model.onnx'),
    tokenizer: file('tokenizer.json'),
    tokenizerConfig: file('tokenizer_config.json'),
  }
}

const LABELS = ['NEGATIVE', 'POSITIVE']

describe.each(['roberta-fill', 'bert-fill'])('%s', (name) => {
  let filler: FillMaskStep
  let expected: Expected
  let idOf: (token: string) => number

  beforeAll(async () => {
    const files = await filesOf(name)
    const opened = await openTransformersFiller(files)
    if (!opened.ok) throw new Error(opened.failure.message)
    filler = opened.value
    expected = await readExpected(name)
    const { model } = JSON.parse(new TextDecoder().decode(files.tokenizer))
    idOf = (token) => model.vocab[token]
  })
  afterAll(() => filler.close())

  test('takes texts apart as the library does', () => {
    for (const { text, ids } of expected.tokens) {
      expect([text, filler.encode(text)]).toEqual([text, ids])
    }
  })

  test('fills a blank as the library does', async () => {
    const rows = expected.blanks.map(({ left, right }) => [
      ...filler.head,
      ...filler.encode(left.trimEnd()),
      filler.mask,
      ...filler.encode(right),
      ...filler.tail,
    ])
    expect(rows).toEqual(expected.blanks.map(({ ids }) => [...ids]))
    const logits = await filler.fill(
      rows,
      rows.map((row) => row.indexOf(filler.mask)),
    )
    expected.blanks.forEach(({ best }, row) => {
      const scores = logits.subarray(row * filler.outputs, (row + 1) * filler.outputs)
      for (const [token, score] of best) {
        expect(Math.abs((scores[idOf(token)] ?? Number.NaN) - score)).toBeLessThan(1e-4)
      }
      expect(Math.max(...scores)).toBeCloseTo(best[0]?.[1] ?? Number.NaN, 4)
    })
  })

  test('shows whole words alone, and knows which may stand inside a text', () => {
    const shown = [...filler.words].flatMap((word, id) =>
      word !== null && filler.inside[id] === 1 ? [word] : [],
    )
    expect(shown).toContain('wonderful')
    expect(shown).toContain('day')
    expect(shown.every((word) => /^(?:[a-z]+(?:'[a-z]+)*|I)$/.test(word))).toBe(true)
    expect(filler.words[filler.mask]).toBe(null)
  })
})

describe('distilbert-sentiment', () => {
  let classifier: ClassifierStep
  let expected: Expected

  beforeAll(async () => {
    const opened = await openTransformersClassifier(await filesOf('distilbert-sentiment'), LABELS)
    if (!opened.ok) throw new Error(opened.failure.message)
    classifier = opened.value
    expected = await readExpected('distilbert-sentiment')
  })
  afterAll(() => classifier.close())

  test('classifies as the library does, one by one and many at once, cut where it is too long', async () => {
    const texts = expected.rows.map(({ text }) => text)
    const wanted = expected.rows.flatMap(({ probabilities }) => [...probabilities])
    const together = await classifier.classify(texts)
    const single = await Promise.all(texts.map((text) => classifier.classify([text])))
    const alone = single.flatMap((one) => [...one])
    expect(together.length).toBe(wanted.length)
    wanted.forEach((probability, at) => {
      expect(Math.abs((together[at] ?? Number.NaN) - probability)).toBeLessThan(1e-5)
      expect(Math.abs((alone[at] ?? Number.NaN) - probability)).toBeLessThan(1e-5)
    })
  })

  test('hears how positive a sentence is', async () => {
    const files = await filesOf('distilbert-sentiment')
    const opened = await openTransformersSentiment(files, LABELS, 'POSITIVE')
    if (!opened.ok) throw new Error(opened.failure.message)
    const heard = await opened.value.positivity([
      { before: 'the day was ', phrase: 'wonderful', after: '' },
      { before: 'the day was ', phrase: 'awful', after: '' },
    ])
    await opened.value.close()
    expect(heard[0]).toBeGreaterThan(0.9)
    expect(heard[1]).toBeLessThan(0.1)
  })
})

describe('what cannot be used is said', () => {
  const messageOf = (outcome: {
    readonly ok: boolean
    readonly failure?: { readonly message: string }
  }) => outcome.failure?.message ?? ''

  test('a classifier fills no blanks, and a filler is no classifier', async () => {
    const filled = await openTransformersFiller(await filesOf('distilbert-sentiment'))
    expect(messageOf(filled)).toContain('does not give one score for each word')
    const classified = await openTransformersClassifier(await filesOf('bert-fill'), LABELS)
    expect(messageOf(classified)).toMatch(/gives \d+ scores for its 2 labels/)
  })

  test('a positive label that is none', async () => {
    const files = await filesOf('distilbert-sentiment')
    const opened = await openTransformersSentiment(files, LABELS, 'GOOD')
    expect(messageOf(opened)).toBe('GOOD is none of its labels NEGATIVE, POSITIVE.')
  })

  test('a tokenizer that is none', async () => {
    const text = (json: string) => new TextEncoder().encode(json)
    for (const json of ['', 'null', '{}', '[]', '{"model":{"type":"Other"}}']) {
      expect([json, openTokenizer(text(json), undefined)]).toEqual([json, null])
    }
  })
})
