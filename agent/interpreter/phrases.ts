// Sets of phrases, matched word by word in linear time: no wording of a message can make them slow.

export interface PhraseSet {
  /** Phrases as words, by their first word, longest first. */
  readonly byFirst: ReadonlyMap<string, readonly (readonly string[])[]>
  readonly byLast: ReadonlyMap<string, readonly (readonly string[])[]>
}

const SPACES = /\s+/

/** `text` holds phrases parted by `|`. */
export function phraseSet(text: string): PhraseSet {
  const phrases = text
    .split('|')
    .map((phrase) => phrase.trim().split(SPACES))
    .filter(([first]) => first !== undefined && first !== '')
    .sort((left, right) => right.length - left.length)
  return {
    byFirst: groupBy(phrases, (phrase) => phrase[0] ?? ''),
    byLast: groupBy(phrases, (phrase) => phrase.at(-1) ?? ''),
  }
}

function groupBy(
  phrases: readonly (readonly string[])[],
  key: (phrase: readonly string[]) => string,
): ReadonlyMap<string, readonly (readonly string[])[]> {
  const groups = new Map<string, (readonly string[])[]>()
  for (const phrase of phrases)
    groups.set(key(phrase), [...(groups.get(key(phrase)) ?? []), phrase])
  return groups
}

export function splitWords(text: string): readonly string[] {
  const trimmed = text.trim()
  return trimmed === '' ? [] : trimmed.split(SPACES)
}

const startsAt = (words: readonly string[], at: number, phrase: readonly string[]) =>
  at >= 0 && phrase.every((word, offset) => words[at + offset] === word)

/** Whether the words are nothing but phrases of the set, one after another. No words are not covered. */
export function isCovered(words: readonly string[], phrases: PhraseSet): boolean {
  if (words.length === 0) return false
  const reachable = new Set([0])
  for (let at = 0; at < words.length; at++) {
    if (!reachable.has(at)) continue
    for (const phrase of phrases.byFirst.get(words[at] ?? '') ?? []) {
      if (startsAt(words, at, phrase)) reachable.add(at + phrase.length)
    }
  }
  return reachable.has(words.length)
}

export function holdsPhrase(words: readonly string[], phrases: PhraseSet): boolean {
  return words.some((word, at) =>
    (phrases.byFirst.get(word) ?? []).some((phrase) => startsAt(words, at, phrase)),
  )
}

/** The words themselves and what is left after each leading phrase, the longest first, is taken off. */
export function withoutLeads(
  words: readonly string[],
  phrases: PhraseSet,
): readonly (readonly string[])[] {
  const stages = [words]
  let at = 0
  for (;;) {
    const found = (phrases.byFirst.get(words[at] ?? '') ?? []).find((phrase) =>
      startsAt(words, at, phrase),
    )
    if (found === undefined) return stages
    at += found.length
    stages.push(words.slice(at))
  }
}

/** The same from the end. */
export function withoutTails(
  words: readonly string[],
  phrases: PhraseSet,
): readonly (readonly string[])[] {
  const stages = [words]
  let end = words.length
  for (;;) {
    const found = (phrases.byLast.get(words[end - 1] ?? '') ?? []).find((phrase) =>
      startsAt(words, end - phrase.length, phrase),
    )
    if (found === undefined) return stages
    end -= found.length
    stages.push(words.slice(0, end))
  }
}
