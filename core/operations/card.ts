// A model's card: the markdown its maker wrote about it, kept and shown as text.

import { z } from 'zod'

/** Ten pages of text; what is longer belongs beside the data it talks about. */
export const MAX_CARD_BYTES = 64 * 1024

const encoder = new TextEncoder()

export function isCardSize(text: string): boolean {
  return text.length <= MAX_CARD_BYTES && encoder.encode(text).byteLength <= MAX_CARD_BYTES
}

export const cardField = z
  .string()
  .max(MAX_CARD_BYTES, { abort: true })
  .refine(isCardSize, { error: 'must have at most 64 KB' })
  .optional()
  .describe('What there is to know about the model, as markdown of at most 64 KB')
