// Builds the real ports from a configuration: registry, engine, serving table, reader, samples, logger.

import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { createEngine } from '#core/engine/create-engine.ts'
import { createRemoteEngines } from '#core/engine/remote/client.ts'
import { createServing } from '#core/engine/serving.ts'
import { createModelReader } from '#core/formats/reader.ts'
import type { Jobs } from '#core/jobs/jobs.ts'
import { createLocalJobs } from '#core/jobs/local-jobs.ts'
import { createFileStore } from '#core/language/file-store.ts'
import type { Tracer } from '#core/monitoring/tracer.ts'
import { createUsage } from '#core/monitoring/usage.ts'
import { createConfirmations } from '#core/operations/confirmations.ts'
import { findOperation } from '#core/operations/index.ts'
import { createRunWork } from '#core/operations/invoke.ts'
import type { Logger, Ports } from '#core/operations/operation.ts'
import { createSampleModels } from '#core/operations/samples.ts'
import { createRateLimiter } from '#core/people/rate-limits.ts'
import { createPhraseSuggester } from '#core/phrases/create-suggester.ts'
import { createRedis, type Redis } from '#core/redis/redis.ts'
import { createRedisConfirmations } from '#core/redis/redis-confirmations.ts'
import { createRedisLimiter } from '#core/redis/redis-rate-limits.ts'
import type { BlobStore } from '#core/registry/blobs/blob-store.ts'
import { openFolderBlobs } from '#core/registry/blobs/folder-blobs.ts'
import { createS3Blobs } from '#core/registry/blobs/s3-blobs.ts'
import type { Registry } from '#core/registry/registry.ts'
import { openSqliteRegistry } from '#core/registry/sqlite-registry.ts'
import type { RunTracker } from '#core/training/tracking.ts'
import { createMlflow } from '#core/training/tracking-mlflow.ts'
import { createTrainer } from '#core/training/trainer.ts'
import type { ModelCache } from '#models/shared/model-folder.ts'
import manifest from '../package.json'
import type { Configuration } from './configuration.ts'
import { openMonitor } from './prediction-log.ts'
import type { StorageConfiguration } from './storage-configuration.ts'
import { createDataSets } from './training-data.ts'

const SAMPLES_FOLDER = resolve(import.meta.dir, '../models')
const PHRASES_FOLDER = resolve(SAMPLES_FOLDER, 'positive-phrases')
/** 128 bits, so that a handle cannot be guessed. */
const ID_BYTES = 16

export const now = () => Date.now()
export const randomId = () => randomBytes(ID_BYTES).toString('hex')
const monotonicMs = () => performance.now()

/** Where models of other people are kept, for examples and for the engine. */
export function createModelCache({ dataFolder, hub }: Configuration): ModelCache {
  const folder = join(dataFolder, 'models')
  return { hub, folder: join(folder, 'hub'), store: createFileStore(join(folder, 'files')) }
}

/** Null where no tracking server is set. */
export function createTracker({ mlflowUri }: Configuration): RunTracker | null {
  return mlflowUri === null ? null : createMlflow({ uri: mlflowUri, fetch })
}

/** Files of a registry in PostgreSQL. */
export async function openBlobs({
  s3,
  artifactFolder,
  dataFolder,
}: StorageConfiguration & Pick<Configuration, 'dataFolder'>): Promise<BlobStore> {
  if (s3 !== null) return createS3Blobs(s3)
  return openFolderBlobs(artifactFolder ?? join(dataFolder, 'files'), randomId)
}

/** The registry alone, for commands that run no model. */
export async function openRegistry(
  configuration: Configuration,
  logger: Logger,
): Promise<Registry> {
  const { database, artifactFolder, dataFolder } = configuration
  if (database !== null) {
    const blobs = await openBlobs(configuration)
    // Loaded here alone: an embedded installation has no use for the driver.
    const { openPostgresRegistry } = await import('#core/registry/postgres/postgres-registry.ts')
    return openPostgresRegistry({ url: database, blobs, now, randomId, logger })
  }
  return openSqliteRegistry({
    folder: dataFolder,
    ...(artifactFolder !== null && { artifactFolder }),
    now,
    randomId,
    logger,
  })
}

/** What replicas count and remember together, in Redis where there is one. */
function openShared({ redisUrl }: Configuration, logger: Logger) {
  const confirmations = createConfirmations({ now, randomId })
  const rates = createRateLimiter({ monotonicMs })
  if (redisUrl === null)
    return { ports: { confirmations, rates }, redis: null, close: () => undefined }
  const redis = createRedis({ url: redisUrl, monotonicMs, logger })
  return {
    ports: {
      confirmations: createRedisConfirmations({ redis, alone: confirmations, now, randomId }),
      rates: createRedisLimiter({ redis, alone: rates }),
      async problems() {
        const problem = await redis.problem()
        return problem === null ? [] : [problem]
      },
    },
    redis,
    close: () => redis.close(),
  }
}

/** A queue on Redis where there is one; in this process where not. */
async function openJobs(
  { redisUrl }: Configuration,
  redis: Redis | null,
  logger: Logger,
  ports: () => Ports,
): Promise<Jobs> {
  const runWork = createRunWork(ports, findOperation)
  if (redisUrl === null || redis === null) return createLocalJobs({ runWork, now })
  const { openQueueJobs } = await import('#core/jobs/queue-jobs.ts')
  return openQueueJobs({ url: redisUrl, redis, runWork, logger })
}

/** Null where no collector is set; its packages are loaded only where one is. */
async function openTraces({ otlpEndpoint }: Configuration): Promise<Tracer | null> {
  if (otlpEndpoint === null) return null
  const { openTracer } = await import('./open-telemetry.ts')
  return openTracer(otlpEndpoint, manifest.version)
}

export interface OpenPorts {
  readonly ports: Ports
  /** Ends workers, releases sessions and closes the database. */
  close(): Promise<void>
}

/**
 * Opens everything an operation may need. Throws `RegistryUnavailable` when the data folder cannot be used.
 * `baseUrl` is asked late: with port 0 the address is known only when the server listens. With `jobs` long work can be
 * looked up later, and this process takes its share of what all replicas have to do.
 */
export async function openPorts(
  configuration: Configuration,
  logger: Logger,
  baseUrl: () => string,
  { jobs: takesJobs = false }: { readonly jobs?: boolean } = {},
): Promise<OpenPorts> {
  const registry = await openRegistry(configuration, logger)
  const remotes = createRemoteEngines({ allowed: configuration.remoteEngines, fetch })
  const engine = createEngine({
    logger,
    modelFiles: createModelCache(configuration).store,
    remotes,
  })
  const serving = await createServing({ registry, engine, logger, now })
  const reader = createModelReader({ logger })
  const trainer = createTrainer({ logger, parleyVersion: manifest.version })
  const tracer = await openTraces(configuration)
  const monitor = openMonitor(configuration, registry, logger, now)
  const phrases = createPhraseSuggester({ folder: PHRASES_FOLDER, now })
  const shared = openShared(configuration, logger)
  const ports: Ports = {
    registry,
    serving,
    engine,
    reader,
    remotes,
    logger,
    now,
    monotonicMs,
    randomId,
    ...shared.ports,
    get baseUrl() {
      return baseUrl()
    },
    defaultModel: configuration.defaultModel,
    samples: createSampleModels(SAMPLES_FOLDER),
    phrases,
    usage: createUsage(),
    ...(tracer !== null && { tracer }),
    ...(monitor !== null && { monitor }),
    training: {
      trainer,
      dataSets: createDataSets(configuration.exampleData),
      tracker: createTracker(configuration),
    },
  }
  const jobs = takesJobs ? await openJobs(configuration, shared.redis, logger, () => served) : null
  const served: Ports = jobs === null ? ports : Object.assign(ports, { jobs })
  return {
    ports: served,
    async close() {
      await jobs?.close()
      shared.close()
      await phrases.close()
      await trainer.close()
      await serving.close()
      monitor?.close()
      await tracer?.close()
      await engine.close()
      await reader.close()
      await registry.close()
    },
  }
}
