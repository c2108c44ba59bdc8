// Reads shares by version into a live version and what others get beside it.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { ModelRecord } from '#core/registry/registry.ts'
import type { TrafficPlan } from '#core/traffic/traffic-plan.ts'

const VERSION = /^v?([1-9]\d{0,8})$/
/** Thirds are written 33.33: what is missing by rounding is no mistake. */
const ROUNDING_PERCENT = 0.1

export interface Shares {
  readonly live: number
  readonly candidates: TrafficPlan['candidates']
}

/** The largest share makes a version the live one, the present one where several are as large. */
export function sharesOf(
  given: Readonly<Record<string, number>>,
  model: Pick<ModelRecord, 'name' | 'liveVersion'>,
): Outcome<Shares> {
  const shares = new Map<number, number>()
  for (const [name, percent] of Object.entries(given)) {
    const number = Number(VERSION.exec(name)?.[1] ?? Number.NaN)
    if (Number.isNaN(number)) return wrong(`${name} is no number of a version.`, name)
    if (percent > 0) shares.set(number, (shares.get(number) ?? 0) + percent)
  }
  const total = [...shares.values()].reduce((sum, percent) => sum + percent, 0)
  if (total > 100 + ROUNDING_PERCENT) {
    return wrong(`The shares add up to ${round(total)} %, and there are 100.`)
  }
  const rest = 100 - total
  if (rest > ROUNDING_PERCENT) {
    const { liveVersion } = model
    if (liveVersion === null) {
      return wrong(
        `${model.name} is not deployed, so say which version gets the other ${round(rest)} %.`,
      )
    }
    if (shares.has(liveVersion)) {
      return wrong(
        `Version ${liveVersion} is the live one: say which version gets the other ${round(rest)} %.`,
      )
    }
    shares.set(liveVersion, rest)
  }
  const largest = Math.max(...shares.values())
  const leaders = [...shares].filter(([, percent]) => percent === largest).map(([one]) => one)
  const kept = leaders.find((number) => number === model.liveVersion)
  const live = kept ?? Math.min(...leaders)
  const candidates = [...shares]
    .filter(([number]) => number !== live)
    .map(([version, percent]) => ({ version, percent }))
    .sort((left, right) => left.version - right.version)
  return succeed({ live, candidates })
}

function wrong(message: string, version?: string): Outcome<never> {
  const path = version === undefined ? 'shares' : `shares.${version}`
  return fail('invalid_input', message, [{ path, message: 'cannot be shared out like that' }])
}

function round(percent: number): number {
  return Number(percent.toPrecision(4))
}
