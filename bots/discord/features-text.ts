// Features typed on a command line: `tenure=24, monthly_charges=70`, or a JSON object.

/** A comma only ends a value where the next name follows, so that 1,680 stays one number. */
const SEPARATOR = /[,;\n]\s*(?=[^=:,;\n]+[=:])/
const PAIR = /^([^=:]+)[=:](.*)$/s
const TRAILING_SEPARATOR = /[,;\s]+$/

export type TypedFeatures =
  | { readonly ok: true; readonly values: Readonly<Record<string, string>> }
  /** The piece that is no `name=value`. */
  | { readonly ok: false; readonly piece: string }

/** Values as they were typed; what they mean is decided by the model's signature. */
export function readTypedFeatures(text: string): TypedFeatures {
  const trimmed = text.trim().replace(TRAILING_SEPARATOR, '')
  if (trimmed.startsWith('{')) return readObject(trimmed)
  const values: Record<string, string> = {}
  for (const piece of trimmed === '' ? [] : trimmed.split(SEPARATOR)) {
    const [, name, value] = PAIR.exec(piece.trim()) ?? []
    if (name === undefined || value === undefined) return { ok: false, piece: piece.trim() }
    values[name.trim()] = value.trim()
  }
  return { ok: true, values }
}

function readObject(text: string): TypedFeatures {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return { ok: false, piece: text }
    const entries = Object.entries(parsed).map(([name, value]): [string, string] => [
      name,
      value === null ? '' : String(value),
    ])
    return { ok: true, values: Object.fromEntries(entries) }
  } catch {
    return { ok: false, piece: text }
  }
}

/** Where a person is while typing: what is done, and the beginning of what comes next. */
export function splitTyping(text: string): { readonly done: string; readonly typing: string } {
  const at = Math.max(text.lastIndexOf(','), text.lastIndexOf(';'))
  return at < 0
    ? { done: '', typing: text.trim() }
    : { done: text.slice(0, at + 1), typing: text.slice(at + 1).trim() }
}
