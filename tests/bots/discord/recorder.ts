// Checks what a bot sends against Discord's own OpenAPI description, and against the limits that it only has in words.

import {
  ApplicationCommandAutocompleteCallbackRequestSchema,
  ApplicationCommandUpdateRequestSchema,
  CreateMessageInteractionCallbackRequestSchema,
  IncomingWebhookRequestPartialSchema,
  IncomingWebhookUpdateRequestPartialSchema,
  MessageCreateRequestSchema,
  MessageEditRequestPartialSchema,
  ModalInteractionCallbackRequestSchema,
} from 'discord-api-spec/zod'
import { z } from 'zod'

export interface Recorded {
  readonly method: string
  /** Without the version: `/channels/1/messages`. */
  readonly path: string
  readonly body: unknown
  readonly files: readonly { readonly name: string; readonly text: string }[]
}

interface Check {
  safeParse(value: unknown): { success: boolean; error?: { issues: unknown } }
}

/** The request bodies that a bot may send, by route; a body on any other route is a problem. */
const BODIES: readonly { method: string; path: RegExp; schema: Check }[] = [
  {
    method: 'PUT',
    path: /^\/applications\/\d+(\/guilds\/\d+)?\/commands$/,
    schema: z.array(
      z.custom((one) => ApplicationCommandUpdateRequestSchema.safeParse(one).success),
    ),
  },
  {
    method: 'POST',
    path: /^\/interactions\/\d+\/[^/]+\/callback$/,
    schema: z.union([
      z.custom((one) => CreateMessageInteractionCallbackRequestSchema.safeParse(one).success),
      z.custom((one) => ModalInteractionCallbackRequestSchema.safeParse(one).success),
      z.custom((one) => ApplicationCommandAutocompleteCallbackRequestSchema.safeParse(one).success),
    ]),
  },
  { method: 'POST', path: /^\/channels\/\d+\/messages$/, schema: MessageCreateRequestSchema },
  {
    method: 'PATCH',
    path: /^\/channels\/\d+\/messages\/\d+$/,
    schema: MessageEditRequestPartialSchema,
  },
  { method: 'POST', path: /^\/webhooks\/\d+\/[^/]+$/, schema: IncomingWebhookRequestPartialSchema },
  {
    method: 'PATCH',
    path: /^\/webhooks\/\d+\/[^/]+\/messages\/[^/]+$/,
    schema: IncomingWebhookUpdateRequestPartialSchema,
  },
]

const COMPONENTS_V2 = 1 << 15

/** What is wrong with a request, in words; an empty list where Discord would take it. */
export function problemsOf({ method, path, body, files }: Recorded): string[] {
  if (body === undefined || body === null) return []
  const known = BODIES.find((one) => one.method === method && one.path.test(path))
  if (known === undefined) return [`${method} ${path} is not known to take a body`]
  const checked = known.schema.safeParse(body)
  const problems = checked.success
    ? []
    : [`${method} ${path} breaks the description: ${JSON.stringify(checked.error?.issues)}`]
  return [...problems, ...messageProblems(body, files).map((text) => `${method} ${path} ${text}`)]
}

const messageSchema = z.object({
  content: z.string().nullish(),
  embeds: z.array(z.unknown()).nullish(),
  flags: z.number().nullish(),
  components: z.array(z.unknown()).nullish(),
  allowed_mentions: z.object({ parse: z.array(z.string()).optional() }).nullish(),
})

function messageProblems(body: unknown, files: Recorded['files']): string[] {
  const parsed = messageSchema.safeParse(dataOf(body))
  if (!parsed.success || !parsed.data.components) return []
  const { content, embeds, flags, components, allowed_mentions } = parsed.data
  const all = nested(components)
  const ids = all.flatMap(({ custom_id }) => (custom_id === undefined ? [] : [custom_id]))
  const text = all.reduce((sum, { content: own }) => sum + (own?.length ?? 0), 0)
  const isModal = ids.length > 0 && 'title' in Object(dataOf(body))
  const problems: string[] = []
  if (all.length > 40) problems.push(`has ${all.length} components`)
  if (text > 4000) problems.push(`has ${text} characters of text`)
  if (new Set(ids).size !== ids.length) problems.push('uses an id twice')
  if (!isModal && ((flags ?? 0) & COMPONENTS_V2) === 0)
    problems.push('has components without the flag')
  if (content || (embeds?.length ?? 0) > 0) problems.push('mixes content and components')
  if (!isModal && (allowed_mentions?.parse?.length ?? 1) > 0) problems.push('may mention people')
  for (const { file } of all) {
    const name = file?.url.replace('attachment://', '')
    if (name !== undefined && !files.some((one) => one.name === name))
      problems.push(`names the file ${name}, which is not posted`)
  }
  return problems
}

function dataOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'data' in body ? body.data : body
}

const componentSchema = z.object({
  type: z.number(),
  content: z.string().optional(),
  custom_id: z.string().optional(),
  label: z.string().optional(),
  file: z.object({ url: z.string() }).optional(),
  components: z.array(z.unknown()).optional(),
  component: z.unknown().optional(),
})

export type AnyComponent = z.output<typeof componentSchema>

/** Every component with those inside it, in the order in which they are seen. */
export function nested(components: readonly unknown[]): AnyComponent[] {
  return components.flatMap((one) => {
    const component = componentSchema.parse(one)
    const inside = [...(component.components ?? []), component.component].filter(
      (child) => child !== undefined,
    )
    return [component, ...nested(inside)]
  })
}
