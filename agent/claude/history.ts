// The earlier turns of a conversation as messages for Claude: recent ones whole, older ones in their words, a limit on all.

import type { Anthropic } from '@anthropic-ai/sdk'
import type { RememberedTurn } from '../state.ts'
import type { TurnRequest } from '../turn.ts'
import {
  MAX_FULL_TURNS,
  MAX_HISTORY_CHARACTERS,
  MAX_OLD_RESULT_CHARACTERS,
  MAX_OLD_WORDS_CHARACTERS,
} from './limits.ts'
import { asData, clipText, inertJson } from './untrusted.ts'

/** Newest turns first choose what fits; the answer is in the order they were said, and begins with the person. */
export function historyOf(transcript: readonly RememberedTurn[]): Anthropic.MessageParam[] {
  const kept: Anthropic.MessageParam[][] = []
  let characters = 0
  for (let age = 0; age < transcript.length; age++) {
    const index = transcript.length - 1 - age
    const turn = transcript[index]
    if (turn === undefined) break
    const messages = age < MAX_FULL_TURNS ? wholeTurn(turn, index) : wordsOfTurn(turn)
    characters += JSON.stringify(messages).length
    if (characters > MAX_HISTORY_CHARACTERS) break
    kept.unshift(messages)
  }
  return kept.flat()
}

/** The message of this turn; files that came with it stand behind it as data. */
export function messageOf(
  request: Pick<TurnRequest, 'message' | 'uploads'>,
): Anthropic.MessageParam {
  const files = request.uploads.map(({ id, fileName, sizeBytes }) => ({
    upload: id,
    file_name: fileName,
    size_bytes: sizeBytes,
  }))
  return {
    role: 'user',
    content: [
      { type: 'text', text: words(request.message, '(The person sent no words.)') },
      ...(files.length === 0
        ? []
        : [{ type: 'text' as const, text: `Files sent with this message:\n${asData(files)}` }]),
    ],
  }
}

/** The same messages with a cache mark on the last block, so that the next round reads all before it from the cache. */
export function withCacheMark(
  messages: readonly Anthropic.MessageParam[],
): Anthropic.MessageParam[] {
  const last = messages.at(-1)
  if (last?.role !== 'user' || typeof last.content === 'string') return [...messages]
  const blocks = [...last.content]
  const block = blocks.at(-1)
  if (block === undefined || (block.type !== 'text' && block.type !== 'tool_result')) {
    return [...messages]
  }
  blocks[blocks.length - 1] = { ...block, cache_control: { type: 'ephemeral' } }
  return [...messages.slice(0, -1), { role: 'user', content: blocks }]
}

function wholeTurn(turn: RememberedTurn, index: number): Anthropic.MessageParam[] {
  const calls = turn.steps.map((step, position) => ({
    type: 'tool_use' as const,
    id: `past_${index}_${position}`,
    name: step.operation,
    input: parseInput(step.input),
  }))
  const results = turn.steps.map((step, position) => ({
    type: 'tool_result' as const,
    tool_use_id: `past_${index}_${position}`,
    content: clipText(
      inertJson(JSON.stringify({ status: step.status, result: step.result })),
      MAX_OLD_RESULT_CHARACTERS,
    ),
  }))
  const answer = { role: 'assistant' as const, content: words(turn.reply, '(No reply.)') }
  const asked = { role: 'user' as const, content: saidBy(turn) }
  if (calls.length === 0) return [asked, answer]
  return [asked, { role: 'assistant', content: calls }, { role: 'user', content: results }, answer]
}

function wordsOfTurn(turn: RememberedTurn): Anthropic.MessageParam[] {
  const ran = turn.steps.map(({ operation, status }) => `${operation}: ${status}`).join(', ')
  const reply = clipText(words(turn.reply, '(No reply.)'), MAX_OLD_WORDS_CHARACTERS)
  return [
    { role: 'user', content: clipText(saidBy(turn), MAX_OLD_WORDS_CHARACTERS) },
    { role: 'assistant', content: ran === '' ? reply : `${reply}\n(${ran})` },
  ]
}

function saidBy({ person, uploads }: RememberedTurn): string {
  const said = words(person, '(The person sent no words.)')
  return uploads.length === 0
    ? said
    : `${said}\n\nFiles sent with this message:\n${asData(uploads)}`
}

/** Empty texts are refused by the API. */
function words(text: string, otherwise: string): string {
  return text.trim() === '' ? otherwise : text
}

/** Remembered inputs were cut to a limit, so they need not be whole JSON any more. */
function parseInput(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Falls through: what is left of it is shown as text.
  }
  return { shortened: text }
}
