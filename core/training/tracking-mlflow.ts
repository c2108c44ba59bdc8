// Logs runs to an MLflow server through its REST API (version 2.0, as MLflow 2 and 3 serve it).

import type { TrainingRun } from '#core/registry/registry.ts'
import type { RunArtifact, RunTracker } from './tracking.ts'

const EXPERIMENT = 'Parley'
/** For everything that is sent of one run: a person waits for the answer of the training meanwhile. */
const TOTAL_TIME_MS = 20_000
/** A server that is away should be noticed long before that. */
const REQUEST_TIME_MS = 5_000
/** MLflow's own limit of one batch. */
const MAX_PARAMETERS = 100
/** Older servers refuse longer values; what is cut is still in Parley's record. */
const MAX_VALUE_CHARACTERS = 500
const API = '/api/2.0/mlflow'
const ARTIFACT_PROXY = '/api/2.0/mlflow-artifacts/artifacts'
/** Where artifacts go through the server, their root has this scheme, and the path behind it is the proxy's. */
const PROXIED = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(?<path>.*)$/
const STATUSES = {
  finished: 'FINISHED',
  failed: 'FAILED',
  stopped: 'KILLED',
  running: 'RUNNING',
} as const satisfies Record<TrainingRun['status'], string>
const ALREADY_EXISTS = 'RESOURCE_ALREADY_EXISTS'
const DOES_NOT_EXIST = 'RESOURCE_DOES_NOT_EXIST'

export interface MlflowOptions {
  /** `http://host:port` or with a path; a user and password in it are sent as basic authorization. */
  readonly uri: string
  readonly fetch: (request: Request) => Promise<Response>
  readonly requestTimeMs?: number
}

/** What the server refused; the message is its own code, never its page. */
class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

interface Server {
  readonly ask: (path: string, body: unknown) => Promise<unknown>
  readonly look: (path: string) => Promise<unknown>
  readonly put: (path: string, bytes: Uint8Array) => Promise<void>
}

export function createMlflow(options: MlflowOptions): RunTracker {
  const { origin, host } = new URL(options.uri)
  return {
    async log(run, artifacts) {
      const server = connect(options, AbortSignal.timeout(TOTAL_TIME_MS))
      try {
        return await logRun(server, run, artifacts)
      } catch (error) {
        const why =
          error instanceof Refused
            ? `answered ${error.code}`
            : error instanceof DOMException && error.name === 'TimeoutError'
              ? 'did not answer in time'
              : 'does not answer'
        return `The run is recorded here but not in MLflow: the server at ${host === '' ? origin : host} ${why}.`
      }
    },
  }
}

function connect(
  { uri, fetch, requestTimeMs = REQUEST_TIME_MS }: MlflowOptions,
  whole: AbortSignal,
): Server {
  const url = new URL(uri)
  const { username, password } = url
  url.username = ''
  url.password = ''
  const base = url.href.replace(TRAILING_SLASHES, '')
  const headers =
    username === ''
      ? {}
      : {
          authorization: `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`,
        }
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const signal = AbortSignal.any([whole, AbortSignal.timeout(requestTimeMs)])
    const response = await fetch(new Request(base + path, { ...init, signal, redirect: 'error' }))
    if (!response.ok) throw new Refused(await codeOf(response))
    return response
  }
  return {
    look: async (path) => (await send(path, { headers })).json(),
    ask: async (path, body) => {
      const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } }
      return (await send(path, { ...init, body: JSON.stringify(body) })).json()
    },
    async put(path, bytes) {
      const type = { 'content-type': 'application/octet-stream' }
      await send(path, {
        method: 'PUT',
        headers: { ...headers, ...type },
        body: Uint8Array.from(bytes),
      })
    },
  }
}

const TRAILING_SLASHES = /\/+$/
const ERROR_CODE = /^[A-Z][A-Z_]{2,60}$/

async function codeOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null)
  const code = textIn(body, 'error_code')
  return code !== null && ERROR_CODE.test(code) ? code : `HTTP ${response.status}`
}

async function logRun(
  server: Server,
  run: TrainingRun,
  artifacts: readonly RunArtifact[],
): Promise<string | null> {
  const experimentId = await findExperiment(server)
  const startMs = Date.parse(run.startedAt)
  const endMs = startMs + run.durationMs
  const created = await server.ask(`${API}/runs/create`, {
    experiment_id: experimentId,
    run_name: run.name,
    start_time: startMs,
    tags: tagsOf(run),
  })
  const info = valueIn(valueIn(created, 'run'), 'info')
  const runId = textIn(info, 'run_id')
  if (runId === null) throw new Refused('no run id')
  await server.ask(`${API}/runs/log-batch`, {
    run_id: runId,
    params: parametersOf(run),
    metrics: Object.entries(run.metrics)
      .filter(([, value]) => Number.isFinite(value))
      .map(([key, value]) => ({ key, value, timestamp: endMs, step: 0 })),
    tags: [],
  })
  const left = await logArtifacts(server, textIn(info, 'artifact_uri'), artifacts)
  await server.ask(`${API}/runs/update`, {
    run_id: runId,
    status: STATUSES[run.status],
    end_time: endMs,
  })
  return left
}

function tagsOf({ id, owner, status }: TrainingRun) {
  return [
    { key: 'mlflow.user', value: owner },
    { key: 'mlflow.source.name', value: 'Parley' },
    { key: 'parley.run', value: id },
    { key: 'parley.status', value: status },
  ]
}

function parametersOf({ parameters }: TrainingRun) {
  return Object.entries(parameters)
    .slice(0, MAX_PARAMETERS)
    .map(([key, value]) => ({
      key,
      value: String(value ?? 'none').slice(0, MAX_VALUE_CHARACTERS),
    }))
}

async function findExperiment(server: Server): Promise<string> {
  const known = await experimentByName(server)
  if (known !== null) return known
  try {
    const created = await server.ask(`${API}/experiments/create`, { name: EXPERIMENT })
    const id = textIn(created, 'experiment_id')
    if (id !== null) return id
  } catch (error) {
    // Somebody else made it in the same moment.
    if (!(error instanceof Refused) || error.code !== ALREADY_EXISTS) throw error
  }
  const made = await experimentByName(server)
  if (made === null) throw new Refused('no experiment')
  return made
}

async function experimentByName(server: Server): Promise<string | null> {
  try {
    const found = await server.look(
      `${API}/experiments/get-by-name?experiment_name=${encodeURIComponent(EXPERIMENT)}`,
    )
    return textIn(valueIn(found, 'experiment'), 'experiment_id')
  } catch (error) {
    if (error instanceof Refused && error.code === DOES_NOT_EXIST) return null
    throw error
  }
}

/** Null where all are there, or the server keeps artifacts in a place of its own that only its clients reach. */
async function logArtifacts(
  server: Server,
  root: string | null,
  artifacts: readonly RunArtifact[],
): Promise<string | null> {
  const path = PROXIED.exec(root ?? '')?.groups?.['path']
  if (path === undefined) return null
  const left: string[] = []
  for (const { name, bytes } of artifacts) {
    try {
      await server.put(`${ARTIFACT_PROXY}/${path}/${encodeURIComponent(name)}`, bytes)
    } catch {
      left.push(name)
    }
  }
  return left.length === 0
    ? null
    : `MLflow did not take ${left.join(', ')}; the run itself is there.`
}

function valueIn(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

function textIn(value: unknown, key: string): string | null {
  const found = valueIn(value, key)
  return typeof found === 'string' ? found : null
}
