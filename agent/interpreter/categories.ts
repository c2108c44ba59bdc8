// Finds names of categories in a message, however they are cut or shortened, and the category that a yes or no means.

import type { InputField, Signature } from '#core/model.ts'
import type { Token } from './tokens.ts'
import { wordsOf } from './vocabulary.ts'

export interface CategoryValue {
  readonly kind: 'category'
  readonly fields: readonly number[]
  readonly exactCase: boolean
  readonly value: string
}

type CategoryMention = CategoryValue & {
  readonly from: number
  readonly to: number
  readonly end: number
}

export function findCategories(
  signature: Signature,
  tokens: readonly Token[],
  busy: (index: number) => boolean,
): readonly CategoryMention[] {
  const known = signature.inputs.flatMap((input, field) =>
    (input.categories ?? []).flatMap((category) =>
      formsOf(category, input.categories ?? []).map((form) => {
        const words = wordsOf(form)
        return { field, category, letters: words.join(''), most: words.length }
      }),
    ),
  )
  if (known.length === 0) return []
  const found: CategoryMention[] = []
  for (let from = 0; from < tokens.length; from++) {
    const matches = known.flatMap((one) => {
      const length = tokensSpelling(tokens, from, one.letters, one.most, busy)
      return length === 0 ? [] : [{ ...one, length }]
    })
    const length = Math.max(0, ...matches.map((match) => match.length))
    const longest = matches.filter((match) => match.length === length)
    const [first] = longest
    if (first === undefined || deniesField(signature, tokens, from, first.letters)) continue
    const written = tokens
      .slice(from, from + length)
      .map(({ text }) => text)
      .join(' ')
    found.push({
      kind: 'category',
      from,
      to: from + length,
      end: from + length,
      fields: longest.map(({ field }) => field),
      value: first.category,
      exactCase: written === wordsAsWritten(first.category) && written !== written.toLowerCase(),
    })
    from += length - 1
  }
  return found
}

const BRACKETED = /\s*\([^)]*\)\s*/g

/** `Credit card (automatic)` is called "credit card" where no other category is. */
function formsOf(category: string, all: readonly string[]): readonly string[] {
  const short = category.replace(BRACKETED, ' ').trim()
  const isOwn = all.every(
    (other) => other === category || other.replace(BRACKETED, ' ').trim() !== short,
  )
  return short === category || short === '' || !isOwn ? [category] : [category, short]
}

/** "no internet service" denies the input of that name; it is a category only behind an input that it was given for. */
function deniesField(
  signature: Signature,
  tokens: readonly Token[],
  from: number,
  letters: string,
): boolean {
  if (tokens[from]?.word !== 'no' || ASSIGNS.has(tokens[from - 1]?.word ?? '')) return false
  const denied = letters.slice('no'.length)
  return signature.inputs.some(
    (input) => wordsOf(input.name).join('') === denied && categoryFor(input, false) !== null,
  )
}

const ASSIGNS: ReadonlySet<string> = new Set(['=', ':'])

/** How many tokens from here spell the category, however they are cut (`SkyJet`, "sky jet", "skyjet"); 0 for none. */
function tokensSpelling(
  tokens: readonly Token[],
  from: number,
  letters: string,
  most: number,
  busy: (index: number) => boolean,
): number {
  let spelt = ''
  for (let length = 1; length <= most + 1; length++) {
    const token = tokens[from + length - 1]
    if (token === undefined || token.kind === 'mark' || busy(from + length - 1)) return 0
    spelt += token.kind === 'number' ? token.text : token.word
    if (spelt === letters) return letters === '' ? 0 : length
    if (!letters.startsWith(spelt)) return 0
  }
  return 0
}

const NOT_WORD = /[^\p{L}\p{N}]+/gu

const wordsAsWritten = (category: string) => category.replace(NOT_WORD, ' ').trim()

/** "yes" of a field whose categories are Yes and No. */
export function categoryFor(input: InputField, value: boolean): string | null {
  const words = value ? YES_CATEGORIES : NO_CATEGORIES
  return input.categories?.find((category) => words.has(category.toLowerCase())) ?? null
}

const YES_CATEGORIES: ReadonlySet<string> = new Set(['yes', 'y', 'true'])
const NO_CATEGORIES: ReadonlySet<string> = new Set(['no', 'n', 'false'])
