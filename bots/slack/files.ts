// The files of a message: asked for where an event leaves them out, fetched with the bot's token, kept as uploads.

import type { TurnRequest } from '#agent/turn.ts'
import { receiveAttachment } from '#bots/shared/attachment.ts'
import type { Ports } from '#core/operations/operation.ts'
import type { WebClient } from './slack-types.ts'

/** What events and `files.info` say of a file, as far as it is used. */
export interface SlackFile {
  readonly id?: string | undefined
  readonly name?: string | null | undefined
  readonly size?: number | undefined
  readonly url_private?: string | undefined
  readonly url_private_download?: string | undefined
  readonly file_access?: string | undefined
}

export interface FileTools {
  readonly ports: Pick<Ports, 'registry'>
  readonly client: WebClient
  readonly botToken: string
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Origins of Slack's file store. */
  readonly fileOrigins: readonly string[]
}

/** More files in one message than this are a folder, not a message. */
const MAX_FILES = 10

export async function receiveFiles(
  files: readonly SlackFile[],
  tools: FileTools,
  owner: string,
  signal: AbortSignal,
): Promise<{ uploads: TurnRequest['uploads']; problems: readonly string[] }> {
  const problems: string[] = []
  const uploads: TurnRequest['uploads'][number][] = []
  if (files.length > MAX_FILES) {
    problems.push(`I took the first ${MAX_FILES} of ${files.length} files.`)
  }
  for (const file of files.slice(0, MAX_FILES)) {
    const known = await completeFile(file, tools.client)
    const url = known.url_private_download ?? known.url_private
    if (url === undefined) {
      problems.push(
        `I could not find “${known.name ?? 'the file'}” in Slack. Please send it again.`,
      )
      continue
    }
    const received = await receiveAttachment(
      {
        url,
        fileName: known.name ?? known.id ?? 'file',
        sizeBytes: known.size ?? null,
        headers: { authorization: `Bearer ${tools.botToken}` },
      },
      {
        ports: tools.ports,
        owner,
        fetch: tools.fetch,
        allowedOrigins: tools.fileOrigins,
        signal,
      },
    )
    if (received.ok) uploads.push(received.value)
    else problems.push(received.failure.message)
  }
  return { uploads, problems }
}

/** Files of other workspaces come as an id alone. */
async function completeFile(file: SlackFile, client: WebClient): Promise<SlackFile> {
  const isWhole = file.url_private !== undefined && file.file_access !== 'check_file_info'
  if (isWhole || file.id === undefined) return file
  try {
    const answer = await client.files.info({ file: file.id })
    return { ...file, ...answer.file }
  } catch {
    return file
  }
}

/** A mention may come without the files of its message; the message itself has them. */
export async function filesOfMessage(
  client: WebClient,
  place: { readonly channel: string; readonly ts: string; readonly thread: string | null },
): Promise<readonly SlackFile[]> {
  const { channel, ts, thread } = place
  try {
    const { messages = [] } =
      thread === null || thread === ts
        ? await client.conversations.history({
            channel,
            latest: ts,
            oldest: ts,
            inclusive: true,
            limit: 1,
          })
        : await client.conversations.replies({
            channel,
            ts: thread,
            latest: ts,
            oldest: ts,
            inclusive: true,
            limit: 2,
          })
    return messages.find((message) => message.ts === ts)?.files ?? []
  } catch {
    return []
  }
}
