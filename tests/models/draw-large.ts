// Draws 2,000 questions from a table, for a test that measures this process: bun draw-large.ts FILE

import { createRandom } from '#core/training/random.ts'
import { readConfig } from '#models/question-timing/config.ts'
import { drawQuestions } from '#models/question-timing/draw.ts'

const [path] = process.argv.slice(2)
const config = await readConfig(null)
if (path === undefined || !config.ok) throw new Error('bun draw-large.ts FILE')
const work = { signal: new AbortController().signal, progress: () => {} }
const drawn = await drawQuestions(Bun.file(path), config.value, 2_000, createRandom(1), work)
process.stdout.write(`${drawn.ok ? drawn.value.questions.length : drawn.failure.message}\n`)
