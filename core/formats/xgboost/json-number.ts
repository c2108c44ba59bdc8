// Turns the digits of a JSON number into a double without making a string of them: documents hold millions.

/** Largest count of digits that a double's mantissa holds whatever they are. */
const EXACT_DIGITS = 15

/** 10^22 is the largest power of ten that a double holds exactly; within these bounds one operation rounds correctly. */
const EXACT_POWER = 22

const POWERS = Float64Array.from({ length: EXACT_POWER + 1 }, (_, exponent) => 10 ** exponent)

const NUMBER = /^-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/

/** The number in bytes [start, end), or null when they are none (a word such as NaN). */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number | null {
  let at = start
  const negative = bytes[at] === 0x2d
  if (negative) at++
  let mantissa = 0
  let digits = 0
  let fraction = 0
  let byte = bytes[at] ?? 0
  const firstDigit = at
  while (at < end && byte >= 0x30 && byte <= 0x39) {
    mantissa = mantissa * 10 + (byte - 0x30)
    digits++
    byte = bytes[++at] ?? 0
  }
  if (at === firstDigit) return null
  if (at < end && byte === 0x2e) {
    byte = bytes[++at] ?? 0
    while (at < end && byte >= 0x30 && byte <= 0x39) {
      mantissa = mantissa * 10 + (byte - 0x30)
      digits++
      fraction++
      byte = bytes[++at] ?? 0
    }
  }
  const exponent = at === end ? 0 : parseExponent(bytes, at, end)
  if (exponent === null) return null
  const power = exponent - fraction
  if (digits > EXACT_DIGITS || power > EXACT_POWER || power < -EXACT_POWER) {
    return parseSlowly(bytes, start, end)
  }
  const value =
    power < 0 ? mantissa / (POWERS[-power] ?? Number.NaN) : mantissa * (POWERS[power] ?? Number.NaN)
  return negative ? -value : value
}

/** Digits after `e`, or null when that is not what is there. */
function parseExponent(bytes: Uint8Array, start: number, end: number): number | null {
  let at = start
  if (bytes[at] !== 0x65 && bytes[at] !== 0x45) return null
  at++
  const negative = bytes[at] === 0x2d
  if (negative || bytes[at] === 0x2b) at++
  if (at === end) return null
  let value = 0
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte < 0x30 || byte > 0x39) return null
    value = value * 10 + (byte - 0x30)
  }
  return negative ? -value : value
}

function parseSlowly(bytes: Uint8Array, start: number, end: number): number | null {
  const text = String.fromCharCode(...bytes.subarray(start, end))
  return NUMBER.test(text) ? Number(text) : null
}
