// A plan in force, with what each of its versions did so far.

import type { TrafficPlan } from './traffic-plan.ts'
import type { VersionFigures } from './version-figures.ts'

export interface TrafficFigures {
  readonly plan: TrafficPlan
  readonly live: number
  readonly versions: readonly VersionTraffic[]
}

export interface VersionTraffic extends VersionFigures {
  readonly number: number
  /** Null where the version could not be loaded: the live one answers in its place. */
  readonly modelVersion: string | null
  readonly role: 'live' | 'candidate' | 'shadow'
  /** Of the requests that say nothing of a version; 0 for a shadow. */
  readonly percent: number
}
