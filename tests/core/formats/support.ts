// Helpers of the format tests: bytes written by hand, fixtures, and what reading them comes to.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FormatError } from '#core/formats/format-error.ts'
import { createBudget } from '#core/formats/limits.ts'
import type { PickleValue } from '#core/formats/pickle/value.ts'
import { readPickleFile } from '#core/formats/pickle-file.ts'

export const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url))

/** Bytes from numbers, latin-1 text and bytes, one after the other. */
export function bytes(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  const buffers = parts.map((part) =>
    typeof part === 'number'
      ? Buffer.from([part])
      : typeof part === 'string'
        ? Buffer.from(part, 'latin1')
        : Buffer.from(part),
  )
  return new Uint8Array(Buffer.concat(buffers))
}

export function u32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value, true)
  return out
}

export function u64(value: bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, value, true)
  return out
}

/** `SHORT_BINUNICODE`. */
export function text(value: string): Uint8Array {
  const content = Buffer.from(value, 'utf8')
  return bytes(0x8c, content.length, content)
}

/** The only object of a pickle. */
export function unpickle(file: Uint8Array): PickleValue {
  const { objects } = readPickleFile(file, createBudget())
  const [only] = objects
  if (only === undefined || objects.length !== 1) throw new Error(`${objects.length} objects`)
  return only.value
}

/** The FormatError that `act` throws; anything else, or nothing at all, fails the test. */
export function refusal(act: () => unknown): FormatError {
  try {
    act()
  } catch (error) {
    if (error instanceof FormatError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

export interface Fixture {
  /** Path under tests/fixtures. */
  readonly name: string
  readonly path: string
}

/** Every file below a folder of fixtures that has an expectation beside it. */
export function fixturesWithExpectation(folder: string): readonly Fixture[] {
  const suffix = '.expected.json'
  return filesBelow(folder)
    .filter((path) => path.endsWith(suffix))
    .map((path) => path.slice(0, -suffix.length))
    .map((path) => ({ name: relative(FIXTURES, path), path }))
}

export function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(FIXTURES, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

export function readBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path))
}

export function readFixture(name: string): Uint8Array {
  return readBytes(join(FIXTURES, name))
}

export function expectationOf(fixture: Fixture): unknown {
  return JSON.parse(readFileSync(`${fixture.path}.expected.json`, 'utf8'))
}
