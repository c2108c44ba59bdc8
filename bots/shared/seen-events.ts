// Remembers which platform events were taken, so that retries and twins run nothing twice, also after a restart.

import type { Ports } from '#core/operations/operation.ts'

/** Twins and retries come within minutes; the memory answers them without the database. */
const MAX_IN_MEMORY = 5_000

export interface SeenEvents {
  /** True for exactly one caller for each id, in this process and every other on the same registry. */
  claim(id: string): Promise<boolean>
}

/**
 * A claim is a tiny document of its own owner in the registry's conversation store: the store refuses a second owner, which
 * makes claiming atomic across processes, and sweeps old documents away. Where it cannot be written, memory alone decides:
 * answering twice after a crash is better than not answering.
 */
export function createSeenEvents(
  platform: string,
  ports: Pick<Ports, 'registry' | 'randomId' | 'logger'>,
): SeenEvents {
  const recent = new Set<string>()
  return {
    async claim(id) {
      if (recent.has(id)) return false
      recent.add(id)
      if (recent.size > MAX_IN_MEMORY) {
        const [oldest] = recent
        if (oldest !== undefined) recent.delete(oldest)
      }
      const document = `event:${platform}:${id}`
      const owner = ports.randomId()
      try {
        if ((await ports.registry.readConversation(document)) !== null) return false
        await ports.registry.writeConversation(document, owner, '{}')
        return true
      } catch (error) {
        const taken = await ports.registry.readConversation(document).catch(() => null)
        if (taken !== null) return false
        ports.logger.warn(
          { platform, error: error instanceof Error ? error.name : typeof error },
          'event not remembered',
        )
        return true
      }
    },
  }
}
