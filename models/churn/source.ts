// Where the data of the churn example come from, and how its table becomes the three inputs of the model.

import { parse } from 'csv-parse/sync'
import { createRandom } from '#core/training/random.ts'
import type { DataSource } from '../shared/find-data.ts'

const FILE = 'Telco-Customer-Churn.csv'
const ADDRESS =
  'https://raw.githubusercontent.com/IBM/telco-customer-churn-on-icp4d/master/data/Telco-Customer-Churn.csv'
/** The table has 1 MB. */
const MAXIMUM_BYTES = 16 * 1024 * 1024
const COLUMNS = {
  tenure: 'tenure',
  MonthlyCharges: 'monthly_charges',
  TotalCharges: 'total_charges',
  Churn: 'churn',
} as const
const SYNTHETIC_ROWS = 2_000

export const SOURCE: DataSource = {
  title: 'Telco Customer Churn, 7,043 customers',
  publisher: 'IBM/telco-customer-churn-on-icp4d on GitHub, Apache-2.0',
  folder: 'telco_churn',
  files: [{ name: FILE, url: ADDRESS, maximumBytes: MAXIMUM_BYTES, columns: Object.keys(COLUMNS) }],
  synthetic: () => new Map([[FILE, new Blob([synthesize()])]]),
}

/** The columns that the model takes under its names, and what is to be learned. */
export async function toTrainingTable(files: ReadonlyMap<string, Blob>): Promise<Uint8Array> {
  const text = await (files.get(FILE) ?? new Blob([])).text()
  const rows: Record<string, string>[] = parse(text, { bom: true, columns: true, trim: true })
  const names = Object.keys(COLUMNS)
  const lines = rows.map((row) => names.map((name) => row[name] ?? '').join(','))
  return new TextEncoder().encode(`${Object.values(COLUMNS).join(',')}\n${lines.join('\n')}\n`)
}

/** Made-up customers: who is new or pays much leaves more often. The same ones every time. */
function synthesize(): string {
  const random = createRandom('synthetic customers')
  const lines = [Object.keys(COLUMNS).join(',')]
  for (let row = 0; row < SYNTHETIC_ROWS; row++) {
    const tenure = Math.floor(72 * random.next() ** 1.4)
    const monthly = Math.round((20 + 95 * random.next()) * 20) / 20
    const total = tenure === 0 ? '' : (tenure * monthly * (0.95 + 0.1 * random.next())).toFixed(2)
    const leaning = 0.2 - 0.055 * tenure + 0.028 * (monthly - 65) - 0.6
    const leaves = random.next() < 1 / (1 + Math.exp(-leaning))
    lines.push([tenure, monthly, total, leaves ? 'Yes' : 'No'].join(','))
  }
  return `${lines.join('\n')}\n`
}
