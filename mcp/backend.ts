// What answers MCP requests: this process's own operations, or a Parley server that runs already.

import type {
  CallToolRequestParams,
  CallToolResult,
  CompleteRequestParams,
  CompleteResult,
  GetPromptRequestParams,
  GetPromptResult,
  InputRequiredResult,
  ListPromptsResult,
  ListResourcesResult,
  ListResourceTemplatesResult,
  ListToolsResult,
  LoggingLevel,
  ReadResourceResult,
} from '@modelcontextprotocol/server'
import type { Principal, Progress } from '#core/operations/operation.ts'
import type { ClientLog } from './client-log.ts'

/** One request on its way: who asks, what their client can do, and what they answered when they were asked back. */
export interface Exchange {
  readonly principal: Principal
  /** As the client declared them; untrusted like everything of its. */
  readonly capabilities: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal
  readonly progress: (progress: Progress) => void
  /** The least urgent level that the client asked to be told; null where it asked for nothing. */
  readonly logLevel: LoggingLevel | null
  readonly log: ClientLog
  /** Answers to the questions of an earlier round, by the question's key. They come from the client: untrusted. */
  readonly answers: Readonly<Record<string, unknown>>
  /** What the earlier round asked to be given back; untrusted as well. */
  readonly state: string | null
}

/** What differs now: names of models, so that lists and single resources can be told apart. */
export type ChangeListener = (models: readonly string[]) => void

/** Methods throw `ProtocolError` for requests that are wrong as requests; a failed operation is an answer. */
export interface Backend {
  listTools(exchange: Exchange): Promise<ListToolsResult>
  callTool(
    parameters: CallToolRequestParams,
    exchange: Exchange,
  ): Promise<CallToolResult | InputRequiredResult>
  listResources(exchange: Exchange): Promise<ListResourcesResult>
  listResourceTemplates(exchange: Exchange): Promise<ListResourceTemplatesResult>
  readResource(uri: string, exchange: Exchange): Promise<ReadResourceResult>
  listPrompts(exchange: Exchange): Promise<ListPromptsResult>
  getPrompt(
    parameters: GetPromptRequestParams,
    exchange: Exchange,
  ): Promise<GetPromptResult | InputRequiredResult>
  complete(parameters: CompleteRequestParams, exchange: Exchange): Promise<CompleteResult>
  /** Returns unsubscribe. */
  onChange(listener: ChangeListener): () => void
  close(): Promise<void>
}

/** A request that this process makes of a server by itself, with no client's request behind it. */
export function ownExchange(principal: Principal, signal: AbortSignal): Exchange {
  return {
    principal,
    capabilities: {},
    signal,
    progress: () => undefined,
    logLevel: null,
    log: () => undefined,
    answers: {},
    state: null,
  }
}
