// The one error a registry throws on purpose: its storage cannot be used now, said in a sentence.

export class RegistryUnavailable extends Error {
  override readonly name = 'RegistryUnavailable'
}

/** What the system's codes mean to the person who has to do something about them. */
const STORAGE_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'a folder of that name is in the way',
  ENOENT: 'it does not exist and cannot be created',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk reports an error',
  ECONNREFUSED: 'it cannot be reached',
  ECONNRESET: 'it closed the connection',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'it cannot be reached',
  ENOTFOUND: 'its host has no address',
  CONNECT_TIMEOUT: 'it does not answer',
  CONNECTION_CLOSED: 'it closed the connection',
  CONNECTION_ENDED: 'it is closed',
  CONNECTION_DESTROYED: 'it closed the connection',
  // SQLSTATE of PostgreSQL.
  '28000': 'it refuses the user',
  '28P01': 'it refuses the password',
  '3D000': 'it does not exist',
  '42501': 'permission is denied',
  '53100': 'its disk is full',
  '53300': 'it has too many connections',
  '57014': 'it takes too long to answer',
  '57P01': 'it is shutting down',
  '57P02': 'it is shutting down',
  '57P03': 'it is starting',
  '25006': 'it is read-only',
  SQLITE_FULL: 'the disk is full',
  SQLITE_READONLY: 'the database is read-only',
  SQLITE_CANTOPEN: 'the database cannot be opened',
  SQLITE_PERM: 'permission is denied',
  SQLITE_IOERR: 'the disk reports an error',
  SQLITE_NOTADB: 'its parley.db is not a database',
  SQLITE_CORRUPT: 'its parley.db is damaged',
  SQLITE_BUSY: 'another process holds it locked',
}

/** The reason in words, or null where the error is none of the storage's (a bug, then). */
export function storageReason(error: unknown): string | null {
  const code = errorCode(error)
  if (code === null) return null
  const exact = STORAGE_REASONS[code]
  if (exact !== undefined) return exact
  // Extended result codes such as SQLITE_IOERR_WRITE say more than a person needs.
  const [prefix, family] = code.split('_')
  return prefix === 'SQLITE' ? (STORAGE_REASONS[`SQLITE_${family}`] ?? null) : null
}

/** Code of a system or SQLite error, also where drizzle has wrapped it; null where there is none. */
export function errorCode(error: unknown): string | null {
  let current: unknown = error
  // An error chain is a handful long; the bound only guards against a cycle.
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    if ('code' in current && typeof current.code === 'string') return current.code
    current = current.cause
  }
  return null
}

/** What the disk or the database refused comes out as RegistryUnavailable, a bug as it is. */
export function explainStorageError(what: string, error: unknown): unknown {
  if (error instanceof RegistryUnavailable) return error
  const reason = storageReason(error)
  return reason === null ? error : new RegistryUnavailable(`${what}: ${reason}.`, { cause: error })
}
