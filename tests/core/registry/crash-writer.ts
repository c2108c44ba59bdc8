// A process that writes to a registry without end, to be killed at any moment: uploads, versions, swaps, deletes.
// Says each write on its standard output before and after it, so that the test knows what was promised.

import { writeSync } from 'node:fs'
import { openSqliteRegistry } from '#core/registry/sqlite-registry.ts'
import { randomId, sampleVersion } from './sample-version.ts'

const NAMES = ['churn', 'price', 'iris']
const STANDARD_OUTPUT = 1

export type CrashReport =
  | { readonly event: 'ready' }
  | { readonly event: 'created'; readonly name: string; readonly number: number }
  | { readonly event: 'live'; readonly name: string; readonly number: number | null }
  | { readonly event: 'deleting'; readonly name: string }
  | { readonly event: 'deleted'; readonly name: string }
  | { readonly event: 'uploaded'; readonly id: string }
  | { readonly event: 'dropped'; readonly id: string }

function report(line: CrashReport): void {
  writeSync(STANDARD_OUTPUT, `${JSON.stringify(line)}\n`)
}

function pick<T>(items: readonly T[]): T {
  const item = items[Math.floor(Math.random() * items.length)]
  if (item === undefined) throw new Error('Nothing to pick from.')
  return item
}

const folder = process.argv[2]
if (folder === undefined) throw new Error('Usage: crash-writer.ts FOLDER')
const registry = await openSqliteRegistry({ folder, now: Date.now, randomId })
report({ event: 'ready' })

for (;;) {
  const name = pick(NAMES)
  const content = new TextEncoder().encode(randomId().repeat(500))
  const upload = await registry.createUpload({
    fileName: `${name}.pkl`,
    owner: 'local',
    maximumBytes: content.byteLength,
    content: new Blob([content.slice(0, 9000), content.slice(9000)]).stream(),
  })
  if (!upload.ok) throw new Error(upload.failure.message)
  report({ event: 'uploaded', id: upload.value.id })

  const { number } = await registry.createVersion(
    sampleVersion(name, randomId(), { original: content, deploy: Math.random() < 0.5 }),
  )
  report({ event: 'created', name, number })
  // Gone before it is said: the test holds only what is still promised.
  report({ event: 'dropped', id: upload.value.id })
  await registry.deleteUpload(upload.value.id)

  const existing = await registry.listVersions(name)
  const live = Math.random() < 0.2 ? null : pick(existing).number
  const swapped = await registry.setLive(name, live)
  if (swapped.ok) report({ event: 'live', name, number: live })

  if (Math.random() < 0.15) {
    report({ event: 'deleting', name })
    await registry.deleteModel(name)
    report({ event: 'deleted', name })
  }
}
