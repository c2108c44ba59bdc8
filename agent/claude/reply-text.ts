// The reply as it is streamed: Claude's own prose and the sentences that Parley puts beside it, kept apart.

import type { LanguageTurn } from '../language.ts'

export interface ReplyText {
  /** A piece of what Claude writes. */
  readonly write: (delta: string) => void
  /** What Claude writes next is a paragraph of its own: another round has begun. */
  breakParagraph(): void
  /** A sentence of ours, as a paragraph. */
  add(sentence: string): void
  /** All of it, as it was streamed. */
  text(): string
  /** Only what Claude wrote, which is what must be checked. */
  prose(): string
}

const BREAK = '\n\n'

export function createReplyText(say: LanguageTurn['say']): ReplyText {
  let text = ''
  let prose = ''
  let isBroken = false
  const put = (piece: string) => {
    text += piece
    say(piece)
  }
  return {
    write(delta) {
      if (delta === '') return
      if (isBroken && text !== '') put(BREAK)
      if (isBroken && prose !== '') prose += BREAK
      isBroken = false
      prose += delta
      put(delta)
    },
    breakParagraph() {
      isBroken = true
    },
    add(sentence) {
      if (sentence === '') return
      put(text === '' ? sentence : `${BREAK}${sentence}`)
      isBroken = true
    },
    text: () => text,
    prose: () => prose,
  }
}
