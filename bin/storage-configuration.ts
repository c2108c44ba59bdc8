// Where models are kept: SQLite and a folder on one machine, PostgreSQL and S3 on many.

import { resolve } from 'node:path'
import { type Outcome, succeed } from '#core/errors.ts'
import type { S3Settings } from '#core/registry/blobs/s3-blobs.ts'
import { invalid, isHttpUrl, withoutPassword } from './settings.ts'

export interface StorageConfiguration {
  /** Address of PostgreSQL, with its password; null for SQLite in the data folder. */
  readonly database: string | null
  /** Folder of the artifacts where it is not inside the data folder, absolute. */
  readonly artifactFolder: string | null
  /** Null where artifacts lie in a folder. */
  readonly s3: S3Settings | null
  /** Address of Redis, with its password; null where one process counts for itself. */
  readonly redisUrl: string | null
}

const URL_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i
const POSTGRES = /^postgres(?:ql)?:$/
const SURROUNDING_SLASHES = /^\/+|\/+$/g
const DEFAULT_REGION = 'us-east-1'

type Value = (name: string) => string | null

export function readStorage(value: Value): Outcome<StorageConfiguration> {
  const database = value('DATABASE_URL')
  if (database !== null && !isPostgres(database)) {
    // The address may hold a password, so it is not repeated.
    return invalid(
      'DATABASE_URL must be the address of a PostgreSQL database, such as postgres://user:password@host:5432/parley.',
    )
  }
  const redisUrl = value('REDIS_URL')
  if (redisUrl !== null && !isRedis(redisUrl)) {
    return invalid(
      'REDIS_URL must be the address of a Redis server, such as redis://:password@host:6379.',
    )
  }
  const artifacts = value('PARLEY_ARTIFACTS')
  if (artifacts === null || !URL_SCHEME.test(artifacts)) {
    const artifactFolder = artifacts === null ? null : resolve(artifacts)
    return succeed({ database, artifactFolder, s3: null, redisUrl })
  }
  if (!artifacts.startsWith('s3://') || new URL(artifacts).host === '') {
    return invalid(
      `PARLEY_ARTIFACTS must be a folder or s3://BUCKET/PREFIX; it is "${withoutPassword(artifacts)}".`,
    )
  }
  if (database === null) {
    return invalid(
      'PARLEY_ARTIFACTS is in S3, which needs DATABASE_URL: the embedded registry keeps its files in a folder beside its database.',
    )
  }
  const s3 = readS3(artifacts, value)
  return s3.ok ? succeed({ database, artifactFolder: null, s3: s3.value, redisUrl }) : s3
}

/** The names that Amazon's own tools read. */
function readS3(address: string, value: Value): Outcome<S3Settings> {
  const accessKeyId = value('AWS_ACCESS_KEY_ID')
  const secretAccessKey = value('AWS_SECRET_ACCESS_KEY')
  if (accessKeyId === null || secretAccessKey === null) {
    return invalid(
      'PARLEY_ARTIFACTS is in S3, which needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    )
  }
  const endpoint = value('AWS_ENDPOINT_URL_S3') ?? value('AWS_ENDPOINT_URL')
  if (endpoint !== null && !isHttpUrl(endpoint)) {
    return invalid(
      `AWS_ENDPOINT_URL must be the http or https address of an S3 server; it is "${withoutPassword(endpoint)}".`,
    )
  }
  const { host, pathname } = new URL(address)
  return succeed({
    bucket: host,
    prefix: pathname.replace(SURROUNDING_SLASHES, ''),
    endpoint,
    region: value('AWS_REGION') ?? value('AWS_DEFAULT_REGION') ?? DEFAULT_REGION,
    accessKeyId,
    secretAccessKey,
  })
}

const REDIS = /^rediss?:$/

function isRedis(address: string): boolean {
  return (
    URL.canParse(address) && REDIS.test(new URL(address).protocol) && new URL(address).host !== ''
  )
}

function isPostgres(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, host, pathname } = new URL(address)
  return POSTGRES.test(protocol) && host !== '' && pathname.length > 1
}
