// Real files with bytes flipped, cut and spliced: reading them ends in a model or a FormatError with its offset, nothing else.

import { describe, expect, test } from 'bun:test'
import { basename } from 'node:path'
import fc from 'fast-check'
import { FormatError } from '#core/formats/format-error.ts'
import { createBudget } from '#core/formats/limits.ts'
import { readModelFile } from '#core/formats/read-model.ts'
import { filesBelow, readBytes } from './support.ts'

/** A sample in the suite; `PARLEY_FUZZ_CASES=20000 bun test tests/core/formats/mutations.test.ts` runs at length. */
const CASES = Number(process.env['PARLEY_FUZZ_CASES'] ?? 2000)

/** `seed` of a failure that fast-check reported, to see it again. */
const SEED = process.env['PARLEY_FUZZ_SEED']

/** Far above what any case takes; without a limit, a loop without end would hang the suite. */
const TIMEOUT_MS = 30_000 + CASES * 30

/** One seed file of each kind: mutations of small files reach more of their structure. */
const MAX_SEED_BYTES = 40_000
const SEEDS = ['xgboost', 'joblib', 'onnx', 'misc']
  .flatMap((folder) => filesBelow(folder))
  .filter((path) => !/\.(expected\.json|md|py)$|cases\.json$/.test(path))
  .map((path) => ({ name: basename(path), content: readBytes(path) }))
  .filter(({ content }) => content.length > 0 && content.length <= MAX_SEED_BYTES)

/** Lengths, counts and indices that sit at the edges of 8, 16, 32 and 64 bits. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff]

type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly bits: number }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'truncate'; readonly at: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly to: number }
  | {
      readonly kind: 'splice'
      readonly at: number
      readonly from: number
      readonly other: number
      readonly length: number
    }
  | {
      readonly kind: 'edge'
      readonly at: number
      readonly edge: number
      readonly width: number
      readonly little: boolean
    }

/**
 * Places are fractions of the file, so that a mutation means the same for every seed and shrinks well. Whole numbers
 * without bias: fast-check's doubles lie close to 0 nearly always, and would only ever change first bytes.
 */
const place = fc.noBias(fc.integer({ min: 0, max: 999_999 })).map((step) => step / 1_000_000)
const seedNumber = fc.noBias(fc.integer({ min: 0, max: SEEDS.length - 1 }))
const length = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 2000 }))
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    kind: fc.constant('flip' as const),
    at: place,
    bits: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: place, length }),
  fc.record({ kind: fc.constant('truncate' as const), at: place }),
  fc.record({ kind: fc.constant('repeat' as const), at: place, length, to: place }),
  fc.record({
    kind: fc.constant('splice' as const),
    at: place,
    from: place,
    other: seedNumber,
    length,
  }),
  fc.record({
    kind: fc.constant('edge' as const),
    at: place,
    edge: fc.constantFrom(...EDGES),
    width: fc.constantFrom(1, 2, 4, 8),
    little: fc.boolean(),
  }),
)

/** Mostly one change, so that much of what follows it is still read. */
const changes = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(mutation) },
  { weight: 1, arbitrary: fc.array(mutation, { minLength: 2, maxLength: 5 }) },
)

function mutate(content: Uint8Array, change: Mutation): Uint8Array {
  const at = Math.floor(change.at * content.length)
  const before = content.subarray(0, at)
  switch (change.kind) {
    case 'flip': {
      const out = content.slice()
      if (at < out.length) out[at] = (out[at] ?? 0) ^ change.bits
      return out
    }
    case 'truncate':
      return before
    case 'cut':
      return join(before, content.subarray(at + change.length))
    case 'repeat': {
      const to = Math.floor(change.to * content.length)
      const part = content.subarray(at, at + change.length)
      return join(content.subarray(0, to), part, content.subarray(to))
    }
    case 'splice': {
      const donor = SEEDS[change.other]?.content ?? content
      const from = Math.floor(change.from * donor.length)
      return join(
        before,
        donor.subarray(from, from + change.length),
        content.subarray(at + change.length),
      )
    }
    case 'edge': {
      const value = Buffer.alloc(8)
      if (change.little) value.writeUInt32LE(change.edge)
      else value.writeUInt32BE(change.edge, change.width >= 4 ? change.width - 4 : 0)
      const out = content.slice()
      out.set(value.subarray(0, Math.min(change.width, out.length - at)), at)
      return out
    }
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** What became of a file; anything but a model or a FormatError with a place in it is thrown on. */
function outcomeOf(file: Uint8Array): 'model' | 'refused' {
  try {
    const { onnx, signature } = readModelFile(file, {}, createBudget())
    expect(onnx.length).toBeGreaterThan(0)
    expect(signature.inputs.length).toBeGreaterThan(0)
    return 'model'
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    expect(Number.isSafeInteger(error.offset) && error.offset >= 0).toBe(true)
    expect(error.message.length).toBeGreaterThan(10)
    return 'refused'
  }
}

describe('mutated files', () => {
  test(
    `end in a model or a FormatError, ${CASES} times`,
    () => {
      const seen = { model: 0, refused: 0 }
      fc.assert(
        fc.property(seedNumber, changes, (seed, made) => {
          const content = SEEDS[seed]?.content ?? new Uint8Array(1)
          seen[outcomeOf(made.reduce(mutate, content))] += 1
        }),
        {
          numRuns: CASES,
          ...(SEED === undefined ? {} : { seed: Number(SEED) }),
        },
      )
      // Were all refused or none, the mutations would be too coarse or too fine to find anything.
      expect(seen.model).toBeGreaterThan(CASES / 100)
      expect(seen.refused).toBeGreaterThan(CASES / 10)
    },
    TIMEOUT_MS,
  )

  test(
    'of any bytes at all do the same',
    () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 200 }),
          fc.constantFrom([], [0x80, 4], [0x80, 2]),
          (noise, start) => {
            outcomeOf(new Uint8Array([...start, ...noise]))
          },
        ),
        { numRuns: CASES },
      )
    },
    TIMEOUT_MS,
  )
})
