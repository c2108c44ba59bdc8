// Opens the SQLite file so that several processes can share it, and brings its tables up to date.

import { Database } from 'bun:sqlite'
import { drizzle } from 'drizzle-orm/bun-sqlite'
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator'
import { errorCode, RegistryUnavailable } from './registry-unavailable.ts'

/** A write of another process holds the lock for milliseconds; five seconds means that it hangs. SQLite waits inside the call. */
const BUSY_TIMEOUT_MS = 5000

/** Switching to WAL and recovering after a kill can answer "busy" at once, past the busy timeout. Together up to 5 seconds. */
const OPEN_ATTEMPTS = 100
const OPEN_RETRY_MS = 50

const MIGRATIONS_FOLDER = `${import.meta.dir}/migrations`

/** drizzle's own book-keeping, so that its tools can read the database too. */
const CREATE_MIGRATION_TABLE =
  'CREATE TABLE IF NOT EXISTS __drizzle_migrations (id INTEGER PRIMARY KEY, hash TEXT NOT NULL, created_at NUMERIC)'

export type SqliteRegistryDatabase = ReturnType<typeof wrapDatabase>

export async function openDatabase(file: string): Promise<Database> {
  for (let attempt = 1; ; attempt += 1) {
    const database = new Database(file, { create: true, readwrite: true, strict: true })
    try {
      configure(database)
      applyMigrations(database)
      return database
    } catch (error) {
      database.close()
      const busy = errorCode(error)?.startsWith('SQLITE_BUSY') === true
      if (!busy || attempt >= OPEN_ATTEMPTS) throw error
    }
    await Bun.sleep(OPEN_RETRY_MS)
  }
}

export function wrapDatabase(database: Database) {
  return drizzle({ client: database })
}

function configure(database: Database): void {
  database.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
  // Readers and the one writer do not wait for each other, in one process or in several.
  database.run('PRAGMA journal_mode = WAL')
  // A version that was answered with 201 survives a power cut, not only a kill.
  database.run('PRAGMA synchronous = FULL')
  // Off while migrations rebuild tables; applyMigrations turns it on.
  database.run('PRAGMA foreign_keys = OFF')
}

/**
 * drizzle's own migrator looks before it locks, so two processes that start together both create the tables and one
 * fails. Here the look happens again under the write lock.
 */
export function applyMigrations(database: Database, migrationsFolder = MIGRATIONS_FOLDER): void {
  const migrations = readMigrationFiles({ migrationsFolder })
  const newest = migrations.at(-1)?.folderMillis ?? 0
  if (lastApplied(database) !== newest) {
    const migrate = database.transaction(() => {
      database.run(CREATE_MIGRATION_TABLE)
      const last = lastApplied(database)
      if (last > newest) {
        throw new RegistryUnavailable('it was written by a newer Parley. Start that version.')
      }
      for (const migration of migrations) {
        if (migration.folderMillis > last) applyMigration(database, migration)
      }
    })
    migrate.immediate()
  }
  database.run('PRAGMA foreign_keys = ON')
}

function applyMigration(database: Database, migration: MigrationMeta): void {
  for (const statement of migration.sql) database.run(statement)
  database
    .prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)')
    .run(migration.hash, migration.folderMillis)
}

/** Milliseconds that name the newest migration applied; 0 for an empty database. */
function lastApplied(database: Database): number {
  const table = database
    .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '__drizzle_migrations'")
    .get()
  if (table === null) return 0
  const row = database
    .prepare<{ last: number | null }, []>(
      'SELECT MAX(created_at) AS last FROM __drizzle_migrations',
    )
    .get()
  return row?.last ?? 0
}
