// A queue as one replica opens it, which finds out soon that another is dead.

import type { Jobs, RunWork } from '#core/jobs/jobs.ts'
import { openQueueJobs } from '#core/jobs/queue-jobs.ts'
import { createRedis } from '#core/redis/redis.ts'
import { silentLogger } from '../../support/silent-logger.ts'

/** The lock of a dead worker runs out this soon. */
const LOCK_MS = 600

export async function openTestQueue(url: string, runWork: RunWork): Promise<Jobs> {
  const logger = silentLogger
  const redis = createRedis({ url, monotonicMs: () => performance.now(), logger })
  const jobs = await openQueueJobs({ url, redis, runWork, logger, lockMs: LOCK_MS })
  return {
    ...jobs,
    async close() {
      await jobs.close()
      redis.close()
    },
  }
}
