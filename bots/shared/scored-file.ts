// The scored table of a turn or of one operation, as a file to post into the chat.

import type { Step } from '#agent/turn.ts'
import type { Ports } from '#core/operations/operation.ts'
import type { Block } from '#core/presentation/blocks.ts'

export interface ScoredFile {
  readonly fileName: string
  readonly bytes: Uint8Array
}

/** Larger ones are linked, not posted: chat platforms refuse them or make everybody load them. */
const MAX_POSTED_BYTES = 20 * 1024 * 1024

/**
 * Tables that the steps scored for this person, in order; one that is gone or too large is left out. The file of a model that
 * was trained is not posted: it may hold rows that it learned from, and deploy_model takes it by its handle.
 */
export async function scoredFiles(
  steps: readonly Step[],
  ports: Pick<Ports, 'registry'>,
  owner: string,
): Promise<readonly ScoredFile[]> {
  const files: ScoredFile[] = []
  for (const step of steps) {
    const isScored = step.operation === 'predict_batch' && step.status === 'done'
    const handle = isScored ? resultHandle(step.output) : null
    if (handle === null) continue
    const record = await ports.registry.findUpload(handle)
    if (record === null || record.owner !== owner || record.sizeBytes > MAX_POSTED_BYTES) continue
    files.push({ fileName: record.fileName, bytes: await ports.registry.readUpload(handle) })
  }
  return files
}

const DOWNLOADS = '/api/uploads/'

const TOO_LARGE_TO_POST: Block = {
  kind: 'notice',
  tone: 'warning',
  text: 'The scored table is too large to be posted here. For tables of this size use `parley batch` or the batch address of the model.',
}

/**
 * The address of a scored table on the server is of no use to people of a platform, who have no key of ours: a table that
 * is posted needs none, and of one that could not be posted it is said so.
 */
export function withoutDownloads(blocks: readonly Block[], isPosted: boolean): readonly Block[] {
  const isDownload = (block: Block) => block.kind === 'link' && block.href.startsWith(DOWNLOADS)
  return blocks.flatMap((block) => {
    if (!isDownload(block)) return [block]
    return isPosted ? [] : [TOO_LARGE_TO_POST]
  })
}

function resultHandle(output: unknown): string | null {
  if (typeof output !== 'object' || output === null || !('result' in output)) return null
  const { result } = output
  if (typeof result !== 'object' || result === null || !('upload' in result)) return null
  return typeof result.upload === 'string' ? result.upload : null
}
