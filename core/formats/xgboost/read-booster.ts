// Tells the eras of XGBoost's model bytes apart and reads any of them into a `Booster`.

import { createCursor, readLength64LE, skip, take } from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import type { Budget } from '../limits.ts'
import type { Booster } from './booster.ts'
import { readBoosterDocument } from './document-booster.ts'
import { readJsonDocument } from './json.ts'
import { readLegacyBinary } from './legacy-binary.ts'
import { readUbjson } from './ubjson.ts'

type BoosterEncoding = 'binary' | 'binary with configuration' | 'JSON' | 'UBJSON'

/** XGBoost 1.0 to 1.2 put this before the binary model, and its training configuration as JSON behind it. */
const CONFIG_OFFSET = new TextEncoder().encode('CONFIG-offset:')

/** Up to 0.6 a model could be base64 text. */
const BASE64_MAGIC = new TextEncoder().encode('bs64')

const OPEN = 0x7b
const QUOTE = 0x22

/** Which encoding the first bytes are; anything that is neither document nor marked is the binary one. */
function boosterEncoding(bytes: Uint8Array): BoosterEncoding {
  if (startsWith(bytes, CONFIG_OFFSET)) return 'binary with configuration'
  if (bytes[0] !== OPEN) return 'binary'
  let next = 1
  while (next < bytes.length && isSpace(bytes[next] ?? 0)) next++
  return bytes[next] === QUOTE ? 'JSON' : 'UBJSON'
}

/** Reads a Booster's bytes, from a pickle or a file. `base` is where they begin in the file, for messages. */
export function readBooster(bytes: Uint8Array, budget: Budget, base = 0): Booster {
  if (startsWith(bytes, BASE64_MAGIC)) {
    throw new FormatError(
      'This XGBoost model is base64 text of a version before 0.7. Load it with that version and save it again.',
      base,
    )
  }
  const encoding = boosterEncoding(bytes)
  switch (encoding) {
    case 'UBJSON':
      return readBoosterDocument(readUbjson(bytes, budget, base), budget)
    case 'JSON':
      return readBoosterDocument(readJsonDocument(bytes, budget, base), budget)
    case 'binary':
      return readLegacyBinary(bytes, budget, base)
    case 'binary with configuration':
      return readWithConfiguration(bytes, budget, base)
  }
}

/** The configuration is about training; nothing in it changes a prediction. */
function readWithConfiguration(bytes: Uint8Array, budget: Budget, base: number): Booster {
  const cursor = createCursor(bytes, 'XGBoost model', base)
  skip(cursor, CONFIG_OFFSET.length)
  const size = readLength64LE(cursor)
  const start = cursor.offset
  return readLegacyBinary(take(cursor, size), budget, base + start)
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[index] === byte)
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
