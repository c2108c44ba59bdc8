// One fit in a process of its own: prints its milliseconds. Arguments: folder, table, learner.

import { fitLearner, LEARNERS, readTable } from './data.ts'

const [folder = '', name = '', wanted] = process.argv.slice(2)
const learner = LEARNERS.find((known) => known === wanted)
if (learner === undefined) throw new Error(`the learner is ${LEARNERS.join(' or ')}`)
const table = await readTable(folder, name)
const start = performance.now()
fitLearner(table, learner, 0)
console.log(performance.now() - start)
