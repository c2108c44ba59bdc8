// Measures words for a blank: the pipeline in one process, then a server under 1, 8 and 64 clients, from memory and not.
//
//   bun bench/suggest/run.ts [seconds]     default: 3 for each row of the load

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createPhraseSuggester } from '#core/phrases/create-suggester.ts'

const ROOT = resolve(import.meta.dir, '../..')
const SECONDS = Number(process.argv[2] ?? 3)
const CLIENTS = [1, 8, 64]
const SAMPLES = 300
const READY = /is ready: (http:\S+)/

const OPENINGS = ['the application', 'our new office', 'this phone', 'the whole team', 'the food']
/** As many different texts as are asked for. */
const textOf = (number: number) =>
  `${OPENINGS[number % OPENINGS.length]} number ${'x'.repeat(1 + (number % 40))} ${number} was <blank>`

function quantile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(3)
}

async function measureProcess(): Promise<void> {
  const suggester = createPhraseSuggester({
    folder: join(ROOT, 'models/positive-phrases'),
    now: Date.now,
  })
  const opened = await suggester.bundled()
  if (!opened.ok) throw new Error(opened.failure.message)
  for (const maxWords of [1, 5]) {
    const wishes = { topK: 5, minPositivity: 0.6, maxWords }
    for (const isKept of [false, true]) {
      const times: number[] = []
      for (let at = 0; at < SAMPLES; at++) {
        const text = isKept ? 'have a ' : `sentence ${maxWords} ${at} is `
        const startedMs = performance.now()
        const { modelVersion } = opened.value
        await suggester.ask(opened.value, modelVersion, [text, ' day'], wishes)
        times.push(performance.now() - startedMs)
      }
      times.sort((left, right) => left - right)
      console.log(
        `in process, up to ${maxWords} words, ${isKept ? 'from memory' : 'uncached'}: p50 ${quantile(times, 0.5)} ms, p99 ${quantile(times, 0.99)} ms`,
      )
    }
  }
  await suggester.close()
}

async function measureLoad(url: string, clients: number, isKept: boolean): Promise<void> {
  const times: number[] = []
  const untilMs = performance.now() + SECONDS * 1000
  let number = clients * (isKept ? 1 : 1_000_003)
  const client = async () => {
    while (performance.now() < untilMs) {
      const startedMs = performance.now()
      const response = await fetch(`${url}/api/suggest`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: isKept ? 'have a <blank> day' : textOf(number++) }),
      })
      if (!response.ok) throw new Error(await response.text())
      await response.arrayBuffer()
      times.push(performance.now() - startedMs)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  times.sort((left, right) => left - right)
  console.log(
    `REST, ${clients} clients, ${isKept ? 'from memory' : 'uncached'}: ${Math.round(times.length / SECONDS)} requests/s, p50 ${quantile(times, 0.5)} ms, p99 ${quantile(times, 0.99)} ms`,
  )
}

await measureProcess()
const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'))
const child = Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), 'serve'], {
  env: { PATH: process.env['PATH'] ?? '', PORT: '0', PARLEY_DATA: folder },
  stdout: 'pipe',
  stderr: 'inherit',
})
try {
  const reader = child.stdout.getReader()
  let printed = ''
  while (!READY.test(printed)) printed += new TextDecoder().decode((await reader.read()).value)
  const url = READY.exec(printed)?.[1] ?? ''
  await measureLoad(url, 1, true)
  for (const clients of CLIENTS) {
    await measureLoad(url, clients, true)
    await measureLoad(url, clients, false)
  }
} finally {
  child.kill()
  await child.exited
  await rm(folder, { recursive: true, force: true })
}
