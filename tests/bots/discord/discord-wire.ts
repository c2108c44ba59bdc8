// Messages, commands and forms between the shapes of Discord's API and what a test looks at.

import { botUser } from './discord-gateway.ts'
import type { ModalInput, Shown } from './discord-types.ts'
import { nested, type Recorded } from './recorder.ts'

/** A message of the bot as the server keeps it. */
export interface Stored {
  id: string
  channel: string
  components: readonly unknown[]
  flags: number
  files: Recorded['files']
  edits: number
}

const EPHEMERAL = 1 << 6

export function asInput(one: unknown): ModalInput {
  const { label, component } = Object(one)
  return { label, id: component.custom_id, type: component.type, value: component.value }
}

export function withoutDefaults(option: unknown): object {
  const { required, autocomplete, ...rest } = Object(option)
  return { ...rest, ...(required && { required }), ...(autocomplete && { autocomplete }) }
}

export function gatewayInfo(url: string) {
  return {
    url,
    shards: 1,
    session_start_limit: { total: 1000, remaining: 999, reset_after: 0, max_concurrency: 1 },
  }
}

export function bareMessage(id: string, channel: string) {
  return {
    id,
    channel_id: channel,
    content: '',
    timestamp: '2026-11-21T00:00:00.000000+00:00',
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    pinned: false,
    type: 0,
    flags: 0,
    components: [],
  }
}

export function asMessage({ id, channel, components, flags }: Stored) {
  return { ...bareMessage(id, channel), author: botUser(), components, flags }
}

export function asShown({ id, channel, components, flags, files, edits }: Stored): Shown {
  const all = nested(components)
  return {
    id,
    channel,
    text: asSeen(all.flatMap(({ content }) => content ?? []).join('\n')),
    buttons: all.flatMap(({ type, label = '', custom_id }) =>
      type === 2 && custom_id !== undefined ? [{ label, id: custom_id }] : [],
    ),
    isEphemeral: (flags & EPHEMERAL) !== 0,
    files,
    edits,
  }
}

/** Escapes as a person sees them. */
function asSeen(markdown: string): string {
  return markdown.replace(/\\([^A-Za-z0-9\s])/g, '$1')
}

export async function readBody(
  request: Request,
): Promise<{ body: unknown; posted: { name: string; text: string }[] }> {
  const type = request.headers.get('content-type') ?? ''
  if (type.startsWith('application/json')) return { body: await request.json(), posted: [] }
  if (!type.startsWith('multipart/form-data')) return { body: null, posted: [] }
  const form = await request.formData()
  const posted: { name: string; text: string }[] = []
  for (const [key, value] of form.entries()) {
    if (key === 'payload_json') continue
    const { name } = Object(value)
    posted.push({ name, text: await new Response(value).text() })
  }
  return { body: JSON.parse(String(form.get('payload_json'))), posted }
}
