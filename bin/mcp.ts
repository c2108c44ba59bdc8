// `parley mcp`: serves the Model Context Protocol on standard input and output, for desktop clients.

import { createLogger } from '#api/logging.ts'
import type { Logger } from '#core/operations/operation.ts'
import { openFolders } from '#mcp/files/allowed-folders.ts'
import { findServer } from '#mcp/remote/find-server.ts'
import type { RemoteServer } from '#mcp/remote/forward.ts'
import { serveOnStdio } from '#mcp/stdio.ts'
import { type Environment, readConfiguration } from './configuration.ts'
import { EXIT } from './exit-codes.ts'
import { type Opened, openOwn, openRemote } from './mcp-backends.ts'
import type { Terminal } from './terminal.ts'

const MCP_HELP = [
  'Serves the Model Context Protocol on standard input and output, for Claude Desktop, Claude Code, Cursor and others.',
  'It talks to the Parley server on this machine where one runs, and opens the data folder itself where none does.',
  '',
  'Usage: parley mcp [--allow FOLDER …] [--url URL]',
  '',
  '  --allow FOLDER …  Folders whose files the client may name by path; none without it',
  '  --url URL         A Parley server elsewhere',
  '',
  'PARLEY_API_KEY holds the key for a server that needs one, here or elsewhere. Where no server runs,',
  'its rights hold all the same; without it those that the permissions file gives to "local" do.',
].join('\n')

interface McpOptions {
  readonly folders: readonly string[]
  readonly url: string | null
}

/** Standard output carries protocol messages alone: everything said to people goes to standard error. */
export async function mcp(
  words: readonly string[],
  terminal: Terminal,
  environment: Environment,
  version: string,
): Promise<number> {
  if (words.includes('--help') || words.includes('-h')) {
    terminal.print(MCP_HELP)
    return EXIT.done
  }
  const options = readOptions(words)
  if (typeof options === 'string') {
    terminal.complain(`${options}\n\n${MCP_HELP}`)
    return EXIT.usage
  }
  const configuration = readConfiguration(environment)
  const folders = await openFolders(options.folders)
  for (const checked of [configuration, folders]) {
    if (checked.ok) continue
    terminal.complain(checked.failure.message)
    return EXIT.usage
  }
  if (!configuration.ok || !folders.ok) return EXIT.usage
  const logger = createLogger({ level: configuration.value.logLevel })
  const { host, port } = configuration.value
  const server: RemoteServer = {
    url: options.url ?? localUrl(host, port),
    key: environment['PARLEY_API_KEY']?.trim() || null,
    version,
  }
  const found = await findServer(server)
  if (found === 'locked') {
    // Working on the folder behind the server's back would pass by its keys.
    terminal.complain(lockedSentence(server))
    return EXIT.refused
  }
  if (found === 'none' && options.url !== null) {
    terminal.complain(`No Parley server answers at ${options.url}.`)
    return EXIT.failed
  }
  const shared = { folders: folders.value, logger }
  const opened =
    found === 'ours'
      ? openRemote(server, shared)
      : await openOwn(configuration.value, { ...shared, key: server.key })
  if (!opened.ok) {
    terminal.complain(opened.failure.message)
    return opened.failure.code === 'forbidden' ? EXIT.refused : EXIT.usage
  }
  return serveUntilClosed(opened.value, version, logger)
}

function lockedSentence({ key, url }: RemoteServer): string {
  return key === null
    ? `The Parley server at ${url} needs a key: set PARLEY_API_KEY in this client's configuration. "parley keys create --name NAME" makes one.`
    : `The Parley server at ${url} does not take the key in PARLEY_API_KEY. "parley keys list" shows which keys work.`
}

/** A server that listens on every address is reached on this machine's own. */
function localUrl(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

async function serveUntilClosed(
  { backend, findPrincipal, close }: Opened,
  version: string,
  logger: Logger,
): Promise<number> {
  const ended = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve)
    process.stdin.once('close', resolve)
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  const handle = serveOnStdio({ backend, findPrincipal, version, logger })
  await ended
  await handle.close()
  await close()
  return EXIT.done
}

function readOptions(words: readonly string[]): McpOptions | string {
  const folders: string[] = []
  let url: string | null = null
  let current: string | null = null
  for (const word of words) {
    if (word === '--allow' || word === '--url') current = word
    else if (word.startsWith('-')) return `parley mcp has no option ${word}.`
    else if (current === '--allow') folders.push(word)
    else if (current === '--url' && URL.canParse(word)) {
      url = word.replace(TRAILING_SLASHES, '')
      current = null
    } else return `"${word}" is not understood.`
  }
  return { folders, url }
}

const TRAILING_SLASHES = /\/+$/
