// Reads a number as it is written with digits: signs, currencies, separators of thousands, decimals, k and m.

export interface NumberLiteral {
  readonly end: number
  readonly value: number
  readonly currency?: string
  readonly metres: boolean
}

/** Signs of money; USD stands for every dollar that says no more. */
export const CURRENCY_SIGNS: Readonly<Record<string, string>> = {
  $: 'USD',
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  '₹': 'INR',
}

const FRACTION_SIGNS: Readonly<Record<string, number>> = { '½': 0.5, '¼': 0.25, '¾': 0.75 }

const SIGN_AND_CURRENCY = /([-−–+]?)\s?(?:US)?([$€£¥₹]?)\s?([-−]?)/y
/** 1.680,50: points part thousands only where a decimal comma, or a second point, proves it. */
const POINT_THOUSANDS = /\d{1,3}(?:\.\d{3})+,\d+(?![\d.,]*\d)|\d{1,3}(?:\.\d{3}){2,}(?![\d.,]*\d)/y
/** 2,5: a comma and one or two digits, where no list of numbers goes on before or behind. */
const DECIMAL_COMMA = /\d+,\d{1,2}(?![\d.,]*\d)/y
/** Money is not written with three decimals: €85.000 are eighty-five thousand. */
const MONEY_THOUSANDS = /\d{1,3}\.\d{3}(?![\d.,]*\d)/y
/** 1,680.50 and 1'680; a list such as `100,200,300` is told apart by who binds it. */
const COMMA_THOUSANDS = /\d{1,3}(?:[,'’]\d{3})+(?:\.\d+)?(?![,.]?\d)/y
const PLAIN = /(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3})?/iy
const SCALE = /\s?(k|thousand|m|mn|mio|million|bn|billion)(?![\p{L}\p{N}])/iuy
const TRAILING_CURRENCY = /\s?([€£¥₹]|\$(?!\d))/y
const GROUPING = /[,'’]/g
const POINTS = /\./g
const DIGIT = /[\d.]/
const WORD_CHARACTER = /[\p{L}\p{N}_.]/u
const MINUS = /[-−–]/

const SCALES: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  mio: 1e6,
  million: 1e6,
  bn: 1e9,
  billion: 1e9,
}

/** The number that starts at `position`, or null. A minus counts where no word or number stands right before it. */
export function readNumberAt(text: string, position: number): NumberLiteral | null {
  SIGN_AND_CURRENCY.lastIndex = position
  const prefix = SIGN_AND_CURRENCY.exec(text)
  const before = text[position - 1] ?? ' '
  const sign = prefix?.[1] ?? ''
  if (sign !== '' && WORD_CHARACTER.test(before)) return null
  // "tenure - 5": a minus with a space behind it is a dash.
  if (sign !== '' && text[position + 1] === ' ') return null
  const start = position + (prefix?.[0].length ?? 0)
  const fraction = FRACTION_SIGNS[text[start] ?? '']
  if (fraction !== undefined) return { end: start + 1, value: fraction, metres: false }
  if (!DIGIT.test(text[start] ?? '')) return null
  const currencySign = prefix?.[2] ?? ''
  // White space belongs to the number only behind a currency sign.
  if (
    start > position + sign.length &&
    currencySign === '' &&
    (prefix?.[0].trim() ?? '') !== sign
  ) {
    return null
  }
  if (SPACE_START.test(text[position] ?? '')) return null
  const digits = readDigits(text, start, currencySign !== '')
  if (digits === null) return null
  const negative = MINUS.test(sign) || MINUS.test(prefix?.[3] ?? '')
  return finish(text, digits, negative, CURRENCY_SIGNS[currencySign])
}

const SPACE_START = /\s/

function finish(
  text: string,
  digits: { end: number; value: number },
  negative: boolean,
  prefixed: string | undefined,
): NumberLiteral {
  let { end, value } = digits
  const followingFraction = FRACTION_SIGNS[text[end] ?? '']
  if (followingFraction !== undefined) {
    value += followingFraction
    end++
  }
  let metres = false
  let currency = prefixed
  SCALE.lastIndex = end
  const scale = SCALE.exec(text)
  if (scale !== null) {
    const word = scale[1] ?? ''
    const spaced = scale[0].length > word.length
    // "5 m" with a space is metres; "14 mm" never gets here, as `mm` is a word of its own.
    if (!(word === 'm' && spaced && prefixed === undefined)) {
      value = scaled(value, SCALES[word.toLowerCase()] ?? 1)
      end += scale[0].length
      metres = word === 'm' && prefixed === undefined
    }
  }
  TRAILING_CURRENCY.lastIndex = end
  const trailing = TRAILING_CURRENCY.exec(text)
  if (currency === undefined && trailing !== null) {
    currency = CURRENCY_SIGNS[trailing[1] ?? '']
    end += trailing[0].length
  }
  return {
    end,
    value: negative ? -value : value,
    metres,
    ...(currency === undefined ? {} : { currency }),
  }
}

/** 2.31 × 1000 is 2310, not 2310.0000000000005: the decimal point is moved in the text of the number. */
export function scaled(value: number, factor: number): number {
  const product = value * factor
  const rounded = Number(product.toPrecision(15))
  return Number.isFinite(rounded) ? rounded : product
}

function readDigits(
  text: string,
  start: number,
  isMoney: boolean,
): { end: number; value: number } | null {
  if (isMoney) {
    MONEY_THOUSANDS.lastIndex = start
    const money = MONEY_THOUSANDS.exec(text)
    if (money !== null) {
      return { end: start + money[0].length, value: Number(money[0].replace(POINTS, '')) }
    }
  }
  POINT_THOUSANDS.lastIndex = start
  const points = POINT_THOUSANDS.exec(text)
  if (points !== null) {
    const plain = points[0].replace(POINTS, '').replace(',', '.')
    return { end: start + points[0].length, value: Number(plain) }
  }
  COMMA_THOUSANDS.lastIndex = start
  const commas = COMMA_THOUSANDS.exec(text)
  if (commas !== null) {
    return { end: start + commas[0].length, value: Number(commas[0].replace(GROUPING, '')) }
  }
  DECIMAL_COMMA.lastIndex = start
  const comma = text[start - 1] === ',' ? null : DECIMAL_COMMA.exec(text)
  if (comma !== null) {
    return { end: start + comma[0].length, value: Number(comma[0].replace(',', '.')) }
  }
  PLAIN.lastIndex = start
  const plain = PLAIN.exec(text)
  if (plain === null) return null
  return { end: start + plain[0].length, value: Number(plain[0]) }
}
