// What a person sees of a turn while it runs, and how often a platform is told of it.

import type { TurnEvent, TurnResult } from '#agent/turn.ts'
import type { Block } from '#core/presentation/blocks.ts'

export interface TurnView {
  /** The reply so far. */
  readonly text: string
  readonly blocks: readonly Block[]
  /** What is being done now, for a status line: "Deploy a model: reading the file"; null when nothing is. */
  readonly status: string | null
  readonly conversationId: string | null
  readonly result: TurnResult | null
}

export const EMPTY_VIEW: TurnView = {
  text: '',
  blocks: [],
  status: null,
  conversationId: null,
  result: null,
}

export function advanceView(view: TurnView, event: TurnEvent): TurnView {
  switch (event.type) {
    case 'started':
      return { ...view, conversationId: event.conversationId }
    case 'text':
      return { ...view, text: view.text + event.delta }
    case 'step-started':
      return { ...view, status: event.title }
    case 'progress':
      return { ...view, status: progressSentence(event.fraction, event.message) }
    case 'step-finished':
      return { ...view, status: null }
    case 'blocks':
      return { ...view, blocks: [...view.blocks, ...event.blocks] }
    case 'done':
      return {
        text: event.result.reply,
        blocks: event.result.blocks,
        status: null,
        conversationId: event.result.conversationId,
        result: event.result,
      }
  }
}

function progressSentence(fraction: number | null, message: string): string {
  return fraction === null ? message : `${message} (${Math.floor(fraction * 100)}%)`
}

export interface Pace {
  /** Platforms count edits: one for each interval at most, the newest state each time. */
  readonly intervalMs: number
  readonly monotonicMs: () => number
}

/**
 * Reads a turn to its end and shows it at that pace; shows run one after another, and the last one has the whole result.
 * A show that fails is reported and ends nothing. Null where the turn ended without a result.
 */
export async function followTurn(
  events: AsyncIterable<TurnEvent>,
  pace: Pace,
  show: (view: TurnView) => Promise<void>,
  report: (error: unknown) => void,
): Promise<TurnResult | null> {
  let view = EMPTY_VIEW
  let shownAt = Number.NEGATIVE_INFINITY
  let showing: Promise<void> | null = null
  let timer: ReturnType<typeof setTimeout> | null = null
  const begin = () => {
    timer = null
    shownAt = pace.monotonicMs()
    showing = show(view)
      .catch(report)
      .finally(() => {
        showing = null
      })
  }
  const schedule = () => {
    if (timer !== null) return
    const wait = Math.max(0, shownAt + pace.intervalMs - pace.monotonicMs())
    timer = setTimeout(() => {
      if (showing === null) begin()
      else {
        timer = null
        void showing.then(schedule)
      }
    }, wait)
  }
  for await (const event of events) {
    view = advanceView(view, event)
    if (event.type === 'text' || event.type === 'progress' || event.type === 'step-started')
      schedule()
  }
  if (timer !== null) clearTimeout(timer)
  if (showing !== null) await showing
  await show(view).catch(report)
  return view.result
}
