// An S3 server on loopback, with one bucket in a folder of its own.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from 's3rver'
import type { S3Settings } from '#core/registry/blobs/s3-blobs.ts'

export interface LoopbackS3 {
  settings(prefix: string): S3Settings
  /** Every key in the bucket. */
  names(): Promise<readonly string[]>
  /** Nobody answers at its address until `resume`; what it holds stays. */
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
}

const BUCKET = 'parley'
/** What the server takes without being told of others. */
const KEY = 'S3RVER'

export async function startLoopbackS3(): Promise<LoopbackS3> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-s3-'))
  let port = 0
  let server: S3rver | null = null
  const start = async () => {
    server = new S3rver({
      port,
      address: '127.0.0.1',
      silent: true,
      directory,
      configureBuckets: [{ name: BUCKET, configs: [] }],
    })
    const address = await server.run()
    port = address.port
  }
  const pause = async () => {
    await server?.close()
    server = null
  }
  await start()
  const settings = (prefix: string): S3Settings => ({
    bucket: BUCKET,
    prefix,
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    accessKeyId: KEY,
    secretAccessKey: KEY,
  })
  return {
    settings,
    async names() {
      const { endpoint, ...rest } = settings('')
      const client = new Bun.S3Client({ ...rest, endpoint: endpoint ?? '' })
      const { contents = [] } = await client.list()
      return contents.map(({ key }) => key)
    },
    pause,
    resume: start,
    async stop() {
      await pause()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
