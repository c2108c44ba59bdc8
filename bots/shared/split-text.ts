// Cuts a long text into pieces that a platform takes, at the kindest place, never inside a character or an open code fence.

const FENCE = /^\s*(`{3,})(.*)$/
const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Kindest first; a cut earlier than this share of the room would leave pieces of a few words. */
const BREAKS: readonly string[] = ['\n\n', '\n', '. ', '! ', '? ', '; ', ', ', ' ']
const SMALLEST_SHARE = 0.5
/** Room kept for closing a fence and opening it again with its language. */
const FENCE_ROOM = 40

/**
 * Pieces of at most `limit` UTF-16 units, none of them blank; joined they say the same. A code block that is cut is closed at
 * the end of one piece and opened again at the start of the next. `limit` must be at least 100.
 */
export function splitText(text: string, limit: number): string[] {
  const pieces: string[] = []
  let rest = text
  let reopen = ''
  while (reopen.length + rest.length > limit) {
    const room = limit - reopen.length - FENCE_ROOM
    const at = cutPlace(rest, room)
    const head = reopen + rest.slice(0, at)
    const open = openFence(head)
    pieces.push(open === null ? head.trimEnd() : `${head.trimEnd()}\n${open.marks}`)
    // Inside code the indent of the next line matters.
    rest = open === null ? rest.slice(at).trimStart() : rest.slice(at).replace(LEADING_BREAK, '')
    reopen = open === null ? '' : `${open.marks}${open.language}\n`
  }
  pieces.push(reopen + rest)
  return pieces.filter((piece) => piece.trim() !== '')
}

const LEADING_BREAK = /^\n/

function cutPlace(text: string, room: number): number {
  const head = text.slice(0, room)
  for (const mark of BREAKS) {
    const at = head.lastIndexOf(mark)
    if (at >= room * SMALLEST_SHARE) return at + mark.trimEnd().length || at + 1
  }
  return characterEnd(text, room)
}

/** The last place up to `room` that does not cut a character people see as one (an emoji, an accented letter). */
function characterEnd(text: string, room: number): number {
  // Characters are short; a window behind the place is enough and keeps this linear in long texts.
  const from = Math.max(0, room - CHARACTER_WINDOW)
  let end = room
  for (const { index, segment } of GRAPHEMES.segment(text.slice(from, room + CHARACTER_WINDOW))) {
    const start = from + index
    if (start <= room && start + segment.length > room) {
      end = start
      break
    }
  }
  return end > 0 ? end : room
}

const CHARACTER_WINDOW = 64

/** The fence that is still open at the end of `text`, or null. */
function openFence(text: string): { readonly marks: string; readonly language: string } | null {
  let open: { marks: string; language: string } | null = null
  for (const line of text.split('\n')) {
    const found = FENCE.exec(line)
    if (found === null) continue
    const [, marks = '```', language = ''] = found
    if (open === null) open = { marks, language: language.trim().slice(0, MAX_LANGUAGE) }
    else if (marks.length >= open.marks.length && language.trim() === '') open = null
  }
  return open
}

const MAX_LANGUAGE = 20

/** Cuts to one piece, with an ellipsis where something was left out. */
export function clipText(text: string, limit: number): string {
  if (text.length <= limit) return text
  return `${text.slice(0, characterEnd(text, limit - 1)).trimEnd()}…`
}
