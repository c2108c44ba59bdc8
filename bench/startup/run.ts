// Measures a server from outside: start with ten models, memory at rest, and the way from an upload to its first prediction.
//
//   bun bench/startup/run.ts [model.pkl]     default: models/price/price_model.pkl

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../..')
const MODELS = 10
const ROUNDS = 7
const READY = /is ready: (http:\S+)/
/** The loop has nothing left to do then, and the collector has run. */
const REST_MS = 3_000

/** Ended in any case, also when a measurement breaks. */
const started = new Set<Bun.Subprocess>()

async function start(folder: string) {
  const startedMs = performance.now()
  const child = Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), 'serve'], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', PARLEY_DATA: folder },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  started.add(child)
  const reader = child.stdout.getReader()
  let printed = ''
  while (!READY.test(printed)) printed += new TextDecoder().decode((await reader.read()).value)
  const url = READY.exec(printed)?.[1] ?? ''
  await fetch(`${url}/health`)
  return { child, url, readyMs: performance.now() - startedMs }
}

async function upload(url: string, file: Blob, name: string): Promise<Record<string, number>> {
  const form = new FormData()
  form.set('file', file, 'model.pkl')
  form.set('name', name)
  const response = await fetch(`${url}/api/models`, { method: 'POST', body: form })
  if (!response.ok) throw new Error(await response.text())
  const { inputs } = (await response.json()) as { inputs: { name: string }[] }
  return Object.fromEntries(inputs.map((input, index) => [input.name, index]))
}

async function predict(url: string, name: string, row: Record<string, number>): Promise<void> {
  const response = await fetch(`${url}/api/predict/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(row),
  })
  if (!response.ok) throw new Error(await response.text())
}

async function residentMb(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text()
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}

function median(values: readonly number[]): string {
  const sorted = [...values].sort((left, right) => left - right)
  return `${(sorted[sorted.length >> 1] ?? Number.NaN).toFixed(0)} (${sorted[0]?.toFixed(0)} to ${sorted.at(-1)?.toFixed(0)})`
}

const path = process.argv[2] ?? join(ROOT, 'models/price/price_model.pkl')
const file = Bun.file(path)
const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'))
try {
  const first = await start(folder)
  const uploadMs: number[] = []
  for (let index = 0; index < MODELS; index++) {
    const startedMs = performance.now()
    const row = await upload(first.url, file, `model-${index}`)
    await predict(first.url, `model-${index}`, row)
    uploadMs.push(performance.now() - startedMs)
  }
  first.child.kill('SIGINT')
  await first.child.exited

  const readyMs: number[] = []
  const restingMb: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const server = await start(folder)
    readyMs.push(server.readyMs)
    if (round === 0) {
      await Bun.sleep(REST_MS)
      restingMb.push(await residentMb(server.child.pid))
    }
    server.child.kill('SIGINT')
    await server.child.exited
  }
  const empty = await start(join(folder, 'empty'))
  await Bun.sleep(REST_MS)
  const emptyMb = await residentMb(empty.child.pid)
  empty.child.kill('SIGINT')
  await empty.child.exited

  console.log(`model file                                     ${(file.size / 1000).toFixed(0)} KB`)
  console.log(`start to first answer, ${MODELS} models, ms           ${median(readyMs)}`)
  console.log(`first upload to its first prediction, ms       ${uploadMs[0]?.toFixed(0)}`)
  console.log(`later uploads to their first prediction, ms    ${median(uploadMs.slice(1))}`)
  console.log(`memory at rest, no model, MB                   ${emptyMb.toFixed(0)}`)
  console.log(`memory at rest, ${MODELS} models, MB                  ${restingMb[0]?.toFixed(0)}`)
} finally {
  for (const child of started) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
}
