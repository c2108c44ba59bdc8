// Finds words and phrases for a blank: one beam search for each length, all lengths in one batch a step.

import { TOKEN } from './blank-text.ts'
import type { PhrasePair } from './phrase-pair.ts'

export interface FoundPhrase {
  readonly ids: readonly number[]
  /** Sum of the words' log probabilities. */
  readonly fluency: number
}

/** What does not depend on a text, made once for a pair. Masks are by id, below `pair.outputs`. */
export interface PhraseRules {
  readonly pair: PhrasePair
  readonly usable: Uint8Array
  readonly alone: Uint8Array
  /** 1 for words that take `an`. */
  readonly vowels: Uint8Array
  readonly notLast: ReadonlySet<number>
  /** By length and beginning, such as `3:17,4`: the ids that go on to a whole phrase of that length. */
  readonly following: ReadonlyMap<string, readonly number[]>
}

type Beam = FoundPhrase

export function makeRules(pair: PhrasePair): PhraseRules {
  const { filter } = pair.config
  const { words, ids } = pair.vocabulary
  const setOf = (list: readonly string[]) =>
    new Set(list.map((word) => ids.get(word)).filter((id) => id !== undefined))
  const [never, notFirst, notLast, notAlone] = [
    setOf(filter.never),
    setOf(filter.not_first),
    setOf(filter.not_last),
    setOf(filter.not_alone),
  ]
  const mask = (fits: (id: number) => boolean) =>
    Uint8Array.from({ length: pair.outputs }, (_, id) => Number(fits(id)))
  const vowel = new RegExp(filter.vowel_sound)
  const following = new Map<string, Set<number>>()
  for (const phrase of pair.phrases) {
    phrase.forEach((id, place) => {
      const key = keyOf(phrase.length, phrase.slice(0, place))
      const known = following.get(key)
      if (known === undefined) following.set(key, new Set([id]))
      else known.add(id)
    })
  }
  return {
    pair,
    usable: mask((id) => id >= TOKEN.firstWord && !never.has(id)),
    alone: mask((id) => !notFirst.has(id) && !notLast.has(id) && !notAlone.has(id)),
    vowels: mask((id) => vowel.test(words[id] ?? '')),
    notLast,
    following: new Map(
      [...following].map(([key, set]) => [key, [...set].sort((left, right) => left - right)]),
    ),
  }
}

const keyOf = (length: number, ids: readonly number[]) => `${length}:${ids.join(',')}`

/** Words and phrases of up to `maximumWords` for the blank between `before` and `after`, both as ids. */
export async function searchPhrases(
  rules: PhraseRules,
  before: readonly number[],
  after: readonly number[],
  maximumWords: number,
): Promise<readonly FoundPhrase[]> {
  const { pair } = rules
  const { candidates, beam, phrases } = pair.config.parameters
  const head = [TOKEN.start, ...before]
  const tail = [...after, TOKEN.end]
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
      ...new Array<number>(length - step).fill(TOKEN.mask),
      ...tail,
    ])
    const logits = await pair.fill(
      rows,
      rows.map(() => head.length + step),
    )
    const grown = new Map<number, Beam[]>()
    live.forEach(({ length, one }, row) => {
      const scores = logits.subarray(row * pair.outputs, (row + 1) * pair.outputs)
      const isLast = step === length - 1
      const fits = (id: number) => (step > 0 || isFirst(id)) && !(isLast && id === next)
      const choices =
        length === 1
          ? wordsThat(pair.outputs, (id) => rules.alone[id] === 1 && fits(id))
          : (rules.following.get(keyOf(length, one.ids)) ?? []).filter(fits)
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

/** After `a` a consonant, after `an` a vowel sound, and no repeat of the word before. */
function firstAllowed({ pair, usable, vowels }: PhraseRules, last: number | undefined) {
  const word = last === undefined ? '' : pair.vocabulary.words[last]
  const vowel = word === 'an' ? 1 : word === 'a' ? 0 : null
  return (id: number) => usable[id] === 1 && id !== last && (vowel === null || vowels[id] === vowel)
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
