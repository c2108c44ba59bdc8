// Finds numbers in Claude's prose that stand in no result of the conversation and were not said by the person.

import { findNumbers } from '../interpreter/numbers.ts'
import { tokenise } from '../interpreter/tokens.ts'
import type { NumberSources } from './number-sources.ts'

interface Claim {
  readonly text: string
  readonly value: number
  readonly signed: boolean
  readonly percent: boolean
  /** What one unit of the last digit is worth: 0.01 for `2.31`, 1000 for `2k`. */
  readonly unit: number
  /** "about 230" may stand for 231. */
  readonly rough: boolean
}

const ADDRESS = /\bhttps?:\/\/[^\s)>\]`'"]+/g
const PATH = /(?<![\w.])\/[a-z][\w./-]*/g
/** `3-1a2b3c4d5e6f`, a version with its fingerprint. */
const MODEL_VERSION = /\b\d+-[0-9a-f]{12}\b/g
const LIST_MARK = /^\s*\d{1,3}[.)]\s/gm
const ORDINAL = /\b\d+(?:st|nd|rd|th)\b/gi
const DOTTED = /(?<![\w.])\d+(?:\.\d+){2,}\b/g
/** Letters right before make it a name (`f0`, `p95`), except the v of a version. */
const NUMBER =
  /(?<![\p{L}\p{N}_.]|\p{L}-)(?<version>v)?(?<sign>[-−](?=\D?\d))?[$€£¥₹]?(?<digits>\d{1,3}(?:[,'’]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:e(?<exponent>[+-]?\d{1,3}))?(?<scale>\s?(?:k|thousand|million|billion|bn|mn)(?![\p{L}\p{N}]))?(?<percent>\s?(?:%|percent|per cent|percentage))?/giu
const RANGE_TO_PERCENT = /^\s?(?:-|–|to|and)\s?\d+(?:\.\d+)?\s?(?:%|percent)/i
const ROUGH = /(?:about|around|roughly|approximately|nearly|almost|close to|some|~|≈)\s?[$€£¥₹]?$/i
const GROUPING = /[,'’]/g
const TRAILING_ZEROS = /0+$/

const SCALES: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  mn: 1e6,
  million: 1e6,
  bn: 1e9,
  billion: 1e9,
}

/** "in two ways", "one of the three": small counts in words are manner of speech, not data. */
const LARGEST_WORD_OF_SPEECH = 12

/** A whole number stands for a fraction only where it stays this close: 24 for 23.6, not 1 for 0.7. */
const WHOLE_NUMBER_TOLERANCE = 0.1

/** Two figures at least: "about 20%" is no rounding of 23%. */
const FEWEST_FIGURES_ROUNDED = 2

/** The numbers without a source, as written, each once, in order. */
export function findInventedNumbers(prose: string, sources: NumberSources): readonly string[] {
  const invented = new Set<string>()
  const plain = prose.replace(ADDRESS, ' ').replace(PATH, ' ').replace(MODEL_VERSION, ' ')
  for (const match of plain.matchAll(DOTTED)) {
    if (!sources.has(match[0])) invented.add(match[0])
  }
  const text = plain.replace(DOTTED, ' ').replace(ORDINAL, ' ').replace(LIST_MARK, ' ')
  for (const claim of [...claimsInDigits(text), ...claimsInWords(text)]) {
    if (!isGrounded(claim, sources)) invented.add(claim.text)
  }
  return [...invented]
}

function claimsInDigits(text: string): Claim[] {
  return [...text.matchAll(NUMBER)].map((match) => {
    const { sign, digits = '0', exponent = '0', scale = '', percent } = match.groups ?? {}
    const plain = digits.replace(GROUPING, '')
    const decimals = plain.split('.')[1]?.length ?? 0
    const factor = (SCALES[scale.trim().toLowerCase()] ?? 1) * 10 ** Number(exponent)
    const end = match.index + match[0].length
    return {
      text: match[0].trim(),
      value: Number(plain) * factor * (sign === undefined ? 1 : -1),
      signed: sign !== undefined,
      percent: percent !== undefined || RANGE_TO_PERCENT.test(text.slice(end, end + 20)),
      unit: factor * 10 ** -decimals,
      rough: ROUGH.test(text.slice(0, match.index)),
    }
  })
}

function claimsInWords(text: string): Claim[] {
  const tokens = tokenise(text, [])
  return findNumbers(tokens)
    .filter(({ from, to, value }) => {
      const isWords = tokens.slice(from, to).every(({ kind }) => kind === 'word')
      return isWords && Math.abs(value) > LARGEST_WORD_OF_SPEECH
    })
    .map(({ from, to, value }) => {
      const next = tokens[to]?.word ?? ''
      return {
        text: text.slice(tokens[from]?.start ?? 0, tokens[to - 1]?.end ?? 0),
        value,
        signed: value < 0,
        percent: next === 'percent' || next === 'per' || next === '%',
        unit: Number.isInteger(value) ? 1 : 0.1,
        rough: false,
      }
    })
}

function isGrounded(claim: Claim, sources: NumberSources): boolean {
  if (!claim.percent && claim.unit === 1 && sources.dateParts.has(claim.value)) return true
  for (const source of sources.values) {
    // Up to 1 it is a share; beyond, a percentage already.
    const isShare = claim.percent && Math.abs(source) <= 1
    if (standsFor(claim, isShare ? source * 100 : source)) return true
  }
  return false
}

function standsFor(claim: Claim, source: number): boolean {
  const value = claim.signed ? claim.value : Math.abs(claim.value)
  const compared = claim.signed ? source : Math.abs(source)
  const distance = Math.abs(value - compared)
  if (distance <= Math.abs(compared) * 1e-9) return true
  // Nothing but zero is zero: "0%" for 0.4 % would overstate.
  if (value === 0) return false
  if (distance <= (claim.unit / 2) * (1 + 1e-9)) {
    const isWhole = claim.unit >= 1 && !claim.percent
    return !isWhole || distance <= Math.abs(compared) * WHOLE_NUMBER_TOLERANCE
  }
  return distance <= roundedUnit(claim) / 2
}

/** `231,000` may stand for 231,013, and "about 230" for 231: what its last figure that counts is worth, 0 if none. */
function roundedUnit(claim: Claim): number {
  if (claim.unit < 1 || !Number.isInteger(claim.value)) return 0
  const digits = String(Math.abs(claim.value))
  const zeros = TRAILING_ZEROS.exec(digits)?.[0].length ?? 0
  if (digits.length - zeros < FEWEST_FIGURES_ROUNDED) return 0
  return zeros >= 2 || (claim.rough && zeros >= 1) ? 10 ** zeros : 0
}
