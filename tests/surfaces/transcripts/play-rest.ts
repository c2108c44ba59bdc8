// Plays the example conversation over REST against a real server, for docs/rest.md.

import { join, relative, resolve } from 'node:path'
import { createAgent } from '#agent/agent.ts'
import { createServer } from '#api/server.ts'
import { createTestPorts } from '../../support/ports.ts'
import { CHURN_FILE, type Exchange, type Moment, ROW, TITLE, WORDS } from './facts.ts'

const BASE = 'http://127.0.0.1:3000'
const ROOT = resolve(import.meta.dir, '../../..')

type Request =
  | { readonly path: string; readonly form: Readonly<Record<string, string>> }
  | { readonly path: string; readonly json: unknown }
  | { readonly path: string; readonly method?: 'DELETE' }
type Step = Pick<Exchange, 'leavesOut'> & { readonly request: Request; readonly moment?: Moment }

/** The endpoint of a model answers programs: what its contract has, and no words for people. */
const NO_WORDS = 'the endpoint answers figures and the label; words are for /api/operations/predict'

const STEPS: readonly Step[] = [
  {
    moment: 'deploy',
    request: {
      path: '/api/models',
      form: { file: `@${relative(ROOT, CHURN_FILE)}`, title: TITLE },
    },
  },
  {
    moment: 'predict',
    request: { path: '/api/predict/churn', json: ROW },
    leavesOut: { 'of whom': NO_WORDS, 'the band of risk': NO_WORDS, 'how sure it is': NO_WORDS },
  },
  {
    moment: 'predict',
    request: { path: '/api/operations/predict', json: { model: 'churn', features: ROW } },
  },
  {
    moment: 'why',
    request: {
      path: '/api/operations/explain_prediction',
      json: { model: 'churn', features: ROW },
    },
  },
  { moment: 'list', request: { path: '/api/models' } },
  {
    moment: 'inputs',
    request: { path: '/api/operations/describe_model', json: { model: 'customer churn' } },
  },
  { request: { path: '/api/predict/churn', json: { tenure: 24 } } },
  { request: { path: '/api/chat', json: { message: WORDS.inputs } } },
  {
    request: {
      path: '/api/chat',
      json: { message: 'churn for 24 months tenure, $70 monthly charges and $1680 total charges' },
    },
  },
  { request: { path: '/api/models/churn', method: 'DELETE' } },
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

/** Every request as curl and its answer; `…` stands for what differs, or goes on. */
export async function playRest(): Promise<readonly Exchange[]> {
  const ports = await createTestPorts({ baseUrl: BASE })
  const server = createServer({ ports, agent: createAgent({ ports }), port: 0 })
  try {
    const exchanges: Exchange[] = []
    for (const { moment = null, request, ...more } of STEPS) {
      exchanges.push({ moment, shown: await playOne(request, server.url), ...more })
    }
    return exchanges
  } finally {
    await server.stop({ drainMs: 100 })
    await ports.close()
  }
}

async function playOne(step: Request, url: string): Promise<string> {
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

async function send(step: Request, url: string): Promise<Response> {
  if ('form' in step) {
    const form = new FormData()
    for (const [name, value] of Object.entries(step.form)) {
      if (value.startsWith('@'))
        form.append(name, Bun.file(join(ROOT, value.slice(1))), value.split('/').at(-1))
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

function curlOf(step: Request): string {
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
