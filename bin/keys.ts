// `parley keys`: makes, lists and revokes API keys.

import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { statusOf } from '#core/people/api-key.ts'
import { parseDuration } from '#core/people/audit-entry.ts'
import { createKey, type KeyContext, revokeKey } from '#core/people/manage-keys.ts'
import type { ApiKeyRecord } from '#core/people/people-store.ts'
import { isRole, ROLES } from '#core/people/roles.ts'
import { renderPlainText } from '#core/presentation/plain-text.ts'
import type { Registry } from '#core/registry/registry.ts'
import { EXIT } from './exit-codes.ts'
import { complainOf, LOCAL } from './run-command.ts'
import type { Terminal } from './terminal.ts'

/** A key that nobody remembers ends by itself. */
const DEFAULT_LIFETIME = '90d'

export const KEYS_HELP = [
  'Makes, lists and revokes the API keys with which programs and other machines use Parley.',
  '',
  'Usage: parley keys create --name NAME [--role ROLE] [--expires TIME] [--models A,B] [--scopes A,B]',
  '       parley keys list',
  '       parley keys revoke ID',
  '',
  `  --name NAME      What it is for; the audit log shows it`,
  `  --role ROLE      ${ROLES.join(', ')}; viewer when left out`,
  `  --expires TIME   30d, 12h, 8w or never; ${DEFAULT_LIFETIME} when left out`,
  '  --models A,B     Only these models exist for it',
  '  --scopes A,B     Only these: read, write, destructive, or names of operations such as predict',
  '  --json           Print the whole answer as JSON',
  '',
  'create prints the key once, alone on standard output, and keeps only its hash: who loses a key revokes it and',
  'makes another.',
].join('\n')

export interface KeysContext {
  readonly registry: Registry
  readonly terminal: Terminal
  readonly now: () => number
  readonly randomId: () => string
}

/** Returns the process's exit code. */
export async function runKeys(words: readonly string[], context: KeysContext): Promise<number> {
  const [action, ...rest] = words
  switch (action) {
    case 'create':
      return create(rest, context)
    case 'list':
      return list(rest, context)
    case 'revoke':
      return revoke(rest, context)
    default:
      return usage(context.terminal, 'parley keys takes create, list or revoke.')
  }
}

const OPTIONS = {
  name: { type: 'string' },
  role: { type: 'string' },
  expires: { type: 'string' },
  models: { type: 'string' },
  scopes: { type: 'string' },
  json: { type: 'boolean' },
} as const

async function create(words: readonly string[], context: KeysContext): Promise<number> {
  const { terminal, registry, now } = context
  const parsed = parse(words, OPTIONS)
  if (typeof parsed === 'string') return usage(terminal, parsed)
  if (parsed.positionals.length > 0) return usage(terminal, strayWord(parsed.positionals))
  const { name, role = 'viewer', expires = DEFAULT_LIFETIME, models, scopes, json } = parsed.values
  if (name === undefined) return usage(terminal, '--name is missing: say what the key is for.')
  if (!isRole(role)) {
    return usage(terminal, `--role must be one of ${ROLES.join(', ')}; it is "${role}".`)
  }
  const lifetimeMs = parseDuration(expires)
  if (lifetimeMs === null && expires !== 'never') {
    return usage(terminal, `--expires must be such as 30d, 12h, 8w or never; it is "${expires}".`)
  }
  const wish = {
    name,
    role,
    models: listOf(models),
    scopes: listOf(scopes),
    lifetimeMs,
  }
  const created = await createKey(wish, keyContext(context))
  if (!created.ok) return complainOf(created.failure, commonOf(json), terminal)
  const { key, record } = created.value
  if (json === true) {
    terminal.print(JSON.stringify({ ...toJson(record, now()), key }, null, 2))
    return EXIT.done
  }
  terminal.print(key)
  const end =
    record.expiresAtMs === null ? 'It never expires' : `It expires ${day(record.expiresAtMs)}`
  terminal.complain(
    `This is shown once: keep it now. ${end}; parley keys revoke ${record.id} ends it before.`,
  )
  for (const model of record.models ?? []) {
    if ((await registry.findModel(model)) === null) {
      terminal.complain(`Note: there is no model called “${model}” yet.`)
    }
  }
  return EXIT.done
}

async function list(words: readonly string[], context: KeysContext): Promise<number> {
  const { terminal, registry, now } = context
  const parsed = parse(words, { json: { type: 'boolean' } })
  if (typeof parsed === 'string') return usage(terminal, parsed)
  if (parsed.positionals.length > 0) return usage(terminal, strayWord(parsed.positionals))
  const keys = await registry.listApiKeys()
  if (parsed.values.json === true) {
    terminal.print(JSON.stringify({ keys: keys.map((key) => toJson(key, now())) }, null, 2))
  } else if (keys.length === 0) {
    terminal.print('There are no API keys. parley keys create --name NAME makes one.')
  } else {
    terminal.print(renderPlainText({ text: '', blocks: [tableOf(keys, now())] }))
  }
  return EXIT.done
}

async function revoke(words: readonly string[], context: KeysContext): Promise<number> {
  const { terminal, now } = context
  const parsed = parse(words, { json: { type: 'boolean' } })
  if (typeof parsed === 'string') return usage(terminal, parsed)
  const [id, ...others] = parsed.positionals
  if (id === undefined || others.length > 0)
    return usage(terminal, 'parley keys revoke takes one ID.')
  const revoked = await revokeKey(id, keyContext(context))
  const { json } = parsed.values
  if (!revoked.ok) return complainOf(revoked.failure, commonOf(json), terminal)
  terminal.print(
    json === true
      ? JSON.stringify(toJson(revoked.value, now()), null, 2)
      : `The key ${id} (${revoked.value.name}) opens nothing any more.`,
  )
  return EXIT.done
}

function keyContext({ registry, now, randomId }: KeysContext): KeyContext {
  return { store: registry, randomBytes, now, by: LOCAL, requestId: randomId() }
}

function strayWord([word]: readonly string[]): string {
  return `I do not know what "${word}" is for.`
}

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>

/** What was typed, or the sentence that says what is wrong with it. */
function parse<T extends Options>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    return firstSentence(error)
  }
}

/** The library goes on about "--" and positional arguments. */
export function firstSentence(error: unknown): string {
  if (!(error instanceof Error)) return 'That is not understood.'
  return `${error.message.split('. ')[0]}.`
}

function usage(terminal: Terminal, problem: string): number {
  terminal.complain(`${problem}\n\nparley keys --help shows how it is called.`)
  return EXIT.usage
}

function commonOf(json: boolean | undefined) {
  return { json: json === true, yes: false, help: false, output: null, reportErrors: false }
}

function listOf(text: string | undefined): readonly string[] | null {
  if (text === undefined) return null
  return text.split(',').map((item) => item.trim())
}

function tableOf(keys: readonly ApiKeyRecord[], nowMs: number) {
  const columns = ['ID', 'Name', 'Role', 'Limited to', 'Status', 'Expires', 'Last used']
  return {
    kind: 'table' as const,
    columns: columns.map((label) => ({ label })),
    rows: keys.map((key) => [
      key.id,
      key.name,
      key.role,
      [...(key.models ?? []), ...(key.scopes ?? [])].join(', ') || '-',
      statusOf(key, nowMs),
      key.expiresAtMs === null ? 'never' : day(key.expiresAtMs),
      key.lastUsedAtMs === null ? 'never' : `${minute(key.lastUsedAtMs)} UTC`,
    ]),
  }
}

const DAY_LENGTH = 10
const MINUTE_LENGTH = 16

function day(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, DAY_LENGTH)
}

function minute(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, MINUTE_LENGTH).replace('T', ' ')
}

function toJson(key: ApiKeyRecord, nowMs: number) {
  const time = (timeMs: number | null) => (timeMs === null ? null : new Date(timeMs).toISOString())
  return {
    id: key.id,
    name: key.name,
    role: key.role,
    models: key.models,
    scopes: key.scopes,
    status: statusOf(key, nowMs),
    created_at: time(key.createdAtMs),
    created_by: key.createdBy,
    expires_at: time(key.expiresAtMs),
    revoked_at: time(key.revokedAtMs),
    last_used_at: time(key.lastUsedAtMs),
  }
}
