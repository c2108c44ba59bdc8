// Parley against Python servers in one run: the same model, the same rows, the same core.
//
//   bun bench/load/compare.ts --python fastapi=/venv/bin/python --python bentoml=/venv2/bin/python … [--seconds 2]
//
// `fastapi` stands for two servers, usual and tuned; the others are litserve, bentoml, mlflow, mlserver and ray. Servers come
// one after another, each alone: pinned to core 0, the load on core 1. Throughput, median and 99 % at 1, 32 and 256
// connections, time from the start to the first answer, and memory with all that it started.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createLoad, type Target } from './connections.ts'
import { endFamily, memoryMb } from './processes.ts'

const ROOT = resolve(import.meta.dir, '../..')
const SERVER_CORE = '0'
const LOAD_CORE = 1
const CONNECTIONS = [1, 32, 256] as const
const BODIES = 500
const WARM_UP_MS = 1_000
const START_TIMEOUT_MS = 90_000
const POLL_MS = 20
const FIRST_PORT = 61_900
/** MLServer takes three. */
const PORTS_EACH = 10

type Row = Readonly<Record<string, number>>

interface Server {
  readonly name: string
  /** Which --python it needs; null for Parley. */
  readonly python: string | null
  readonly script: string
  readonly path: string
  readonly body: (row: Row) => unknown
}

const PEERS = join(import.meta.dir, 'peers')
const REST_PEERS = join(ROOT, 'bench/rest/peers')
const asIs = (row: Row): unknown => row

const SERVERS: readonly Server[] = [
  {
    name: 'Parley',
    python: null,
    script: join(ROOT, 'bench/rest/target.ts'),
    path: '/api/predict/bench',
    body: asIs,
  },
  {
    name: 'FastAPI + XGBoost, usual',
    python: 'fastapi',
    script: join(REST_PEERS, 'usual.py'),
    path: '/predict',
    body: asIs,
  },
  {
    name: 'FastAPI + XGBoost, tuned',
    python: 'fastapi',
    script: join(REST_PEERS, 'tuned.py'),
    path: '/predict',
    body: asIs,
  },
  {
    name: 'LitServe',
    python: 'litserve',
    script: join(PEERS, 'lit.py'),
    path: '/predict',
    body: asIs,
  },
  {
    name: 'BentoML',
    python: 'bentoml',
    script: join(PEERS, 'bento.py'),
    path: '/predict',
    body: (row) => ({ row }),
  },
  {
    name: 'MLflow',
    python: 'mlflow',
    script: join(PEERS, 'mlflow_serve.py'),
    path: '/invocations',
    body: (row) => ({ dataframe_records: [row] }),
  },
  {
    name: 'MLServer',
    python: 'mlserver',
    script: join(PEERS, 'mlserver_start.py'),
    path: '/v2/models/bench/infer',
    body: (row) => {
      const data = Object.values(row)
      return {
        inputs: [{ name: 'rows', shape: [1, data.length], datatype: 'FP32', data }],
        outputs: [{ name: 'predict_proba' }],
      }
    },
  },
  {
    name: 'Ray Serve',
    python: 'ray',
    script: join(PEERS, 'ray_serve.py'),
    path: '/predict',
    body: asIs,
  },
]

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string', multiple: true, default: [] },
    seconds: { type: 'string', default: '2' },
  },
})
const pythons = new Map(
  flags.python.map((one): [string, string] => {
    const [name = '', ...path] = one.split('=')
    return [name, path.join('=')]
  }),
)

function train(folder: string): void {
  const python = pythons.get('fastapi')
  if (python === undefined) throw new Error('--python fastapi=… is needed: it trains the model.')
  const trained = Bun.spawnSync([python, join(REST_PEERS, 'train.py'), folder])
  if (!trained.success) throw new Error(trained.stderr.toString())
}

const rows: readonly Row[] = Array.from({ length: BODIES }, () =>
  Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`f${index}`, Math.random()])),
)

async function measure(server: Server, folder: string, port: number) {
  const python = server.python === null ? process.execPath : pythons.get(server.python)
  if (python === undefined) return null
  const own = server.python === null
  const words = own ? ['parley', join(folder, 'model.ubj')] : [folder, String(port)]
  const startedMs = performance.now()
  const child = Bun.spawn(['taskset', '-c', SERVER_CORE, python, server.script, ...words], {
    cwd: ROOT,
    stdout: own ? 'pipe' : 'ignore',
    stderr: 'ignore',
  })
  try {
    const at = own ? await portOf(child) : port
    const target = {
      port: at,
      path: server.path,
      bodies: rows.map((row) => JSON.stringify(server.body(row))),
    }
    checkAnswer(server, await untilAnswered(target, child))
    const startUpSeconds = (performance.now() - startedMs) / 1000
    const figures: Record<string, number> = {}
    for (const connections of CONNECTIONS) {
      const { requestsPerSecond, p50Ms, p99Ms, errors } = await load(target, connections)
      figures[`${connections}: requests/s`] = Math.round(requestsPerSecond)
      figures[`${connections}: p50 ms`] = Number(p50Ms.toPrecision(3))
      figures[`${connections}: p99 ms`] = Number(p99Ms.toPrecision(3))
      if (errors > 0) figures[`${connections}: errors`] = errors
    }
    const memory = Math.round(await memoryMb(child.pid))
    return {
      server: server.name,
      ...figures,
      'memory MB': memory,
      'start-up s': Number(startUpSeconds.toPrecision(3)),
    }
  } finally {
    await endFamily(child.pid)
    await child.exited
  }
}

async function portOf(
  child: Bun.Subprocess<'ignore', 'pipe' | 'ignore', 'ignore'>,
): Promise<number> {
  if (!(child.stdout instanceof ReadableStream)) return 0
  const { value } = await child.stdout.getReader().read()
  const started: { port: number } = JSON.parse(Buffer.from(value ?? []).toString())
  return started.port
}

async function untilAnswered(
  target: Target,
  child: { readonly exitCode: number | null },
): Promise<string> {
  const deadline = performance.now() + START_TIMEOUT_MS
  let last = ''
  while (performance.now() < deadline && child.exitCode === null) {
    const response = await fetch(`http://127.0.0.1:${target.port}${target.path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: target.bodies[0] ?? '',
    }).catch(() => null)
    if (response?.ok === true) return await response.text()
    if (response !== null) last = `${response.status} ${await response.text()}`
    await Bun.sleep(POLL_MS)
  }
  throw new Error(`did not answer: ${last.slice(0, 200)}`)
}

/** Every server answers the first row with the probability that Parley gave: a fast wrong answer is no answer. */
function checkAnswer(server: Server, text: string): void {
  const numbers = (text.match(NUMBER) ?? []).map(Number)
  if (server.python === null) {
    const answer: { class_probabilities: { '1': number } } = JSON.parse(text)
    reference = answer.class_probabilities['1']
    return
  }
  if (!numbers.some((one) => Math.abs(one - reference) < TOLERANCE)) {
    throw new Error(`answers ${text.slice(0, 200)}, where Parley's probability is ${reference}`)
  }
}

const NUMBER = /\d\.\d+(?:e-?\d+)?/g
/** The library computes in 32-bit floats. */
const TOLERANCE = 1e-5
let reference = Number.NaN

async function load(target: Target, connections: number) {
  const running = createLoad(target)
  running.setConnections(connections)
  await Bun.sleep(WARM_UP_MS)
  running.sample()
  await Bun.sleep(Number(flags.seconds) * 1_000)
  const sample = running.sample()
  await running.stop()
  return sample
}

Bun.spawnSync(['taskset', '-a', '-p', '-c', String(LOAD_CORE), String(process.pid)])
const folder = await mkdtemp(join(tmpdir(), 'parley-compare-'))
try {
  train(folder)
  const table = []
  for (const [index, server] of SERVERS.entries()) {
    try {
      const line = await measure(server, folder, FIRST_PORT + index * PORTS_EACH)
      if (line === null) console.log(`${server.name}: left out, no --python ${server.python}=…`)
      else {
        table.push(line)
        console.log(JSON.stringify(line))
      }
    } catch (error) {
      console.log(`${server.name}: ${String(error)}`)
    }
  }
  console.table(table)
} finally {
  await rm(folder, { recursive: true, force: true })
}
