// What Claude reads about an operation that ran: the structured result, trimmed, or why there is none.

import type { Anthropic } from '@anthropic-ai/sdk'
import type { RanStep } from '../language.ts'
import { MAX_RESULT_CHARACTERS } from './limits.ts'
import { clipText, inertJson, trim } from './untrusted.ts'

/** `is_error` only for failures: a question or a held operation is no mistake of Claude's. */
export function resultOf(id: string, ran: RanStep): Anthropic.ToolResultBlockParam {
  return {
    type: 'tool_result',
    tool_use_id: id,
    content: contentOf(ran),
    ...(ran.step.status === 'failed' ? { is_error: true } : {}),
  }
}

export function errorResult(id: string, message: string): Anthropic.ToolResultBlockParam {
  return { type: 'tool_result', tool_use_id: id, content: message, is_error: true }
}

function contentOf({ step, presentation, message }: RanStep): string {
  switch (step.status) {
    case 'done':
      return json({ status: 'done', answer: presentation?.text ?? '', result: trim(step.output) })
    case 'failed':
      return json({
        status: 'failed',
        code: step.error?.code ?? 'internal',
        message,
        details: trim(step.error?.details ?? []),
      })
    case 'needs_input':
      return json({
        status: 'needs_input',
        question: message,
        note: 'It did not run. If the person already gave this, call again with it; else ask them this question.',
      })
    case 'needs_confirmation':
      return json({
        status: 'needs_confirmation',
        question: message,
        note: 'It did not run. The person is being asked; do not call it again.',
      })
  }
}

function json(value: unknown): string {
  return clipText(inertJson(JSON.stringify(value)), MAX_RESULT_CHARACTERS)
}
