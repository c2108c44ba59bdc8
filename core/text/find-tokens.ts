// Finds all matches of a Python pattern in a text as re.findall does, within a fixed number of steps.

import { isWordCharacter, PYTHON_SPACE } from './character-sets.ts'
import { type PatternNode, type Place, parsePattern } from './python-pattern.ts'

/** Gives the tokens of a text. Throws TokenLimit for a text that takes too long. */
export type Tokenizer = (text: string) => readonly string[]

/** A text that a pattern cannot take apart within the limits. */
export class TokenLimit extends Error {
  override readonly name = 'TokenLimit'
}

/** Comparisons for one text: some tens of milliseconds; patterns of words need a few for a character. */
const MAX_STEPS = 4_000_000

/** Repeats inside of each other on the stack; only groups that are repeated take one each time. */
const MAX_DEPTH = 2_000

const WORDS = /[\p{L}\p{N}_]+/gu
const LONGER_WORDS = /[\p{L}\p{N}_]{2,}/gu
const STRETCHES = new RegExp(`[^${PYTHON_SPACE}]+`, 'gu')

/** Patterns that nearly everybody uses, none of which ever goes back over a text. */
const COMMON: ReadonlyMap<string, RegExp> = new Map([
  ['\\b\\w\\w+\\b', LONGER_WORDS],
  ['\\w\\w+', LONGER_WORDS],
  ['\\b\\w+\\b', WORDS],
  ['\\w+', WORDS],
  ['\\S+', STRETCHES],
  ['[^\\s]+', STRETCHES],
])

const UNICODE_FLAG = /^\(\?u\)/

/** Throws UnsupportedPattern where the pattern uses what is not understood. */
export function createTokenizer(pattern: string): Tokenizer {
  const common = COMMON.get(pattern.replace(UNICODE_FLAG, ''))
  if (common !== undefined) return (text) => text.match(common) ?? []
  const { root, hasGroup } = parsePattern(pattern)
  const match = compile(root)
  return (text) => findAll(text, match, hasGroup)
}

/** What is tried at a position of the text; `then` goes on from where this ends. */
type Matcher = (search: Search, at: number, then: (at: number) => boolean) => boolean

interface Search {
  readonly codes: Int32Array
  steps: number
  depth: number
  groupStart: number
  groupEnd: number
}

function findAll(text: string, match: Matcher, hasGroup: boolean): readonly string[] {
  const points = Array.from(text)
  const codes = Int32Array.from(points, (point) => point.codePointAt(0) ?? 0)
  const search: Search = { codes, steps: MAX_STEPS, depth: 0, groupStart: -1, groupEnd: -1 }
  const tokens: string[] = []
  // An empty match may not follow another match at its end twice, or the search would stand still.
  let emptyAt = -1
  for (let start = 0; start <= codes.length; start++) {
    search.groupStart = -1
    search.groupEnd = -1
    let end = -1
    const accepts = (at: number) => {
      if (at === start && at === emptyAt) return false
      end = at
      return true
    }
    if (!match(search, start, accepts)) continue
    const [from, to] = hasGroup ? [search.groupStart, search.groupEnd] : [start, end]
    tokens.push(from === -1 ? '' : points.slice(from, to).join(''))
    if (end === start) emptyAt = end
    // The loop steps on by one: from an empty match the same place is tried again for a longer one.
    start = end - 1
  }
  return tokens
}

function countStep(search: Search): void {
  if (--search.steps < 0) {
    throw new TokenLimit(
      'A text takes too long to be split into words by the pattern of this model.',
    )
  }
}

function compile(node: PatternNode): Matcher {
  switch (node.kind) {
    case 'set':
      return (search, at, then) => {
        countStep(search)
        const code = search.codes[at]
        return code !== undefined && node.has(code) && then(at + 1)
      }
    case 'place': {
      const holds = PLACES[node.place]
      return (search, at, then) => {
        countStep(search)
        return holds(search.codes, at) && then(at)
      }
    }
    case 'sequence':
      return compileSequence(node.items.map(compile))
    case 'choice': {
      const options = node.options.map(compile)
      return (search, at, then) => options.some((option) => option(search, at, then))
    }
    case 'group':
      return compileGroup(compile(node.item))
    case 'look':
      return compileLook(compile(node.item), node.behind, node.negative)
    case 'repeat':
      return node.item.kind === 'set' ? compileRun(node, node.item.has) : compileRepeat(node)
  }
}

function compileSequence(items: readonly Matcher[]): Matcher {
  return (search, start, then) => {
    const from = (index: number, at: number): boolean => {
      const item = items[index]
      return item === undefined ? then(at) : item(search, at, (next) => from(index + 1, next))
    }
    return from(0, start)
  }
}

function compileGroup(item: Matcher): Matcher {
  return (search, start, then) => {
    const { groupStart, groupEnd } = search
    const matches = item(search, start, (end) => {
      const inner = [search.groupStart, search.groupEnd] as const
      search.groupStart = start
      search.groupEnd = end
      if (then(end)) return true
      search.groupStart = inner[0]
      search.groupEnd = inner[1]
      return false
    })
    if (!matches) {
      search.groupStart = groupStart
      search.groupEnd = groupEnd
    }
    return matches
  }
}

function compileLook(item: Matcher, behind: number | null, negative: boolean): Matcher {
  return (search, at, then) => {
    const start = at - (behind ?? 0)
    const isThere = start >= 0 && item(search, start, (end) => behind === null || end === at)
    return isThere !== negative && then(at)
  }
}

type Repeat = Extract<PatternNode, { kind: 'repeat' }>

/** A repeated character is counted, not nested, so that a word may be as long as the text. */
function compileRun({ least, most, lazy }: Repeat, has: (code: number) => boolean): Matcher {
  return (search, start, then) => {
    const { codes } = search
    const takes = (at: number): boolean => {
      countStep(search)
      const code = codes[at]
      return code !== undefined && has(code)
    }
    let count = 0
    while (count < least) {
      if (!takes(start + count)) return false
      count++
    }
    if (lazy) {
      while (!then(start + count)) {
        if (count >= most || !takes(start + count)) return false
        count++
      }
      return true
    }
    while (count < most && takes(start + count)) count++
    for (; count >= least; count--) {
      countStep(search)
      if (then(start + count)) return true
    }
    return false
  }
}

function compileRepeat({ item, least, most, lazy }: Repeat): Matcher {
  const match = compile(item)
  return (search, start, then) => {
    const goOn = (count: number, at: number): boolean => {
      const again = () => {
        if (count >= most) return false
        if (++search.depth > MAX_DEPTH) {
          throw new TokenLimit('A text repeats too often what the pattern of this model looks for.')
        }
        // A repeat that took nothing would take nothing for ever.
        const matches = match(search, at, (next) =>
          next === at && count >= least ? false : goOn(count + 1, next),
        )
        search.depth--
        return matches
      }
      countStep(search)
      if (count < least) return again()
      return lazy ? then(at) || again() : again() || then(at)
    }
    return goOn(0, start)
  }
}

const NEWLINE = 10

function isWordAt(codes: Int32Array, at: number): boolean {
  const code = codes[at]
  return code !== undefined && isWordCharacter(code)
}

const PLACES: Readonly<Record<Place, (codes: Int32Array, at: number) => boolean>> = {
  boundary: (codes, at) => isWordAt(codes, at - 1) !== isWordAt(codes, at),
  'no-boundary': (codes, at) => isWordAt(codes, at - 1) === isWordAt(codes, at),
  'text-start': (_, at) => at === 0,
  'text-end': (codes, at) => at === codes.length,
  'last-line-end': (codes, at) =>
    at === codes.length || (at === codes.length - 1 && codes[at] === NEWLINE),
  'line-start': (codes, at) => at === 0 || codes[at - 1] === NEWLINE,
  'line-end': (codes, at) => at === codes.length || codes[at] === NEWLINE,
}
