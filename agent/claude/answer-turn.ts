// The loop of a turn: ask Claude, run what it calls, ask again, until it answers in words or a bound is reached.

import type { Anthropic } from '@anthropic-ai/sdk'
import { type Failure, type Outcome, succeed } from '#core/errors.ts'
import type { Logger } from '#core/operations/operation.ts'
import type { Block } from '#core/presentation/blocks.ts'
import type { Answer, LanguageTurn, RanStep } from '../language.ts'
import { blocksOf } from './answer-blocks.ts'
import { cancelled, tooSlow } from './failures.ts'
import { historyOf, messageOf, withCacheMark } from './history.ts'
import type { Limits } from './limits.ts'
import { findInventedNumbers } from './number-check.ts'
import { sourcesOf } from './number-sources.ts'
import { systemOf } from './prompt.ts'
import { createReplyText, type ReplyText } from './reply-text.ts'
import type { Ask, Reply } from './request.ts'
import { runCalls } from './tool-calls.ts'
import { toolsOf } from './tools.ts'

export interface TurnParts {
  readonly turn: LanguageTurn
  readonly ask: Ask
  readonly limits: Limits
  readonly logger: Logger
  readonly monotonicMs: () => number
}

/** What a round came to: another one, the end of the turn with a sentence of ours ('' for none), or a failure. */
type Next =
  | { readonly kind: 'again' }
  | { readonly kind: 'end'; readonly sentence: string }
  | { readonly kind: 'failed'; readonly outcome: Outcome<never> }

/** A turn under way. */
interface Running {
  readonly parts: TurnParts
  readonly reply: ReplyText
  readonly system: Anthropic.TextBlockParam[]
  readonly tools: Anthropic.Tool[]
  messages: Anthropic.MessageParam[]
  readonly rounds: RanStep[][]
  waitedMs: number
  tokens: number
  /** History was left out once already. */
  isShortened: boolean
}

/** Fails when Claude does not answer, `cancelled` when the person stopped; a bound that is reached is said in the reply. */
export async function answerTurn(parts: TurnParts): Promise<Outcome<Answer>> {
  const { turn, limits } = parts
  const running: Running = {
    parts,
    reply: createReplyText(turn.say),
    system: systemOf(turn),
    tools: toolsOf(turn.operations),
    messages: [...historyOf(turn.state().transcript), messageOf(turn.request)],
    rounds: [],
    waitedMs: 0,
    tokens: 0,
    isShortened: false,
  }
  for (let round = 1; round <= limits.maxRounds; round++) {
    const next = await runRound(running, round === limits.maxRounds)
    if (next.kind === 'failed') return next.outcome
    if (next.kind === 'end') return finish(running, next.sentence)
    running.reply.breakParagraph()
  }
  return finish(running, stoppedSentence(`after ${limits.maxRounds} rounds`))
}

async function runRound(running: Running, isLast: boolean): Promise<Next> {
  const { turn, limits } = running.parts
  const asked = await askOnce(running, isLast)
  if (!asked.ok) return onFailure(running, asked.failure, isLast)
  const { message } = asked.value
  running.tokens += tokensOf(message)
  switch (message.stop_reason) {
    case 'refusal':
      return { kind: 'end', sentence: REFUSED }
    case 'max_tokens':
      // A call may be cut in the middle of its input, so none of this answer is run.
      return { kind: 'end', sentence: 'My answer was cut short because it grew too long.' }
    case 'model_context_window_exceeded':
      return shorten(running) ? { kind: 'again' } : { kind: 'end', sentence: TOO_LONG }
    case 'pause_turn':
      keepAnswer(running, message)
      return { kind: 'again' }
    case 'stop_sequence':
    case null:
      return { kind: 'end', sentence: '' }
    // Other servers of the same API end a turn with calls in it; whether there are any decides.
    case 'end_turn':
    case 'tool_use':
      break
  }
  if (!message.content.some(({ type }) => type === 'tool_use')) return { kind: 'end', sentence: '' }
  if (isLast) {
    return { kind: 'end', sentence: stoppedSentence(`after ${limits.maxRounds} rounds`) }
  }
  const { results, ran, held } = await runCalls(asked.value, turn, {
    maxCalls: limits.maxCallsPerRound,
    hasRead: running.rounds.some((round) => round.length > 0),
  })
  running.rounds.push([...ran])
  if (turn.request.signal.aborted) return { kind: 'failed', outcome: cancelled() }
  if (held !== null) return { kind: 'end', sentence: heldSentence(ran, held) }
  if (running.tokens >= limits.maxTurnTokens) {
    return { kind: 'end', sentence: stoppedSentence('because this turn grew too long') }
  }
  keepAnswer(running, message)
  running.messages.push({ role: 'user', content: [...results] })
  return { kind: 'again' }
}

async function askOnce(running: Running, isLast: boolean): Promise<Outcome<Reply>> {
  const { ask, turn, limits, monotonicMs } = running.parts
  if (turn.request.signal.aborted) return cancelled()
  const timeoutMs = limits.turnTimeoutMs - running.waitedMs
  if (timeoutMs <= 0) return tooSlow()
  const startedAtMs = monotonicMs()
  const asked = await ask({
    system: running.system,
    tools: running.tools,
    messages: withCacheMark(running.messages),
    wordsOnly: isLast,
    requestId: turn.request.requestId,
    signal: turn.request.signal,
    timeoutMs,
    onText: running.reply.write,
  })
  running.waitedMs += monotonicMs() - startedAtMs
  return asked
}

function onFailure(running: Running, failure: Failure, isLast: boolean): Next {
  if (failure.code === 'too_large' && !isLast && shorten(running)) return { kind: 'again' }
  return { kind: 'failed', outcome: { ok: false, failure } }
}

/** Leaves earlier turns out, once. False when that was done already or there are none. */
function shorten(running: Running): boolean {
  const { turn } = running.parts
  const before = historyOf(turn.state().transcript).length
  if (running.isShortened || before === 0) return false
  running.isShortened = true
  running.messages = running.messages.slice(before)
  return true
}

/** As it came, thinking and signatures included: the API wants them back unchanged within a turn. */
function keepAnswer(running: Running, message: Anthropic.Message): void {
  if (message.content.length > 0) {
    running.messages.push({ role: 'assistant', content: message.content })
  }
}

function tokensOf({ usage }: Anthropic.Message): number {
  return (
    (usage.input_tokens ?? 0) +
    (usage.output_tokens ?? 0) +
    (usage.cache_creation_input_tokens ?? 0) +
    (usage.cache_read_input_tokens ?? 0)
  )
}

const REFUSED = 'I can’t help with that. Ask me to deploy, describe or use one of your models.'
const TOO_LONG = 'This conversation has grown too long for me. Start a new one and ask again.'
const NOTHING_SAID = 'I have no answer to that. Could you put it another way?'

function stoppedSentence(why: string): string {
  return `I stopped ${why} without reaching an end. What was done so far is shown here; ask again in smaller steps.`
}

/** What was done beside it, then the very question that the next turn's yes will answer. */
function heldSentence(ran: readonly RanStep[], held: RanStep): string {
  const done = ran.flatMap(({ presentation }) => (presentation === null ? [] : [presentation.text]))
  return [...done, held.message].join('\n\n')
}

function finish(running: Running, sentence: string): Outcome<Answer> {
  const { parts, reply, rounds } = running
  const { turn, logger } = parts
  reply.add(sentence)
  if (reply.text().trim() === '') reply.add(fallbackText(rounds))
  const blocks: Block[] = [...blocksOf(rounds)]
  const invented = findInventedNumbers(reply.prose(), sourcesOf(turn, rounds.flat()))
  if (invented.length > 0) {
    blocks.push(inventedNotice(invented))
    const fields = { requestId: turn.request.requestId, numbers: invented.length }
    logger.warn(fields, 'claude wrote numbers without a source')
  }
  if (blocks.length > 0) turn.show(blocks)
  return succeed({ reply: reply.text(), blocks })
}

/** Where Claude said nothing, the operations speak for themselves. */
function fallbackText(rounds: readonly (readonly RanStep[])[]): string {
  const said = (rounds.at(-1) ?? []).map(
    ({ presentation, message }) => presentation?.text ?? message,
  )
  return said.filter((text) => text !== '').join('\n\n') || NOTHING_SAID
}

function inventedNotice(numbers: readonly string[]): Block {
  const many = numbers.length > 1
  return {
    kind: 'notice',
    tone: 'warning',
    text: `Do not rely on ${many ? 'these numbers' : 'this number'} in the reply: no result of this conversation holds ${many ? 'them' : 'it'}.`,
    details: numbers,
  }
}
