// A PostgreSQL server of a test's own, to be stopped and started under Parley; or the reason why there is none.

import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Debian keeps the programs out of PATH, one folder for each major version. */
const DEBIAN = '/usr/lib/postgresql'

function findPrograms(): string | null {
  const onPath = Bun.which('initdb')
  if (onPath !== null) return onPath.slice(0, -'/initdb'.length)
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort() : []
  return (
    versions
      .map((version) => join(DEBIAN, version, 'bin'))
      .reverse()
      .find((folder) => existsSync(join(folder, 'initdb'))) ?? null
  )
}

const programs = findPrograms()

/** null where a server can be made; CI must not skip. */
export const whyNoServer: string | null = (() => {
  if (programs !== null) return null
  const reason = 'the programs of a PostgreSQL server (initdb, pg_ctl) are not here'
  if (process.env['CI'] === 'true') throw new Error(reason)
  process.stdout.write(`Skipped: ${reason}\n`)
  return reason
})()

export interface PrivatePostgres {
  readonly url: string
  /** Cuts every connection, as a machine that goes away does. */
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

export async function startPrivatePostgres(): Promise<PrivatePostgres> {
  if (programs === null) throw new Error('no server can be made')
  const folder = await mkdtemp(join(tmpdir(), 'parley-postgres-'))
  const data = join(folder, 'data')
  // PostgreSQL does not run as root.
  const asUser =
    process.getuid?.() === 0
      ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
      : []
  if (asUser.length > 0) {
    await chmod(folder, 0o755)
    await run(['chown', 'postgres', folder])
  }
  const call = (name: string, ...words: readonly string[]) =>
    run([...asUser, join(programs, name), ...words])
  await call(
    'initdb',
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '--no-sync',
    '-E',
    'UTF8',
    '--no-instructions',
  )
  const port = await freePort()
  const settings = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off -c autovacuum=off`
  const start = () =>
    call('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, 'start')
  const stop = () => call('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop')
  await start()
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    stop,
    async remove() {
      await stop().catch(() => undefined)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function run(words: readonly string[]): Promise<void> {
  const child = Bun.spawn([...words], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    cwd: tmpdir(),
  })
  const [errors, code] = await Promise.all([new Response(child.stderr).text(), child.exited])
  if (code !== 0) throw new Error(`${words.join(' ')}: ${errors}`)
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
