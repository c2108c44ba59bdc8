// Sends one request to the `/mcp` of a running server, in the newest era, and passes progress and messages on.

import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCResultResponse,
  LOG_LEVEL_META_KEY,
  PROTOCOL_VERSION_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'
import type { Exchange } from '../backend.ts'
import { passMessage } from '../client-log.ts'
import { readMessages } from './messages.ts'

const REVISION = '2026-07-28'
const ASCII = /^[\x20-\x7e]*$/

export interface RemoteServer {
  /** Without a slash at the end: `http://127.0.0.1:3000`. */
  readonly url: string
  readonly key: string | null
  readonly version: string
}

export interface ForwardRequest {
  readonly method: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** What the header `Mcp-Name` repeats: a tool's or prompt's name, a resource's address. */
  readonly name?: string
}

/** The bare result. Throws `ProtocolError`, also where the server cannot be reached. */
export async function forward(
  request: ForwardRequest,
  exchange: Exchange,
  server: RemoteServer,
): Promise<unknown> {
  const response = await post(request, exchange, server)
  try {
    for await (const message of readMessages(response)) {
      if (isJSONRPCNotification(message)) passNotice(message, exchange)
      else if (isJSONRPCResultResponse(message)) return message.result
      else if (isJSONRPCErrorResponse(message)) {
        const { code, message: text, data } = message.error
        throw new ProtocolError(code, text, data)
      }
    }
  } catch (error) {
    if (error instanceof ProtocolError) throw error
    throw unreachable(server)
  }
  throw unreachable(server)
}

/** The answer's head; for streams that stay open. */
export async function post(
  { method, parameters, name }: ForwardRequest,
  exchange: Exchange,
  { url, key, version }: RemoteServer,
): Promise<Response> {
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method,
    params: {
      ...parameters,
      ...(Object.keys(exchange.answers).length > 0 && { inputResponses: exchange.answers }),
      ...(exchange.state !== null && { requestState: exchange.state }),
      _meta: {
        progressToken: 1,
        [PROTOCOL_VERSION_META_KEY]: REVISION,
        [CLIENT_INFO_META_KEY]: { name: 'parley-stdio', version },
        [CLIENT_CAPABILITIES_META_KEY]: exchange.capabilities,
        ...(exchange.logLevel !== null && { [LOG_LEVEL_META_KEY]: exchange.logLevel }),
      },
    },
  }
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': REVISION,
    'mcp-method': method,
  }
  if (name !== undefined) headers['mcp-name'] = headerValue(name)
  if (key !== null) headers['authorization'] = `Bearer ${key}`
  try {
    return await fetch(`${url}/mcp`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal: exchange.signal,
    })
  } catch {
    throw unreachable({ url })
  }
}

/** As the protocol writes names that a header cannot hold. */
function headerValue(text: string): string {
  return ASCII.test(text) && text.trim() === text
    ? text
    : `=?base64?${Buffer.from(text).toString('base64')}?=`
}

function passNotice(
  { method, params }: { method: string; params?: Readonly<Record<string, unknown>> | undefined },
  { progress, log }: Exchange,
): void {
  if (method === 'notifications/message') passMessage(params, log)
  if (method !== 'notifications/progress') return
  const { progress: fraction, message } = params ?? {}
  progress({
    fraction: typeof fraction === 'number' ? fraction : null,
    message: typeof message === 'string' ? message : '',
  })
}

function unreachable({ url }: Pick<RemoteServer, 'url'>): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InternalError,
    `The Parley server at ${url} does not answer any more. Start it again, or restart this client to work without it.`,
  )
}
