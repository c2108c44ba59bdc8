// `bun deploy/binary/try-binary.ts FILE`: starts a single-file Parley in an empty folder and uses what runs in workers and processes.

import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'

const READY = /is ready: (http:\/\/127\.0\.0\.1:\d+)/
const ROWS = 20_000
const HEADER = 'tenure,monthly_charges,total_charges\n'
const ROW = '24,70,1680\n'
const BYTES_PER_MB = 1_000_000

const [file] = process.argv.slice(2)
if (file === undefined) {
  console.error('Usage: bun deploy/binary/try-binary.ts FILE')
  process.exit(2)
}
const home = await mkdtemp(join(tmpdir(), 'parley-try-'))
const folder = join(home, 'empty')
await mkdir(folder)
await copyFile(resolve(file), join(folder, 'parley'))
const server = Bun.spawn([join(folder, 'parley'), 'serve'], {
  cwd: folder,
  env: { PATH: '/usr/bin:/bin', HOME: home, PORT: '0' },
  stdout: 'pipe',
  stderr: 'inherit',
})
const problems: string[] = []
try {
  const url = await untilReady()
  check('health', await ask(url, '/health'), '"ok"')
  check('page', await ask(url, '/'), '<html')
  check('documents', await ask(url, '/docs'), '<html')
  // In a reading process.
  check(
    'deploy',
    await post(url, '/api/operations/deploy_model', { sample: 'churn' }),
    '/api/predict/churn',
  )
  const row = { tenure: 24, monthly_charges: 70, total_charges: 1680 }
  check('predict', await post(url, '/api/predict/churn', row), '"predicted_label":"No"')
  // By onnxruntime, where churn's trees are compiled.
  check(
    'deploy iris',
    await post(url, '/api/operations/deploy_model', { sample: 'iris' }),
    '"iris"',
  )
  const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 }
  check('predict iris', await post(url, '/api/predict/iris', flower), 'setosa')
  // In batch workers, and a worker that reads and writes Parquet.
  const csv = HEADER + ROW.repeat(ROWS)
  const scored = await batch(url, csv, 'text/csv')
  check('batch', scored, '0.22997')
  check('Parquet', await batch(url, parquet(), 'application/vnd.apache.parquet'), 'PAR1')
  // In a process that trains.
  check('train', await post(url, '/api/operations/train_model', { data: 'iris' }), 'species')
  check('suggest', await post(url, '/api/suggest', { text: 'have a <blank> day' }), 'suggestions')
  check('folder', (await readdir(folder)).sort().join(), 'data,parley')
} finally {
  server.kill('SIGTERM')
  const code = await server.exited
  if (code !== 0) problems.push(`ended with ${code}`)
  await rm(home, { recursive: true, force: true })
}
console.log(problems.length === 0 ? 'All of it works.' : problems.join('\n'))
process.exitCode = problems.length === 0 ? 0 : 1

async function untilReady(): Promise<string> {
  const began = performance.now()
  const decoder = new TextDecoder()
  let printed = ''
  for await (const piece of server.stdout) {
    printed += decoder.decode(piece, { stream: true })
    const url = READY.exec(printed)?.[1]
    if (url === undefined) continue
    console.log(
      `${(Bun.file(join(folder, 'parley')).size / BYTES_PER_MB).toFixed(0)} MB, ready after ${Math.round(performance.now() - began)} ms, unpacking included`,
    )
    return url
  }
  throw new Error(`ended early: ${printed}`)
}

async function ask(url: string, path: string, init: RequestInit = {}): Promise<string> {
  return (await fetch(url + path, init)).text()
}

function post(url: string, path: string, body: unknown): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  return ask(url, path, { method: 'POST', headers, body: JSON.stringify(body) })
}

function batch(url: string, body: string | ArrayBuffer, type: string): Promise<string> {
  const headers = { 'content-type': type }
  return ask(url, '/api/predict/churn/batch', { method: 'POST', headers, body })
}

function parquet(): ArrayBuffer {
  const columns = { tenure: 24, monthly_charges: 70, total_charges: 1680 }
  return parquetWriteBuffer({
    columnData: Object.entries(columns).map(([name, value]) => ({
      name,
      data: Array.from({ length: ROWS }, () => value),
    })),
  })
}

function check(what: string, answer: string, expected: string): void {
  const good = answer.includes(expected)
  console.log(
    `${good ? 'works' : 'FAILS'}  ${what}: ${answer.replaceAll(/\s+/g, ' ').slice(0, 90)}`,
  )
  if (!good) problems.push(`${what}: ${answer.slice(0, 500)}`)
}
