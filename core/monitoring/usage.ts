// Counts predictions by model, version and surface, and operations by their ends, for /metrics: in memory, bounded, cheap.

import type { Principal } from '#core/operations/operation.ts'
import type { VersionRecord } from '#core/registry/registry.ts'

/** Upper bounds in seconds: a prediction takes microseconds, a batch or a deploy seconds. */
export const DURATION_BUCKETS_S = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5,
] as const

/** Versions with figures of their own; a scrape of so many is some megabytes. The rest share one name. */
const MAX_VERSIONS = 500
const OTHERS = { model: '(others)', version: '(others)' }

export type Surface = Principal['surface']

export interface SurfaceCounts {
  requests: number
  errors: number
  rows: number
}

export interface VersionUsage {
  readonly model: string
  readonly version: string
  /** Requests by the bucket of DURATION_BUCKETS_S that they fall in; slower ones are in `requests` alone. */
  readonly buckets: number[]
  seconds: number
  readonly surfaces: Map<Surface, SurfaceCounts>
}

export interface OperationUsage {
  readonly operation: string
  readonly surface: Surface
  /** `ok` or the failure's code. */
  readonly outcome: string
  count: number
}

export interface Usage {
  /** One request for predictions, whatever its number of rows. */
  predicted(
    version: Pick<VersionRecord, 'model' | 'modelVersion'>,
    request: { surface: Surface; rows: number; latencyMs: number; ok: boolean },
  ): void
  /** One operation that ended. */
  ran(operation: string, surface: Surface, outcome: string): void
  versions(): readonly VersionUsage[]
  operations(): readonly OperationUsage[]
}

export function createUsage(): Usage {
  const byName = new Map<string, VersionUsage>()
  const operations = new Map<string, OperationUsage>()
  // Loaded versions are asked for by themselves; two records of one version share its figures.
  const known = new WeakMap<object, VersionUsage>()

  const usageOf = ({ model, modelVersion }: Pick<VersionRecord, 'model' | 'modelVersion'>) => {
    const own = { model, version: modelVersion }
    const key = `${model}\u0000${modelVersion}`
    const isNew = !byName.has(key) && byName.size >= MAX_VERSIONS
    const { model: name, version } = isNew ? OTHERS : own
    const place = isNew ? OTHERS.model : key
    const found = byName.get(place)
    if (found !== undefined) return found
    const buckets = new Array<number>(DURATION_BUCKETS_S.length).fill(0)
    const made = { model: name, version, buckets, seconds: 0, surfaces: new Map() }
    byName.set(place, made)
    return made
  }

  return {
    predicted(version, { surface, rows, latencyMs, ok }) {
      let usage = known.get(version)
      if (usage === undefined) {
        usage = usageOf(version)
        known.set(version, usage)
      }
      let counts = usage.surfaces.get(surface)
      if (counts === undefined) {
        counts = { requests: 0, errors: 0, rows: 0 }
        usage.surfaces.set(surface, counts)
      }
      counts.requests += 1
      if (ok) counts.rows += rows
      else counts.errors += 1
      const seconds = latencyMs / 1000
      usage.seconds += seconds
      const bucket = DURATION_BUCKETS_S.findIndex((bound) => seconds <= bound)
      if (bucket >= 0) usage.buckets[bucket] = (usage.buckets[bucket] as number) + 1
    },
    ran(operation, surface, outcome) {
      const key = `${operation} ${surface} ${outcome}`
      const found = operations.get(key)
      if (found === undefined) operations.set(key, { operation, surface, outcome, count: 1 })
      else found.count += 1
    },
    versions: () => [...byName.values()],
    operations: () => [...operations.values()],
  }
}
