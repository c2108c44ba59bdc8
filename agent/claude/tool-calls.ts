// Runs the operations that Claude asks for in one answer, and answers all of them in one message.

import type { Anthropic } from '@anthropic-ai/sdk'
import type { Operation } from '#core/operations/operation.ts'
import type { LanguageTurn, RanStep } from '../language.ts'
import { notAskedFor } from './asked-for.ts'
import type { Reply } from './request.ts'
import { errorResult, resultOf } from './tool-results.ts'

export interface CallsDone {
  /** In the order of the calls, one for each: the API refuses an answer that leaves one out. */
  readonly results: readonly Anthropic.ToolResultBlockParam[]
  /** In the order in which they ran. */
  readonly ran: readonly RanStep[]
  /** Set when an operation waits for the person's yes: the turn ends with its question. */
  readonly held: RanStep | null
}

/**
 * One after another, as their steps are shown in order and writes must not overtake reads. Destructive ones come
 * last and only one of them, because a person can say yes to one question. `hasRead` is whether Claude saw results of operations in this turn.
 */
export async function runCalls(
  reply: Reply,
  turn: LanguageTurn,
  { maxCalls, hasRead }: { readonly maxCalls: number; readonly hasRead: boolean },
): Promise<CallsDone> {
  const calls = reply.message.content.filter((block) => block.type === 'tool_use')
  const results = new Map<string, Anthropic.ToolResultBlockParam>()
  const ran: RanStep[] = []
  const ready: { readonly call: Anthropic.ToolUseBlock; readonly operation: Operation }[] = []
  for (const [position, call] of calls.entries()) {
    const operation = turn.operations.find(({ name }) => name === call.name)
    const refusal =
      position >= maxCalls
        ? `Not run: at most ${maxCalls} calls in one answer. Use predict_batch for many rows.`
        : operation === undefined
          ? `Not run: there is no tool ${call.name}.`
          : reply.whole.has(call.id)
            ? null
            : 'Not run: the input did not arrive as whole JSON. Call it again.'
    if (refusal !== null) results.set(call.id, errorResult(call.id, refusal))
    else if (operation !== undefined) ready.push({ call, operation })
  }
  let held: RanStep | null = null
  for (const { call, operation } of destructiveLast(ready)) {
    if (held !== null || turn.request.signal.aborted) {
      const why = held === null ? 'the person stopped the turn' : 'another one waits for a yes'
      results.set(call.id, errorResult(call.id, `Not run: ${why}.`))
      continue
    }
    const input = asInput(call.input)
    const unasked = notAskedFor(operation, input, turn, hasRead || ran.length > 0)
    if (unasked !== null) {
      results.set(call.id, errorResult(call.id, unasked))
      continue
    }
    const step = await turn.run(operation.name, input)
    ran.push(step)
    results.set(call.id, resultOf(call.id, step))
    if (step.step.status === 'needs_confirmation') held = step
  }
  return {
    results: calls.map(({ id }) => results.get(id) ?? errorResult(id, 'Not run.')),
    ran,
    held,
  }
}

function destructiveLast<One extends { readonly operation: Operation }>(
  ready: readonly One[],
): readonly One[] {
  const waits = ({ operation }: One) => operation.effect === 'destructive'
  return [...ready.filter((one) => !waits(one)), ...ready.filter(waits)]
}

function asInput(input: unknown): Readonly<Record<string, unknown>> {
  return typeof input === 'object' && input !== null ? { ...input } : {}
}
