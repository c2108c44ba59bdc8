// Every surface with its example conversation, and the document that shows it where there is one.

import { join } from 'node:path'
import { ERAS } from '../../mcp/support.ts'
import type { Exchange } from './facts.ts'
import { ACCEPTS, playChatRoute } from './play-chat-route.ts'
import { playCommandLine } from './play-command-line.ts'
import { playDiscord } from './play-discord.ts'
import { playMcp } from './play-mcp.ts'
import { playMcpStdio } from './play-mcp-stdio.ts'
import { playRest } from './play-rest.ts'
import { playSlack } from './play-slack.ts'

const DOCS = join(import.meta.dir, '../../../docs')
const START = '<!-- transcript: bun tests/surfaces/transcripts/write-transcripts.ts -->'
const END = '<!-- end of transcript -->'

export interface Surface {
  readonly name: string
  /** Holds the conversation over the real thing, from an empty registry. */
  readonly play: () => Promise<readonly Exchange[]>
  readonly path: string | null
}

export const SURFACES: readonly Surface[] = [
  { name: 'the command line', play: playCommandLine, path: join(DOCS, 'command-line.md') },
  { name: 'REST', play: playRest, path: join(DOCS, 'rest.md') },
  { name: 'Slack', play: playSlack, path: join(DOCS, 'slack.md') },
  { name: 'Discord', play: playDiscord, path: join(DOCS, 'discord.md') },
  { name: 'MCP as clients start it', play: playMcpStdio, path: join(DOCS, 'mcp.md') },
  ...ACCEPTS.map((accept) => ({
    name: `the chat route, ${accept}`,
    play: () => playChatRoute(accept),
    path: null,
  })),
  ...ERAS.map((era) => ({ name: `MCP ${era}`, play: () => playMcp(era), path: null })),
]

export function transcriptOf(exchanges: readonly Exchange[]): string {
  return exchanges.map(({ shown }) => shown).join('\n\n')
}

/** The document in three: what stands before the transcript, the transcript, what stands after it. */
export async function readDocument(path: string) {
  const text = await Bun.file(path).text()
  const start = text.indexOf(START) + START.length
  const end = text.indexOf(END)
  if (start < START.length || end < start) throw new Error(`${path} has no place for a transcript`)
  return {
    before: text.slice(0, start),
    transcript: text.slice(start, end).trim(),
    after: text.slice(end),
  }
}
