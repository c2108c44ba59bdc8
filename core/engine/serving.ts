// The serving table: the live version of every deployed model, swapped by replacing one reference.

import { type Failure, fail, type Outcome, succeed } from '#core/errors.ts'
import type { Task } from '#core/model.ts'
import type { Lease, Logger, Serving } from '#core/operations/operation.ts'
import type { Registry } from '#core/registry/registry.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import { type Breach, type RolledBack, rollBack } from '#core/traffic/roll-back.ts'
import type { Engine } from './engine.ts'
import { createVersionLoader, type Held, type VersionLoader } from './serving-loader.ts'
import { createStatisticsTable } from './serving-statistics.ts'
import { createTrafficTable } from './traffic-table.ts'

/** Versions asked for by number and kept for the next request; each may hold hundreds of megabytes. */
const KEPT_VERSIONS = 8

/** Loading is mostly work of this one thread; a few at a time overlap its reading of files. */
const CONCURRENT_LOADS = 4

/** A request that has not ended ten seconds after the stop began is left to the end of the process. */
const DRAIN_TIMEOUT_MS = 10_000

export interface ServingOptions {
  readonly registry: Registry
  readonly engine: Engine
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds of a clock that only goes forward, for the latency of shadows. */
  readonly monotonicMs?: () => number
}

/** Resolves when every live version is loaded or has failed to; one that fails keeps none of the others back. */
export async function createServing(options: ServingOptions): Promise<Serving> {
  const loader = createVersionLoader(options)
  const table = createLiveTable(options, loader)
  const kept = createKeptVersions(loader)
  const statistics = createStatisticsTable()
  const { registry, logger } = options
  const rolledBack = new Map<string, RolledBack>()
  const traffic = createTrafficTable({
    loader,
    logger,
    monotonicMs: options.monotonicMs ?? (() => performance.now()),
    onBreach: (breach) => takeOut(breach),
  })
  let closed = false

  const synchronise = async (name: string): Promise<void> => {
    if (closed) return
    const model = await registry.findModel(name)
    if (model === null) {
      kept.forget(name)
      statistics.forget(name)
      rolledBack.delete(name)
    }
    await table.set(name, model?.liveVersion ?? null)
    await traffic.set(name, model, table.get(name))
  }
  const inTurn = createTurns()
  const refresh = async (names: readonly string[]): Promise<void> => {
    await Promise.all(names.map((name) => inTurn(name, () => synchronise(name))))
  }
  const follow = (names: readonly string[]): Promise<void> =>
    refresh(names).catch((error: unknown) => {
      logger.error({ error: String(error) }, 'news of the registry could not be followed')
    })
  const takeOut = async (breach: Breach): Promise<boolean> => {
    const ended = await rollBack({ registry, logger, now: options.now }, breach)
    if (ended !== null) rolledBack.set(breach.model, ended)
    await follow([breach.model])
    return ended !== null
  }
  const unsubscribe = registry.onChange((names) => void follow(names))
  const leaseNow = (name: string, key?: string): Lease | null => {
    const held = table.get(name)
    if (held === undefined) return null
    return key === undefined ? loader.lease(loader.share(held)) : traffic.lease(held, key)
  }
  const leaseSlowly = async (name: string, key?: string): Promise<Outcome<Lease>> => {
    // Deployed a moment ago, by another process perhaps, whose news is still to come. What failed is not tried again.
    if (!table.failures.has(name)) await refresh([name])
    const lease = leaseNow(name, key)
    if (lease !== null) return succeed(lease)
    const failure = table.failures.get(name)
    if (failure !== undefined) return { ok: false, failure }
    const known = (await registry.findModel(name)) !== null
    const message = known
      ? `The model ${name} is not deployed.`
      : `There is no model named ${name}.`
    return fail('not_found', message)
  }
  const leaseNumber = async (name: string, number: number): Promise<Outcome<Lease>> => {
    const obtained = await loader.obtain(name, number)
    if (!obtained.ok) return obtained
    // Deleted while it was loaded: the news of that found nothing to forget.
    if (closed || (await registry.findVersion(name, number)) === null) {
      loader.drop(obtained.value)
      return closed ? stopping() : fail('not_found', `The model ${name} has no version ${number}.`)
    }
    if (table.get(name)?.version.number !== number) kept.add(obtained.value)
    return succeed(loader.lease(obtained.value))
  }

  const live = (await registry.listModels()).filter((model) => model.liveVersion !== null)
  await forEachOf(live, CONCURRENT_LOADS, (model) => refresh([model.name]))

  return {
    leaseNow: (name, key) => (closed ? null : leaseNow(name, key)),
    async lease(name, key) {
      if (closed) return stopping()
      const lease = leaseNow(name, key)
      return lease === null ? await available(() => leaseSlowly(name, key)) : succeed(lease)
    },
    async leaseVersion(name, number) {
      if (closed) return stopping()
      const current = table.get(name)
      const held = current?.version.number === number ? current : kept.get(name, number)
      if (held !== undefined) return succeed(loader.lease(loader.share(held)))
      return await available(() => leaseNumber(name, number))
    },
    loaded: (task) => table.names(task),
    failures: () => new Map(table.failures),
    refresh,
    statistics: statistics.read,
    record(name, sample) {
      statistics.record(name, sample)
      if (traffic.has(name)) traffic.record(name, sample)
    },
    isRouted: traffic.has,
    traffic: traffic.read,
    rolledBack: (name) => rolledBack.get(name) ?? null,
    async close() {
      if (closed) return
      closed = true
      unsubscribe()
      table.clear()
      traffic.clear()
      kept.clear()
      await drain(loader, logger)
    },
  }
}

/** The live versions, each holding one reference. */
function createLiveTable(options: ServingOptions, loader: VersionLoader) {
  const { logger, now } = options
  const live = new Map<string, Held>()
  const failures = new Map<string, Failure>()
  let cleared = false

  const replace = (name: string, next: Held | null): void => {
    const previous = live.get(name)
    if (next === null) live.delete(name)
    else live.set(name, next)
    // Requests in flight hold references of their own; the last of them closes it.
    if (previous !== undefined) loader.drop(previous)
  }
  return {
    failures: failures as ReadonlyMap<string, Failure>,
    get: (name: string): Held | undefined => live.get(name),
    names(task?: Task): readonly string[] {
      const names: string[] = []
      for (const [name, { version }] of live) {
        if (task === undefined || version.signature.task === task) names.push(name)
      }
      return names.sort()
    },
    /** Where the version cannot be loaded, the one before goes on answering and the failure is on record. */
    async set(name: string, number: number | null): Promise<void> {
      if (number === null || live.get(name)?.version.number === number) {
        failures.delete(name)
        if (number === null) replace(name, null)
        return
      }
      const startedAtMs = now()
      const obtained = await loader.obtain(name, number)
      if (!obtained.ok) {
        failures.set(name, obtained.failure)
        const reason = obtained.failure.message
        logger.error({ model: name, version: number, reason }, 'a live version could not be loaded')
        return
      }
      if (cleared) {
        loader.drop(obtained.value)
        return
      }
      failures.delete(name)
      replace(name, obtained.value)
      const loadMs = now() - startedAtMs
      logger.info({ model: name, version: number, loadMs }, 'a live version was loaded')
    },
    clear() {
      cleared = true
      for (const name of [...live.keys()]) replace(name, null)
    },
  }
}

/** Versions asked for by number, the least recently used let go first. */
function createKeptVersions(loader: VersionLoader) {
  // A map keeps the order of insertion: the first key is the one used longest ago.
  const kept = new Map<string, Held>()
  const remove = (key: string, held: Held): void => {
    kept.delete(key)
    loader.drop(held)
  }
  const keyOf = (name: string, number: number) => `${name}@${number}`
  return {
    get(name: string, number: number): Held | undefined {
      const key = keyOf(name, number)
      const held = kept.get(key)
      if (held === undefined) return undefined
      kept.delete(key)
      kept.set(key, held)
      return held
    },
    add(held: Held): void {
      const key = keyOf(held.version.model, held.version.number)
      if (kept.has(key)) return
      kept.set(key, loader.share(held))
      for (const [oldest, oldestHeld] of kept) {
        if (kept.size <= KEPT_VERSIONS) break
        remove(oldest, oldestHeld)
      }
    },
    forget(name: string): void {
      for (const [key, held] of [...kept]) {
        if (held.version.model === name) remove(key, held)
      }
    },
    clear(): void {
      for (const [key, held] of [...kept]) remove(key, held)
    },
  }
}

/** Work on one name runs one after another, so that the last to read the registry is the last to write the table. */
function createTurns() {
  const last = new Map<string, Promise<void>>()
  return async (name: string, work: () => Promise<void>): Promise<void> => {
    const before = last.get(name)
    // A turn that failed is its own caller's business.
    const turn = before === undefined ? work() : before.then(work, work)
    last.set(name, turn)
    try {
      await turn
    } finally {
      if (last.get(name) === turn) last.delete(name)
    }
  }
}

async function forEachOf<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const runner = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: concurrency }, runner))
}

async function drain(loader: VersionLoader, logger: Logger): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const overdue = new Promise<'overdue'>((resolve) => {
    timer = setTimeout(() => resolve('overdue'), DRAIN_TIMEOUT_MS)
  })
  const outcome = await Promise.race([loader.drained(), overdue])
  clearTimeout(timer)
  if (outcome === 'overdue') logger.warn({}, 'requests were still running when the models closed')
}

function stopping(): Outcome<never> {
  return fail('unavailable', 'Parley is stopping.')
}

async function available(work: () => Promise<Outcome<Lease>>): Promise<Outcome<Lease>> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RegistryUnavailable) return fail('unavailable', error.message)
    throw error
  }
}
