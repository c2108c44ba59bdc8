// MurmurHash3 for 32 bits over the UTF-8 bytes of a text, which HashingVectorizer places words by.

const encoder = new TextEncoder()
let bytes = new Uint8Array(1024)

/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3

/** A signed integer; seed 0. The algorithm is Austin Appleby's, in the public domain. */
export function murmurHash(text: string): number {
  if (text.length * MAX_BYTES_PER_UNIT > bytes.length) {
    bytes = new Uint8Array(text.length * MAX_BYTES_PER_UNIT)
  }
  const { written } = encoder.encodeInto(text, bytes)
  const blocks = written - (written % 4)
  let hash = 0
  for (let at = 0; at < blocks; at += 4) {
    hash ^= scramble(
      byteAt(at) | (byteAt(at + 1) << 8) | (byteAt(at + 2) << 16) | (byteAt(at + 3) << 24),
    )
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64
  }
  let rest = 0
  for (let at = written - 1; at >= blocks; at--) rest = (rest << 8) | byteAt(at)
  if (written > blocks) hash ^= scramble(rest)
  return finish(hash ^ written)
}

function byteAt(index: number): number {
  return bytes[index] as number
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}

function finish(hash: number): number {
  let mixed = hash
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) | 0
}
