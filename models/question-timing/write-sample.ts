// Writes sample.csv from questions.txt: the questions are authored, only ids and hours are made up here.
// Run it with `bun models/question-timing/write-sample.ts`.

import { join } from 'node:path'
import { createRandom, type Random, shuffledIndices } from '#core/training/random.ts'
import { toCsvLine } from './csv-line.ts'

const FOLDER = import.meta.dir
const ID_SIGNS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const ID_LENGTH = 8
/** A few of the published questions were asked after the order, and before it can have arrived: still "Pre". */
const ON_THE_WAY_SHARE = 0.08
const ON_THE_WAY_HOURS = 24
const LONGEST_BEFORE_HOURS = 1_000
const LONGEST_AFTER_HOURS = 9_000

if (import.meta.main) {
  const authored = await Bun.file(join(FOLDER, 'questions.txt')).text()
  await Bun.write(join(FOLDER, 'sample.csv'), toSample(authored))
}

/** The same table every time. */
export function toSample(authored: string): string {
  const random = createRandom('question-timing sample')
  const rows: string[] = []
  let item = ''
  let asin = ''
  for (const line of authored.split('\n')) {
    if (line.startsWith('## ')) {
      item = line.slice('## '.length)
      asin = inventId(random.split(item))
    }
    const label = line.startsWith('< ') ? 'Pre' : line.startsWith('> ') ? 'Post' : null
    if (label === null) continue
    const question = line.slice('< '.length).trim()
    const hours = label === 'Pre' ? hoursBefore(random) : hoursAfter(random)
    rows.push(toCsvLine([asin, question, item, hours.toFixed(1), label]))
  }
  const order = shuffledIndices(rows.length, random.split('order'))
  const lines = Array.from(order, (place) => rows[place])
  return `asin,question,item_name,hours_diff,label\n${lines.join('\n')}\n`
}

/** Begins with X, as no product's id does. */
function inventId(random: Random): string {
  const signs = Array.from({ length: ID_LENGTH }, () => ID_SIGNS[random.below(ID_SIGNS.length)])
  return `X0${signs.join('')}`
}

function hoursBefore(random: Random): number {
  if (random.next() < ON_THE_WAY_SHARE) return Math.ceil(ON_THE_WAY_HOURS * random.next())
  return -Math.ceil(LONGEST_BEFORE_HOURS ** random.next())
}

function hoursAfter(random: Random): number {
  const range = LONGEST_AFTER_HOURS / ON_THE_WAY_HOURS
  return Math.ceil(ON_THE_WAY_HOURS * range ** random.next()) + 1
}
