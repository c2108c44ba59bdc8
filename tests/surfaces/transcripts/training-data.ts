// The table that people send to train on, in tests and documents: real customers, and the same with a column that gives the answer away.

import { join } from 'node:path'

const FILE = join(import.meta.dir, '../../fixtures/tables/telco_customers.csv')
const LINE_END = /\r?\n/

export const TRAINING_TABLE = (await Bun.file(FILE).text()).trim()

/** A refund is only given to who has left: known after the churn, not before. */
export const LEAKING_TABLE = TRAINING_TABLE.split(LINE_END)
  .map((line, row) => {
    if (row === 0) return `${line},RefundIssued`
    return `${line},${line.endsWith('Yes') ? 'yes' : 'no'}`
  })
  .join('\n')
