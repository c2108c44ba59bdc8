// Answers MCP requests by a Parley server that runs already, so that models are loaded once and figures add up.

import {
  type CallToolResult,
  isInputRequiredResult,
  isJSONRPCNotification,
  type SpecTypeName,
  type SpecTypes,
  specTypeSchemas,
} from '@modelcontextprotocol/server'
import type { Logger, Principal } from '#core/operations/operation.ts'
import { type Backend, type ChangeListener, type Exchange, ownExchange } from '../backend.ts'
import { parseUri } from '../uris.ts'
import { type ForwardRequest, forward, post, type RemoteServer } from './forward.ts'
import { readMessages } from './messages.ts'

export interface RemoteBackendOptions extends RemoteServer {
  readonly principal: Principal
  readonly logger: Logger
  /** How long to wait before listening again after the stream of changes broke off. */
  readonly retryMs?: number
}

/** A server that restarts is back within seconds; asking more often would only fill its log. */
const RETRY_MS = 2_000

export function createRemoteBackend(options: RemoteBackendOptions): Backend {
  const ask = async <Name extends SpecTypeName>(
    type: Name,
    request: ForwardRequest,
    exchange: Exchange,
  ): Promise<SpecTypes[Name]> => parse(type, await forward(request, exchange, options))
  const listeners = new Set<ChangeListener>()
  const closing = new AbortController()
  let isListening = false
  return {
    listTools: (exchange) =>
      ask('ListToolsResult', { method: 'tools/list', parameters: {} }, exchange),
    async callTool({ name, arguments: given }, exchange) {
      const parameters = { name, ...(given !== undefined && { arguments: given }) }
      const result = await forward({ method: 'tools/call', parameters, name }, exchange, options)
      if (isInputRequiredResult(result)) return result
      const answer: CallToolResult = await parse('CallToolResult', result)
      return answer
    },
    listResources: (exchange) =>
      ask('ListResourcesResult', { method: 'resources/list', parameters: {} }, exchange),
    listResourceTemplates: (exchange) =>
      ask(
        'ListResourceTemplatesResult',
        { method: 'resources/templates/list', parameters: {} },
        exchange,
      ),
    readResource: (uri, exchange) =>
      ask(
        'ReadResourceResult',
        { method: 'resources/read', parameters: { uri }, name: uri },
        exchange,
      ),
    listPrompts: (exchange) =>
      ask('ListPromptsResult', { method: 'prompts/list', parameters: {} }, exchange),
    getPrompt: ({ name, arguments: given = {} }, exchange) =>
      ask(
        'GetPromptResult',
        { method: 'prompts/get', parameters: { name, arguments: given }, name },
        exchange,
      ),
    complete: ({ ref, argument, context }, exchange) =>
      ask(
        'CompleteResult',
        {
          method: 'completion/complete',
          parameters: { ref, argument, ...(context !== undefined && { context }) },
        },
        exchange,
      ),
    onChange(listener) {
      listeners.add(listener)
      if (!isListening) {
        isListening = true
        void listen(options, closing.signal, (models) => {
          for (const one of [...listeners]) one(models)
        })
      }
      return () => listeners.delete(listener)
    },
    async close() {
      closing.abort()
    },
  }
}

/** Through the protocol's own schemas; what only the wire needs is left behind. */
async function parse<Name extends SpecTypeName>(
  type: Name,
  value: unknown,
): Promise<SpecTypes[Name]> {
  const schema = specTypeSchemas[type]
  const { resultType: _, ...rest } = { ...(value as Record<string, unknown>) }
  const parsed = await schema['~standard'].validate(rest)
  if (parsed.issues !== undefined) throw new Error(`the server's ${type} is not in form`)
  return parsed.value as SpecTypes[Name]
}

const LISTEN: ForwardRequest = {
  method: 'subscriptions/listen',
  parameters: { notifications: { toolsListChanged: true, resourcesListChanged: true } },
}

/** Until closed: a broken stream is opened again, and what changed meanwhile is told as one change. */
async function listen(
  options: RemoteBackendOptions,
  signal: AbortSignal,
  tell: ChangeListener,
): Promise<void> {
  const exchange = ownExchange(options.principal, signal)
  let isFirst = true
  while (!signal.aborted) {
    try {
      const response = await post(LISTEN, exchange, options)
      if (!isFirst) tell(await modelNames(options, exchange))
      isFirst = false
      for await (const message of readMessages(response)) {
        if (isJSONRPCNotification(message) && message.method === RESOURCES_CHANGED) {
          tell(await modelNames(options, exchange))
        }
      }
    } catch (error) {
      if (signal.aborted) return
      const name = error instanceof Error ? error.name : typeof error
      options.logger.warn({ error: name }, 'no news from the server')
    }
    await Bun.sleep(options.retryMs ?? RETRY_MS)
  }
}

/** Tools and resources change together; one of the two notices is enough. */
const RESOURCES_CHANGED = 'notifications/resources/list_changed'

async function modelNames(server: RemoteServer, exchange: Exchange): Promise<readonly string[]> {
  const result = await forward({ method: 'resources/list', parameters: {} }, exchange, server)
  const { resources } = await parse('ListResourcesResult', result)
  const names = resources.map(({ uri }) => parseUri(uri))
  return [...new Set(names.flatMap((one) => (one?.kind === 'model' ? [one.name] : [])))]
}
