// Reads a regular expression of Python into a tree, as far as patterns of words go; the rest is refused by name.

import type { CharacterSet } from './character-sets.ts'
import {
  folded,
  one,
  type PatternReader,
  peek,
  readEscape,
  readSet,
  take,
  takeIf,
  UnsupportedPattern,
} from './pattern-characters.ts'

export type PatternNode =
  | { readonly kind: 'set'; readonly has: CharacterSet }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | {
      readonly kind: 'repeat'
      readonly item: PatternNode
      readonly least: number
      readonly most: number
      readonly lazy: boolean
    }
  /** The one group whose text is the token. */
  | { readonly kind: 'group'; readonly item: PatternNode }
  /** `width` is how far a look back goes; 0 looks ahead. */
  | {
      readonly kind: 'look'
      readonly item: PatternNode
      readonly behind: number | null
      readonly negative: boolean
    }

export type Place =
  | 'boundary'
  | 'no-boundary'
  | 'text-start'
  | 'text-end'
  | 'last-line-end'
  | 'line-start'
  | 'line-end'

export interface Pattern {
  readonly root: PatternNode
  readonly hasGroup: boolean
}

/** Longer ones are no pattern of a word. */
const MAX_LENGTH = 2_000

const MAX_NESTING = 50

/** As Python has it; more is the same as no end. */
const MAX_REPEAT = 4_294_967_295

const FLAG_GROUP = /^\(\?([aimsuLx]+)\)/

/** Throws UnsupportedPattern. */
export function parsePattern(source: string): Pattern {
  if (source.length > MAX_LENGTH) throw new UnsupportedPattern(`${source.length} characters`)
  const letters = FLAG_GROUP.exec(source)?.[1] ?? ''
  if (letters.includes('x')) throw new UnsupportedPattern('the flag x')
  if (letters.includes('L')) throw new UnsupportedPattern('the flag L')
  const reader: PatternReader = {
    points: Array.from(source),
    position: letters === '' ? 0 : letters.length + 3,
    depth: 0,
    groups: 0,
    flags: {
      ignoreCase: letters.includes('i'),
      ascii: letters.includes('a'),
      dotAll: letters.includes('s'),
      multiline: letters.includes('m'),
    },
  }
  const root = readChoice(reader)
  if (reader.position < reader.points.length) throw new UnsupportedPattern('a bracket too many')
  if (reader.groups > 1) throw new UnsupportedPattern('more than one group')
  return { root, hasGroup: reader.groups === 1 }
}

function readChoice(reader: PatternReader): PatternNode {
  if (++reader.depth > MAX_NESTING) throw new UnsupportedPattern('groups in groups without end')
  const options = [readSequence(reader)]
  while (takeIf(reader, '|')) options.push(readSequence(reader))
  reader.depth--
  const [only] = options
  return options.length === 1 && only !== undefined ? only : { kind: 'choice', options }
}

function readSequence(reader: PatternReader): PatternNode {
  const items: PatternNode[] = []
  for (let next = peek(reader); next !== undefined && next !== '|' && next !== ')'; ) {
    items.push(readRepeats(reader, readAtom(reader)))
    next = peek(reader)
  }
  const [only] = items
  return items.length === 1 && only !== undefined ? only : { kind: 'sequence', items }
}

const COUNTS = /^\{(\d*)(,?)(\d*)\}/

function readRepeats(reader: PatternReader, item: PatternNode): PatternNode {
  const bounds = readBounds(reader)
  if (bounds === null) return item
  const [least, most] = bounds
  if (item.kind === 'place' || item.kind === 'look') {
    throw new UnsupportedPattern('a repeated place')
  }
  if (takeIf(reader, '+')) throw new UnsupportedPattern('possessive repeats')
  const lazy = takeIf(reader, '?')
  if (readBounds(reader) !== null) throw new UnsupportedPattern('a repeat of a repeat')
  if (least > most) throw new UnsupportedPattern('a repeat that cannot be')
  return { kind: 'repeat', item, least, most, lazy }
}

function readBounds(reader: PatternReader): readonly [number, number] | null {
  if (takeIf(reader, '*')) return [0, Number.POSITIVE_INFINITY]
  if (takeIf(reader, '+')) return [1, Number.POSITIVE_INFINITY]
  if (takeIf(reader, '?')) return [0, 1]
  const counts = COUNTS.exec(reader.points.slice(reader.position, reader.position + 24).join(''))
  if (counts === null) return null
  const [whole, low = '', comma, high = ''] = counts
  // Python takes {} and {,} as they stand.
  if (low === '' && high === '') return null
  reader.position += whole.length
  const least = Number(low)
  const most = comma === '' ? least : high === '' ? Number.POSITIVE_INFINITY : Number(high)
  return [least, most >= MAX_REPEAT ? Number.POSITIVE_INFINITY : most]
}

const PLACES: Readonly<Record<string, Place>> = {
  b: 'boundary',
  B: 'no-boundary',
  A: 'text-start',
  Z: 'text-end',
}

function readAtom(reader: PatternReader): PatternNode {
  const point = take(reader)
  const { multiline, dotAll } = reader.flags
  switch (point) {
    case '(':
      return readGroup(reader)
    case '[':
      return { kind: 'set', has: readSet(reader) }
    case '.':
      return { kind: 'set', has: dotAll ? () => true : (code) => code !== NEWLINE }
    case '^':
      return { kind: 'place', place: multiline ? 'line-start' : 'text-start' }
    case '$':
      return { kind: 'place', place: multiline ? 'line-end' : 'last-line-end' }
    case '*':
    case '+':
    case '?':
      throw new UnsupportedPattern('a repeat of nothing')
    case '\\': {
      const place = PLACES[peek(reader) ?? '']
      if (place === undefined) return { kind: 'set', has: folded(reader, readEscape(reader)) }
      reader.position++
      return { kind: 'place', place }
    }
    default:
      return { kind: 'set', has: folded(reader, one(point)) }
  }
}

const NEWLINE = 10

function readGroup(reader: PatternReader): PatternNode {
  if (!takeIf(reader, '?')) return readCapture(reader)
  if (takeIf(reader, ':')) return readUntilClosed(reader)
  if (takeIf(reader, '=')) return look(reader, false, false)
  if (takeIf(reader, '!')) return look(reader, false, true)
  if (takeIf(reader, '<=')) return look(reader, true, false)
  if (takeIf(reader, '<!')) return look(reader, true, true)
  if (takeIf(reader, 'P<')) {
    while (take(reader) !== '>');
    return readCapture(reader)
  }
  if (takeIf(reader, '#')) {
    while (take(reader) !== ')');
    return { kind: 'sequence', items: [] }
  }
  throw new UnsupportedPattern(`(?${peek(reader) ?? ''}…)`)
}

function readCapture(reader: PatternReader): PatternNode {
  reader.groups++
  return { kind: 'group', item: readUntilClosed(reader) }
}

function readUntilClosed(reader: PatternReader): PatternNode {
  const item = readChoice(reader)
  if (!takeIf(reader, ')')) throw new UnsupportedPattern('a bracket that is not closed')
  return item
}

function look(reader: PatternReader, isBehind: boolean, negative: boolean): PatternNode {
  const item = readUntilClosed(reader)
  const width = isBehind ? widthOf(item) : null
  return { kind: 'look', item, behind: width, negative }
}

/** Characters that a node always takes; Python, too, looks back only over a fixed number. */
function widthOf(node: PatternNode): number {
  switch (node.kind) {
    case 'set':
      return 1
    case 'place':
    case 'look':
      return 0
    case 'group':
      return widthOf(node.item)
    case 'sequence':
      return node.items.reduce((sum, item) => sum + widthOf(item), 0)
    case 'choice': {
      const widths = new Set(node.options.map(widthOf))
      const [width = 0] = widths
      if (widths.size > 1) throw new UnsupportedPattern('a look back of no fixed length')
      return width
    }
    case 'repeat':
      if (node.least !== node.most) throw new UnsupportedPattern('a look back of no fixed length')
      return node.least * widthOf(node.item)
  }
}
