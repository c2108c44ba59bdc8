// What a route is: method, path, handler and its place in the OpenAPI document, in one value.

import type { ErrorCode } from '#core/errors.ts'
import type { Exchange, Reply } from './exchange.ts'
import type { FailureWriter } from './http/errors.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** As in OpenAPI: `/api/models/{name}`. */
  readonly path: string
  readonly handle: (exchange: Exchange) => Promise<Reply> | Reply
  readonly document: RouteDocument
  /** True where nobody has to say who they are, also where everything else needs a key. */
  readonly open?: boolean
  /** Where the address belongs to a protocol with errors of its own; `errorResponse` where absent. */
  readonly writeFailure?: FailureWriter
}

export interface MediaDocument {
  readonly schema: JsonSchema
  readonly example?: unknown
}

export interface RouteDocument {
  readonly id: string
  readonly tag:
    | 'Models'
    | 'Predictions'
    | 'Open Inference Protocol'
    | 'Chat'
    | 'Operations'
    | 'Service'
  readonly summary: string
  readonly description?: string
  readonly query?: readonly {
    readonly name: string
    readonly description: string
    readonly schema: JsonSchema
  }[]
  /** By media type. A function, so that schemas are derived only when a document is asked for. */
  readonly body?: () => Readonly<Record<string, MediaDocument>>
  readonly answers: () => readonly {
    readonly status: number
    readonly description: string
    readonly content: Readonly<Record<string, MediaDocument>>
  }[]
  readonly errors: readonly ErrorCode[]
  /** The body of its failures, where the address belongs to a protocol with errors of its own. */
  readonly failure?: JsonSchema
}
