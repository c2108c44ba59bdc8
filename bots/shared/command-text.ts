// Reads what was typed after a slash command: an operation with its input, or words for the conversation.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { parseArguments } from '#core/operations/arguments.ts'
import { findOperation } from '#core/operations/index.ts'
import type { OperationName } from '#core/operations/operation.ts'

export type Command =
  | {
      readonly kind: 'operation'
      readonly operation: OperationName
      readonly input: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'talk'; readonly message: string }

/** Bare words, "double" or 'single' quoted ones, also as part of a word: `city="New York"`. Curly quotes are what phones type. */
const WORD = /(?:[^\s"'“”]+|"[^"]*"|“[^”]*”|'[^']*')+/g
const QUOTES = /["“”]|(?<=^|=)'|'$/g
const DASHES = /-/g

/**
 * `list_models`, `list-models`, `predict churn tenure=24`, `predict {"model":"churn",…}`; everything else is talk.
 * `invalid_input` where the operation is known and its words cannot be read.
 */
export function readCommand(text: string): Outcome<Command> {
  const trimmed = text.trim()
  const [first = ''] = trimmed.split(WHITESPACE, 1)
  const operation = findOperation(first.toLowerCase().replace(DASHES, '_'))
  const rest = trimmed.slice(first.length).trim()
  if (operation === null) return succeed({ kind: 'talk', message: trimmed })
  if (rest.startsWith('{')) {
    const input = parseObject(rest)
    return input === null
      ? fail('invalid_input', `What follows ${operation.name} is not a JSON object.`)
      : succeed({ kind: 'operation', operation: operation.name, input })
  }
  const parsed = parseArguments(operation.input, words(rest))
  if (!parsed.ok) {
    // "help me deploy" and "predict for a customer with …" are sentences that begin like a command.
    return rest.split(WHITESPACE).length > 1 && !rest.includes('=') && !rest.includes('--')
      ? succeed({ kind: 'talk', message: trimmed })
      : parsed
  }
  return succeed({ kind: 'operation', operation: operation.name, input: parsed.value.input })
}

const WHITESPACE = /\s+/

function words(text: string): string[] {
  return (text.match(WORD) ?? []).map((word) => word.replace(QUOTES, ''))
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
