// What a conversation remembers between turns, as small JSON, and how it is read back.

import { z } from 'zod'
import { OPERATION_NAMES } from '#core/operations/operation.ts'

/** How long a question "are you sure?" may be answered: long enough to read it, too short to be found lying around. */
export const CONFIRMATION_LIFETIME_MS = 10 * 60 * 1000

/** Turns kept for a language model; older ones have left its context anyway. */
export const MAX_TRANSCRIPT_TURNS = 20

/** Characters of one remembered message, reply or tool result: a pasted table must not fill the database. */
export const MAX_REMEMBERED_CHARACTERS = 4000

/** Uploads remembered; they expire within a day, and nobody speaks of the thirtieth file before. */
export const MAX_REMEMBERED_UPLOADS = 20

const operationName = z.enum(OPERATION_NAMES)
const input = z.record(z.string(), z.unknown())
const call = z.object({ operation: operationName, input })

const rememberedUpload = z.object({
  id: z.string(),
  fileName: z.string(),
  sizeBytes: z.number(),
  /** True once it was deployed or scored; "deploy it" means the newest one that was not. */
  used: z.boolean(),
})

/** What is compared with the next answer; see core/operations/compare-answers.ts. */
const knownAnswer = z.object({
  model_version: z.string(),
  prediction: z.union([z.number(), z.string()]),
  predicted_label: z.string().optional(),
  share: z.number().optional(),
  probability: z.number().optional(),
  risk: z.string().optional(),
})

const conversationState = z.object({
  format: z.literal(1),
  /** The model spoken of last: what "it" means. */
  lastModel: z.string().nullable(),
  /** The last operation that ran, for "and iris?", and what would take it back, for "undo that". */
  lastCall: call.extend({ undo: call.optional() }).nullable(),
  /** The last prediction that ran, for "the same but thirty months" and "why?". */
  lastPrediction: z
    .object({
      model: z.string(),
      features: input,
      version: z.number().optional(),
      /** The one input that was changed last, for "and with 12?". */
      focus: z.string().optional(),
      /** Absent where several values were answered at once. */
      answer: knownAnswer.optional(),
      /** How this answer was told to differ from the one before, for "why did it change?". */
      change: z.string().optional(),
    })
    .nullable(),
  /** What was asked for and not yet answered: the operation with the input gathered so far. */
  pendingQuestion: call
    .extend({
      field: z.string(),
      /** Values that were given without saying of what, as they were written. */
      unplaced: z.array(z.string()).optional(),
      /** The one input that was asked for by name. */
      about: z.string().optional(),
      /** How often the same was asked, so that it is not asked in the same words. */
      tries: z.number().optional(),
      /** The row is the last prediction's with something changed: the answers are compared. */
      varies: z.boolean().optional(),
    })
    .nullable(),
  /** A destructive operation that waits for a clear yes of the same person, in the very next turn and before it expires. */
  pendingConfirmation: call
    .extend({ principal: z.string(), expiresAtMs: z.number(), sentence: z.string() })
    .nullable(),
  uploads: z.array(rememberedUpload),
  /** Newest last. `results` are outputs of steps as JSON text, cut to a limit. */
  transcript: z.array(
    z.object({
      person: z.string(),
      uploads: z.array(z.string()),
      reply: z.string(),
      steps: z.array(
        z.object({
          operation: operationName,
          input: z.string(),
          status: z.string(),
          result: z.string(),
        }),
      ),
    }),
  ),
})

export type ConversationState = z.output<typeof conversationState>
export type RememberedTurn = ConversationState['transcript'][number]

export function emptyState(): ConversationState {
  return {
    format: 1,
    lastModel: null,
    lastCall: null,
    lastPrediction: null,
    pendingQuestion: null,
    pendingConfirmation: null,
    uploads: [],
    transcript: [],
  }
}

/** A conversation that cannot be read (an older format, a damaged row) begins anew rather than failing every turn. */
export function parseState(json: string | null): ConversationState {
  if (json === null) return emptyState()
  try {
    const result = conversationState.safeParse(JSON.parse(json))
    return result.success ? result.data : emptyState()
  } catch {
    return emptyState()
  }
}

export function serialiseState(state: ConversationState): string {
  return JSON.stringify(state)
}

/** Cuts a text to what a conversation remembers of it. */
export function clip(text: string): string {
  if (text.length <= MAX_REMEMBERED_CHARACTERS) return text
  return `${text.slice(0, MAX_REMEMBERED_CHARACTERS)}… (${text.length} characters in all)`
}
