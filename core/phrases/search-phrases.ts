// Finds words and phrases for a blank: one beam search for each length, all lengths in one batch a step.

import type { SuggestionSettings } from '#core/language/language-config.ts'
import type { FillMaskStep } from '#core/language/steps.ts'

export interface FoundPhrase {
  readonly ids: readonly number[]
  /** Sum of the words' log probabilities. */
  readonly fluency: number
}

/** What does not depend on a text, made once for a model. Masks are by id, below `filler.outputs`. */
export interface PhraseRules {
  readonly filler: FillMaskStep
  readonly settings: SuggestionSettings
  /** Words that may stand behind another one, and words that may open the text. */
  readonly inside: Uint8Array
  readonly opening: Uint8Array
  /** Words that may be a suggestion by themselves, and those that may end and begin a phrase of several. */
  readonly alone: Uint8Array
  readonly first: Uint8Array
  readonly last: Uint8Array
  /** 1 for words that take `an`. */
  readonly vowels: Uint8Array
  readonly notLast: ReadonlySet<string>
  /** By length and beginning, such as `3:17,4`: the ids that go on to a whole phrase; null where any words may. */
  readonly following: ReadonlyMap<string, readonly number[]> | null
  /** As it is shown. */
  show(ids: readonly number[]): string
}

type Beam = FoundPhrase

export function makeRules(filler: FillMaskStep, settings: SuggestionSettings): PhraseRules {
  const { words, outputs, phrases } = filler
  const { filter } = settings
  const [never, notFirst, notLast, notAlone] = [
    new Set(filter.never),
    new Set(filter.not_first),
    new Set(filter.not_last),
    new Set(filter.not_alone),
  ]
  const mask = (fits: (word: string, id: number) => boolean) =>
    Uint8Array.from({ length: outputs }, (_, id) => {
      const word = words[id]
      return Number(typeof word === 'string' && fits(word, id))
    })
  const vowel = new RegExp(filter.vowel_sound)
  const first = mask((word) => !notFirst.has(word))
  const last = mask((word) => !notLast.has(word))
  return {
    filler,
    settings,
    inside: mask((word, id) => filler.inside[id] === 1 && !never.has(word)),
    opening: mask((word, id) => filler.opening[id] === 1 && !never.has(word)),
    alone: mask((word, id) => first[id] === 1 && last[id] === 1 && !notAlone.has(word)),
    first,
    last,
    vowels: mask((word) => vowel.test(word)),
    notLast,
    following: phrases === null ? null : followingOf(phrases),
    show: (ids) => ids.map((id) => words[id]).join(' '),
  }
}

function followingOf(
  phrases: readonly (readonly number[])[],
): ReadonlyMap<string, readonly number[]> {
  const following = new Map<string, Set<number>>()
  for (const phrase of phrases) {
    phrase.forEach((id, place) => {
      const key = keyOf(phrase.length, phrase.slice(0, place))
      const known = following.get(key)
      if (known === undefined) following.set(key, new Set([id]))
      else known.add(id)
    })
  }
  return new Map(
    [...following].map(([key, set]) => [key, [...set].sort((left, right) => left - right)]),
  )
}

const keyOf = (length: number, ids: readonly number[]) => `${length}:${ids.join(',')}`

/** Words and phrases of up to `maximumWords` for the blank between two parts of a text. */
export async function searchPhrases(
  rules: PhraseRules,
  left: string,
  right: string,
  maximumWords: number,
): Promise<readonly FoundPhrase[]> {
  const { filler } = rules
  const { candidates, beam, phrases } = rules.settings.parameters
  const before = filler.encode(left.trimEnd())
  const after = filler.encode(right)
  const head = [...filler.head, ...before]
  const tail = [...after, ...filler.tail]
  const isFirst = firstAllowed(rules, before.at(-1))
  const next = tail[0]
  const found: FoundPhrase[] = []
  let beams = new Map<number, readonly Beam[]>()
  for (let length = 1; length <= maximumWords; length++) {
    beams.set(length, [{ ids: [], fluency: 0 }])
  }
  for (let step = 0; step < maximumWords; step++) {
    const live = [...beams].flatMap(([length, list]) => list.map((one) => ({ length, one })))
    if (live.length === 0) break
    const rows = live.map(({ length, one }) => [
      ...head,
      ...one.ids,
      ...new Array<number>(length - step).fill(filler.mask),
      ...tail,
    ])
    const logits = await filler.fill(
      rows,
      rows.map(() => head.length + step),
    )
    const grown = new Map<number, Beam[]>()
    live.forEach(({ length, one }, row) => {
      const scores = logits.subarray(row * filler.outputs, (row + 1) * filler.outputs)
      const isLast = step === length - 1
      const fits = (id: number) => (step > 0 || isFirst(id)) && !(isLast && id === next)
      const choices = choicesAfter(rules, one.ids, length, fits)
      const sum = logSumExp(scores)
      const list = grown.get(length) ?? []
      for (const id of best(choices, scores, length === 1 ? candidates : beam)) {
        list.push({ ids: [...one.ids, id], fluency: one.fluency + (scores[id] ?? 0) - sum })
      }
      grown.set(length, list)
    })
    beams = new Map()
    for (const [length, list] of grown) {
      list.sort((left, right) => right.fluency - left.fluency || compareIds(left.ids, right.ids))
      if (step === length - 1) found.push(...list.slice(0, length === 1 ? candidates : phrases))
      else if (list.length > 0) beams.set(length, list.slice(0, beam))
    }
  }
  return found
}

/** The ids that may come next in a suggestion of `length` words that begins with `begun`. */
function choicesAfter(
  rules: PhraseRules,
  begun: readonly number[],
  length: number,
  fits: (id: number) => boolean,
): readonly number[] {
  const { filler, following, alone, first, last, inside } = rules
  if (length === 1) return wordsThat(filler.outputs, (id) => alone[id] === 1 && fits(id))
  if (following !== null) return (following.get(keyOf(length, begun)) ?? []).filter(fits)
  const isLast = begun.length === length - 1
  const isFree = (id: number) =>
    (begun.length === 0 ? first[id] === 1 : inside[id] === 1) && (!isLast || last[id] === 1)
  return wordsThat(filler.outputs, (id) => isFree(id) && !begun.includes(id) && fits(id))
}

/** After `a` a consonant, after `an` a vowel sound, and no repeat of the word before. */
function firstAllowed(
  { filler, inside, opening, vowels }: PhraseRules,
  previous: number | undefined,
) {
  const word = previous === undefined ? '' : filler.words[previous]
  const vowel = word === 'an' ? 1 : word === 'a' ? 0 : null
  const usable = previous === undefined ? opening : inside
  return (id: number) =>
    usable[id] === 1 && id !== previous && (vowel === null || vowels[id] === vowel)
}

function wordsThat(count: number, fits: (id: number) => boolean): readonly number[] {
  const ids: number[] = []
  for (let id = 0; id < count; id++) if (fits(id)) ids.push(id)
  return ids
}

/** The ids of the highest scores; of equal ones the lower id first. */
function best(ids: readonly number[], scores: Float32Array, number: number): readonly number[] {
  const kept: number[] = []
  for (const id of ids) {
    const score = scores[id] ?? Number.NEGATIVE_INFINITY
    const worst = kept.at(-1)
    if (kept.length === number && worst !== undefined && (scores[worst] ?? 0) >= score) continue
    let at = kept.length
    while (at > 0 && (scores[kept[at - 1] ?? 0] ?? 0) < score) at--
    kept.splice(at, 0, id)
    if (kept.length > number) kept.pop()
  }
  return kept
}

/** Indexed loops: some 280,000 values a request pass here, and an iterator costs more than the exponential. */
function logSumExp(values: Float32Array): number {
  const { length } = values
  let highest = Number.NEGATIVE_INFINITY
  for (let at = 0; at < length; at++) {
    const value = values[at] ?? 0
    if (value > highest) highest = value
  }
  let sum = 0
  for (let at = 0; at < length; at++) {
    const below = (values[at] ?? 0) - highest
    if (below > NEGLIGIBLE) sum += Math.exp(below)
  }
  return highest + Math.log(sum)
}

/** A word this far below the best adds two billionths of it to the sum, and all 8,000 of them together under 0.00002. */
const NEGLIGIBLE = -20

export function compareIds(left: readonly number[], right: readonly number[]): number {
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
