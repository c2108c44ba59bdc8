// Finds the first place where a text stops being JSON, so that a malformed body can be named without repeating it.

/** Nesting beyond this is refused: no body we take is deeper than a handful of levels. */
export const MAXIMUM_JSON_DEPTH = 64

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPACE = /[ \t\r\n]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const FIRST_PRINTABLE = 0x20
const QUOTE = 0x22
const BACKSLASH = 0x5c
const LITERAL = /true|false|null/y
const WORD = /-?[A-Za-z]+/y
const NON_NUMBERS: readonly string[] = ['NaN', 'Infinity', '-Infinity', '-NaN']

export interface JsonFault {
  /** From 1. */
  readonly line: number
  readonly column: number
  /** A sentence that repeats nothing of the text but JSON's own words. */
  readonly message: string
}

interface Scan {
  readonly text: string
  at: number
}

class Fault extends Error {
  readonly at: number
  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

/** Null when the text is JSON after all. Linear in the text's length. */
export function locateJsonFault(text: string): JsonFault | null {
  const scan: Scan = { text, at: 0 }
  try {
    skipSpace(scan)
    if (scan.at >= text.length) throw new Fault(0, 'the body is empty')
    readValue(scan, 0)
    skipSpace(scan)
    if (scan.at < text.length) throw new Fault(scan.at, 'there is something after the end')
    return null
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const before = text.slice(0, error.at)
    const lineStart = before.lastIndexOf('\n') + 1
    const line = before.split('\n').length
    return { line, column: error.at - lineStart + 1, message: error.message }
  }
}

function match(scan: Scan, pattern: RegExp): string | null {
  pattern.lastIndex = scan.at
  const found = pattern.exec(scan.text)?.[0] ?? null
  if (found !== null) scan.at += found.length
  return found
}

function skipSpace(scan: Scan): void {
  match(scan, SPACE)
}

function readValue(scan: Scan, depth: number): void {
  if (depth > MAXIMUM_JSON_DEPTH) throw new Fault(scan.at, 'it is nested too deeply')
  const first = scan.text[scan.at]
  if (first === '{') readObject(scan, depth)
  else if (first === '[') readArray(scan, depth)
  else if (first === '"') readString(scan)
  else readPlain(scan)
}

/** A number or one of the three words. */
function readPlain(scan: Scan): void {
  if (scan.text[scan.at] === "'") throw new Fault(scan.at, 'strings need double quotes')
  if (match(scan, LITERAL) !== null || match(scan, NUMBER) !== null) return
  const start = scan.at
  const word = match(scan, WORD)
  if (word !== null && NON_NUMBERS.includes(word)) {
    throw new Fault(start, 'JSON has no NaN or Infinity; send null for a missing value')
  }
  if (start >= scan.text.length) throw new Fault(start, 'it ends too early')
  throw new Fault(start, 'a value was expected here')
}

function readString(scan: Scan): void {
  const start = scan.at
  scan.at += 1
  while (scan.at < scan.text.length) {
    const code = scan.text.charCodeAt(scan.at)
    if (code === QUOTE) {
      scan.at += 1
      return
    }
    if (code < FIRST_PRINTABLE) {
      throw new Fault(scan.at, 'a line break or control character stands inside a string')
    }
    if (code !== BACKSLASH) scan.at += 1
    else if (match(scan, ESCAPE) === null)
      throw new Fault(scan.at, 'this escape is not one of JSON')
  }
  throw new Fault(start, 'a string starts here and does not end')
}

function readObject(scan: Scan, depth: number): void {
  scan.at += 1
  skipSpace(scan)
  if (scan.text[scan.at] === '}') {
    scan.at += 1
    return
  }
  for (;;) {
    if (scan.at >= scan.text.length) throw new Fault(scan.at, 'it ends too early')
    if (scan.text[scan.at] !== '"') {
      throw new Fault(scan.at, 'a name in double quotes was expected here')
    }
    readString(scan)
    skipSpace(scan)
    if (scan.text[scan.at] !== ':') throw new Fault(scan.at, '":" was expected here')
    scan.at += 1
    skipSpace(scan)
    readValue(scan, depth + 1)
    if (readSeparator(scan, '}')) return
  }
}

function readArray(scan: Scan, depth: number): void {
  scan.at += 1
  skipSpace(scan)
  if (scan.text[scan.at] === ']') {
    scan.at += 1
    return
  }
  for (;;) {
    readValue(scan, depth + 1)
    if (readSeparator(scan, ']')) return
  }
}

/** After a member: true when the container ends here. */
function readSeparator(scan: Scan, close: '}' | ']'): boolean {
  skipSpace(scan)
  const next = scan.text[scan.at]
  if (next === undefined) throw new Fault(scan.at, 'it ends too early')
  scan.at += 1
  if (next === close) return true
  if (next !== ',') throw new Fault(scan.at - 1, `"," or "${close}" was expected here`)
  skipSpace(scan)
  if (scan.text[scan.at] === close) throw new Fault(scan.at, 'there is a comma too many before it')
  return false
}
