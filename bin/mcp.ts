// `parley mcp`: serves the Model Context Protocol on standard input and output, for desktop clients.

import { createLogger } from '#api/logging.ts'
import { modelDocument } from '#api/openapi/model-document.ts'
import type { Logger, Principal } from '#core/operations/operation.ts'
import type { Backend } from '#mcp/backend.ts'
import { openFolders } from '#mcp/files/allowed-folders.ts'
import { withLocalFiles } from '#mcp/files/local-files.ts'
import { MAX_FILE_BYTES } from '#mcp/limits.ts'
import { createOwnBackend } from '#mcp/own-backend.ts'
import { findServer } from '#mcp/remote/find-server.ts'
import type { RemoteServer } from '#mcp/remote/forward.ts'
import { createRemoteBackend } from '#mcp/remote/remote-backend.ts'
import { uploadTo } from '#mcp/remote/upload.ts'
import { serveOnStdio } from '#mcp/stdio.ts'
import { type Configuration, type Environment, readConfiguration } from './configuration.ts'
import { EXIT } from './exit-codes.ts'
import { openPorts } from './ports.ts'
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
  'PARLEY_API_KEY holds the key for a server that needs one, here or elsewhere.',
].join('\n')

/** Whoever starts the command owns the folder it works on. */
const LOCAL: Principal = { id: 'local', role: 'admin', surface: 'mcp' }

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
  const opened =
    found === 'ours'
      ? openRemote(server, folders.value, logger)
      : await openOwn(configuration.value, folders.value, logger)
  return serveUntilClosed(opened, version, logger)
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

interface Opened {
  readonly backend: Backend
  close(): Promise<void>
}

function openRemote(server: RemoteServer, folders: readonly string[], logger: Logger): Opened {
  const remote = createRemoteBackend({ ...server, principal: LOCAL, logger })
  const backend = withLocalFiles(remote, {
    folders,
    store: (file, { signal }) => uploadTo(server, file, signal),
  })
  return { backend, close: () => remote.close() }
}

async function openOwn(
  configuration: Configuration,
  folders: readonly string[],
  logger: Logger,
): Promise<Opened> {
  const { host, port } = configuration
  const { ports, close } = await openPorts(configuration, logger, () => `http://${host}:${port}`)
  const backend = withLocalFiles(createOwnBackend({ ports, openApiOf: modelDocument }), {
    folders,
    async store({ fileName, content }, { principal }) {
      const stored = await ports.registry.createUpload({
        fileName,
        owner: principal.id,
        content,
        maximumBytes: MAX_FILE_BYTES,
      })
      return stored.ok ? { ok: true, value: stored.value.id } : stored
    },
  })
  return { backend, close }
}

async function serveUntilClosed(
  { backend, close }: Opened,
  version: string,
  logger: Logger,
): Promise<number> {
  const ended = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve)
    process.stdin.once('close', resolve)
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  const handle = serveOnStdio({ backend, principal: LOCAL, version, logger })
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
