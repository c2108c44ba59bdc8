// Parses JSON and what people paste for it: Python's dicts, single quotes, bare keys, trailing commas.

const BARE_KEY = /([{,]\s*)([A-Za-z_][\w-]*)(\s*:)/g
const TRAILING_COMMA = /,(\s*[}\]])/g
const PYTHON_WORDS: Readonly<Record<string, string>> = {
  True: 'true',
  False: 'false',
  None: 'null',
}
const PYTHON_WORD = /\b(?:True|False|None)\b/g
const SINGLE_QUOTED = /'((?:[^'\\]|\\.)*)'/g

/** undefined where the text is not data; `NaN` and infinities are not. */
export function parseJsonLike(text: string): unknown {
  const strict = parse(text)
  if (strict !== undefined) return strict
  const relaxed = text
    .replace(SINGLE_QUOTED, (_, content: string) => JSON.stringify(content))
    .replace(PYTHON_WORD, (word) => PYTHON_WORDS[word] ?? word)
    .replace(BARE_KEY, '$1"$2"$3')
    .replace(TRAILING_COMMA, '$1')
  return parse(relaxed)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
