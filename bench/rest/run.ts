// Measures predictions over HTTP: Parley against an Elysia echo with the same validation and, with --python, FastAPI.
//
//   bun bench/rest/run.ts [--python /path/to/venv/bin/python] [--seconds 2] [--rounds 11]
//
// Servers run on core 0 and the load on core 1 (taskset), each in a process of its own. Servers take turns in rounds.
// Medians count: a neighbour on the machine spoils single rounds, and the best one may be luck. Comparisons are medians
// too, of rounds that lay side by side; the processor time that a server spent on a request is what a neighbour disturbs
// least. The Python of a virtual environment outside this repository needs fastapi, uvicorn, uvloop, httptools, xgboost
// and pandas.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { LoadResult } from './load.ts'

const HERE = import.meta.dir
const ROOT = resolve(HERE, '../..')
const SERVER_CORE = '0'
const LOAD_CORE = '1'
const CONNECTIONS = [32, 1] as const
const BODIES = 1_000
const WARM_UP_MS = 1_500
const START_TIMEOUT_MS = 30_000
/** FastAPI needs a port beforehand; above the range that systems hand out. */
const PEER_PORTS = { usual: 61_817, tuned: 61_818 } as const

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '11' },
  },
})

interface Target {
  readonly name: string
  readonly port: number
  readonly path: string
  readonly process: number
  readonly stop: () => Promise<void>
}

interface Round extends LoadResult {
  /** Processor time of the server for each request in microseconds; NaN where the system does not tell. */
  readonly cpuUs: number
}

const hasTaskset = Bun.which('taskset') !== null

function pinned(core: string, command: readonly string[]): string[] {
  return hasTaskset ? ['taskset', '-c', core, ...command] : [...command]
}

async function train(folder: string): Promise<string> {
  if (flags.python === undefined) return join(ROOT, 'models/churn/churn_model.pkl')
  const trained = Bun.spawnSync([flags.python, join(HERE, 'peers/train.py'), folder])
  if (!trained.success) throw new Error(trained.stderr.toString())
  return join(folder, 'model.ubj')
}

async function startOwn(kind: 'parley' | 'echo', modelFile: string) {
  const child = Bun.spawn(
    pinned(SERVER_CORE, [process.execPath, join(HERE, 'target.ts'), kind, modelFile]),
    { cwd: ROOT, stdout: 'pipe', stderr: 'inherit' },
  )
  const reader = child.stdout.getReader()
  const first = await reader.read()
  if (first.done) throw new Error(`${kind} did not start`)
  const started: { port: number; fields: string[]; backend: string | null } = JSON.parse(
    Buffer.from(first.value).toString(),
  )
  const target: Target = {
    name: kind === 'parley' ? 'Parley' : 'Elysia echo, same validation',
    port: started.port,
    path: '/api/predict/bench',
    process: child.pid,
    stop: () => stop(child),
  }
  return { target, fields: started.fields, backend: started.backend }
}

async function startPeer(kind: 'usual' | 'tuned', python: string, folder: string): Promise<Target> {
  const port = PEER_PORTS[kind]
  const child = Bun.spawn(
    pinned(SERVER_CORE, [python, join(HERE, `peers/${kind}.py`), folder, String(port)]),
    { stdout: 'ignore', stderr: 'inherit' },
  )
  const deadline = performance.now() + START_TIMEOUT_MS
  for (;;) {
    const answered = await fetch(`http://127.0.0.1:${port}/openapi.json`).catch(() => null)
    if (answered?.ok === true) break
    if (performance.now() > deadline) throw new Error(`FastAPI (${kind}) did not start`)
    await Bun.sleep(100)
  }
  return {
    name: `FastAPI + XGBoost, ${kind}`,
    port,
    path: '/predict',
    process: child.pid,
    stop: () => stop(child),
  }
}

async function stop(child: { kill(): void; exited: Promise<number> }): Promise<void> {
  child.kill()
  await child.exited
}

async function load(
  target: Target,
  connections: number,
  bodies: readonly string[],
  folder: string,
): Promise<Round> {
  const optionsFile = join(folder, 'load.json')
  await Bun.write(
    optionsFile,
    JSON.stringify({
      port: target.port,
      path: target.path,
      connections,
      warmUpMs: WARM_UP_MS,
      measureMs: Number(flags.seconds) * 1_000,
      bodies,
    }),
  )
  const before = await cpuMicroseconds(target.process)
  const child = Bun.spawn(
    pinned(LOAD_CORE, [process.execPath, join(HERE, 'load.ts'), optionsFile]),
    { stdout: 'pipe', stderr: 'inherit' },
  )
  const text = await new Response(child.stdout).text()
  await child.exited
  const result: LoadResult = JSON.parse(text)
  if (result.errors > 0) throw new Error(`${target.name} answered ${result.errors} errors`)
  const spent = (await cpuMicroseconds(target.process)) - before
  return { ...result, cpuUs: spent / result.answered }
}

/** Fields 14 and 15 of /proc/PID/stat, in hundredths of a second. */
async function cpuMicroseconds(process: number): Promise<number> {
  const stat = await Bun.file(`/proc/${process}/stat`)
    .text()
    .catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? Number.NaN) + Number(fields[12] ?? Number.NaN)) * 10_000
}

function summarise(name: string, rounds: readonly Round[], own: readonly Round[]) {
  const typical = (of: (round: Round) => number) => median(rounds.map(of))
  const times = (of: (round: Round, ours: Round) => number) =>
    `${median(rounds.flatMap((round, index) => (own[index] ? [of(round, own[index])] : []))).toFixed(2)} ×`
  return {
    server: name,
    'requests/s': Math.round(typical((round) => round.requestsPerSecond)),
    best: Math.round(Math.max(...rounds.map((round) => round.requestsPerSecond))),
    'p50 µs': Math.round(typical((round) => round.p50Us)),
    'p99 µs': Math.round(typical((round) => round.p99Us)),
    'cpu µs': Number(typical((round) => round.cpuUs).toFixed(1)),
    'Parley, requests': times((round, ours) => ours.requestsPerSecond / round.requestsPerSecond),
    'Parley, cpu': times((round, ours) => round.cpuUs / ours.cpuUs),
    'load busy': `${Math.round(typical((round) => round.busy) * 100)} %`,
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const folder = await mkdtemp(join(tmpdir(), 'parley-bench-rest-'))
const targets: Target[] = []
try {
  const modelFile = await train(folder)
  const parley = await startOwn('parley', modelFile)
  targets.push(parley.target, (await startOwn('echo', modelFile)).target)
  if (flags.python !== undefined) {
    targets.push(await startPeer('usual', flags.python, folder))
    targets.push(await startPeer('tuned', flags.python, folder))
  }
  const bodies = Array.from({ length: BODIES }, () =>
    JSON.stringify(Object.fromEntries(parley.fields.map((name) => [name, Math.random()]))),
  )
  console.log(
    `${parley.fields.length} features, backend ${parley.backend}, ${flags.rounds} rounds of ${flags.seconds} s, server on one core${hasTaskset ? '' : ' (not pinned: no taskset)'}`,
  )
  for (const connections of CONNECTIONS) {
    const results = new Map<Target, Round[]>(targets.map((target) => [target, []]))
    for (let round = 0; round < Number(flags.rounds); round += 1) {
      for (const target of targets) {
        results.get(target)?.push(await load(target, connections, bodies, folder))
      }
    }
    const own = results.get(parley.target) ?? []
    console.log(`\n${connections} connection${connections === 1 ? '' : 's'}`)
    console.table(targets.map((target) => summarise(target.name, results.get(target) ?? [], own)))
  }
} finally {
  for (const target of targets) await target.stop()
  await rm(folder, { recursive: true, force: true })
}
