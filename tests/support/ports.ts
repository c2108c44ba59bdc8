// Real ports in a temporary folder: SQLite, engine, serving table, reader and the sample models of this repository.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createEngine } from '#core/engine/create-engine.ts'
import type { RemoteEngines } from '#core/engine/remote/client.ts'
import { createServing } from '#core/engine/serving.ts'
import { createModelReader } from '#core/formats/reader.ts'
import { createLocalJobs } from '#core/jobs/local-jobs.ts'
import { createMonitor } from '#core/monitoring/monitor.ts'
import { openSqlitePredictionLog } from '#core/monitoring/sqlite-prediction-log.ts'
import { createUsage } from '#core/monitoring/usage.ts'
import { createConfirmations } from '#core/operations/confirmations.ts'
import { findOperation } from '#core/operations/index.ts'
import { createRunWork, invoke } from '#core/operations/invoke.ts'
import type { Call, Logger, OperationName, Ports, Principal } from '#core/operations/operation.ts'
import { createSampleModels } from '#core/operations/samples.ts'
import { createPhraseSuggester } from '#core/phrases/create-suggester.ts'
import { openSqliteRegistry } from '#core/registry/sqlite-registry.ts'
import type { RunTracker } from '#core/training/tracking.ts'
import { createTrainer } from '#core/training/trainer.ts'
import { createDataSets } from '../../bin/training-data.ts'
import { silentLogger } from './silent-logger.ts'

export const SAMPLES_FOLDER = resolve(import.meta.dir, '../../models')

/** Example models in this repository, one of each task that files bring. */
export const SAMPLE_NAMES = ['churn', 'iris', 'price'] as const

export interface TestPorts extends Ports {
  /** The data folder, for tests that look into it or open it a second time. */
  readonly folder: string
  /** Ends everything and removes the folder; safe to call twice. */
  close(): Promise<void>
}

export interface TestPortsOptions {
  readonly logger?: Logger
  readonly samplesFolder?: string
  readonly baseUrl?: string
  readonly now?: () => number
  readonly tracker?: RunTracker
  /** Inference servers that versions may run on. */
  readonly remotes?: RemoteEngines
}

export async function createTestPorts(options: TestPortsOptions = {}): Promise<TestPorts> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-test-'))
  const logger = options.logger ?? silentLogger
  const now = options.now ?? Date.now
  const randomId = () => randomBytes(16).toString('hex')
  const registry = await openSqliteRegistry({ folder, now, randomId, logger })
  const { remotes } = options
  const engine = createEngine({ logger, ...(remotes !== undefined && { remotes }) })
  const serving = await createServing({ registry, engine, logger, now })
  const reader = createModelReader()
  const trainer = createTrainer({ logger, parleyVersion: '0.0.0-test' })
  const monitor = createMonitor({
    log: openSqlitePredictionLog(join(folder, 'predictions.sqlite')),
    logger,
    now,
    keepRows: false,
    retentionDays: 30,
  })
  const phrases = createPhraseSuggester({ folder: join(SAMPLES_FOLDER, 'positive-phrases'), now })
  let isClosed = false
  const ports: TestPorts = {
    folder,
    registry,
    engine,
    serving,
    reader,
    ...(remotes !== undefined && { remotes }),
    logger,
    now,
    monotonicMs: () => performance.now(),
    randomId,
    baseUrl: options.baseUrl ?? 'http://127.0.0.1:3000',
    defaultModel: null,
    confirmations: createConfirmations({ now, randomId }),
    samples: createSampleModels(options.samplesFolder ?? SAMPLES_FOLDER),
    phrases,
    monitor,
    usage: createUsage(),
    training: {
      trainer,
      dataSets: createDataSets(null),
      tracker: options.tracker ?? null,
    },
    async close() {
      if (isClosed) return
      isClosed = true
      monitor.close()
      await phrases.close()
      await trainer.close()
      await serving.close()
      await engine.close()
      await reader.close()
      await registry.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  const jobs = createLocalJobs({ runWork: createRunWork(() => ports, findOperation), now })
  return Object.assign(ports, { jobs })
}

export const testPrincipal: Principal = { id: 'local', role: 'admin', surface: 'test' }

/** A call as the tests' own person makes it; anything can be changed. */
export function testCall(ports: Ports, changes: Partial<Call> = {}): Call {
  return {
    principal: testPrincipal,
    requestId: 'test-request',
    signal: new AbortController().signal,
    progress: () => undefined,
    confirmed: false,
    ports,
    ...changes,
  }
}

/** Runs an operation by its name; throws for a name that is not there. */
export async function run(
  ports: Ports,
  name: OperationName,
  input: Readonly<Record<string, unknown>>,
  changes: Partial<Call> = {},
) {
  const operation = findOperation(name)
  if (operation === null) throw new Error(`there is no operation ${name}`)
  return invoke(operation, input, testCall(ports, changes))
}

/** Deploys the sample models, as the examples of the operations expect them; throws when one cannot be deployed. */
export async function deploySamples(
  ports: Ports,
  names: readonly string[] = SAMPLE_NAMES,
): Promise<void> {
  for (const sample of names) {
    const deployed = await run(ports, 'deploy_model', { sample })
    if (!deployed.ok) throw new Error(`${sample}: ${deployed.failure.message}`)
  }
}
