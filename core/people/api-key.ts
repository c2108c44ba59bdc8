// What an API key looks like, how one is made, and what is kept of it.

import { timingSafeEqual } from 'node:crypto'
import type { StoredApiKey } from './people-store.ts'
import type { Role } from './roles.ts'

/** `parley_1a2b3c4d5e6f_…`: a prefix for people and secret scanners, the id in the open, then the secret. */
const API_KEY_PATTERN = /^parley_([0-9a-f]{12})_([0-9A-Za-z]{40})$/

/** Letters and digits only: a double click takes the whole key, and no shell or URL minds it. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 238 random bits; 128 would do. */
const SECRET_LENGTH = 40
/** 48 bits tell keys apart; nothing rests on their being hard to guess. */
const ID_LENGTH = 12
/** The largest multiple of the alphabet's size that fits a byte; above it, letters would not be equally likely. */
const USABLE_BYTES = 248

/** Bytes from a source fit for secrets. */
export type RandomBytes = (count: number) => Uint8Array

export interface NewApiKey {
  readonly name: string
  readonly role: Role
  readonly scopes: readonly string[] | null
  readonly models: readonly string[] | null
  readonly expiresAtMs: number | null
  readonly createdBy: string
}

/** `key` is shown once and kept nowhere; `stored` goes into the registry. */
export function makeApiKey(
  wish: NewApiKey,
  { randomBytes, nowMs }: { readonly randomBytes: RandomBytes; readonly nowMs: number },
): { readonly key: string; readonly stored: StoredApiKey } {
  const id = Buffer.from(randomBytes(ID_LENGTH / 2)).toString('hex')
  const key = `parley_${id}_${randomText(SECRET_LENGTH, randomBytes)}`
  const stored = {
    ...wish,
    id,
    sha256: hashOf(key),
    createdAtMs: nowMs,
    revokedAtMs: null,
    lastUsedAtMs: null,
  }
  return { key, stored }
}

function randomText(length: number, randomBytes: RandomBytes): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < USABLE_BYTES && text.length < length) {
        text += ALPHABET.charAt(byte % ALPHABET.length)
      }
    }
  }
  return text
}

/** The id inside something that looks like a key, or null. */
export function idOfKey(presented: string): string | null {
  return API_KEY_PATTERN.exec(presented)?.[1] ?? null
}

/**
 * Takes as long whatever is wrong. A single sha256 is enough: slow hashes make up for passwords that can be guessed, and
 * 238 random bits cannot; each request would pay for them.
 */
export function matchesKey(presented: string, { sha256 }: Pick<StoredApiKey, 'sha256'>): boolean {
  const expected = Buffer.from(sha256, 'hex')
  const given = Buffer.from(hashOf(presented), 'hex')
  return expected.length === given.length && timingSafeEqual(expected, given)
}

function hashOf(key: string): string {
  return new Bun.CryptoHasher('sha256').update(key).digest('hex')
}

export type KeyStatus = 'active' | 'expired' | 'revoked'

export function statusOf(
  { expiresAtMs, revokedAtMs }: Pick<StoredApiKey, 'expiresAtMs' | 'revokedAtMs'>,
  nowMs: number,
): KeyStatus {
  if (revokedAtMs !== null) return 'revoked'
  return expiresAtMs !== null && expiresAtMs <= nowMs ? 'expired' : 'active'
}
