// The options of a slash command as the input of its operation.

import { ApplicationCommandOptionType, type CommandInteractionOption } from 'discord.js'
import type { Attachment } from '#bots/shared/attachment.ts'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Operation } from '#core/operations/operation.ts'
import { type CommandOption, optionsOf } from './commands.ts'
import { toAttachment } from './messages.ts'

export interface CommandInput {
  readonly input: Readonly<Record<string, unknown>>
  /** What was typed for `features`, not read yet: that needs the model's signature. */
  readonly features: string | null
  readonly attachments: readonly Attachment[]
  readonly uploadKey: string | null
  /** The command as a person would read it, for the conversation's memory. */
  readonly said: string
}

const LIST_SEPARATOR = /\s*[,;\n]\s*/

/** `invalid_input` where the text of an option cannot be read; the operation checks everything else. */
export function readCommandInput(
  operation: Operation,
  given: readonly CommandInteractionOption[],
): Outcome<CommandInput> {
  const known = new Map(optionsOf(operation).map((option) => [option.name, option]))
  const input: Record<string, unknown> = {}
  const attachments: Attachment[] = []
  const words = [`/${operation.name}`]
  let features: string | null = null
  let uploadKey: string | null = null
  for (const one of given) {
    const option = known.get(one.name)
    if (option === undefined) continue
    words.push(`${one.name}: ${one.attachment?.name ?? String(one.value)}`)
    if (option.kind === 'file') {
      if (one.attachment === undefined || one.attachment === null) continue
      attachments.push(toAttachment(one.attachment))
      uploadKey = one.name
    } else if (option.kind === 'features') features = String(one.value)
    else {
      const value = readValue(option, one)
      if (!value.ok) return value
      input[one.name] = value.value
    }
  }
  return succeed({ input, features, attachments, uploadKey, said: words.join(' ') })
}

function readValue(option: CommandOption, given: CommandInteractionOption): Outcome<unknown> {
  if (given.type !== ApplicationCommandOptionType.String) return succeed(given.value)
  const text = String(given.value)
  switch (option.kind) {
    case 'list':
      return succeed(text.split(LIST_SEPARATOR).filter((part) => part !== ''))
    case 'rows':
      return readRows(option.name, text)
    case 'pairs':
      return readPairs(option.name, text)
    case 'text':
    case 'integer':
    case 'number':
    case 'boolean':
    case 'features':
    case 'file':
      return succeed(text)
  }
}

/** `1=90, 2=10`; commas are not needed. */
function readPairs(name: string, text: string): Outcome<unknown> {
  const pairs: Record<string, number> = Object.create(null)
  for (const word of text.split(PAIR_SEPARATOR).filter((part) => part !== '')) {
    const [, key, value] = PAIR.exec(word) ?? []
    if (key === undefined || value === undefined || key in pairs) {
      return fail('invalid_input', `${name} is written like 1=90, 2=10.`, [
        { path: name, message: `holds "${word}"` },
      ])
    }
    pairs[key] = Number(value)
  }
  return succeed({ ...pairs })
}

const PAIR_SEPARATOR = /[\s,;]+/
const PAIR = /^([^=]+)=(\d+(?:\.\d+)?)%?$/

function readRows(name: string, text: string): Outcome<unknown> {
  try {
    return succeed(JSON.parse(text))
  } catch {
    return fail(
      'invalid_input',
      `${name} must be a JSON list such as [{"tenure": 24}]. For many rows, attach a CSV instead.`,
      [{ path: name, message: 'is not JSON' }],
    )
  }
}
