// Slash commands derived from the operations: one command each, its options from the operation's own input schema.

import {
  type APIApplicationCommandBasicOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js'
import { z } from 'zod'
import { clipText } from '#bots/shared/split-text.ts'
import { CONFIRMATION_FIELD } from '#core/operations/ask-first.ts'
import type { Operation } from '#core/operations/operation.ts'
import { DISCORD } from './limits.ts'

/** How an option's value becomes a value of the input. */
export type OptionKind =
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'list'
  | 'rows'
  | 'pairs'
  | 'features'
  | 'file'

export interface CommandOption {
  readonly name: string
  readonly kind: OptionKind
  readonly isRequired: boolean
  readonly description: string
  readonly minimum: number | undefined
  readonly maximum: number | undefined
}

/** Answered while a person types; `features` after the model was chosen. */
export const COMPLETED_OPTIONS: ReadonlySet<string> = new Set([
  'model',
  'version',
  'features',
  'sample',
  'topic',
])

/** The person is asked by a button instead; a command line cannot confirm for itself. */
const HIDDEN_OPTIONS: ReadonlySet<string> = new Set([CONFIRMATION_FIELD])

const propertySchema = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  items: z.object({ type: z.string().optional() }).optional(),
})

const inputSchema = z.object({
  properties: z.record(z.string(), propertySchema).optional(),
  required: z.array(z.string()).optional(),
})

/** The options of an operation's command, required ones first, as Discord wants them. */
export function optionsOf(operation: Operation): readonly CommandOption[] {
  const { properties = {}, required = [] } = inputSchema.parse(
    z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' }),
  )
  const options = Object.entries(properties)
    .filter(([name]) => !HIDDEN_OPTIONS.has(name))
    .map(([name, property]): CommandOption => {
      const kind = kindOf(name, property)
      return {
        name,
        kind,
        // Left out, features are asked for in a form.
        isRequired: required.includes(name) && kind !== 'features',
        description: clipText(
          descriptionOf(kind, property.description ?? name),
          DISCORD.description,
        ),
        minimum: property.minimum,
        maximum: property.maximum,
      }
    })
  return [
    ...options.filter(({ isRequired }) => isRequired),
    ...options.filter(({ isRequired }) => !isRequired),
  ].slice(0, DISCORD.optionsPerCommand)
}

function kindOf(name: string, { type, items }: z.output<typeof propertySchema>): OptionKind {
  if (name === 'upload') return 'file'
  switch (type) {
    case 'integer':
      return 'integer'
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'object':
      return name === 'features' ? 'features' : 'pairs'
    case 'array':
      return items?.type === 'object' ? 'rows' : 'list'
    default:
      return 'text'
  }
}

function descriptionOf(kind: OptionKind, description: string): string {
  switch (kind) {
    case 'features':
      return 'name=value, name=value; left out, a form asks for them'
    case 'pairs':
      return `name=value, name=value: ${description}`
    case 'rows':
      return `${description}, as a JSON list`
    case 'list':
      return `${description}, with commas between`
    case 'file':
      return description.replace(HANDLE, '').replace(FIRST, (letter) => letter.toUpperCase())
    case 'text':
    case 'integer':
    case 'number':
    case 'boolean':
      return description
  }
}

const HANDLE = /^Handle of an uploaded /i
const FIRST = /^./

const OPTION_TYPES = {
  text: ApplicationCommandOptionType.String,
  list: ApplicationCommandOptionType.String,
  rows: ApplicationCommandOptionType.String,
  pairs: ApplicationCommandOptionType.String,
  features: ApplicationCommandOptionType.String,
  integer: ApplicationCommandOptionType.Integer,
  number: ApplicationCommandOptionType.Number,
  boolean: ApplicationCommandOptionType.Boolean,
  file: ApplicationCommandOptionType.Attachment,
} as const satisfies Record<OptionKind, ApplicationCommandOptionType>

/** As they are registered: in servers and in direct messages, for everybody; rights are the operations' own. */
export function commandsOf(
  operations: readonly Operation[],
): readonly RESTPostAPIChatInputApplicationCommandsJSONBody[] {
  return operations.map((operation) => ({
    type: ApplicationCommandType.ChatInput,
    name: operation.name,
    description: clipText(firstSentence(operation.description), DISCORD.description),
    options: optionsOf(operation).map(toOption),
    integration_types: [ApplicationIntegrationType.GuildInstall],
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  }))
}

const SENTENCE_END = /[.:;] /

function firstSentence(text: string): string {
  return text.length <= DISCORD.description ? text : (text.split(SENTENCE_END)[0] ?? text)
}

function toOption(option: CommandOption): APIApplicationCommandBasicOption {
  const { name, description, isRequired, kind, minimum, maximum } = option
  const base = { name, description, required: isRequired }
  const autocomplete = COMPLETED_OPTIONS.has(name) ? { autocomplete: true as const } : {}
  const bounds = {
    ...(isUsefulBound(minimum) && { min_value: minimum }),
    ...(isUsefulBound(maximum) && { max_value: maximum }),
  }
  switch (kind) {
    case 'integer':
      return { ...base, ...autocomplete, ...bounds, type: OPTION_TYPES[kind] }
    case 'number':
      return { ...base, ...autocomplete, ...bounds, type: OPTION_TYPES[kind] }
    case 'boolean':
    case 'file':
      return { ...base, type: OPTION_TYPES[kind] }
    case 'text':
    case 'rows':
    case 'features':
      return { ...base, ...autocomplete, type: OPTION_TYPES[kind] }
    // `features` of a deployment are a list of new names; there is nothing to choose from.
    case 'list':
    case 'pairs':
      return { ...base, type: OPTION_TYPES[kind] }
  }
}

/** Schemas name the largest safe integer where they mean "no limit". */
function isUsefulBound(bound: number | undefined): bound is number {
  return bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER
}
