// Registers the slash commands at start, and only when what Discord has differs from what is wanted.

import { type REST, type RESTPostAPIChatInputApplicationCommandsJSONBody, Routes } from 'discord.js'

export interface RegistrationTarget {
  readonly applicationId: string
  /** A server for commands that appear at once, for trying out; null for every server. */
  readonly guildId: string | null
}

type Commands = readonly RESTPostAPIChatInputApplicationCommandsJSONBody[]

/** `unchanged` after one GET; `registered` after a GET and a PUT that replaces the whole list. */
export async function registerCommands(
  rest: REST,
  target: RegistrationTarget,
  commands: Commands,
): Promise<'unchanged' | 'registered'> {
  const route =
    target.guildId === null
      ? Routes.applicationCommands(target.applicationId)
      : Routes.applicationGuildCommands(target.applicationId, target.guildId)
  const wanted = target.guildId === null ? commands : commands.map(forGuild)
  const present = await rest.get(route)
  if (Array.isArray(present) && sameCommands(present, wanted)) return 'unchanged'
  await rest.put(route, { body: wanted })
  return 'registered'
}

/** Commands of one server have no say in where they appear. */
function forGuild(command: Commands[number]): Commands[number] {
  const { contexts: _, integration_types: __, ...rest } = command
  return rest
}

/** Only what we set is compared; Discord adds ids, versions and defaults of its own. */
export function sameCommands(present: readonly unknown[], wanted: readonly unknown[]): boolean {
  const named = (commands: readonly unknown[]) =>
    commands.map((command) => JSON.stringify(essence(command))).sort()
  return JSON.stringify(named(present)) === JSON.stringify(named(wanted))
}

const COMPARED: readonly string[] = [
  'type',
  'name',
  'description',
  'options',
  'contexts',
  'integration_types',
  'required',
  'autocomplete',
  'min_value',
  'max_value',
  'choices',
]

/** In one order of keys, without what means the same as leaving it out. */
function essence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essence)
  if (typeof value !== 'object' || value === null) return value
  const fields = new Map<string, unknown>(Object.entries(value))
  return COMPARED.flatMap((key) => {
    const field = fields.get(key)
    const isEmpty =
      field === undefined ||
      field === null ||
      field === false ||
      (Array.isArray(field) && field.length === 0)
    return isEmpty ? [] : [[key, essence(field)]]
  })
}
