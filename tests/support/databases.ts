// PostgreSQL on this machine: an empty database for each test that needs one, or the reason why there is none.

import { randomBytes } from 'node:crypto'
import postgres from 'postgres'

/** Where the tests may make databases; the usual address of a machine that runs one. */
const ADMIN_URL =
  process.env['PARLEY_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'

const quiet = { onnotice: () => undefined, max: 1, connect_timeout: 2 } as const

/** null where it is reachable. CI must not skip: there it throws. */
export const whyNoPostgres: string | null = await (async () => {
  const client = postgres(ADMIN_URL, quiet)
  try {
    await client`SELECT 1`
    return null
  } catch (error) {
    const reason = `PostgreSQL is not reachable at ${new URL(ADMIN_URL).host}: ${error instanceof Error ? error.message : error}`
    if (process.env['CI'] === 'true') throw new Error(reason)
    process.stdout.write(`Skipped: ${reason}\n`)
    return reason
  } finally {
    await client.end({ timeout: 1 })
  }
})()

export interface TestDatabase {
  readonly url: string
  /** Empties the tables that are there by now, for the next test; far faster than another database. */
  empty(): Promise<void>
  drop(): Promise<void>
}

export async function createDatabase(): Promise<TestDatabase> {
  const name = `parley_test_${randomBytes(6).toString('hex')}`
  const admin = postgres(ADMIN_URL, quiet)
  await admin.unsafe(`CREATE DATABASE ${name}`)
  const url = new URL(ADMIN_URL)
  url.pathname = `/${name}`
  // No test outlives a power cut.
  url.searchParams.set('synchronous_commit', 'off')
  const inside = postgres(url.href, quiet)
  return {
    url: url.href,
    async empty() {
      const tables = await inside<{ name: string }[]>`
        SELECT quote_ident(tablename) AS name FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> '__drizzle_migrations'`
      if (tables.length === 0) return
      const names = tables.map((table) => table.name).join(', ')
      await inside.unsafe(`TRUNCATE ${names} RESTART IDENTITY CASCADE`)
    },
    async drop() {
      await inside.end({ timeout: 1 })
      await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await admin.end({ timeout: 1 })
    },
  }
}
