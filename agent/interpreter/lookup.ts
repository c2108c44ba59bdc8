// Tables that words of a message are looked up in, so that "constructor" finds nothing that nobody put there.

/** What the table holds for a word, or undefined; never anything of an object's prototype. */
export function lookup<Value>(
  table: Readonly<Record<string, Value>>,
): (word: string) => Value | undefined {
  const entries = new Map(Object.entries(table))
  return (word) => entries.get(word)
}
