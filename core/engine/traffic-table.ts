// The traffic plans in force: which version a request gets, shadows run beside, and figures that may end a plan.

import type { Prediction } from '#core/model.ts'
import type { Lease, Logger, ServingSample } from '#core/operations/operation.ts'
import type { ModelRecord } from '#core/registry/registry.ts'
import { comparePredictions } from '#core/traffic/compare-predictions.ts'
import type { Breach } from '#core/traffic/roll-back.ts'
import type { TrafficFigures, VersionTraffic } from '#core/traffic/traffic-figures.ts'
import { assignVersion, type TrafficPlan } from '#core/traffic/traffic-plan.ts'
import { createFigures, type FiguresKeeper } from '#core/traffic/version-figures.ts'
import type { Held, VersionLoader } from './serving-loader.ts'

/** Shadows must not pile up in front of answers: requests beyond it are answered and not compared. */
const MAXIMUM_SHADOW_RUNS = 64
/** Percentiles are sorted out of a thousand figures; a version that fails is found ten requests later at most. */
const JUDGED_EVERY = 10

type Rows = readonly Readonly<Record<string, unknown>>[]

interface Entry {
  readonly model: string
  readonly plan: TrafficPlan
  readonly live: number
  readonly liveModelVersion: string | null
  /** The plan's own references, by number; without the live version, which the live table holds. */
  readonly held: ReadonlyMap<number, Held>
  readonly answers: ReadonlyMap<number, FiguresKeeper>
  readonly shadows: ReadonlyMap<number, FiguresKeeper>
  /** True once a limit was passed: the live version answers everything while the registry is told. */
  isBreached: boolean
}

export interface TrafficTableOptions {
  readonly loader: VersionLoader
  readonly logger: Logger
  readonly monotonicMs: () => number
  /** Answers whether the plan was ended; never throws. */
  readonly onBreach: (breach: Breach) => Promise<boolean>
}

export function createTrafficTable({ loader, logger, monotonicMs, onBreach }: TrafficTableOptions) {
  const entries = new Map<string, Entry>()
  let cleared = false
  let runs = 0

  const replace = (name: string, next: Entry | null): void => {
    const previous = entries.get(name)
    if (next === null) entries.delete(name)
    else entries.set(name, next)
    for (const held of previous?.held.values() ?? []) loader.drop(held)
  }

  const runShadow = async (
    entry: Entry,
    shadow: Held,
    answeredBy: Held,
    rows: Rows,
    answered: readonly Prediction[],
  ) => {
    const figures = entry.shadows.get(shadow.version.number)
    const startedMs = monotonicMs()
    try {
      const encoded = shadow.model.encode(rows, () => '')
      const predictions = encoded.ok ? await shadow.model.predict(encoded.value) : []
      figures?.record(encoded.ok, monotonicMs() - startedMs)
      figures?.compare(
        predictions.flatMap((prediction, row) => {
          const one = answered[row]
          if (one === undefined) return []
          const by = { signature: answeredBy.version.signature, prediction: one }
          return [comparePredictions(by, { signature: shadow.version.signature, prediction })]
        }),
      )
    } catch {
      // It failed where nobody sees it but who reads the figures.
      figures?.record(false, monotonicMs() - startedMs)
    } finally {
      runs -= 1
      loader.drop(shadow)
    }
  }
  const shadowsOf = (entry: Entry, answeredBy: Held): Lease['shadow'] => {
    if (entry.plan.shadows.length === 0) return undefined
    return (rows, answered) => {
      for (const [number, figures] of entry.shadows) {
        const held = entry.held.get(number)
        // Ended meanwhile: its references are gone.
        if (held === undefined || entries.get(entry.model) !== entry) continue
        if (runs >= MAXIMUM_SHADOW_RUNS) {
          figures.skip()
          continue
        }
        runs += 1
        const shadow = loader.share(held)
        // After the answer is on its way, never before.
        setImmediate(() => void runShadow(entry, shadow, answeredBy, rows, answered))
      }
    }
  }

  const judge = async (entry: Entry, number: number, figures: FiguresKeeper): Promise<void> => {
    const { plan, live, model } = entry
    if (plan.rollBack === null || entry.isBreached || number === live) return
    const reason = figures.breach(plan.rollBack, entry.answers.get(live)?.errorRate() ?? 0)
    if (reason === null) return
    entry.isBreached = true
    const isEnded = await onBreach({ model, live, version: number, plan, reason })
    // Where nothing could be stored the plan is still in force: ten requests later it is judged again.
    if (!isEnded) entry.isBreached = false
  }

  return {
    has: (name: string): boolean => entries.size > 0 && entries.has(name),

    /** Loads what the plan names; a version that cannot be loaded leaves its share to the live one. */
    async set(name: string, model: ModelRecord | null, liveHeld: Held | undefined): Promise<void> {
      const plan = model?.traffic ?? null
      const live = model?.liveVersion ?? null
      if (plan === null || live === null) {
        replace(name, null)
        return
      }
      const before = entries.get(name)
      if (before?.plan.startedAt === plan.startedAt && before.live === live) return
      const candidates = plan.candidates.map(({ version }) => version)
      const held = new Map<number, Held>()
      for (const number of new Set([...candidates, ...plan.shadows])) {
        const obtained = await loader.obtain(name, number)
        if (obtained.ok) held.set(number, obtained.value)
        else {
          const reason = obtained.failure.message
          logger.error({ model: name, version: number, reason }, 'a version could not be loaded')
        }
      }
      if (cleared) {
        for (const one of held.values()) loader.drop(one)
        return
      }
      replace(name, {
        model: name,
        plan,
        live,
        liveModelVersion: liveHeld?.version.number === live ? liveHeld.version.modelVersion : null,
        held,
        answers: new Map([live, ...candidates].map((number) => [number, createFigures('answers')])),
        shadows: new Map(plan.shadows.map((number) => [number, createFigures('shadow')])),
        isBreached: false,
      })
    },

    /** `live` is what answers where no plan says otherwise. */
    lease(live: Held, key: string): Lease {
      const { model } = live.version
      const entry = entries.get(model)
      if (entry === undefined) return loader.lease(loader.share(live))
      const number = entry.isBreached ? null : assignVersion(entry.plan, model, key)
      const held = (number === null ? undefined : entry.held.get(number)) ?? live
      return loader.lease(loader.share(held), shadowsOf(entry, held))
    },

    record(name: string, { version, ok, latencyMs }: ServingSample): void {
      const entry = entries.get(name)
      const figures = version === undefined ? undefined : entry?.answers.get(version)
      if (entry === undefined || version === undefined || figures === undefined) return
      figures.record(ok, latencyMs)
      if (figures.count() % JUDGED_EVERY === 0) void judge(entry, version, figures)
    },

    read(name: string): TrafficFigures | null {
      const entry = entries.get(name)
      if (entry === undefined) return null
      const { plan, live, held } = entry
      const shared = plan.candidates.reduce((sum, { percent }) => sum + percent, 0)
      const of = (
        number: number,
        role: VersionTraffic['role'],
        percent: number,
        figures: FiguresKeeper | undefined,
      ): VersionTraffic[] => {
        const modelVersion =
          role === 'live'
            ? entry.liveModelVersion
            : (held.get(number)?.version.modelVersion ?? null)
        return figures === undefined
          ? []
          : [{ number, modelVersion, role, percent, ...figures.read() }]
      }
      return {
        plan,
        live,
        versions: [
          ...of(live, 'live', 100 - shared, entry.answers.get(live)),
          ...plan.candidates.flatMap(({ version, percent }) =>
            of(version, 'candidate', percent, entry.answers.get(version)),
          ),
          ...plan.shadows.flatMap((number) => of(number, 'shadow', 0, entry.shadows.get(number))),
        ],
      }
    },

    clear(): void {
      cleared = true
      for (const name of [...entries.keys()]) replace(name, null)
    },
  }
}
