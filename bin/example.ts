// `parley example`: lists the examples, and makes one ready from its data to its endpoint.

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createAgent } from '#agent/agent.ts'
import { createLogger } from '#api/logging.ts'
import { createServer } from '#api/server.ts'
import { nearestWord } from '#core/nearest.ts'
import { endpointOf } from '#core/operations/example-row.ts'
import type { Ports } from '#core/operations/operation.ts'
import type { Example, ExampleContext, ExampleResult } from '#models/example.ts'
import { EXAMPLES } from '#models/examples.ts'
import { createDataFinder } from '#models/shared/find-data.ts'
import type { Configuration } from './configuration.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { firstSentence } from './keys.ts'
import { createModelCache, openPorts } from './ports.ts'
import { LOCAL } from './run-command.ts'
import type { Terminal } from './terminal.ts'

export const EXAMPLE_HELP = [
  'Makes an example ready: finds its data, trains what it trains, says how good it is, and deploys it.',
  '',
  'Usage: parley example              lists the examples',
  '       parley example NAME [--again] [--synthetic] [--config FILE] [--data FILE|ADDRESS]',
  '',
  ...EXAMPLES.map(({ name, summary }) => `  ${name.padEnd(16)} ${summary}`),
  '',
  '  --again          Makes anew what is already there',
  '  --synthetic      Takes made-up rows with the same columns, without looking for the data',
  '  --config FILE    Parameters in place of models/NAME/config.json, where an example has such',
  '  --data WHERE     A table here or its address in place of the usual one, where an example takes one',
  '',
  'Data come from the folder PARLEY_EXAMPLE_DATA, else from ../shared/data where it exists, else from their public',
  'address, else they are a synthetic sample; what is said and the model’s card tell which. Files are written into',
  'examples/NAME in PARLEY_DATA. Ctrl-C stops it.',
].join('\n')

const OPTIONS = {
  again: { type: 'boolean' },
  synthetic: { type: 'boolean' },
  config: { type: 'string' },
  data: { type: 'string' },
} as const

export interface ExampleOptions {
  readonly configuration: Configuration
  readonly terminal: Terminal
  readonly signal: AbortSignal
}

/** Returns the process's exit code. */
export async function runExample(
  words: readonly string[],
  options: ExampleOptions,
): Promise<number> {
  const { terminal, signal } = options
  const wish = readWords(words)
  if (typeof wish === 'string') {
    terminal.complain(`${wish}\n\nparley example --help shows how it is called.`)
    return EXIT.usage
  }
  if (wish.example === null) {
    terminal.print(EXAMPLES.map(({ name, summary }) => `${name.padEnd(16)} ${summary}`).join('\n'))
    return EXIT.done
  }
  try {
    return await withPorts(options.configuration, (ports) =>
      makeExample(wish.example as Example, wish, ports, options),
    )
  } catch (error) {
    if (!signal.aborted) throw error
    terminal.complain('Stopped. What was finished before is kept; run it again to go on.')
    return EXIT.interrupted
  }
}

interface Wish {
  /** Null where the list is asked for. */
  readonly example: Example | null
  readonly again: boolean
  readonly synthetic: boolean
  readonly given: ExampleContext['given']
}

/** What was typed, or the sentence that says what is wrong with it. */
function readWords(words: readonly string[]): Wish | string {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(words)
  } catch (error) {
    return firstSentence(error)
  }
  const [name, stray] = parsed.positionals
  if (stray !== undefined) return `I do not know what "${stray}" is for.`
  const { again = false, synthetic = false, config, data } = parsed.values
  const given = { ...(config !== undefined && { config }), ...(data !== undefined && { data }) }
  if (name === undefined) return { example: null, again, synthetic, given }
  const example = EXAMPLES.find((one) => one.name === name)
  if (example !== undefined) {
    const refused = Object.keys(given).find((word) => !example.takes?.some((one) => one === word))
    return refused === undefined
      ? { example, again, synthetic, given }
      : `The example ${name} takes no --${refused}.`
  }
  const names = EXAMPLES.map((one) => one.name)
  const near = nearestWord(name, names)
  const hint = near === null ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`
  return `There is no example "${name}". ${hint}`
}

function parse(words: readonly string[]) {
  return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true, strict: true })
}

async function withPorts<T>(
  configuration: Configuration,
  work: (ports: Ports) => Promise<T>,
): Promise<T> {
  const { host, port, logLevel } = configuration
  const logger = createLogger({ level: logLevel })
  const { ports, close } = await openPorts(configuration, logger, () => `http://${host}:${port}`)
  try {
    return await work(ports)
  } finally {
    await close()
  }
}

async function makeExample(
  example: Example,
  { again, synthetic, given }: Wish,
  ports: Ports,
  { configuration, terminal, signal }: ExampleOptions,
): Promise<number> {
  const outputFolder = join(configuration.dataFolder, 'examples', example.name)
  const say = (line: string) => terminal.print(line)
  const progress: ExampleContext['call']['progress'] = (one) => terminal.progress(one)
  const outcome = await example.make({
    call: {
      principal: LOCAL,
      requestId: ports.randomId(),
      signal,
      progress,
      confirmed: false,
      ports,
    },
    findData: createDataFinder({
      exampleData: configuration.exampleData,
      syntheticOnly: synthetic,
      downloads: join(configuration.dataFolder, 'examples', 'downloads'),
      fetch,
      work: { signal, progress },
      say,
    }),
    outputFolder,
    withServer: (work) => serveMeanwhile(ports, work),
    fetch,
    modelCache: createModelCache(configuration),
    say,
    again,
    given,
  })
  terminal.clearProgress()
  if (!outcome.ok) {
    terminal.complain(outcome.failure.message)
    return exitCodeOf(outcome.failure.code)
  }
  terminal.print(closingWords(outcome.value, ports.baseUrl))
  return EXIT.done
}

async function serveMeanwhile<T>(ports: Ports, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer({ ports, agent: createAgent({ ports }), port: 0 })
  try {
    return await work(server.url)
  } finally {
    await server.stop()
  }
}

function closingWords({ model, modelVersion, row, files }: ExampleResult, url: string): string {
  return [
    '',
    ...files.map(([path, about]) => `${path}  ${about}`),
    '',
    `${model} ${modelVersion} answers at POST ${url}${endpointOf(model)} (start the server with: bun start). Try it:`,
    '',
    `  curl ${url}${endpointOf(model)} -H 'content-type: application/json' \\`,
    `    -d '${JSON.stringify(row).replaceAll("'", "'\\''")}'`,
  ].join('\n')
}
