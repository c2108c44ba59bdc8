// A Redis server of a test's own, to be stopped and started under Parley; or the reason why there is none.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './private-postgres.ts'

const program = Bun.which('redis-server')

/** null where a server can be made; CI must not skip. */
export const whyNoRedis: string | null = (() => {
  if (program !== null) return null
  const reason = 'the program of a Redis server (redis-server) is not here'
  if (process.env['CI'] === 'true') throw new Error(reason)
  process.stdout.write(`Skipped: ${reason}\n`)
  return reason
})()

export interface PrivateRedis {
  readonly url: string
  stop(): Promise<void>
  start(): Promise<void>
}

export async function startPrivateRedis(): Promise<PrivateRedis> {
  if (program === null) throw new Error('no server can be made')
  const port = await freePort()
  let child: Bun.Subprocess<'ignore', 'pipe', 'ignore'> | null = null
  let folder = ''
  const start = async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-redis-'))
    const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
    child = Bun.spawn([program, ...words], { stdin: 'ignore', stdout: 'pipe', stderr: 'ignore' })
    let printed = ''
    for await (const piece of child.stdout) {
      printed += new TextDecoder().decode(piece)
      if (printed.includes('Ready to accept connections')) break
    }
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    async stop() {
      child?.kill('SIGKILL')
      await child?.exited
      child = null
      await rm(folder, { recursive: true, force: true })
    },
  }
}
