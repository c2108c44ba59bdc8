// `parley serve`: starts the server, says where it is, and ends it cleanly.

import { createAgent } from '#agent/agent.ts'
import { createClaude } from '#agent/claude/create-claude.ts'
import { createLogger } from '#api/logging.ts'
import { createServer, type ParleyServer } from '#api/server.ts'
import { createPage } from '#api/web/page.ts'
import type { Configuration } from './configuration.ts'
import { EXIT } from './exit-codes.ts'
import { createMcpMount } from './mcp-mount.ts'
import { openPorts } from './ports.ts'
import type { Terminal } from './terminal.ts'

/** Longer than any request but a large batch; what still runs then is cut, as orchestrators would. */
const DRAIN_MS = 10_000

export async function serve(
  configuration: Configuration,
  terminal: Terminal,
  version: string,
): Promise<number> {
  const logger = createLogger({ level: configuration.logLevel })
  let url = `http://${configuration.host}:${configuration.port}`
  const { ports, close } = await openPorts(configuration, logger, () => url)
  const claude =
    configuration.claude === null ? null : createClaude({ ...configuration.claude, logger })
  const mcp = createMcpMount({ ports, host: configuration.host, version })
  let server: ParleyServer
  try {
    server = createServer({
      ports,
      agent: createAgent({ ports, claude }),
      logger,
      page: createPage(),
      host: configuration.host,
      port: configuration.port,
      version,
      mounts: { '/mcp': mcp.answer },
    })
  } catch (error) {
    await close()
    if (!isAddressTaken(error)) throw error
    terminal.complain(
      `Port ${configuration.port} on ${configuration.host} is taken. Stop what uses it, or choose another: PORT=${configuration.port + 1} bun start`,
    )
    return EXIT.failed
  }
  url = server.url
  terminal.print(
    [
      `Parley ${version} is ready: ${url}`,
      `  models    ${loadedSentence(ports.serving.loaded())}`,
      ...[...ports.serving.failures()].map(
        ([name, failure]) => `  not loaded ${name}: ${failure.message}`,
      ),
      `  language  ${languageSentence(configuration)}`,
    ].join('\n'),
  )
  await interruption()
  await server.stop({ drainMs: DRAIN_MS })
  await mcp.close()
  await close()
  return EXIT.done
}

function loadedSentence(names: readonly string[]): string {
  return names.length === 0 ? 'none yet: drop a file into the chat' : [...names].sort().join(', ')
}

function languageSentence({ claude }: Configuration): string {
  return claude === null
    ? 'offline interpreter (set ANTHROPIC_API_KEY for Claude)'
    : `Claude (${claude.model}), the offline interpreter when it fails`
}

/** Resolves at the first Ctrl-C or TERM; a second one ends the process at once. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.once('SIGINT', () => process.exit(EXIT.interrupted))
      process.once('SIGTERM', () => process.exit(EXIT.interrupted))
      resolve()
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
}

function isAddressTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
