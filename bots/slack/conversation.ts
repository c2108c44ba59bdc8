// Runs turns for people in Slack: in order, with their own rights, and answered where they asked.

import type { Agent, TurnEvent, TurnRequest, TurnResult } from '#agent/turn.ts'
import { conversationKey } from '#bots/shared/conversation-key.ts'
import type { DirectAgent } from '#bots/shared/direct-agent.ts'
import { followUps } from '#bots/shared/follow-ups.ts'
import { openConfirmation } from '#bots/shared/open-confirmation.ts'
import { scoredFiles, withoutDownloads } from '#bots/shared/scored-file.ts'
import { REFUSED_SENTENCE, type TurnDesk, WAITING_SENTENCE } from '#bots/shared/turn-desk.ts'
import { followTurn } from '#bots/shared/turn-view.ts'
import type { OperationName, Ports, Principal } from '#core/operations/operation.ts'
import { buttonRow, followUpButton } from './buttons.ts'
import { STREAM_INTERVAL_MS } from './limits.ts'
import { type ChoiceButtons, renderBlocks } from './render.ts'
import type { Reply } from './reply.ts'
import type { KnownBlock } from './slack-types.ts'

/** Where and by whom something was said, by ids that Slack has verified. */
export interface Asker {
  readonly team: string
  readonly channel: string
  /** The conversation's thread; null for a direct message and for a command, which have one conversation each. */
  readonly thread: string | null
  readonly user: string
  /** The person's own workspace where it is another one (Slack Connect). */
  readonly home?: string
}

/** Who somebody is, as Slack verified it. */
export type Person = Pick<Asker, 'team' | 'user' | 'home'>

export type Task =
  | {
      readonly kind: 'talk'
      readonly message: string
      /** Looked at when the turn's time has come; a sentence refuses it. */
      readonly guard?: (principal: Principal) => Promise<string | null>
      /** Fetched when the turn begins, so that a refused message fetches nothing. */
      readonly uploads: (
        principal: Principal,
        signal: AbortSignal,
      ) => Promise<{
        readonly uploads: TurnRequest['uploads']
        readonly problems: readonly string[]
      }>
    }
  | {
      readonly kind: 'operation'
      readonly said: string
      readonly operation: OperationName
      readonly input: Readonly<Record<string, unknown>>
    }

export interface ConversationTools {
  readonly ports: Ports
  readonly agent: Agent
  readonly direct: DirectAgent
  readonly desk: TurnDesk
  /** Who somebody is to Parley; null where they may not do anything. */
  readonly principalOf: (person: Person) => Promise<Principal | null>
  readonly report: (error: unknown) => void
}

export interface Conversations {
  /** Takes the task in its turn; `whisper` tells the person alone. Resolves when it is answered. */
  take(
    asker: Asker,
    task: Task,
    reply: Reply,
    whisper: (text: string) => Promise<void>,
  ): Promise<void>
  stop(asker: Asker): boolean
  principalOf(person: Person): Promise<Principal | null>
}

/** What to add to an asker whose workspace may be another than the app's; `home` as Slack names it, if it does. */
export function guestOf(home: string | undefined, ownIds: readonly (string | undefined)[]) {
  return home === undefined || home === '' || ownIds.includes(home) ? {} : { home }
}

export function keyOf({ team, channel, thread, user }: Asker): string {
  return conversationKey({ platform: 'slack', workspace: team, channel, thread }, user)
}

export function createConversations(tools: ConversationTools): Conversations {
  const { desk, report } = tools
  return {
    principalOf: tools.principalOf,
    stop: (asker) => desk.stop(keyOf(asker)),
    async take(asker, task, reply, whisper) {
      const { admission, finished } = desk.admit(keyOf(asker), async (signal) => {
        try {
          const principal = await tools.principalOf(asker)
          const refusal = principal === null ? STRANGER_SENTENCE : await refusalOf(task, principal)
          if (principal === null || refusal !== null) await whisper(refusal ?? STRANGER_SENTENCE)
          else await answer(tools, { asker, task, reply, signal, principal })
        } catch (error) {
          report(error)
          await reply.finish(BROKEN_SENTENCE, [], [])
        }
      })
      if (admission === 'waiting') await whisper(WAITING_SENTENCE).catch(report)
      if (admission === 'refused') await whisper(REFUSED_SENTENCE).catch(report)
      await finished
    },
  }
}

async function refusalOf(task: Task, principal: Principal): Promise<string | null> {
  return task.kind === 'talk' ? ((await task.guard?.(principal)) ?? null) : null
}

const BROKEN_SENTENCE = 'Something went wrong on our side, and it is logged. Please try again.'

export const STRANGER_SENTENCE =
  'You may not use Parley here. Whoever runs it decides that in its permissions file.'

interface Turn {
  readonly asker: Asker
  readonly task: Task
  readonly reply: Reply
  readonly signal: AbortSignal
  readonly principal: Principal
}

async function answer(tools: ConversationTools, turn: Turn): Promise<void> {
  const { ports, report } = tools
  const { reply, signal, principal } = turn
  const began = reply.begin().catch(report)
  const { events, problems } = await beginTurn(tools, turn)
  await began
  const pace = { intervalMs: STREAM_INTERVAL_MS, monotonicMs: ports.monotonicMs }
  const result =
    events === null
      ? null
      : await followTurn(
          events,
          pace,
          (view) => (view.result === null ? reply.show(view) : Promise.resolve()),
          report,
        )
  if (result === null) {
    const said = problems.length > 0 ? problems.join('\n\n') : 'Stopped.'
    return reply.finish(said, [], [])
  }
  const text = [
    signal.aborted && result.reply === '' ? 'Stopped.' : result.reply,
    ...problems,
  ].join('\n\n')
  const files = await scoredFiles(result.steps, ports, principal.id)
  await reply.finish(
    text,
    await blocksOf(tools, turn, {
      ...result,
      blocks: withoutDownloads(result.blocks, files.length > 0),
    }),
    files,
  )
}

/** Null events where the files that the message was about could not be had: there is nothing to answer then. */
async function beginTurn(
  { ports, agent, direct }: ConversationTools,
  { asker, task, signal, principal }: Turn,
): Promise<{ events: AsyncIterable<TurnEvent> | null; problems: readonly string[] }> {
  const request = {
    conversationId: keyOf(asker),
    principal,
    requestId: ports.randomId(),
    signal,
  }
  if (task.kind === 'operation') {
    const asked = { ...request, message: task.said, uploads: [] }
    return { events: direct.turn(asked, task.operation, task.input), problems: [] }
  }
  const { uploads, problems } = await task.uploads(principal, signal)
  if (problems.length > 0 && uploads.length === 0) return { events: null, problems }
  return { events: agent.turn({ ...request, message: task.message, uploads }), problems }
}

async function blocksOf(
  { ports }: ConversationTools,
  { asker, principal }: Turn,
  result: TurnResult,
): Promise<KnownBlock[]> {
  const isQuestion = result.steps.some(({ status }) => status === 'needs_confirmation')
  const token = isQuestion
    ? await openConfirmation(ports, result.conversationId, principal.id)
    : null
  const answers: ChoiceButtons = ({ items }) =>
    items.map(({ label, message }) => ({
      label,
      value: { kind: 'answer', message, user: asker.user, token: token ?? '' },
      ...(message === 'yes' ? { style: 'danger' as const } : {}),
    }))
  const { baseUrl } = ports
  const options = isQuestion ? { baseUrl, choiceButtons: answers } : { baseUrl }
  const blocks = renderBlocks(result.blocks, options)
  return [...blocks, ...buttonRow(followUps(result.steps).map(followUpButton), 'next')]
}
