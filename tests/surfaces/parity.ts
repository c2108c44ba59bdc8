// One suite for every surface: each operation's examples, and what must fail, answered as `invoke` answers them.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { ErrorCode } from '#core/errors.ts'
import { OPERATIONS } from '#core/operations/index.ts'
import type { Example, OperationName } from '#core/operations/operation.ts'
import { createTestPorts, deploySamples, run, type TestPorts } from '../support/ports.ts'

/** What a surface made of an operation: its output as data, or the code of its failure. */
export type SurfaceOutcome =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly code: ErrorCode }

export interface OpenSurface {
  /**
   * Runs one operation the way a client of this surface would; `example` for surfaces that are talked to. Where the
   * surface asks back, the person says yes if `isAgreed` and leaves it at the question if not.
   */
  run(
    operation: OperationName,
    input: Readonly<Record<string, unknown>>,
    example: Example,
    isAgreed: boolean,
  ): Promise<SurfaceOutcome>
  close(): Promise<void>
}

export interface SurfaceAdapter {
  readonly name: string
  /** Opens the surface over real ports that hold the sample models; servers listen on 127.0.0.1, port 0. */
  open(ports: TestPorts): Promise<OpenSurface>
  /** What people of this surface cannot say, by the name of the case (`operation: title`), each with the reason. */
  readonly leavesOut?: Readonly<Record<string, string>>
  /** The same input as people of this surface give it, where that is another: a table in a file in place of rows. */
  asGiven?(
    operation: OperationName,
    input: Example['input'],
    ports: TestPorts,
  ): Promise<Example['input']>
}

interface Case {
  readonly operation: OperationName
  readonly title: string
  readonly example: Example
  /** The person says yes to the question that comes before it. */
  readonly isAgreed: boolean
}

/** Examples in the order of the list, so that both sides go through the same states; then what must fail. */
export function casesOf(): readonly Case[] {
  const examples = OPERATIONS.flatMap(({ name, examples: own }) =>
    own.map((example) => good(name, example)),
  )
  return [...examples, ...BROKEN, ...LAST]
}

function good(operation: OperationName, example: Example): Case {
  return { operation, title: example.utterance, example, isAgreed: false }
}

type Wrong = readonly [OperationName, title: string, utterance: string, input: Example['input']]

/** What is wrong with it, how a person would say it, and the input. */
const WRONG: readonly Wrong[] = [
  ['predict', 'without features', 'predict churn', { model: 'churn' }],
  [
    'predict',
    'with a wrong value',
    'predict churn for tenure=long',
    { model: 'churn', features: { tenure: 'long' } },
  ],
  [
    'predict',
    'with an unknown model',
    'predict with the unknown model',
    { model: 'unknown', features: {} },
  ],
  [
    'describe_model',
    'with an unknown field',
    'describe churn, modle churn',
    { model: 'churn', modle: 'churn' },
  ],
  [
    'promote_version',
    'to a version that is not there',
    'make version 99 of churn live',
    { model: 'churn', version: 99 },
  ],
  ['predict_batch', 'with no rows', 'score this with churn', { model: 'churn', rows: [] }],
  ['deploy_model', 'with a sample that is not there', 'deploy the sample x', { sample: 'x' }],
]

const BROKEN = WRONG.map(
  ([operation, title, utterance, input]): Case => ({
    operation,
    title,
    example: { utterance, input },
    isAgreed: false,
  }),
)

/** Destructive, so at the end. */
const LAST: readonly Case[] = [
  {
    ...good('delete_model', { utterance: 'Yes, delete iris', input: { model: 'iris' } }),
    isAgreed: true,
  },
]

/** Runs every case on the surface and by `invoke`, each over its own ports in the same state, and compares. */
export function describeParity(adapter: SurfaceAdapter): void {
  describe(`${adapter.name} answers as the operations do`, () => {
    let reference: TestPorts
    let ports: TestPorts
    let surface: OpenSurface

    beforeAll(async () => {
      reference = await createTestPorts()
      ports = await createTestPorts()
      await Promise.all([deploySamples(reference), deploySamples(ports)])
      surface = await adapter.open(ports)
    })
    afterAll(async () => {
      await surface.close()
      await Promise.all([reference.close(), ports.close()])
    })

    const { leavesOut = {} } = adapter
    for (const { operation, title, example, isAgreed } of casesOf()) {
      const name = `${operation}: ${title}`
      const reason = leavesOut[name]
      if (reason !== undefined) {
        test.skip(`${name} (left out: ${reason})`, () => undefined)
        continue
      }
      test(name, async () => {
        const given = await adapter.asGiven?.(operation, example.input, reference)
        const input = given ?? example.input
        const expected = await run(reference, operation, input, { confirmed: isAgreed })
        const got = await surface.run(operation, example.input, example, isAgreed)
        if (expected.ok) expect(got).toMatchObject({ ok: true })
        expect(normalise(got.ok ? got.output : { code: got.code })).toEqual(
          normalise(expected.ok ? expected.value : { code: expected.failure.code }),
        )
      })
    }

    test('leaves out nothing that is not asked', () => {
      const names = casesOf().map(({ operation, title }) => `${operation}: ${title}`)
      expect(names).toEqual(expect.arrayContaining(Object.keys(leavesOut)))
    })
  })
}

/** Differ from run to run: times, handles, who asked and where the server listens. */
const VOLATILE_KEYS: ReadonlySet<string> = new Set([
  'latency_ms',
  'created_at',
  'updated_at',
  'uploaded_by',
  'upload',
  'curl',
  'run',
  'duration_seconds',
  'since',
])

/** Through JSON, as every surface sends it; volatile values keep their place but not their value. */
export function normalise(output: unknown): unknown {
  return JSON.parse(
    JSON.stringify(output, (key, value: unknown) =>
      VOLATILE_KEYS.has(key) && value !== null ? `<${key}>` : value,
    ),
  )
}
