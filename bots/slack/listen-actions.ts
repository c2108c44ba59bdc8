// Hears the /parley command and buttons; each is acknowledged first and answered after.

import { z } from 'zod'
import { readCommand } from '#bots/shared/command-text.ts'
import { CLOSED_SENTENCE, openConfirmation } from '#bots/shared/open-confirmation.ts'
import { type Failure, fail, inWords, untoldDetails } from '#core/errors.ts'
import { BUTTON_ACTION, type ButtonValue, readButton } from './buttons.ts'
import { type Asker, guestOf, keyOf, STRANGER_SENTENCE, type Task } from './conversation.ts'
import { openForm } from './forms.ts'
import { isDirect, type ListenerTools } from './listen-messages.ts'
import { escapeSlack, fromSlackText } from './markdown.ts'
import { context as contextBlock } from './render.ts'
import { createResponseReply, createThreadReply, type Reply } from './reply.ts'
import { listenToSubmissions, type Place } from './submissions.ts'

export function listenToActions(tools: ListenerTools): void {
  const { app, report } = tools
  app.command('/parley', async ({ command, ack }) => {
    await ack()
    if (!(await tools.seen.claim(`command:${command.trigger_id}`))) return
    await runCommand(tools, command).catch(report)
  })
  app.action(BUTTON_ACTION, async ({ body, ack }) => {
    await ack()
    const press = pressShape.safeParse(body)
    if (!press.success) return
    if (!(await tools.seen.claim(`press:${press.data.trigger_id}`))) return
    await runPress(tools, press.data).catch(report)
  })
  listenToSubmissions(tools, (asker, task, place) => take(tools, asker, task, place))
}

/** Answers in the thread where there is one, else where only the person sees it. */
async function take(tools: ListenerTools, asker: Asker, task: Task, place: Place): Promise<void> {
  await tools.conversations.take(asker, task, replyTo(tools, asker, place), (text) =>
    whisper(tools, asker, place, text),
  )
}

function replyTo(tools: ListenerTools, asker: Asker, place: Place): Reply {
  const { app, ports, report, fetch, hookOrigins } = tools
  if (place.responseUrl !== null) {
    return createResponseReply(place.responseUrl, { fetch, allowedOrigins: hookOrigins, report })
  }
  return createThreadReply(
    { channel: place.channel, thread: place.thread ?? '', user: asker.user, team: asker.team },
    { client: app.client, monotonicMs: ports.monotonicMs, report },
  )
}

/** For the person alone. */
async function whisper(
  tools: ListenerTools,
  { user }: Pick<Asker, 'user'>,
  place: Place,
  text: string,
): Promise<void> {
  if (place.responseUrl !== null) {
    const { fetch, hookOrigins, report } = tools
    const reply = createResponseReply(place.responseUrl, {
      fetch,
      allowedOrigins: hookOrigins,
      report,
    })
    return reply.finish(text, [], [])
  }
  await tools.app.client.chat.postEphemeral({
    channel: place.channel,
    user,
    text,
    ...(place.thread === null ? {} : { thread_ts: place.thread }),
  })
}

interface SlashCommand {
  readonly text: string
  readonly team_id: string
  readonly channel_id: string
  readonly user_id: string
  readonly trigger_id: string
  readonly response_url: string
}

async function runCommand(tools: ListenerTools, command: SlashCommand): Promise<void> {
  const { team_id: team, channel_id: channel, user_id: user, trigger_id: triggerId } = command
  const asker: Asker = { team, channel, thread: null, user }
  const place: Place = { channel, thread: null, responseUrl: command.response_url }
  const text = fromSlackText(command.text, null)
  const read = readCommand(text === '' ? 'help' : text)
  if (!read.ok) return whisper(tools, asker, place, failureText(read.failure))
  if (read.value.kind === 'talk') {
    const uploads = async () => ({ uploads: [], problems: [] })
    return take(tools, asker, { kind: 'talk', message: read.value.message, uploads }, place)
  }
  const { operation, input } = read.value
  if (operation === 'predict' && isEmpty(input['features']) && !text.includes('{')) {
    const model = input['model']
    if (typeof model === 'string') {
      const version = typeof input['version'] === 'number' ? input['version'] : null
      return form(tools, asker, place, { model, version, features: {}, triggerId })
    }
  }
  await take(tools, asker, { kind: 'operation', said: `/parley ${text}`, operation, input }, place)
}

/** `/parley predict churn` leaves the values to a form. Given as JSON, nothing is asked for. */
function isEmpty(features: unknown): boolean {
  return typeof features === 'object' && features !== null && Object.keys(features).length === 0
}

async function form(
  tools: ListenerTools,
  asker: Asker,
  place: Place,
  request: {
    readonly model: string
    readonly version: number | null
    readonly features: Readonly<Record<string, unknown>>
    readonly triggerId: string
  },
): Promise<void> {
  const principal = await tools.conversations.principalOf(asker)
  if (principal === null) return whisper(tools, asker, place, STRANGER_SENTENCE)
  const opened = await openForm(tools.app.client, tools.ports, {
    ...request,
    principal,
    place,
  }).catch((error: unknown) => {
    tools.report(error)
    return fail('unavailable', 'Slack did not take the form. Please ask for it once more.')
  })
  if (!opened.ok) await whisper(tools, asker, place, failureText(opened.failure))
}

function failureText(refused: Failure): string {
  const failure = inWords(refused)
  const more = untoldDetails(failure).map(({ path, message }) => `${path} ${message}`.trim())
  return [failure.message, ...more].join('\n')
}

const pressShape = z.object({
  user: z.object({ id: z.string(), team_id: z.string().optional() }),
  team: z.object({ id: z.string(), enterprise_id: z.string().optional() }),
  channel: z.object({ id: z.string() }),
  message: z
    .object({
      ts: z.string(),
      thread_ts: z.string().optional(),
      text: z.string().optional(),
      blocks: z.array(z.looseObject({ type: z.string() })).optional(),
    })
    .optional(),
  container: z.object({ is_ephemeral: z.boolean().optional() }).optional(),
  trigger_id: z.string(),
  response_url: z.string().optional(),
  actions: z.array(z.object({ value: z.string().optional() })).min(1),
})

type Press = z.output<typeof pressShape>

async function runPress(tools: ListenerTools, press: Press): Promise<void> {
  const value = readButton(press.actions[0]?.value)
  if (value === null) return
  const { message, channel, user, team } = press
  const isEphemeral = press.container?.is_ephemeral === true || message === undefined
  const thread = message?.thread_ts ?? message?.ts ?? null
  const place: Place = {
    channel: channel.id,
    thread,
    responseUrl: isEphemeral ? (press.response_url ?? null) : null,
  }
  const asker: Asker = {
    team: team.id,
    channel: channel.id,
    thread: isDirect(channel.id) || isEphemeral ? null : thread,
    user: user.id,
    ...guestOf(user.team_id, [team.id, team.enterprise_id]),
  }
  if (value.kind === 'form') {
    const { model, features } = value
    return form(tools, asker, place, {
      model,
      version: null,
      features,
      triggerId: press.trigger_id,
    })
  }
  if (value.kind === 'answer' && !(await mayAnswer(tools, asker, place, value))) return
  if (value.kind === 'answer' && !isEphemeral) await closeQuestion(tools, press, value)
  await take(tools, asker, taskOfButton(tools, asker, value), place)
}

function taskOfButton(
  tools: ListenerTools,
  asker: Asker,
  value: Exclude<ButtonValue, { kind: 'form' }>,
): Task {
  if (value.kind === 'run') {
    const { operation, input } = value
    return { kind: 'operation', said: `(button) ${operation}`, operation, input }
  }
  return {
    kind: 'talk',
    message: value.message,
    uploads: async () => ({ uploads: [], problems: [] }),
    // What ran in the meantime may have put another question, which this click must not answer.
    ...(value.kind === 'answer' && {
      guard: async ({ id }) =>
        (await openConfirmation(tools.ports, keyOf(asker), id)) === value.token
          ? null
          : CLOSED_SENTENCE,
    }),
  }
}

/** Only the person who was asked, only while that very question is open. */
async function mayAnswer(
  tools: ListenerTools,
  asker: Asker,
  place: Place,
  value: Extract<ButtonValue, { kind: 'answer' }>,
): Promise<boolean> {
  if (value.user !== asker.user) {
    await whisper(
      tools,
      asker,
      place,
      `This question was put to <@${value.user}>, and only they can answer it. Nothing was done.`,
    )
    return false
  }
  const { id } = (await tools.conversations.principalOf(asker)) ?? { id: null }
  const open = id === null ? null : await openConfirmation(tools.ports, keyOf(asker), id)
  if (open !== null && open === value.token) return true
  await whisper(tools, asker, place, CLOSED_SENTENCE)
  return false
}

/** The buttons go, and what was answered stays to be read. */
async function closeQuestion(
  { app, report }: ListenerTools,
  { message, channel, user }: Press,
  { message: answer }: Extract<ButtonValue, { kind: 'answer' }>,
): Promise<void> {
  if (message === undefined) return
  const kept = (message.blocks ?? []).filter(({ type }) => type !== 'actions')
  await app.client.chat
    .update({
      channel: channel.id,
      ts: message.ts,
      text: message.text ?? 'Answered.',
      blocks: [...kept, contextBlock(`<@${user.id}> answered: ${escapeSlack(answer)}`)],
    })
    .catch(report)
}
