// Explanations of one row beside shap's: exact ones of trees, and sampled ones of nearest neighbours.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { explainPrediction } from '#core/operations/explain-prediction.ts'
import { createTestPorts, run, type TestPorts } from '../../tests/support/ports.ts'

const MODELS = { xgboost: 20, forest: 20, neighbours: 10 } as const
const PEER = join(import.meta.dir, 'peer.py')

const { values: options } = parseArgs({
  options: { python: { type: 'string' }, rounds: { type: 'string', default: '5' } },
})
if (options.python === undefined) throw new Error('say which Python has shap: --python')
const python = options.python

async function runPeer(command: string, folder: string): Promise<string> {
  const child = Bun.spawn([python, PEER, command, folder], {
    stdout: 'pipe',
    stderr: 'ignore',
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  })
  const printed = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`peer.py ${command} failed`)
  return printed
}

async function deploy({ registry, ...ports }: TestPorts, name: string, folder: string) {
  const upload = await registry.createUpload({
    fileName: `${name}.joblib`,
    owner: 'local',
    content: new Uint8Array(await readFile(join(folder, `${name}.joblib`))),
    maximumBytes: Number.MAX_SAFE_INTEGER,
  })
  if (!upload.ok) throw new Error(upload.failure.message)
  const deployed = await run({ registry, ...ports }, 'deploy_model', {
    upload: upload.value.id,
    name,
  })
  if (!deployed.ok) throw new Error(deployed.failure.message)
}

/** Milliseconds of explain_prediction for the median row; the first question, which reads the artifact, apart. */
async function measure(ports: TestPorts, name: string, rows: readonly (readonly number[])[]) {
  const times: number[] = []
  let first = 0
  let method = ''
  for (const [index, row] of [...rows.slice(0, 1), ...rows].entries()) {
    const features = Object.fromEntries(row.map((value, column) => [`f${column}`, value]))
    const started = performance.now()
    const explained = await run(ports, 'explain_prediction', { model: name, features })
    const took = performance.now() - started
    if (!explained.ok) throw new Error(explained.failure.message)
    method = explainPrediction.output.parse(explained.value).method
    if (index === 0) first = took
    else times.push(took)
  }
  return { first, each: median(times), method }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

const folder = await mkdtemp(join(tmpdir(), 'parley-explain-'))
const ports = await createTestPorts()
try {
  await runPeer('make', folder)
  const rows = z
    .array(z.array(z.number()))
    .parse(JSON.parse(await readFile(join(folder, 'rows.json'), 'utf8')))
  for (const name of Object.keys(MODELS)) await deploy(ports, name, folder)
  const ratios = new Map<string, number[]>()
  const last = new Map<string, string>()
  for (let round = 0; round < Number(options.rounds); round++) {
    const peer = z.record(z.string(), z.number()).parse(JSON.parse(await runPeer('time', folder)))
    for (const [name, columns] of Object.entries(MODELS)) {
      const own = await measure(
        ports,
        name,
        rows.map((row) => row.slice(0, columns)),
      )
      const theirs = peer[name] ?? Number.NaN
      ratios.set(name, [...(ratios.get(name) ?? []), own.each / theirs])
      const kept = last.get(name)?.split(' | ')[4]
      last.set(
        name,
        `${name}, ${own.method} | ${own.each.toFixed(2)} | ${theirs.toFixed(2)} | ${median(ratios.get(name) ?? []).toFixed(2)} | ${kept ?? own.first.toFixed(0)}`,
      )
    }
  }
  console.log('| model, method | Parley, ms | shap, ms | ratio | first question, ms |')
  console.log('| --- | --- | --- | --- | --- |')
  for (const line of last.values()) console.log(`| ${line} |`)
} finally {
  await ports.close()
  await rm(folder, { recursive: true, force: true })
}
