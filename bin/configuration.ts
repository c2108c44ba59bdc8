// Turns environment variables into a checked configuration, or one sentence that names the bad one.

import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { isLoopback } from '#api/http/security.ts'
import { type Outcome, succeed } from '#core/errors.ts'
import { type DiscordConfiguration, readDiscord } from './discord-configuration.ts'
import { type PredictionLogConfiguration, readPredictionLog } from './prediction-log.ts'
import { invalid, isHttpUrl, withoutPassword } from './settings.ts'
import { readSlack, type SlackConfiguration } from './slack-configuration.ts'
import { readStorage, type StorageConfiguration } from './storage-configuration.ts'

export interface Configuration extends StorageConfiguration {
  readonly port: number
  readonly host: string
  /** Where the Open Inference Protocol is spoken over gRPC too; null where it is not. */
  readonly grpcPort: number | null
  /** Folder of the registry and its artifacts, absolute. */
  readonly dataFolder: string
  readonly defaultModel: string | null
  /** Folder with the data of the examples, absolute. */
  readonly exampleData: string | null
  /** Where models of Transformers are fetched. */
  readonly hub: { readonly endpoint: string; readonly token: string | null }
  readonly logLevel: LogLevel
  /** Where finished trainings are logged too, without a slash at the end; null where nothing is set. */
  readonly mlflowUri: string | null
  readonly predictionLog: PredictionLogConfiguration
  /** Base address of an OpenTelemetry collector, without a slash at the end; null where nothing is traced. */
  readonly otlpEndpoint: string | null
  /** Names under which a proxy in front of a loopback address is reached, in lower case. */
  readonly allowedHosts: readonly string[]
  /** Origins of other inference servers that versions may run on, such as `http://triton:8000`. */
  readonly remoteEngines: readonly string[]
  /** True where everybody needs an API key: other machines can connect, or PARLEY_REQUIRE_KEYS says so. */
  readonly requireKeys: boolean
  /** Where PARLEY_PERMISSIONS says that the permissions file is, absolute. */
  readonly permissionsFile: string | null
  /** Set when the Discord bot is started. */
  readonly discord: DiscordConfiguration | null
  /** Set when the Slack bot is started. */
  readonly slack: SlackConfiguration | null
  /** Set when Claude answers; the offline interpreter otherwise. */
  readonly claude: {
    readonly apiKey: string
    readonly baseUrl: string | null
    readonly model: string
  } | null
}

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_PORT = 3000
const DEFAULT_HUB = 'https://huggingface.co'
const LARGEST_PORT = 65_535
const DEFAULT_CLAUDE_MODEL = 'claude-opus-5-5'
const TRAILING_SLASHES = /\/+$/
const WHOLE_NUMBER = /^\d+$/
/** A name or an address in a Host header, without its port. */
const HOST_NAME = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/
const MODEL_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/

/** Reads and checks every variable that Parley knows; the first bad one ends it with `invalid_input`. */
export function readConfiguration(environment: Environment): Outcome<Configuration> {
  const value = (name: string): string | null => environment[name]?.trim() || null
  const storage = readStorage(value)
  if (!storage.ok) return storage
  const port = readPort(value('PORT'))
  if (port === null) {
    return invalid(
      `PORT must be a whole number from 0 to ${LARGEST_PORT}; it is "${value('PORT')}".`,
    )
  }
  const grpcPort = value('GRPC_PORT') === null ? null : readPort(value('GRPC_PORT'))
  if (value('GRPC_PORT') !== null && grpcPort === null) {
    return invalid(
      `GRPC_PORT must be a whole number from 0 to ${LARGEST_PORT}; it is "${value('GRPC_PORT')}".`,
    )
  }
  const host = value('HOST') ?? '127.0.0.1'
  const requireKeys = readSwitch(value('PARLEY_REQUIRE_KEYS'))
  if (requireKeys === null) {
    return invalid(`PARLEY_REQUIRE_KEYS must be 1 or 0; it is "${value('PARLEY_REQUIRE_KEYS')}".`)
  }
  const allowedHosts = readHosts(value('PARLEY_ALLOWED_HOSTS'))
  if (!allowedHosts.ok) return allowedHosts
  const remoteEngines = readOrigins(value('PARLEY_REMOTE_ENGINES'))
  if (!remoteEngines.ok) return remoteEngines
  const permissions = value('PARLEY_PERMISSIONS')
  const defaultModel = value('PARLEY_DEFAULT_MODEL')
  if (defaultModel !== null && !MODEL_NAME.test(defaultModel)) {
    return invalid(
      `PARLEY_DEFAULT_MODEL must be a model's name, such as churn; it is "${defaultModel}".`,
    )
  }
  const logLevel = value('LOG_LEVEL') ?? 'silent'
  if (!isLogLevel(logLevel)) {
    return invalid(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}; it is "${logLevel}".`)
  }
  const claude = readClaude(value)
  if (!claude.ok) return claude
  const discord = readDiscord(value)
  if (!discord.ok) return discord
  const slack = readSlack(value)
  if (!slack.ok) return slack
  const mlflowUri = value('MLFLOW_TRACKING_URI')
  if (mlflowUri !== null && !isHttpUrl(mlflowUri)) {
    return invalid(
      `MLFLOW_TRACKING_URI must be the http or https address of an MLflow server; it is "${withoutPassword(mlflowUri)}".`,
    )
  }
  const otlpEndpoint = value('OTEL_EXPORTER_OTLP_ENDPOINT')
  if (otlpEndpoint !== null && !isHttpUrl(otlpEndpoint)) {
    return invalid(
      `OTEL_EXPORTER_OTLP_ENDPOINT must be the http or https address of a collector; it is "${otlpEndpoint}".`,
    )
  }
  const predictionLog = readPredictionLog(value)
  if (!predictionLog.ok) return predictionLog
  const hub = value('HF_ENDPOINT') ?? DEFAULT_HUB
  if (!isHttpUrl(hub)) {
    return invalid(
      `HF_ENDPOINT must be the http or https address of the Hugging Face hub or a mirror; it is "${withoutPassword(hub)}".`,
    )
  }
  const exampleData = value('PARLEY_EXAMPLE_DATA')
  if (exampleData !== null && !isFolder(resolve(exampleData))) {
    return invalid(`PARLEY_EXAMPLE_DATA must be a folder that is there; it is "${exampleData}".`)
  }
  const dataFolder = resolve(value('PARLEY_DATA') ?? './data')
  return succeed({
    port,
    grpcPort,
    host,
    dataFolder,
    ...storage.value,
    defaultModel,
    exampleData: exampleData === null ? null : resolve(exampleData),
    hub: { endpoint: hub.replace(TRAILING_SLASHES, ''), token: value('HF_TOKEN') },
    logLevel,
    mlflowUri: mlflowUri === null ? null : mlflowUri.replace(TRAILING_SLASHES, ''),
    predictionLog: predictionLog.value,
    otlpEndpoint: otlpEndpoint === null ? null : otlpEndpoint.replace(TRAILING_SLASHES, ''),
    allowedHosts: allowedHosts.value,
    remoteEngines: remoteEngines.value,
    // Whoever comes through a proxy looks like the person at the machine: only a key tells them apart.
    requireKeys: requireKeys || !isLoopback(host) || allowedHosts.value.length > 0,
    permissionsFile: permissions === null ? null : resolve(permissions),
    discord: discord.value,
    slack: slack.value,
    claude: claude.value,
  })
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function readClaude(value: (name: string) => string | null): Outcome<Configuration['claude']> {
  const apiKey = value('ANTHROPIC_API_KEY')
  const baseUrl = value('ANTHROPIC_BASE_URL')
  if (baseUrl !== null && !isHttpUrl(baseUrl)) {
    return invalid(
      `ANTHROPIC_BASE_URL must be an http or https address; it is "${withoutPassword(baseUrl)}".`,
    )
  }
  if (apiKey === null) return succeed(null)
  return succeed({ apiKey, baseUrl, model: value('ANTHROPIC_MODEL') ?? DEFAULT_CLAUDE_MODEL })
}

function readHosts(text: string | null): Outcome<readonly string[]> {
  const names = (text ?? '').split(',').map((name) => name.trim().toLowerCase())
  const hosts = names.filter((name) => name !== '')
  const wrong = hosts.find((name) => !HOST_NAME.test(name))
  return wrong === undefined
    ? succeed(hosts)
    : invalid(
        `PARLEY_ALLOWED_HOSTS must be host names with commas between them, without https:// and ports, such as parley.example.com; one is "${wrong}".`,
      )
}

function readOrigins(text: string | null): Outcome<readonly string[]> {
  const given = (text ?? '').split(',').map((part) => part.trim().replace(TRAILING_SLASHES, ''))
  const origins = given.filter((part) => part !== '')
  const wrong = origins.find((part) => !isHttpUrl(part) || new URL(part).origin !== part)
  return wrong === undefined
    ? succeed(origins)
    : invalid(
        `PARLEY_REMOTE_ENGINES must be addresses of inference servers with commas between them, without a path, such as http://triton:8000; one is "${wrong}".`,
      )
}

function readPort(text: string | null): number | null {
  if (text === null) return DEFAULT_PORT
  const port = Number(text)
  return WHOLE_NUMBER.test(text) && port <= LARGEST_PORT ? port : null
}

function readSwitch(text: string | null): boolean | null {
  if (text === null || text === '0' || text === 'false') return false
  return text === '1' || text === 'true' ? true : null
}

function isLogLevel(text: string): text is LogLevel {
  return LOG_LEVELS.some((level) => level === text)
}
