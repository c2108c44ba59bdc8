// Opens PostgreSQL for several replicas, and brings its tables up to date while others may be doing the same.

import { readMigrationFiles } from 'drizzle-orm/migrator'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres, { type Sql } from 'postgres'
import { RegistryUnavailable } from '../registry-unavailable.ts'

/** A replica seldom has more questions at once: predictions ask none. */
const MAX_CONNECTIONS = 10

/** Seconds; a database that is starting answers within a few. */
const CONNECT_TIMEOUT_SECONDS = 5

/** Seconds that a connection is kept without use, so that a quiet replica holds few. */
const IDLE_TIMEOUT_SECONDS = 300

/** A question that has not been answered by then is given up by the server; nothing here takes a second. */
const STATEMENT_TIMEOUT_MS = 15_000

const MIGRATIONS_FOLDER = `${import.meta.dir}/migrations`

/** Names of locks that belong to Parley alone in this database. */
export const LOCK = {
  migrations: 0x7061726c01,
  models: 0x7061726c02,
  /** With a hash of the owner behind it, so of four bytes itself. */
  uploads: 0x7061726c,
} as const

export type PostgresDatabase = ReturnType<typeof wrapDatabase>
export type Transaction = Parameters<Parameters<PostgresDatabase['transaction']>[0]>[0]

export function wrapDatabase(client: Sql) {
  return drizzle({ client })
}

/** Throws what the driver throws, and RegistryUnavailable where a newer Parley wrote the tables. */
export async function openDatabase(url: string): Promise<Sql> {
  const client = postgres(url, {
    max: MAX_CONNECTIONS,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    idle_timeout: IDLE_TIMEOUT_SECONDS,
    onnotice: () => undefined,
    connection: { application_name: 'parley', statement_timeout: STATEMENT_TIMEOUT_MS },
  })
  try {
    await applyMigrations(client)
    return client
  } catch (error) {
    await client.end({ timeout: 1 })
    throw error
  }
}

/** Replicas that start together wait for the first of them, which applies everything or nothing. */
export async function applyMigrations(
  client: Sql,
  migrationsFolder = MIGRATIONS_FOLDER,
): Promise<void> {
  const migrations = readMigrationFiles({ migrationsFolder })
  const newest = migrations.at(-1)?.folderMillis ?? 0
  await client.begin(async (transaction) => {
    await transaction`SELECT pg_advisory_xact_lock(${LOCK.migrations})`
    // drizzle's own book-keeping, so that its tools can read the database too.
    await transaction`
      CREATE TABLE IF NOT EXISTS __drizzle_migrations
        (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint NOT NULL)`
    const [row] = await transaction<{ last: string | null }[]>`
      SELECT max(created_at) AS last FROM __drizzle_migrations`
    const last = Number(row?.last ?? 0)
    if (last > newest) {
      throw new RegistryUnavailable('it was written by a newer Parley. Start that version.')
    }
    for (const { folderMillis, hash, sql } of migrations) {
      if (folderMillis <= last) continue
      for (const statement of sql) await transaction.unsafe(statement)
      await transaction`
        INSERT INTO __drizzle_migrations (hash, created_at) VALUES (${hash}, ${folderMillis})`
    }
  })
}
