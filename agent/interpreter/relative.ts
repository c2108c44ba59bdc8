// "half that", "10% more", "a year longer": a change told by how far it goes from the last prediction.

import type { InputField } from '#core/model.ts'
import type { KnownModel } from '../language.ts'
import type { FeatureRow } from './data.ts'
import { lookup } from './lookup.ts'
import { findNumbers, type NumberMention } from './numbers.ts'
import type { MessageReading } from './reading.ts'
import type { Token } from './tokens.ts'
import { convert, unitNamed } from './units.ts'
import { type FieldMention, findFieldMentions } from './vocabulary.ts'

export type RelativeChange =
  | { readonly kind: 'changed'; readonly field: InputField; readonly value: number }
  /** What is said is plain, but not of which of these inputs. */
  | { readonly kind: 'which'; readonly fields: readonly InputField[] }
  /** "a bit more" */
  | { readonly kind: 'how-much' }

type Step =
  | { readonly kind: 'factor'; readonly factor: number }
  | { readonly kind: 'step'; readonly number: NumberMention; readonly direction: 1 | -1 }

const MORE =
  /\b(?:more|longer|higher|extra|additional|older|bigger|larger|increas(?:e|es|ed|ing)|rais(?:e|es|ed|ing)|add|added|plus|up|grow|grew|grows|rises?|rose|later|greater)\b/
const LESS =
  /\b(?:less|fewer|shorter|lower|lowered|younger|smaller|decreas(?:e|es|ed|ing)|reduc(?:e|es|ed|ing)|cut|minus|subtract|down|drop|drops|dropped|falls?|fell|cheaper|off|earlier)\b/
const BY =
  /\b(?:by|more|less|fewer|longer|shorter|extra|additional|older|younger|higher|lower|bigger|smaller|larger|cheaper|up|down|plus|minus|off|add|subtract)\b/
const VAGUE = /\b(?:a bit|a little|bit|little|slightly|somewhat|a lot|much|far|some|even)\b/
const factorOf = lookup<number>({
  double: 2,
  doubled: 2,
  doubling: 2,
  twice: 2,
  triple: 3,
  tripled: 3,
  thrice: 3,
  quadruple: 4,
  quadrupled: 4,
  half: 0.5,
  halve: 0.5,
  halved: 0.5,
  halving: 0.5,
})
const TIMES: ReadonlySet<string> = new Set(['times', 'x', 'fold'])
/** Behind these a number is where it goes to, or a bound, and not how far. */
const ABSOLUTE_BEFORE: ReadonlySet<string> = new Set(['to', 'than', 'at', 'exactly'])

/** Words that may stand around where no input is called; any other word means something else. */
const FILLERS: ReadonlySet<string> = new Set(
  `and what if how about it that this the a an is was were be been would had has with for now then make made again but only just ok okay please
  same one ones more less longer higher extra additional older bigger larger increase increased raise raised add plus up fewer shorter lower lowered
  younger smaller decrease decreased reduce reduced cut minus subtract down drop dropped cheaper off by of as much in so let us say try go goes
  went gone to he she they pays paid pay earns customer were value number instead times x fold double doubled twice triple tripled half halve halved
  quadruple bit little slightly lot even i mean too later earlier greater stays stay stayed lives living cost costs and even some far somewhat long old big large many high expensive minus`.split(
    /\s+/,
  ),
)

/** Null where nothing of the kind is said. `focus` is the input that was changed last. */
export function readRelative(
  reading: MessageReading,
  model: KnownModel,
  before: FeatureRow,
  focus: string | undefined,
): RelativeChange | null {
  const { inputs } = model.signature
  const mentions = findFieldMentions(model.signature, reading.tokens, () => false)
  const called = [...new Set(mentions.map(({ field }) => field))]
  const numbers = findNumbers(reading.tokens)
  const step = readStep(reading, numbers, mentions)
  const covered = [...mentions, ...numbers.map(({ from, unitTo }) => ({ from, to: unitTo }))]
  const plain = reading.tokens.every(
    ({ kind, word }, index) =>
      covered.some(({ from, to }) => index >= from && index < to) ||
      kind === 'mark' ||
      FILLERS.has(word),
  )
  if (step === null) return plain && isVague(reading, numbers) ? { kind: 'how-much' } : null
  if (called.length > 1) return null
  const [only] = called
  const able = inputs.filter((input, index) =>
    only === undefined ? canTake(step, input) && isOfSaidKind(reading, input) : index === only,
  )
  const candidates = able.filter(({ name }) => typeof before[name] === 'number')
  if (only === undefined && !plain) return null
  const focused = candidates.find(({ name }) => name === focus)
  const [first, second] = able
  const field = focused ?? (second === undefined ? first : undefined)
  if (field === undefined) {
    return candidates.length === 0 ? null : { kind: 'which', fields: candidates }
  }
  const old = before[field.name]
  const value = typeof old === 'number' ? moved(old, step, field) : null
  return value === null ? null : { kind: 'changed', field, value }
}

const isVague = ({ whole }: MessageReading, numbers: readonly NumberMention[]) =>
  numbers.every(({ weak }) => weak) && VAGUE.test(whole) && (MORE.test(whole) || LESS.test(whole))

/** "longer" is said of time or size, "pays" and "cheaper" of money. */
const SAID_OF: readonly { readonly words: RegExp; readonly families: RegExp }[] = [
  {
    words: /\b(?:long|longer|short|shorter|old|older|young|younger|later|earlier|stays?|stayed)\b/,
    families: /^(?:calendar|clock|length)$/,
  },
  {
    words: /\b(?:pays?|paid|paying|earns?|earned|costs?|cheaper|dearer|expensive|spends?|spent)\b/,
    families: /^money/,
  },
]

/** Whether an input that nobody called may be meant by the words beside the number. */
export function isOfSaidKind({ whole }: MessageReading, { unit }: InputField): boolean {
  const family = unitNamed(unit)?.family ?? ''
  return SAID_OF.every(({ words, families }) => !words.test(whole) || families.test(family))
}

/** "one more bedroom", "one bedroom less" */
function isCounted(
  tokens: readonly Token[],
  { to, unitTo }: NumberMention,
  mentions: readonly FieldMention[],
): boolean {
  const behind = mentions.find(({ from }) => from === unitTo)?.to ?? unitTo
  return [to, unitTo, behind].some((index) => COMPARATIVES.has(tokens[index]?.word ?? ''))
}

function readStep(
  reading: MessageReading,
  numbers: readonly NumberMention[],
  mentions: readonly FieldMention[],
): Step | null {
  const { tokens, whole } = reading
  const firm = numbers.filter(
    (number) => !number.weak || number.unit !== null || isCounted(tokens, number, mentions),
  )
  const [number, another] = firm
  if (another !== undefined) return null
  if (number === undefined) {
    const factors = tokens.flatMap(({ word }) => factorOf(word) ?? [])
    const [factor, second] = factors
    return factor === undefined || second !== undefined ? null : { kind: 'factor', factor }
  }
  if (ABSOLUTE_BEFORE.has(tokens[number.from - 1]?.word ?? '')) return null
  if (TIMES.has(tokens[number.unitTo]?.word ?? '')) {
    return number.value > 0 ? { kind: 'factor', factor: number.value } : null
  }
  const isShare = number.unit?.family === 'share'
  const isTaken = number.value < 0 && (isShare || tokens[number.from]?.word === 'minus')
  const isAdded = tokens[number.from]?.text.startsWith('+') || tokens[number.from - 1]?.word === '+'
  const sign = isAdded ? 1 : isTaken ? -1 : null
  const direction = sign ?? (MORE.test(whole) ? 1 : LESS.test(whole) ? -1 : null)
  if (direction === null || !(sign !== null || isShare || BY.test(whole))) return null
  return { kind: 'step', number: { ...number, value: Math.abs(number.value) }, direction }
}

const COMPARATIVES: ReadonlySet<string> = new Set(
  'more less fewer longer shorter older younger bigger larger smaller higher lower extra additional cheaper'.split(
    ' ',
  ),
)

/** "200 sqft bigger and in condition 5": a number in it says how far, so that it must not be taken for the value itself. */
export function holdsStep(reading: MessageReading, model: KnownModel): boolean {
  const { tokens } = reading
  const mentions = findFieldMentions(model.signature, tokens, () => false)
  return findNumbers(tokens).some((number) => isCounted(tokens, number, mentions))
}

/** Whether an input that nobody called can be meant: its unit must be the one that was said. */
function canTake(step: Step, input: InputField): boolean {
  if (input.type !== 'float' && input.type !== 'integer') return false
  if (step.kind === 'factor') return true
  const { unit } = step.number
  if (unit === null || unit.family === 'share') return true
  return unitNamed(input.unit)?.family === unit.family
}

/** Null where the unit of the step is not exactly so much of the input's. */
function moved(old: number, step: Step, input: InputField): number | null {
  if (step.kind === 'factor') return tidy(old * step.factor)
  const { number, direction } = step
  const { unit } = number
  if (unit?.family === 'share') return tidy(old * (1 + (direction * number.value) / 100))
  const own = unitNamed(input.unit)
  const size = unit === null || own === null ? number.value : convert(number.value, unit, own)
  return size === null ? null : tidy(old + direction * size)
}

/** 70 × 1.1 is 77 and not 77.00000000000001. */
const tidy = (value: number) => Number(value.toPrecision(12))
