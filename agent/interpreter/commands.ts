// Finds the orders in a message that change something, and what they are about.

import type { KnownModel } from '../language.ts'
import {
  bareForms,
  COMMAND_PATTERNS,
  COMMAND_VERBS,
  type CommandOperation,
} from './command-patterns.ts'
import { type Mood, moodOf } from './mood.ts'
import { readWordOrder } from './order-words.ts'
import type { Clause, MessageReading } from './reading.ts'
import type { VersionReference } from './versions.ts'

export interface Command {
  readonly operation: CommandOperation
  /** The models named; empty for "it" and for nothing at all. */
  readonly models: readonly KnownModel[]
  /** Said with "it", "this", "that model". */
  readonly pointed: boolean
  readonly version: VersionReference | null
  readonly clause: Clause
}

/** Orders of the message, each a clause wholly understood. Splits at "and" only where both halves are orders. */
export function findCommands(reading: MessageReading): readonly Command[] {
  const commands: Command[] = []
  for (const clause of reading.clauses) {
    const last = commands.at(-1)
    if (
      last !== undefined &&
      last.clause.sentence === clause.sentence &&
      MORE_MODELS.test(clause.text)
    ) {
      const models = [...last.models, ...modelsIn(reading, clause.text)]
      commands[commands.length - 1] = { ...last, models }
      continue
    }
    if (moodOf(clause, reading.clauses) !== 'order') continue
    const whole = matchClause(reading, clause, clause.text)
    if (whole !== null) {
      commands.push(whole)
      continue
    }
    const halves = clause.text.split(' and ')
    if (halves.length < 2) continue
    const parts = halves.map((half) => matchClause(reading, clause, half))
    const found = parts.filter((part) => part !== null)
    if (found.length === parts.length) commands.push(...found)
  }
  return commands
}

/** "undeploy churn, iris and price": what follows the comma belongs to the order. */
const MORE_MODELS =
  /^(?:and )?(?:the )?@\d+(?: model)?(?: and (?:the )?@\d+(?: model)?)*(?: please| too)?$/

function matchClause(reading: MessageReading, clause: Clause, text: string): Command | null {
  const forms = text.length > MAX_ORDER_CHARACTERS ? [] : bareForms(text)
  for (const { operation, pattern } of COMMAND_PATTERNS) {
    const match = firstMatch(pattern, forms)
    if (match === null) continue
    const object = match.groups?.['object'] ?? ''
    const models = modelsIn(reading, object)
    return {
      operation,
      models,
      pointed: object !== '' && models.length === 0,
      version: versionIn(reading, clause, match.groups?.['version']),
      clause,
    }
  }
  return matchWords(reading, clause, forms)
}

/** The same in other words: a verb first, and nothing behind it that does not belong to the order. */
function matchWords(
  reading: MessageReading,
  clause: Clause,
  forms: readonly string[],
): Command | null {
  for (const form of forms) {
    const order = readWordOrder(form)
    if (order === null) continue
    return {
      operation: order.operation,
      models: modelsIn(reading, order.models),
      pointed: order.pointed,
      version: versionIn(reading, clause, order.version ?? undefined),
      clause,
    }
  }
  return null
}

/** Nobody gives an order in a longer clause, and every form of it would be tried. */
export const MAX_ORDER_CHARACTERS = 300

function firstMatch(pattern: RegExp, forms: readonly string[]): RegExpExecArray | null {
  for (const form of forms) {
    const match = pattern.exec(form)
    if (match !== null) return match
  }
  return null
}

const MODEL_MARK = /@(\d+)/g

export function modelsIn(reading: MessageReading, text: string): readonly KnownModel[] {
  const found = [...text.matchAll(MODEL_MARK)].flatMap((match) => {
    const mention = reading.models[Number(match[1])]
    return mention === undefined ? [] : [mention.model]
  })
  return [...new Set(found)]
}

function versionIn(
  reading: MessageReading,
  clause: Clause,
  found: string | undefined,
): VersionReference | null {
  if (found === undefined) return null
  if (found.startsWith('#')) return reading.versions[Number(found.slice(1))]?.reference ?? null
  const numbers = reading.tokens
    .slice(clause.from, clause.to)
    .filter(({ kind }) => kind === 'number')
  const [number] = numbers
  const value = number?.value
  if (numbers.length !== 1 || value === undefined || !Number.isInteger(value) || value < 1)
    return null
  return { kind: 'number', number: value }
}

/** A changing operation that is spoken of without a clear order, and in which mood. */
export function mentionedCommand(
  reading: MessageReading,
): { operation: CommandOperation; mood: Mood; models: readonly KnownModel[] } | null {
  for (const clause of reading.clauses) {
    const verb = COMMAND_VERBS.find(({ pattern }) => pattern.test(clause.text))
    if (verb === undefined) continue
    const mood = moodOf(clause, reading.clauses)
    return { operation: verb.operation, mood, models: modelsIn(reading, reading.whole) }
  }
  return null
}
