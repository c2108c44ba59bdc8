// JSON Schemas of tools, derived from the operations' own Zod schemas.

import type { Tool } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Operation } from '#core/operations/operation.ts'
import { MAX_URL_LENGTH } from '../limits.ts'
import { confirmableInput } from './confirm-argument.ts'

export type ObjectSchema = Tool['inputSchema']

const url = z
  .string()
  .min(1)
  .max(MAX_URL_LENGTH)
  .optional()
  .describe('Public web address (https) of the file, instead of an upload handle')

/** Operations that work on a file also take its address; it becomes an upload before they see it. */
export function takesFile(operation: Pick<Operation, 'input'>): boolean {
  return Object.hasOwn(operation.input.shape, 'upload')
}

export function inputSchemaOf(operation: Operation): ObjectSchema {
  const input = confirmableInput(operation)
  return toObjectSchema(takesFile(operation) ? input.extend({ url }) : input, 'input')
}

export function outputSchemaOf(operation: Operation): ObjectSchema {
  return toObjectSchema(operation.output, 'output')
}

/** Without the dialect line: 2020-12 is the protocol's default, and validators of older clients do not know its address. */
function toObjectSchema(schema: z.ZodObject, io: 'input' | 'output'): ObjectSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  // Through JSON: what Zod adds for its own use stays behind.
  return { ...(JSON.parse(JSON.stringify(rest)) as Record<string, never>), type: 'object' }
}
