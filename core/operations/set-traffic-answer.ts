// What is said of a split: who gets how much, what runs beside, and when it ends by itself.

import type { Block, Presentation } from '#core/presentation/blocks.ts'
import { joinWords } from '#core/presentation/phrases.ts'
import type { TrafficOutput } from './set-traffic.ts'

export function presentTraffic(output: TrafficOutput): Presentation {
  const { model, shares, shadow, endpoint } = output
  const [only, another] = shares
  const split =
    another === undefined && only !== undefined
      ? `Version ${only.version} of ${model} answers every request at \`${endpoint}\``
      : `${joinWords(shares.map(({ version, percent }) => `version ${version} of ${model} gets ${percent} %`))} of the requests at \`${endpoint}\``
  const beside =
    shadow.length === 0
      ? ''
      : `; ${joinWords(shadow.map(({ version }) => `version ${version}`))} ${shadow.length === 1 ? 'runs' : 'run'} in its shadow, compared and never returned`
  const text = `${split.charAt(0).toUpperCase()}${split.slice(1)}${beside}.${ruleSentence(output)}`
  return { text, blocks: choices(output) }
}

function ruleSentence({ roll_back }: TrafficOutput): string {
  if (roll_back === null) return ''
  const { maximum_error_percent, maximum_latency_ms, minimum_requests } = roll_back
  const limits = [
    ...(maximum_error_percent === null ? [] : [`fails more than ${maximum_error_percent} %`]),
    ...(maximum_latency_ms === null
      ? []
      : [`takes more than ${maximum_latency_ms} ms for 95 % of them`]),
  ]
  return ` A version beside the live one takes itself out where, after ${minimum_requests} requests, it ${limits.join(' or ')}.`
}

function choices({ model, live_version, shares, shadow }: TrafficOutput): readonly Block[] {
  if (shares.length + shadow.length < 2) return []
  const items = [
    { label: 'How do they do?', message: `Show the metrics of ${model}` },
    {
      label: `Only version ${live_version}`,
      message: `Promote version ${live_version} of ${model}`,
    },
  ]
  return [{ kind: 'choices', items }]
}
