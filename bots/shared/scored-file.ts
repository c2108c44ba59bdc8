// The scored table of a turn or of one operation, as a file to post into the chat.

import type { Step } from '#agent/turn.ts'
import type { Ports } from '#core/operations/operation.ts'

export interface ScoredFile {
  readonly fileName: string
  readonly bytes: Uint8Array
}

/** Larger ones are linked, not posted: chat platforms refuse them or make everybody load them. */
const MAX_POSTED_BYTES = 20 * 1024 * 1024

/** Files that the steps made for this person, in order; one that is gone or too large is left out. */
export async function scoredFiles(
  steps: readonly Step[],
  ports: Pick<Ports, 'registry'>,
  owner: string,
): Promise<readonly ScoredFile[]> {
  const files: ScoredFile[] = []
  for (const step of steps) {
    const handle = step.status === 'done' ? resultHandle(step.output) : null
    if (handle === null) continue
    const record = await ports.registry.findUpload(handle)
    if (record === null || record.owner !== owner || record.sizeBytes > MAX_POSTED_BYTES) continue
    files.push({ fileName: record.fileName, bytes: await ports.registry.readUpload(handle) })
  }
  return files
}

function resultHandle(output: unknown): string | null {
  if (typeof output !== 'object' || output === null || !('result' in output)) return null
  const { result } = output
  if (typeof result !== 'object' || result === null || !('upload' in result)) return null
  return typeof result.upload === 'string' ? result.upload : null
}
