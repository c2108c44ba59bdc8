// The fuzzing process: `bun tests/fuzz/worker.ts FIRST FOLDER` checks case after case from number FIRST and prints what it found.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkFile } from './check-file.ts'
import { createDice } from './mutate.ts'
import { makeCase, readSeeds } from './seeds.ts'

const REPORT_EVERY = 500

const [first = '0', folder = '.'] = process.argv.slice(2)
const groups = await readSeeds()
const counts = { model: 0, refused: 0, finding: 0 }
for (let number = Number(first); ; number += 1) {
  const dice = createDice(number)
  const { name, file } = makeCase(groups, dice)
  // Left behind where the process dies or hangs in this case.
  writeFileSync(join(folder, 'current.bin'), file)
  writeFileSync(join(folder, 'current.txt'), `${number} ${name}`)
  const checked = checkFile(file, dice(4) === 0)
  counts[checked.kind] += 1
  if (checked.kind === 'finding') {
    process.stdout.write(`${JSON.stringify({ number, name, problem: checked.problem })}\n`)
    writeFileSync(join(folder, `found-${number}.bin`), file)
  }
  if (number % REPORT_EVERY === 0) {
    const residentMb = Math.round(process.memoryUsage.rss() / 1024 / 1024)
    process.stdout.write(`${JSON.stringify({ at: number, ...counts, residentMb })}\n`)
  }
}
