// Plays the example conversation over REST against a real server, for docs/rest.md.

import { createAgent } from '#agent/agent.ts'
import { createServer } from '#api/server.ts'
import { createTestPorts } from '../../support/ports.ts'

const BASE = 'http://127.0.0.1:3000'
const CHURN_FILE = 'models/churn/churn_model.pkl'

type Step =
  | { readonly path: string; readonly form: Readonly<Record<string, string>> }
  | { readonly path: string; readonly json: unknown }
  | { readonly path: string; readonly method?: 'DELETE' }

const STEPS: readonly Step[] = [
  { path: '/api/models', form: { file: `@${CHURN_FILE}`, title: 'Customer churn' } },
  { path: '/api/predict/churn', json: { tenure: 24, monthly_charges: 70, total_charges: 1680 } },
  { path: '/api/models' },
  { path: '/api/operations/describe_model', json: { model: 'customer churn' } },
  { path: '/api/predict/churn', json: { tenure: 24 } },
  { path: '/api/chat', json: { message: 'What inputs does the churn model need?' } },
  {
    path: '/api/chat',
    json: { message: 'churn for 24 months tenure, $70 monthly charges and $1680 total charges' },
  },
  { path: '/api/models/churn', method: 'DELETE' },
]

/** Differ from run to run, or say at length what the document of the service says too. */
const LEFT_OUT_KEYS: ReadonlySet<string> = new Set([
  'latency_ms',
  'request_id',
  'conversation_id',
  'created_at',
  'updated_at',
  'expires_at',
  'confirmation',
  'blocks',
  'steps',
  'versions',
  'outputs',
  'risk_bands',
  'confidence_bands',
  'curl',
])
/** Long values that say nothing here; their beginning is shown. */
const MAX_TEXT = 160

/** Markdown of every request as curl and its answer; `…` stands for what differs, or goes on. */
export async function playRest(): Promise<string> {
  const ports = await createTestPorts({ baseUrl: BASE })
  const server = createServer({ ports, agent: createAgent({ ports }), port: 0 })
  try {
    const parts: string[] = []
    for (const step of STEPS) parts.push(await playOne(step, server.url))
    return parts.join('\n\n')
  } finally {
    await server.stop({ drainMs: 100 })
    await ports.close()
  }
}

async function playOne(step: Step, url: string): Promise<string> {
  const response = await send(step, url)
  const body = await response.json()
  return [
    '```sh',
    curlOf(step),
    '```',
    '',
    `${response.status}:`,
    '',
    '```json',
    JSON.stringify(shorten(body), null, 2),
    '```',
  ].join('\n')
}

async function send(step: Step, url: string): Promise<Response> {
  if ('form' in step) {
    const form = new FormData()
    for (const [name, value] of Object.entries(step.form)) {
      if (value.startsWith('@'))
        form.append(name, Bun.file(value.slice(1)), value.split('/').at(-1))
      else form.append(name, value)
    }
    return fetch(url + step.path, { method: 'POST', body: form })
  }
  if ('json' in step) {
    const headers = { 'content-type': 'application/json' }
    return fetch(url + step.path, { method: 'POST', headers, body: JSON.stringify(step.json) })
  }
  return fetch(url + step.path, { method: step.method ?? 'GET' })
}

function curlOf(step: Step): string {
  const address = BASE + step.path
  if ('form' in step) {
    const fields = Object.entries(step.form).map(([name, value]) =>
      value.includes(' ') ? `-F ${name}="${value}"` : `-F ${name}=${value}`,
    )
    return `curl ${fields.join(' ')} ${address}`
  }
  if ('json' in step) {
    return `curl -H 'content-type: application/json' -d '${JSON.stringify(step.json)}' ${address}`
  }
  return step.method === undefined ? `curl ${address}` : `curl -X ${step.method} ${address}`
}

function shorten(value: unknown, key = ''): unknown {
  if (LEFT_OUT_KEYS.has(key) && value !== null) return '…'
  if (typeof value === 'string')
    return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value
  if (Array.isArray(value)) return value.map((item) => shorten(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, shorten(part, name)]),
  )
}
