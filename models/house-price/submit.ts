// Submits homes to a running model over HTTP, one request each, and says what came back.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { endpointOf } from '#core/operations/example-row.ts'
import { textTable } from '../shared/text-table.ts'
import { dollars } from './words.ts'

export type Home = Readonly<Record<string, number>>

export interface Answered {
  readonly home: Home
  readonly price: number
  readonly modelVersion: string
  readonly latencyMs: number
}

export interface Line {
  readonly fetch: typeof fetch
  readonly signal: AbortSignal
}

/** Fails at the first answer that is no price, with what the server said. */
export async function submitHomes(
  url: string,
  model: string,
  homes: readonly Home[],
  line: Line,
): Promise<Outcome<readonly Answered[]>> {
  const answers: Answered[] = []
  for (const home of homes) {
    const answer = await askPrice(url, model, home, line)
    if (!answer.ok) return answer
    answers.push(answer.value)
  }
  return succeed(answers)
}

export async function askPrice(
  url: string,
  model: string,
  home: Home,
  { fetch, signal }: Line,
): Promise<Outcome<Answered>> {
  const response = await fetch(url + endpointOf(model), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(home),
    signal,
  })
  const body: unknown = await response.json()
  if (!response.ok || !isAnswer(body)) {
    return fail('unavailable', `${model} did not answer (${response.status}): ${saidIn(body)}`)
  }
  const { prediction: price, model_version: modelVersion, latency_ms: latencyMs } = body
  return succeed({ home, price, modelVersion, latencyMs })
}

interface WireAnswer {
  readonly prediction: number
  readonly model_version: string
  readonly latency_ms: number
}

function isAnswer(body: unknown): body is WireAnswer {
  return (
    typeof body === 'object' && body !== null && 'prediction' in body && 'model_version' in body
  )
}

function saidIn(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('error' in body)) return 'no answer in JSON'
  const { error } = body
  const isSaid = typeof error === 'object' && error !== null && 'message' in error
  return isSaid ? String(error.message) : 'no reason given'
}

const SHOWN = 10

/** The first homes and how the rest was. */
export function answersInWords(answers: readonly Answered[]): readonly string[] {
  const rows = answers
    .slice(0, SHOWN)
    .map(({ home, price, modelVersion, latencyMs }, index) => [
      String(index + 1),
      ...['bedrooms', 'sqft_living', 'grade', 'yr_built', 'zipcode'].map((name) =>
        String(home[name]),
      ),
      dollars(price),
      modelVersion,
      latencyMs.toFixed(2),
    ])
  const header = ['#', 'bedrooms', 'living', 'grade', 'built', 'zipcode', 'price', 'version', 'ms']
  const prices = answers.map(({ price }) => price).sort((left, right) => left - right)
  const middle = prices[Math.floor(prices.length / 2)] ?? 0
  return [
    ...textTable(header, rows),
    `  ${answers.length} homes priced, from ${dollars(prices[0] ?? 0)} to ${dollars(prices.at(-1) ?? 0)}, half of them below ${dollars(middle)}.`,
  ]
}

/** Everything that came back, as CSV. */
export function answersAsCsv(answers: readonly Answered[]): string {
  const names = Object.keys(answers[0]?.home ?? {})
  const lines = answers.map(({ home, price, modelVersion }) => {
    return [...names.map((name) => home[name]), price, modelVersion].join(',')
  })
  return [[...names, 'predicted_price', 'model_version'].join(','), ...lines, ''].join('\n')
}
