// Parley as a process of its own with the churn example deployed, for a load.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServingProcess } from '../../tests/support/serving-process.ts'
import type { Target } from './connections.ts'

const BODIES = 1_000

export async function startOwn(): Promise<{
  readonly target: Target
  readonly pid: number
  stop(): Promise<void>
}> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-load-'))
  const server = await startServingProcess(folder)
  const deployed = await fetch(`${server.url}/api/operations/deploy_model`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sample: 'churn' }),
  })
  if (!deployed.ok) throw new Error(await deployed.text())
  const bodies = Array.from({ length: BODIES }, () =>
    JSON.stringify({
      tenure: Math.floor(Math.random() * 72),
      monthly_charges: 20 + Math.random() * 100,
      total_charges: Math.random() * 8_000,
    }),
  )
  return {
    target: { port: Number(new URL(server.url).port), path: '/api/predict/churn', bodies },
    pid: server.pid,
    async stop() {
      await server.terminate()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
