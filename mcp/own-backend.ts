// Answers MCP requests with this process's own operations.

import { mayInvoke } from '#core/operations/access.ts'
import { limitPorts } from '#core/operations/limited-ports.ts'
import { listModels } from '#core/operations/list-models.ts'
import type { Call, Ports } from '#core/operations/operation.ts'
import { predict } from '#core/operations/predict.ts'
import type { Backend, Exchange } from './backend.ts'
import { complete } from './completion.ts'
import { createUrlFetcher, type UrlFetcher } from './files/fetch-url.ts'
import { getPrompt, PROMPT_LIST } from './prompts.ts'
import { listResources, type OpenApiOf, RESOURCE_TEMPLATES, readResource } from './resources.ts'
import { callTool } from './tools/call-tool.ts'
import { listModelTools } from './tools/model-tools.ts'
import { OPERATION_TOOLS } from './tools/operation-tools.ts'

export interface OwnBackendOptions {
  readonly ports: Ports
  readonly openApiOf: OpenApiOf
  /** Default: the guarded download from the public internet. */
  readonly fetchUrl?: UrlFetcher
}

export function createOwnBackend({ ports, openApiOf, fetchUrl }: OwnBackendOptions): Backend {
  const context = {
    ports,
    fetchUrl: fetchUrl ?? createUrlFetcher(),
  }
  // Lists and documents show each person the models that exist for them; operations see to it by themselves.
  const seenBy = ({ principal }: Exchange) => limitPorts(ports, principal)
  // Lists are not operations: who may not ask for them by one is not shown the names this way.
  const listedFor = (exchange: Exchange) =>
    mayInvoke(listModels, exchange.principal) ? seenBy(exchange) : limitPorts(ports, { models: [] })
  return {
    async listTools(exchange) {
      if (!mayInvoke(predict, exchange.principal)) return { tools: [...OPERATION_TOOLS] }
      const own = await listModelTools(seenBy(exchange).registry)
      return { tools: [...OPERATION_TOOLS, ...own.map(({ tool }) => tool)] }
    },
    callTool: (parameters, exchange) =>
      callTool(parameters, exchange, { ...context, visible: seenBy(exchange) }),
    listResources: (exchange) => listResources(listedFor(exchange)),
    listResourceTemplates: async () => RESOURCE_TEMPLATES,
    readResource: (uri, exchange) =>
      readResource(uri, callOf(exchange, ports), { visible: seenBy(exchange), openApiOf }),
    listPrompts: async () => PROMPT_LIST,
    getPrompt: async (parameters) => getPrompt(parameters),
    complete: (parameters, exchange) => complete(parameters, listedFor(exchange)),
    onChange: (listener) => ports.registry.onChange(listener),
    close: async () => undefined,
  }
}

function callOf({ principal, signal, progress }: Exchange, ports: Ports): Call {
  return { principal, signal, progress, requestId: ports.randomId(), confirmed: false, ports }
}
