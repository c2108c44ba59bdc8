#!/usr/bin/env bun
// The command line: the only reader of the environment, builder of ports and starter of surfaces.

import { createLogger } from '#api/logging.ts'
import { parseArguments } from '#core/operations/arguments.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import manifest from '../package.json'
import { AUDIT_HELP, runAudit } from './audit.ts'
import { runBatch } from './batch.ts'
import { COMMANDS, findCommand, inFull, OWN_COMMANDS } from './commands.ts'
import { readConfiguration } from './configuration.ts'
import { EXIT } from './exit-codes.ts'
import { commandHelp, generalHelp } from './help.ts'
import { inspect } from './inspect.ts'
import { KEYS_HELP, type KeysContext, runKeys } from './keys.ts'
import { now, openPorts, openRegistry, randomId } from './ports.ts'
import { complainOf, LOCAL, runCommand } from './run-command.ts'
import { RUNS_HELP, runRuns } from './runs.ts'
import { createTerminal, type Terminal } from './terminal.ts'
import { filledEnvironment, filledWords } from './unfilled-settings.ts'

const SERVE_HELP = [
  'Starts the server: page, chat and REST on one address. Ctrl-C ends it when what is in flight is done.',
  '',
  'Usage: parley serve',
  '',
  'Settings come from the environment; parley --help lists them.',
].join('\n')

async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  const [word, ...rest] = words
  if (word === '--version' || word === '-v') {
    terminal.print(manifest.version)
    return EXIT.done
  }
  if (
    word === undefined ||
    word === '--help' ||
    word === '-h' ||
    (word === 'help' && rest.length === 0)
  ) {
    terminal.print(generalHelp(manifest.version))
    return EXIT.done
  }
  if (word === 'help' && rest[0] !== undefined) return main([rest[0], '--help'], terminal)
  if (word === 'serve') return startServer(rest, terminal)
  if (word === 'mcp') {
    const { mcp } = await import('./mcp.ts')
    return mcp(filledWords(rest), terminal, filledEnvironment(process.env), manifest.version)
  }
  if (word === 'inspect') {
    return withInterrupt((signal) => inspect(rest, terminal, signal))
  }
  if (word === 'train') {
    // Loaded here alone: the learners would slow down every other command.
    const { train } = await import('./train.ts')
    const { createRecorder } = await import('./record-run.ts')
    const exampleData = process.env['PARLEY_EXAMPLE_DATA'] ?? null
    const version = manifest.version
    const configuration = readConfiguration(process.env)
    if (!configuration.ok) {
      terminal.complain(configuration.failure.message)
      return EXIT.usage
    }
    const record = createRecorder(configuration.value, LOCAL.id)
    return withInterrupt((signal) =>
      train(rest, { terminal, signal, now, version, exampleData, record }),
    )
  }
  if (word === 'example') return startExample(rest, terminal)
  if (word === 'models') return startModels(rest, terminal)
  if (word === 'migrate') return startMigration(rest, terminal)
  if (word === 'keys') return aboutPeople(rest, terminal, KEYS_HELP, runKeys)
  if (word === 'runs') return aboutPeople(rest, terminal, RUNS_HELP, runRuns)
  if (word === 'audit') return aboutPeople(rest, terminal, AUDIT_HELP, runAudit)
  return runOperation(word, rest, terminal)
}

async function startExample(words: readonly string[], terminal: Terminal): Promise<number> {
  // Loaded here alone: the server and the learners would slow down every other command.
  const { EXAMPLE_HELP, runExample } = await import('./example.ts')
  if (words.includes('--help') || words.includes('-h')) {
    terminal.print(EXAMPLE_HELP)
    return EXIT.done
  }
  const configuration = readConfiguration(process.env)
  if (!configuration.ok) {
    terminal.complain(configuration.failure.message)
    return EXIT.usage
  }
  return withInterrupt((signal) =>
    runExample(words, { configuration: configuration.value, terminal, signal }),
  )
}

async function startModels(words: readonly string[], terminal: Terminal): Promise<number> {
  const { MODELS_HELP, runModels } = await import('./models.ts')
  if (words.includes('--help') || words.includes('-h')) {
    terminal.print(MODELS_HELP)
    return EXIT.done
  }
  const configuration = readConfiguration(process.env)
  if (!configuration.ok) {
    terminal.complain(configuration.failure.message)
    return EXIT.usage
  }
  return withInterrupt((signal) =>
    runModels(words, { configuration: configuration.value, terminal, signal }),
  )
}

async function startMigration(words: readonly string[], terminal: Terminal): Promise<number> {
  const { MIGRATE_HELP, runMigration } = await import('./migrate.ts')
  if (words.includes('--help') || words.includes('-h')) {
    terminal.print(MIGRATE_HELP)
    return EXIT.done
  }
  const configuration = readConfiguration(process.env)
  if (!configuration.ok) {
    terminal.complain(configuration.failure.message)
    return EXIT.usage
  }
  return withInterrupt((signal) =>
    runMigration(words, { configuration: configuration.value, terminal, signal }),
  )
}

/** Commands that need the registry and nothing that loads models. */
async function aboutPeople(
  words: readonly string[],
  terminal: Terminal,
  help: string,
  run: (words: readonly string[], context: KeysContext) => Promise<number>,
): Promise<number> {
  if (words.includes('--help') || words.includes('-h')) {
    terminal.print(help)
    return EXIT.done
  }
  const configuration = readConfiguration(process.env)
  if (!configuration.ok) {
    terminal.complain(configuration.failure.message)
    return EXIT.usage
  }
  const logger = createLogger({ level: configuration.value.logLevel })
  const registry = await openRegistry(configuration.value, logger)
  try {
    return await run(words, { registry, terminal, now, randomId })
  } finally {
    await registry.close()
  }
}

async function startServer(words: readonly string[], terminal: Terminal): Promise<number> {
  if (words.includes('--help') || words.includes('-h')) {
    terminal.print(SERVE_HELP)
    return EXIT.done
  }
  if (words.length > 0) {
    terminal.complain(
      `parley serve takes no arguments; "${words.join(' ')}" is not understood.\n\n${SERVE_HELP}`,
    )
    return EXIT.usage
  }
  const configuration = readConfiguration(process.env)
  if (!configuration.ok) {
    terminal.complain(configuration.failure.message)
    return EXIT.usage
  }
  // Loaded here alone: the page, the routes and the agent would slow down every other command.
  const { serve } = await import('./serve.ts')
  return serve(configuration.value, terminal, manifest.version)
}

async function runOperation(
  word: string,
  words: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const command = findCommand(word)
  if (command === null) {
    const known = [...OWN_COMMANDS, ...COMMANDS].map((candidate) => candidate.word).join(', ')
    terminal.complain(`parley has no command "${word}". It knows ${known}.`)
    return EXIT.usage
  }
  const parsed = parseArguments(command.operation.input, inFull(command.word, words))
  if (!parsed.ok) {
    for (const { message } of parsed.failure.details) terminal.complain(message)
    terminal.complain(`\nparley ${command.word} --help shows how it is called.`)
    return EXIT.usage
  }
  if (parsed.value.common.help) {
    terminal.print(commandHelp(command))
    return EXIT.done
  }
  const configuration = readConfiguration(process.env)
  if (!configuration.ok) return complainOf(configuration.failure, parsed.value.common, terminal)
  const { host, port, logLevel } = configuration.value
  return withInterrupt(async (signal) => {
    const logger = createLogger({ level: logLevel })
    const { ports, close } = await openPorts(
      configuration.value,
      logger,
      () => `http://${host}:${port}`,
    )
    try {
      const context = { ports, terminal, signal }
      return command.operation.name === 'predict_batch'
        ? await runBatch(command.operation, parsed.value, context)
        : await runCommand(command.operation, parsed.value, context)
    } finally {
      await close()
    }
  })
}

/** Ctrl-C asks the work to stop; a second one ends the process at once. */
async function withInterrupt(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    controller.abort()
  }
  process.on('SIGINT', stop)
  try {
    return await work(controller.signal)
  } finally {
    process.off('SIGINT', stop)
  }
}

const terminal = createTerminal({
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
})
/**
 * What goes on until it is stopped. Everything is closed by then; but PostgreSQL's driver, once it has had to listen again,
 * would connect for ever to hear of changes.
 */
const SERVERS: ReadonlySet<string | undefined> = new Set(['serve', 'mcp'])

try {
  const words = process.argv.slice(2)
  process.exitCode = await main(words, terminal)
  if (SERVERS.has(words[0])) process.exit()
} catch (error) {
  terminal.complain(
    error instanceof RegistryUnavailable
      ? error.message
      : 'Parley ended on an error of its own. Run it again with LOG_LEVEL=debug to see where.',
  )
  if (process.env['LOG_LEVEL'] === 'debug') console.error(error)
  process.exitCode = EXIT.failed
}
