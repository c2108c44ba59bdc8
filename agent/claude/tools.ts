// Derives Claude's tools from the operations: name, description and a strict JSON schema, in a stable order.

import type { Anthropic } from '@anthropic-ai/sdk'
import { z } from 'zod'
import { CONFIRMATION_FIELD } from '#core/operations/ask-first.ts'
import type { Operation } from '#core/operations/operation.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/**
 * What grammar-constrained sampling does not take. `invoke` enforces these all the same, and its answer names the
 * field, so leaving them out costs a repair at worst.
 */
const NOT_IN_GRAMMAR: ReadonlySet<string> = new Set([
  '$schema',
  'propertyNames',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'maxItems',
])

/** In talk a person's own yes is the only confirmation; a model must not even see a way to give it. */
const NOT_FOR_MODELS: ReadonlySet<string> = new Set([CONFIRMATION_FIELD])

/**
 * One tool for each operation, in the order of the index. The last carries a cache mark, so that the whole list is
 * read from the cache from the second request on.
 */
export function toolsOf(operations: readonly Operation[]): Anthropic.Tool[] {
  const tools = withinGrammar(operations.map(toolOf))
  const last = tools.at(-1)
  if (last !== undefined) last.cache_control = { type: 'ephemeral' }
  return tools
}

/** What the API compiles into grammars at most: so many strict tools, with so many optional fields between them. */
const MAX_STRICT_TOOLS = 20
const MAX_STRICT_OPTIONAL_FIELDS = 24

/** The tools with the most optional fields go without a grammar first: `invoke` checks every input all the same. */
function withinGrammar(tools: Anthropic.Tool[]): Anthropic.Tool[] {
  const strict = tools
    .filter((tool) => tool.strict === true)
    .sort((left, right) => optionalCount(left) - optionalCount(right))
  const kept = new Set<string>()
  let fields = 0
  for (const tool of strict.slice(0, MAX_STRICT_TOOLS)) {
    fields += optionalCount(tool)
    if (fields <= MAX_STRICT_OPTIONAL_FIELDS) kept.add(tool.name)
  }
  return tools.map(({ strict: _, ...tool }) =>
    kept.has(tool.name) ? { ...tool, strict: true } : tool,
  )
}

function optionalCount({ input_schema }: Anthropic.Tool): number {
  const { properties, required } = input_schema
  return Object.keys(properties ?? {}).length - (required?.length ?? 0)
}

function toolOf(operation: Operation): Anthropic.Tool {
  const schema = withoutKeys(z.toJSONSchema(operation.input, { io: 'input' }))
  return {
    name: operation.name,
    description: describe(operation),
    input_schema: { ...schema, type: 'object' },
    // Objects with names of their own choosing, such as `features`, cannot be put into a grammar.
    ...(isClosed(schema) ? { strict: true } : {}),
  }
}

function describe({ description, effect, examples }: Operation): string {
  const lines = [description]
  if (effect === 'destructive') {
    lines.push(
      'Calling this does not run it: the person is asked first. Call it once and stop there.',
    )
  }
  if (effect === 'write')
    lines.push('Only when the person asks for this change in their own words.')
  for (const { utterance, input } of examples.slice(0, 2)) {
    lines.push(`Example: “${utterance}” → ${JSON.stringify(input)}`)
  }
  return lines.join('\n')
}

/** The schema without what a grammar cannot hold and without the keys that are not a model's to fill. */
function withoutKeys(schema: JsonSchema): JsonSchema {
  const entries = Object.entries(schema)
    .filter(([key]) => !NOT_IN_GRAMMAR.has(key))
    .map(([key, value]) => [key, key === 'properties' ? properties(value) : cleaned(value)])
  return Object.fromEntries(entries)
}

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned)
  return isSchema(value) ? withoutKeys(value) : value
}

/** Keys here are names of fields: a field called `minimum` stays. */
function properties(value: unknown): unknown {
  if (!isSchema(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !NOT_FOR_MODELS.has(name))
      .map(([name, schema]) => [name, cleaned(schema)]),
  )
}

function isClosed(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isClosed)
  if (!isSchema(value)) return true
  if (value['type'] === 'object' && value['additionalProperties'] !== false) return false
  return Object.values(value).every(isClosed)
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
