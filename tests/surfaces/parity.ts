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
  /** Operations that this surface cannot carry, each with the reason. */
  readonly skips?: Partial<Record<OperationName, string>>
  /** False where the surface never passes on a broken input (a conversation, a form). */
  readonly takesBrokenInput?: boolean
}

interface Case {
  readonly operation: OperationName
  readonly title: string
  readonly example: Example
  readonly isBroken: boolean
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
  return { operation, title: example.utterance, example, isBroken: false, isAgreed: false }
}

function broken(operation: OperationName, title: string, input: Example['input']): Case {
  return { operation, title, example: { utterance: title, input }, isBroken: true, isAgreed: false }
}

const BROKEN: readonly Case[] = [
  broken('predict', 'without features', { model: 'churn' }),
  broken('predict', 'with a wrong value', { model: 'churn', features: { tenure: 'long' } }),
  broken('predict', 'with an unknown model', { model: 'nothing', features: {} }),
  broken('describe_model', 'with an unknown field', { model: 'churn', modle: 'churn' }),
  broken('promote_version', 'to a version that is not there', { model: 'churn', version: 99 }),
  broken('predict_batch', 'with no rows', { model: 'churn', rows: [] }),
  broken('deploy_model', 'with a sample that is not there', { sample: 'nothing' }),
]

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

    for (const { operation, title, example, isBroken, isAgreed } of casesOf()) {
      const reason = adapter.skips?.[operation]
      const isLeftOut = reason !== undefined || (isBroken && adapter.takesBrokenInput === false)
      test.skipIf(isLeftOut)(`${operation}: ${title}`, async () => {
        const expected = await run(reference, operation, example.input, { confirmed: isAgreed })
        const got = await surface.run(operation, example.input, example, isAgreed)
        if (expected.ok) expect(got).toMatchObject({ ok: true })
        expect(normalise(got.ok ? got.output : { code: got.code })).toEqual(
          normalise(expected.ok ? expected.value : { code: expected.failure.code }),
        )
      })
    }
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
])

/** Through JSON, as every surface sends it; volatile values keep their place but not their value. */
export function normalise(output: unknown): unknown {
  return JSON.parse(
    JSON.stringify(output, (key, value: unknown) =>
      VOLATILE_KEYS.has(key) && value !== null ? `<${key}>` : value,
    ),
  )
}
