// `parley migrate`: moves what the data folder holds to the database and the store of files that the environment names.

import { join } from 'node:path'
import { formatNumber } from '#core/presentation/numbers.ts'
import { migrateRegistry } from '#core/registry/postgres/migrate.ts'
import { explainStorageError, RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import { textTable } from '#models/shared/text-table.ts'
import type { ExampleOptions } from './example.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { openBlobs } from './ports.ts'

export const MIGRATE_HELP = [
  'Moves an embedded installation (SQLite and folders in PARLEY_DATA) to PostgreSQL and, where PARLEY_ARTIFACTS',
  'says so, to S3: models, versions, keys, the audit log, conversations, trainings and files.',
  '',
  'Usage: DATABASE_URL=postgres://… [PARLEY_ARTIFACTS=s3://…] parley migrate [--from FOLDER]',
  '',
  '  --from FOLDER    Where the artifacts lie now, when PARLEY_ARTIFACTS named another folder than PARLEY_DATA/artifacts',
  '',
  'Stop the server first. Every file is read back and compared by its sha256. Nothing is taken away, and running it',
  'again goes on where it stopped: what is there already stays as it is.',
].join('\n')

/** Returns the process's exit code. */
export async function runMigration(
  words: readonly string[],
  { configuration, terminal, signal }: ExampleOptions,
): Promise<number> {
  const [option, from, ...stray] = words
  if ((option !== undefined && (option !== '--from' || from === undefined)) || stray.length > 0) {
    terminal.complain(`parley migrate takes only --from FOLDER.\n\n${MIGRATE_HELP}`)
    return EXIT.usage
  }
  const { database, dataFolder } = configuration
  if (database === null) {
    terminal.complain('DATABASE_URL is not set: it says where to move to.')
    return EXIT.usage
  }
  try {
    const moved = await migrateRegistry({
      folder: dataFolder,
      artifactFolder: from ?? join(dataFolder, 'artifacts'),
      url: database,
      blobs: await openBlobs(configuration),
      signal,
      progress: (progress) => terminal.progress(progress),
    })
    terminal.clearProgress()
    if (!moved.ok) {
      terminal.complain(moved.failure.message)
      return exitCodeOf(moved.failure.code)
    }
    const { tables, files, filesCopied, bytes } = moved.value
    const rows = tables.map(({ name, rows, added }) => [
      name,
      formatNumber(rows),
      formatNumber(added),
    ])
    for (const line of textTable(['table', 'rows', 'new'], rows)) terminal.print(line)
    terminal.print(
      `\n${formatNumber(files)} files (${formatNumber(Math.ceil(bytes / 1e6))} MB) are there and have the sha256 that they had; ${formatNumber(filesCopied)} were copied now.`,
    )
    terminal.print(
      'Start Parley with the same DATABASE_URL and PARLEY_ARTIFACTS. The old folder stays as it is.',
    )
    return EXIT.done
  } catch (error) {
    if (signal.aborted) {
      terminal.complain('Stopped. Nothing is lost; run it again to go on.')
      return EXIT.interrupted
    }
    const explained = explainStorageError('The move could not go on', error)
    if (!(explained instanceof RegistryUnavailable)) throw error
    terminal.complain(explained.message)
    return exitCodeOf('unavailable')
  }
}
