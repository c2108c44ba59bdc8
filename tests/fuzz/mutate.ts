// Changes of a file's bytes that a fuzz makes: flipped, cut, repeated, spliced, numbers at their edges, words of the formats.

/** Whole numbers from 0 up to, not including, `below`; the same seed gives the same row of them. */
export type Dice = (below: number) => number

/** Mulberry32, by Tommy Ettinger: 32 bits of state, enough to name a case by one number. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** Lengths, counts and indices that sit at the edges of 8, 16, 32 and 64 bits. */
const EDGES = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0xffffffffffffffffn,
]
const WIDTHS = [1, 2, 4, 8]

/** What the formats are made of: opcodes of pickle, tags of protobuf, signs of ZIP, UBJSON and JSON, names that readers know. */
const WORDS: readonly Uint8Array[] = [
  ...[...'()[]{}.0123}]aesutRcbiopqrhjNIFKMJGLVSTUBCX'].map((sign) => Buffer.from(sign)),
  ...[0x80, 0x85, 0x86, 0x87, 0x88, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92].map(
    (code) => Uint8Array.of(code),
  ),
  ...[0x93, 0x94, 0x95, 0x96, 0x97, 0x98].map((code) => Uint8Array.of(code)),
  Buffer.from('cnumpy.core.multiarray\n_reconstruct\n'),
  Buffer.from('ccopyreg\n_reconstructor\n'),
  Buffer.from('cbuiltins\neval\n'),
  Buffer.from('cbuiltins\ngetattr\n'),
  Buffer.from('__proto__'),
  Buffer.from('constructor'),
  Buffer.from('NaN'),
  Buffer.from('1e999'),
  Buffer.from('-1'),
  Buffer.from('[$l#L'),
  Buffer.from('PK\x01\x02', 'latin1'),
  Buffer.from('PK\x05\x06', 'latin1'),
  Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f),
  Uint8Array.of(0x2a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01),
  Uint8Array.of(0x70, 0x01),
]

const SHORT = 8
const LONG = 2000
const MAXIMUM_CHANGES = 6
const ONE_IN = 3

/** One to a few changes, mostly one, so that much of what follows it is still read. `donor` lends its bytes to a splice. */
export function mutate(content: Uint8Array, donor: Uint8Array, dice: Dice): Uint8Array {
  let out = change(content, donor, dice)
  for (let more = 1; more < MAXIMUM_CHANGES && dice(ONE_IN) === 0; more += 1) {
    out = change(out, donor, dice)
  }
  return out
}

type Change = (content: Uint8Array, at: number, donor: Uint8Array, dice: Dice) => Uint8Array

const CHANGES: readonly Change[] = [
  function flip(content, at, _, dice) {
    const out = content.slice()
    if (at < out.length) out[at] = (out[at] ?? 0) ^ (1 + dice(255))
    return out
  },
  function truncate(content, at) {
    return content.slice(0, at)
  },
  function cut(content, at, _, dice) {
    return join(content.subarray(0, at), content.subarray(at + length(dice)))
  },
  function repeat(content, at, _, dice) {
    const to = dice(content.length + 1)
    const part = content.subarray(at, at + length(dice))
    return join(content.subarray(0, to), part, content.subarray(to))
  },
  function splice(content, at, donor, dice) {
    const from = dice(donor.length + 1)
    const part = donor.subarray(from, from + length(dice))
    const over = dice(2) * part.length
    return join(content.subarray(0, at), part, content.subarray(at + over))
  },
  function edge(content, at, _, dice) {
    const value = Buffer.alloc(8)
    const number = EDGES[dice(EDGES.length)] ?? 0n
    if (dice(2) === 0) value.writeBigUInt64LE(number)
    else value.writeBigUInt64BE(number)
    const out = content.slice()
    const width = Math.min(WIDTHS[dice(WIDTHS.length)] ?? 1, out.length - at)
    out.set(value.subarray(0, width), at)
    return out
  },
  function word(content, at, _, dice) {
    const part = WORDS[dice(WORDS.length)] ?? new Uint8Array(0)
    const over = dice(2) * part.length
    return join(content.subarray(0, at), part, content.subarray(at + over))
  },
  function digit(content, at, _, dice) {
    const out = content.slice()
    // Numbers written as text stay numbers that way: JSON, LightGBM's text, shapes in numpy's headers.
    const found = out.findIndex((byte, index) => index >= at && byte >= 0x30 && byte <= 0x39)
    if (found >= 0) out[found] = 0x30 + dice(10)
    return out
  },
]

function change(content: Uint8Array, donor: Uint8Array, dice: Dice): Uint8Array {
  const made = CHANGES[dice(CHANGES.length)]
  return made === undefined ? content : made(content, dice(content.length + 1), donor, dice)
}

function length(dice: Dice): number {
  return 1 + dice(dice(2) === 0 ? SHORT : LONG)
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
