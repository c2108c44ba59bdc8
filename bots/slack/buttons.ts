// What a button carries: Slack signs it back to us, and the person and the open question are checked when it is pressed.

import { z } from 'zod'
import type { FollowUp } from '#bots/shared/follow-ups.ts'
import { clipText } from '#bots/shared/split-text.ts'
import { OPERATION_NAMES } from '#core/operations/operation.ts'
import { SLACK_LIMITS } from './limits.ts'
import type { KnownBlock } from './slack-types.ts'

const record = z.record(z.string(), z.unknown())

const buttonValue = z.discriminatedUnion('kind', [
  /** Says something in the conversation, as the one who presses it. */
  z.object({ kind: z.literal('say'), message: z.string() }),
  /** Answers one open confirmation; only the person it was put to may. */
  z.object({
    kind: z.literal('answer'),
    message: z.string(),
    user: z.string(),
    token: z.string(),
  }),
  z.object({ kind: z.literal('run'), operation: z.enum(OPERATION_NAMES), input: record }),
  z.object({ kind: z.literal('form'), model: z.string(), features: record }),
])

export type ButtonValue = z.output<typeof buttonValue>

/** Matches every button of ours. */
export const BUTTON_ACTION = /^parley:/

export interface Button {
  readonly label: string
  readonly value: ButtonValue
  readonly style?: 'primary' | 'danger'
}

export function readButton(value: string | undefined): ButtonValue | null {
  if (value === undefined) return null
  try {
    const parsed = buttonValue.safeParse(JSON.parse(value))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

export function followUpButton(followUp: FollowUp): Button {
  if (followUp.kind === 'operation') {
    const { operation, input, label } = followUp
    return { label, value: { kind: 'run', operation, input: { ...input } } }
  }
  const { model, features, label } = followUp
  return { label, value: { kind: 'form', model, features: { ...features } } }
}

/** One row of buttons; what does not fit into a button's value is left out, a form then opens empty. */
export function buttonRow(buttons: readonly Button[], row: string): KnownBlock[] {
  const elements = buttons
    .map(({ label, value, style }, index) => ({ label, text: valueText(value), style, index }))
    .filter(({ text }) => text !== null)
    .slice(0, SLACK_LIMITS.actionElements)
    .map(({ label, text, style, index }) => ({
      type: 'button' as const,
      action_id: `parley:${row}:${index}`,
      text: {
        type: 'plain_text' as const,
        text: clipText(label.trim() === '' ? '…' : label, SLACK_LIMITS.buttonText),
        emoji: false,
      },
      value: text ?? '',
      ...(style === undefined ? {} : { style }),
    }))
  return elements.length === 0 ? [] : [{ type: 'actions', elements }]
}

function valueText(value: ButtonValue): string | null {
  const text = JSON.stringify(value)
  if (text.length <= SLACK_LIMITS.buttonValue) return text
  return value.kind === 'form' ? JSON.stringify({ ...value, features: {} }) : null
}
