// `parley serve`: starts the server, says where it is, and ends it cleanly.

import { createAgent } from '#agent/agent.ts'
import { createClaude } from '#agent/claude/create-claude.ts'
import { isLoopback } from '#api/http/security.ts'
import { createLogger } from '#api/logging.ts'
import { createServer, type ParleyServer } from '#api/server.ts'
import { createPage } from '#api/web/page.ts'
import type { Principal } from '#core/operations/operation.ts'
import { principalOf } from '#core/people/grants.ts'
import { createKeyring } from '#core/people/keyring.ts'
import { createRequestPrincipals } from '#core/people/request-principals.ts'
import { errorCode } from '#core/registry/registry-unavailable.ts'
import type { Configuration } from './configuration.ts'
import { connectDiscord } from './discord.ts'
import { EXIT } from './exit-codes.ts'
import { createMcpMount } from './mcp-mount.ts'
import { loadGrants } from './permissions.ts'
import { openPorts } from './ports.ts'
import type { makeSlackBot } from './slack.ts'
import type { Terminal } from './terminal.ts'

/** Longer than any request but a large batch; what still runs then is cut, as orchestrators would. */
const DRAIN_MS = 10_000

/** From the signal to the end at the latest; orchestrators kill after 30 seconds. */
const STOP_MS = 25_000

export async function serve(
  configuration: Configuration,
  terminal: Terminal,
  version: string,
): Promise<number> {
  const grants = await loadGrants(configuration)
  if (!grants.ok) {
    terminal.complain(grants.failure.message)
    return EXIT.usage
  }
  const logger = createLogger({ level: configuration.logLevel })
  let url = `http://${configuration.host}:${configuration.port}`
  const opened = await openPorts(configuration, logger, () => url, { jobs: true })
  const { ports } = opened
  const keyring = createKeyring({ store: ports.registry, now: ports.now, logger })
  const close = async () => {
    await keyring.close()
    await opened.close()
  }
  if (configuration.requireKeys && !(await keyring.hasUsableKey())) {
    await close()
    terminal.complain(noKeySentence(configuration))
    return EXIT.usage
  }
  const local = configuration.requireKeys ? null : principalOf({ surface: 'local' }, grants.value)
  const claude =
    configuration.claude === null ? null : createClaude({ ...configuration.claude, logger })
  const agent = createAgent({ ports, claude })
  const mcp = createMcpMount({
    ports,
    host: configuration.host,
    allowedHosts: configuration.allowedHosts,
    version,
  })
  const slack = await openSlack(configuration, { ports, agent, grants: grants.value })
  let server: ParleyServer
  try {
    server = createServer({
      ports,
      agent,
      logger,
      page: createPage(),
      host: configuration.host,
      port: configuration.port,
      allowedHosts: configuration.allowedHosts,
      version,
      principalOf: createRequestPrincipals({ keyring, local, surface: 'rest' }),
      mounts: { '/mcp': mcp.answer },
      signedMounts: slack?.handle ? { '/slack/events': slack.handle } : {},
    })
  } catch (error) {
    await close()
    const problem = bindProblem(error, configuration)
    if (problem === null) throw error
    terminal.complain(problem)
    return EXIT.failed
  }
  url = server.url
  const { grpcPort } = configuration
  const grpc =
    grpcPort === null
      ? null
      : await (await import('./grpc.ts')).openGrpc(server, configuration.host, grpcPort)
  if (grpc?.ok === false) {
    await server.stop({ drainMs: 0 })
    await mcp.close()
    await close()
    terminal.complain(grpc.failure.message)
    return EXIT.failed
  }
  // Before anybody is told that it is ready: who reads that may stop it in the same moment.
  const interrupted = interruption()
  const discord =
    configuration.discord === null
      ? null
      : await connectDiscord(configuration.discord, { ports, agent, grants: grants.value })
  terminal.print(
    [
      `Parley ${version} is ready: ${url}`,
      `  models    ${loadedSentence(ports.serving.loaded())}`,
      ...[...ports.serving.failures()].map(
        ([name, failure]) => `  not loaded ${name}: ${failure.message}`,
      ),
      `  language  ${languageSentence(configuration)}`,
      ...(grpc === null ? [] : [`  grpc      ${configuration.host}:${grpc.value.port}`]),
      // Said only where it is not what everyone expects of a program on their own machine.
      ...(local?.role === 'admin' ? [] : [`  access    ${accessSentence(local)}`]),
      ...(discord === null ? [] : [`  discord   ${discord.sentence}`]),
      ...(slack === null ? [] : [`  slack     ${await slack.connect()}`]),
    ].join('\n'),
  )
  await interrupted
  // A part that cannot end, because what it talks to is away, must not keep the process.
  setTimeout(() => {
    logger.error({}, 'something was still open when the time to stop was over')
    process.exit(EXIT.done)
  }, STOP_MS).unref()
  await discord?.bot?.close()
  await slack?.stop()
  await Promise.all([server.stop({ drainMs: DRAIN_MS }), grpc?.value.stop({ drainMs: DRAIN_MS })])
  await mcp.close()
  await close()
  return EXIT.done
}

/** Loaded only where it is asked for: Bolt would cost every start a third of a second. */
async function openSlack({ slack }: Configuration, services: Parameters<typeof makeSlackBot>[1]) {
  if (slack === null) return null
  const { makeSlackBot, connectSlack } = await import('./slack.ts')
  const bot = makeSlackBot(slack, services)
  return { handle: bot.handle, connect: () => connectSlack(bot, slack), stop: () => bot.stop() }
}

function loadedSentence(names: readonly string[]): string {
  return names.length === 0 ? 'none yet: drop a file into the chat' : [...names].sort().join(', ')
}

function languageSentence({ claude }: Configuration): string {
  return claude === null
    ? 'offline interpreter (set ANTHROPIC_API_KEY for Claude)'
    : `Claude (${claude.model}), the offline interpreter when it fails`
}

function accessSentence(local: Principal | null): string {
  return local === null
    ? 'API keys only (parley keys create makes one)'
    : `people on this machine as ${local.role}, and API keys`
}

function noKeySentence(configuration: Configuration): string {
  return `${whyKeys(configuration)}, and no API key works. Make one with: parley keys create --name NAME --role admin`
}

function whyKeys({ host, allowedHosts }: Configuration): string {
  if (!isLoopback(host)) return `HOST is "${host}", which other machines can reach`
  return allowedHosts.length > 0
    ? 'PARLEY_ALLOWED_HOSTS lets others in through a proxy'
    : 'PARLEY_REQUIRE_KEYS asks for API keys'
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

/** Why the system would not let us listen there; null where it is not about the address. */
function bindProblem(error: unknown, { host, port }: Configuration): string | null {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken. Stop what uses it, or choose another: PORT=${port + 1} bun start`
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
    case 'ENOTFOUND':
      return `HOST is "${host}", which is no address of this machine. Use 127.0.0.1, or 0.0.0.0 for all of its addresses.`
    case 'EACCES':
      return `Port ${port} is one that only the system's owner may use. Choose one from 1024: PORT=3000 bun start`
    default:
      return null
  }
}
