// Real models with values of other types, lengths and shapes put in: reading them ends in a model that runs or a sentence.

import { afterAll, describe, expect, test } from 'bun:test'
import { readFileSync, statSync } from 'node:fs'
import fc from 'fast-check'
import { createEngine } from '#core/engine/create-engine.ts'
import type { LoadableModel } from '#core/engine/engine.ts'
import { decompress } from '#core/formats/decompress.ts'
import { findModel } from '#core/formats/find-model.ts'
import { FormatError } from '#core/formats/format-error.ts'
import { createBudget } from '#core/formats/limits.ts'
import type { NdArray, PickleValue } from '#core/formats/pickle/value.ts'
import { readPickleFile } from '#core/formats/pickle-file.ts'
import { describePickled } from '#core/formats/pickled-model.ts'
import { signatureOf } from '#core/formats/signature.ts'
import { sniff } from '#core/formats/sniff.ts'
import { toOnnx } from '#core/graph/to-onnx.ts'
import { corpusFiles } from './corpus.ts'
import { doubles, list, logistic, pipeline, texts, tuple, values } from './hand-made.ts'

/** A sample in the suite; `PARLEY_FUZZ_CASES=20000 bun test tests/core/formats/sklearn/hostile.test.ts` runs at length. */
const CASES = Number(process.env['PARLEY_FUZZ_CASES'] ?? 700)

const SEED = process.env['PARLEY_FUZZ_SEED']

const TIMEOUT_MS = 30_000 + CASES * 30

/** Small files, of which a mutation reaches more of what is read. */
const MAX_SEED_BYTES = 6_000
const SEEDS = [...corpusFiles('sklearn'), ...corpusFiles('lightgbm')].filter(
  ({ path, version }) =>
    !path.endsWith('.txt') && version !== '1.2.2' && statSync(path).size < MAX_SEED_BYTES,
)

const STRANGE: readonly PickleValue[] = [
  ...[null, true, false, 0, -1, 1, 3.5, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 2 ** 31],
  ...[10n ** 30n, '', '__proto__', 'constructor', 'x'],
  list(),
  list(1, 'a', null),
  tuple(-1, Number.NaN),
  doubles([]),
  doubles([Number.NaN, -1, 1e300]),
  doubles([1, 2, 3, 4], [2, 2]),
  doubles([], [0, 3]),
  texts('a', 'b', 'a'),
  { kind: 'dict', entries: new Map([['a', 1]]) },
]

/** Somewhere in an object: how to put another value there. */
type Place = (value: PickleValue) => void

/** Deeper or wider than this is no different. */
const MAX_DEPTH = 12
const MAX_ITEMS = 12

function placesIn(root: PickleValue): readonly Place[] {
  const places: Place[] = []
  const seen = new Set<PickleValue>()
  const visitItems = (items: PickleValue[], depth: number) =>
    items.slice(0, MAX_ITEMS).forEach((item, index) => {
      places.push((value) => (items[index] = value))
      visit(item, depth + 1)
    })
  const visitEntries = (entries: Map<PickleValue, PickleValue>, depth: number) =>
    [...entries].slice(0, 4 * MAX_ITEMS).forEach(([key, item]) => {
      places.push((value) => entries.set(key, value))
      places.push(() => entries.delete(key))
      visit(item, depth + 1)
    })
  function visit(value: PickleValue, depth: number): void {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
    if (seen.has(value) || depth > MAX_DEPTH) return
    seen.add(value)
    switch (value.kind) {
      case 'list':
      case 'set':
        visitItems(value.items, depth)
        return
      case 'tuple':
        visitItems(value.items as PickleValue[], depth)
        return
      case 'dict':
        visitEntries(value.entries, depth)
        return
      case 'record':
        places.push((state) => (value.state = state))
        visitItems(value.args as PickleValue[], depth)
        visit(value.state, depth)
        return
      case 'ndarray':
        places.push(...placesInArray(value))
        if (Array.isArray(value.data)) visitItems(value.data, depth)
        return
      case 'global':
        return
    }
  }
  visit(root, 0)
  return places
}

/** Shorter, of other shape, or with other numbers in it; the reader of arrays holds lengths and shapes together. */
function placesInArray(array: NdArray): readonly Place[] {
  const change = array as { shape: readonly number[]; data: NdArray['data'] }
  const { length } = array.data
  return [
    () => {
      change.data = array.data.slice(0, length >> 1)
      change.shape = [length >> 1]
    },
    () => (change.shape = array.shape.toReversed()),
    () => (change.shape = [length]),
    (value) => {
      const data = array.data.slice()
      if (typeof value === 'number' && typeof data[0] === 'number') data[length >> 1] = value
      change.data = data
    },
  ]
}

const bytesOf = new Map<string, Uint8Array>()

function objectsOf(path: string): readonly PickleValue[] {
  const known = bytesOf.get(path) ?? new Uint8Array(readFileSync(path))
  bytesOf.set(path, known)
  const sniffed = sniff(known)
  const content =
    sniffed.kind === 'compressed' ? decompress(known, sniffed.codec, createBudget()) : known
  return readPickleFile(content, createBudget()).objects.map(({ value }) => value)
}

const logger = { info() {}, warn() {}, error() {} }
const engine = createEngine({ logger, workers: 1, compile: false })
afterAll(() => engine.close())

/** Reads, converts and loads, which runs a row; what reading throws beside FormatError is a fault. */
async function outcomeOf(objects: readonly PickleValue[]): Promise<'ran' | 'refused'> {
  let model: LoadableModel
  try {
    const budget = createBudget()
    const description = describePickled(findModel(objects, budget).record, {}, budget)
    model = { ...toOnnx(description), signature: signatureOf(description, {}) }
  } catch (error) {
    if (error instanceof FormatError) return 'refused'
    throw error
  }
  const loaded = await engine.load(model)
  if (!loaded.ok) return 'refused'
  await loaded.value.close()
  return 'ran'
}

const place = fc.noBias(fc.integer({ min: 0, max: 999_999 })).map((step) => step / 1_000_000)

describe('a model with strange values in it', () => {
  test(
    'is refused with a sentence or answers a row',
    async () => {
      const outcomes = { ran: 0, refused: 0 }
      await fc.assert(
        fc.asyncProperty(
          fc.noBias(fc.nat(SEEDS.length - 1)),
          fc.array(fc.tuple(place, fc.noBias(fc.nat(STRANGE.length - 1))), {
            minLength: 1,
            maxLength: 2,
          }),
          async (seed, changes) => {
            const objects = objectsOf(SEEDS[seed]?.path ?? '')
            for (const [where, what] of changes) {
              const places = placesIn(list(...objects)).slice(1)
              places[Math.floor(where * places.length)]?.(STRANGE[what] ?? null)
            }
            outcomes[await outcomeOf(objects)]++
          },
        ),
        { numRuns: CASES, ...(SEED !== undefined && { seed: Number(SEED) }) },
      )
      // A mutation that reaches nothing, or breaks everything, would test nothing.
      expect(outcomes.ran).toBeGreaterThan(CASES / 20)
      expect(outcomes.refused).toBeGreaterThan(CASES / 20)
    },
    TIMEOUT_MS,
  )

  test('that holds itself is refused', async () => {
    const inner = pipeline(['model', logistic([1])])
    const steps = list(tuple('again', inner))
    if (inner.state === null || typeof inner.state !== 'object') throw new Error('no state')
    if ('kind' in inner.state && inner.state.kind === 'dict')
      inner.state.entries.set('steps', steps)
    await expect(values(inner, [[1]])).rejects.toThrow(FormatError)
  })

  test('of which two columns have one name is refused with what to do', async () => {
    const model = logistic([1, 2])
    if (model.state === null || typeof model.state !== 'object') throw new Error('no state')
    if ('kind' in model.state && model.state.kind === 'dict') {
      model.state.entries.set('feature_names_in_', texts('age', 'age'))
    }
    await expect(values(model, [[1, 2]])).rejects.toThrow('have the name “age”. Tell me names')
  })
})
