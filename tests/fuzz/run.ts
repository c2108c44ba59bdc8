// `bun run fuzz [--minutes 60] [--first NUMBER] [--folder PATH]`: fuzzes the readers on one core and keeps what it finds.

import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** A case that takes longer hangs: the readers themselves stop after two seconds. */
const HANG_MS = 15_000
const LOOK_MS = 1_000
const MS_PER_MINUTE = 60_000
/** A process that was ended by one case leaves some numbers out, far from those of its neighbours. */
const RESTART_STEP = 1_000_000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    first: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    folder: { type: 'string', default: 'dist/fuzz' },
  },
})
const folder = resolve(values.folder)
mkdirSync(folder, { recursive: true })
const endMs = Date.now() + Number(values.minutes) * MS_PER_MINUTE
const counts = { cases: 0, model: 0, findings: 0, ended: 0 }

let first = Number(values.first)
console.log(`Fuzzing for ${values.minutes} minutes from case ${first}; findings go to ${folder}.`)
while (Date.now() < endMs) {
  const how = await runProcess(first)
  first += RESTART_STEP
  if (how === 'time is up') continue
  counts.ended += 1
  const [number = 'unknown'] = readFileSync(join(folder, 'current.txt'), 'utf8').split(' ')
  copyFileSync(join(folder, 'current.bin'), join(folder, `ended-${number}.bin`))
  console.log(`Case ${number}: the process ${how}.`)
}
const { cases, model, findings, ended } = counts
console.log(
  `${cases} cases in ${values.minutes} minutes: ${model} models, ${findings} findings, ${ended} processes ended.`,
)
process.exitCode = findings + ended === 0 ? 0 : 1

async function runProcess(from: number): Promise<string> {
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, 'worker.ts'), `${from}`, folder],
    {
      stdout: 'pipe',
      stderr: 'inherit',
    },
  )
  let how: string | null = null
  const look = setInterval(() => {
    const file = statSync(join(folder, 'current.bin'), { throwIfNoEntry: false })
    const stuck = file !== undefined && Date.now() - file.mtimeMs > HANG_MS
    if (Date.now() >= endMs) how = 'time is up'
    else if (stuck) how = 'hangs'
    if (how !== null) child.kill('SIGKILL')
  }, LOOK_MS)
  const last = { cases: 0, model: 0 }
  for await (const line of lines(child.stdout)) {
    const said = JSON.parse(line)
    if ('problem' in said) {
      counts.findings += 1
      console.log(`Case ${said.number}, from ${said.name}: ${said.problem}`)
      continue
    }
    last.cases = said.model + said.refused + said.finding
    last.model = said.model
  }
  const code = await child.exited
  clearInterval(look)
  counts.cases += last.cases
  counts.model += last.model
  return how ?? `ended with ${child.signalCode ?? code}`
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of stream) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
}
