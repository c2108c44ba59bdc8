// The Slack bot: Bolt over a socket or over HTTP, with the same listeners for both.

import { App, LogLevel, SocketModeReceiver } from '@slack/bolt'
import type { Agent } from '#agent/turn.ts'
import { createDirectAgent, type DirectAgent } from '#bots/shared/direct-agent.ts'
import { createSeenEvents } from '#bots/shared/seen-events.ts'
import { createTurnDesk } from '#bots/shared/turn-desk.ts'
import type { Logger, Ports, Principal } from '#core/operations/operation.ts'
import type { Identity } from '#core/people/grants.ts'
import { createConversations } from './conversation.ts'
import { listenToActions } from './listen-actions.ts'
import { listenToMessages } from './listen-messages.ts'
import { createFetchReceiver } from './receiver.ts'
import { createUserGroups } from './user-groups.ts'

export interface SlackBotOptions {
  readonly ports: Ports
  readonly agent: Agent
  readonly botToken: string
  readonly connection:
    | {
        readonly mode: 'socket'
        readonly appToken: string
        /** How long a ping may go unanswered, and the step between attempts to connect again; Bolt's five seconds by default. */
        readonly patienceMs?: number
      }
    | { readonly mode: 'http'; readonly signingSecret: string }
  /** Another server that speaks Slack's Web API, with a slash at the end; Slack's own by default. */
  readonly apiUrl?: string | null
  /** Who somebody is to Parley; everyone a viewer by default. Null where they may not do anything. */
  readonly principalOf?: (identity: Identity) => Principal | null
  /** True where permissions name a user group of Slack's. */
  readonly needsUserGroups?: boolean
  /** Runs chosen operations; a test may listen. */
  readonly direct?: DirectAgent
}

export interface SlackBot {
  /** Connects, and checks the token; throws a sentence where Slack refuses it. */
  start(): Promise<void>
  /** Stops what runs and disconnects. */
  stop(): Promise<void>
  /** For `POST /slack/events`; null in socket mode. */
  readonly handle: ((request: Request) => Promise<Response>) | null
}

const SLACK_FILE_ORIGINS = ['https://files.slack.com', 'https://files.slack-gov.com']
const SLACK_HOOK_ORIGINS = ['https://hooks.slack.com', 'https://hooks.slack-gov.com']

export function createSlackBot(options: SlackBotOptions): SlackBot {
  const { ports, agent, botToken, connection } = options
  const report = (error: unknown) => {
    ports.logger.warn({ surface: 'slack', ...describeError(error) }, 'slack')
  }
  const apiUrl = options.apiUrl ?? null
  const clientOptions = apiUrl === null ? {} : { slackApiUrl: apiUrl }
  const quiet = quietLogger(ports.logger)
  const http =
    connection.mode === 'http'
      ? createFetchReceiver({ signingSecret: connection.signingSecret, now: ports.now, report })
      : null
  const app = new App({
    token: botToken,
    clientOptions,
    logger: quiet,
    receiver:
      http ??
      new SocketModeReceiver({
        ...socketOptions(connection),
        logger: quiet,
        installerOptions: { clientOptions: { ...clientOptions } },
      }),
    // Read at start, so that a wrong token is said there and not at the first message.
    deferInitialization: true,
  })
  const desk = createTurnDesk(report)
  const groups = createUserGroups({
    client: app.client,
    isNeeded: options.needsUserGroups === true,
    now: ports.now,
    report,
  })
  const principalOf = options.principalOf ?? viewer
  const conversations = createConversations({
    ports,
    agent,
    direct: options.direct ?? createDirectAgent(ports),
    desk,
    report,
    principalOf: async ({ team, user, home }) =>
      home === undefined
        ? principalOf({ surface: 'slack', team, user, groups: await groups.of(team, user) })
        : principalOf({ surface: 'slack', team: home, user, isGuest: true, groups: [] }),
  })
  const own = apiUrl === null ? [] : [new URL(apiUrl).origin]
  const tools = {
    app,
    ports,
    conversations,
    seen: createSeenEvents('slack', ports),
    botToken,
    fetch: (url: string, init: RequestInit) => fetch(url, init),
    fileOrigins: [...SLACK_FILE_ORIGINS, ...own],
    hookOrigins: [...SLACK_HOOK_ORIGINS, ...own],
    report,
  }
  listenToMessages(tools)
  listenToActions(tools)
  app.error(async (error) => report(error))
  return {
    handle: http === null ? null : (request) => http.handle(request),
    async start() {
      await app.init()
      await app.start()
    },
    async stop() {
      await app.stop()
      await desk.close()
    },
  }
}

function socketOptions(connection: SlackBotOptions['connection']) {
  if (connection.mode === 'http') return { appToken: '' }
  const { appToken, patienceMs } = connection
  return { appToken, ...(patienceMs === undefined ? {} : { clientPingTimeout: patienceMs }) }
}

function viewer(identity: Identity): Principal | null {
  if (identity.surface !== 'slack' || identity.isGuest === true) return null
  return { id: `slack:${identity.team}:${identity.user}`, role: 'viewer', surface: 'slack' }
}

/** Bolt's own words go to our log; at its debug level it would write what people say. */
function quietLogger(logger: Logger) {
  const note = (...parts: unknown[]) => {
    const first = parts.find((part) => part instanceof Error) ?? parts[0]
    logger.warn({ surface: 'slack', ...describeError(first) }, 'slack')
  }
  const silent = () => undefined
  return {
    debug: silent,
    info: silent,
    warn: note,
    error: note,
    setLevel: silent,
    getLevel: () => LogLevel.WARN,
    setName: silent,
  }
}

/** Slack's error codes are fixed words; messages of other errors may hold what was said. */
function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { error: typeof error }
  const data = 'data' in error ? error.data : null
  const code = typeof data === 'object' && data !== null && 'error' in data ? data.error : null
  return { error: error.name, ...(typeof code === 'string' ? { code } : {}) }
}
