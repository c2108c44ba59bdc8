// Server-sent events over a turn of talk: one event for each thing that happens, ended by `done` or `error`.

import type { TurnEvent, TurnResult } from '#agent/turn.ts'
import type { ErrorBody } from './errors.ts'

export interface WireEvent {
  readonly event: TurnEvent['type'] | 'error'
  readonly data: unknown
}

/** The whole answer of a turn as the JSON form has it and `done` carries it. */
export function wireResult(result: TurnResult) {
  return {
    conversation_id: result.conversationId,
    reply: result.reply,
    blocks: result.blocks,
    steps: result.steps,
  }
}

export function wireEvent(event: TurnEvent): WireEvent {
  switch (event.type) {
    case 'started':
      return { event: event.type, data: { conversation_id: event.conversationId } }
    case 'text':
      return { event: event.type, data: { delta: event.delta } }
    case 'step-started':
      return { event: event.type, data: { operation: event.operation, title: event.title } }
    case 'progress':
      return {
        event: event.type,
        data: { operation: event.operation, fraction: event.fraction, message: event.message },
      }
    case 'step-finished':
      return { event: event.type, data: { step: event.step } }
    case 'blocks':
      return { event: event.type, data: { blocks: event.blocks } }
    case 'done':
      return { event: event.type, data: wireResult(event.result) }
  }
}

/** JSON has no raw line breaks, so one data line holds any value. */
export function encodeEvent({ event, data }: WireEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** A comment, which clients pass over. */
const KEEP_ALIVE_LINE = ': keep-alive\n\n'

export interface EventStreamOptions {
  readonly keepAliveMs: number
  /** What is told of something thrown in the middle; the status line is long gone. */
  readonly describe: (error: unknown) => ErrorBody
  /** Called once, whether the events ended, failed or the client went away. */
  readonly finished: () => void
}

/** Pulls events only as fast as the client reads them. */
export function eventStream(
  events: AsyncIterable<TurnEvent>,
  options: EventStreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const iterator = events[Symbol.asyncIterator]()
  let timer: ReturnType<typeof setInterval> | undefined
  let over = false
  const end = () => {
    if (over) return
    over = true
    clearInterval(timer)
    options.finished()
  }
  return new ReadableStream<Uint8Array>({
    start(controller) {
      timer = setInterval(() => {
        if (!over && (controller.desiredSize ?? 0) > 0) {
          controller.enqueue(encoder.encode(KEEP_ALIVE_LINE))
        }
      }, options.keepAliveMs)
    },
    async pull(controller) {
      try {
        const next = await iterator.next()
        if (over) return
        if (next.done === true) {
          end()
          return controller.close()
        }
        controller.enqueue(encoder.encode(encodeEvent(wireEvent(next.value))))
      } catch (error) {
        if (over) return
        const data = options.describe(error)
        controller.enqueue(encoder.encode(encodeEvent({ event: 'error', data })))
        end()
        controller.close()
      }
    },
    async cancel() {
      end()
      await iterator.return?.()
    },
  })
}
