// One request to Claude: streamed, tried again where nothing of it was shown yet, its tool inputs checked to be whole JSON.

import type { Anthropic } from '@anthropic-ai/sdk'
import { type Outcome, succeed } from '#core/errors.ts'
import type { Logger } from '#core/operations/operation.ts'
import { cancelled, factsOf, failureOf, isPassing, isTooLong, tooSlow } from './failures.ts'
import type { Limits } from './limits.ts'

export interface Question {
  readonly system: Anthropic.TextBlockParam[]
  readonly tools: Anthropic.Tool[]
  readonly messages: Anthropic.MessageParam[]
  /** True in the last round: Claude must answer in words. */
  readonly wordsOnly: boolean
  readonly requestId: string
  /** The person's own stop. */
  readonly signal: AbortSignal
  /** What is left of the turn's time for waiting. */
  readonly timeoutMs: number
  readonly onText: (delta: string) => void
}

export interface Reply {
  readonly message: Anthropic.Message
  /** Ids of calls whose input arrived whole; the client library repairs broken JSON, and a repaired input is a guess. */
  readonly whole: ReadonlySet<string>
}

/** `too_large` means that the conversation does not fit; everything else is final for this turn. */
export type Ask = (question: Question) => Promise<Outcome<Reply>>

export function createAsk(options: {
  readonly client: Anthropic
  readonly model: string
  readonly logger: Logger
  readonly limits: Limits
}): Ask {
  const { client, model, logger, limits } = options
  return async (question) => {
    const deadline = AbortSignal.timeout(Math.min(limits.requestTimeoutMs, question.timeoutMs))
    const signal = AbortSignal.any([question.signal, deadline])
    let shown = false
    const onText = (delta: string) => {
      shown = true
      question.onText(delta)
    }
    for (let attempt = 0; ; attempt++) {
      try {
        return succeed(await stream(client, parameters(model, limits, question), signal, onText))
      } catch (error) {
        if (question.signal.aborted) return cancelled()
        const facts = { requestId: question.requestId, attempt, ...factsOf(error) }
        logger.warn(facts, 'claude did not answer')
        if (deadline.aborted) return tooSlow()
        if (isTooLong(error)) return tooLarge()
        if (shown || attempt >= limits.maxStreamRetries || !isPassing(error)) {
          return failureOf(error)
        }
        await pause(limits.streamRetryDelayMs * 2 ** attempt, signal)
      }
    }
  }
}

function parameters(model: string, limits: Limits, question: Question) {
  return {
    model,
    max_tokens: limits.maxOutputTokens,
    system: question.system,
    tools: question.tools,
    messages: question.messages,
    ...(question.wordsOnly ? { tool_choice: { type: 'none' as const } } : {}),
  }
}

async function stream(
  client: Anthropic,
  body: Anthropic.MessageStreamParams,
  signal: AbortSignal,
  onText: (delta: string) => void,
): Promise<Reply> {
  const running = client.messages.stream(body, { signal })
  const inputs = new Map<number, { readonly id: string; json: string }>()
  running.on('text', onText)
  running.on('streamEvent', (event) => {
    if (event.type === 'content_block_start' && event.content_block.type === 'tool_use') {
      inputs.set(event.index, { id: event.content_block.id, json: '' })
    } else if (event.type === 'content_block_delta' && event.delta.type === 'input_json_delta') {
      const input = inputs.get(event.index)
      if (input !== undefined) input.json += event.delta.partial_json
    }
  })
  const message = await running.finalMessage()
  const whole = [...inputs.values()].filter(({ json }) => isWholeObject(json))
  return { message, whole: new Set(whole.map(({ id }) => id)) }
}

/** No input at all stands for an empty object. */
function isWholeObject(json: string): boolean {
  if (json === '') return true
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

function tooLarge(): Outcome<never> {
  return {
    ok: false,
    failure: {
      code: 'too_large',
      message: 'The conversation is too long for Claude.',
      details: [],
    },
  }
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, delayMs)
    signal.addEventListener('abort', finish)
  })
}
