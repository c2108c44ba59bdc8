// Finds the fixtures that real XGBoost releases wrote, with what they answered, and reads a model out of each.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCursor, remaining } from '#core/formats/cursor.ts'
import type { ModelDescription } from '#core/formats/description.ts'
import { createBudget } from '#core/formats/limits.ts'
import { elementsOf } from '#core/formats/numpy.ts'
import { runPickle } from '#core/formats/pickle/machine.ts'
import type { PickleValue } from '#core/formats/pickle/value.ts'
import type { SignatureHints } from '#core/formats/signature.ts'
import {
  describePickledModel,
  describeXgboostFile,
} from '#core/formats/xgboost/describe-xgboost.ts'

export const FIXTURES_FOLDER = join(import.meta.dir, '../../../fixtures/xgboost')

const EXPECTED = '.expected.json'

/** Answers of the library that wrote the file; README.md of the fixtures has the meaning of each. */
export interface Expected {
  readonly version: string
  readonly class: string
  readonly objective: string
  readonly booster: string
  readonly task: string
  readonly classes: readonly string[] | null
  readonly feature_names: readonly string[] | null
  readonly feature_types: readonly string[] | null
  readonly categories: Readonly<Record<string, readonly string[]>> | null
  readonly categories_in_file?: boolean
  readonly missing: number | 'NaN'
  readonly rows: readonly (readonly (number | null)[])[]
  readonly probabilities: readonly (readonly number[])[] | null
  readonly labels: readonly (string | readonly string[])[] | null
  readonly values: readonly (number | readonly number[])[] | null
  readonly margins: readonly (number | readonly number[])[] | null
  readonly best_iteration: number | null
  readonly where?: readonly (string | number)[]
  readonly note: string
}

export interface Fixture {
  /** `1.7.6/binary.pkl` */
  readonly name: string
  readonly bytes: Uint8Array
  readonly expected: Expected
}

export function loadFixtures(): readonly Fixture[] {
  const names = readdirSync(FIXTURES_FOLDER, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith(EXPECTED))
    .map((name) => name.slice(0, -EXPECTED.length))
    .sort()
    .map((name) => ({
      name,
      bytes: new Uint8Array(readFileSync(join(FIXTURES_FOLDER, name))),
      expected: JSON.parse(readFileSync(join(FIXTURES_FOLDER, name + EXPECTED), 'utf8')),
    }))
}

/** Compressed and joblib files go through the whole reader, which has its own tests. */
export function isPlainPickle({ name, bytes }: Fixture): boolean {
  if (name.endsWith('.joblib')) return false
  return bytes[0] === 0x80 || bytes[0] === 0x63 || bytes[0] === 0x28
}

export function isPickle(name: string): boolean {
  return /\.(?:pkl|pickle|joblib|gz|bz2|xz|lzma|z|lz4)$/.test(name)
}

export function describeFixture(fixture: Fixture, hints: SignatureHints = {}): ModelDescription {
  if (!isPickle(fixture.name)) return describeXgboostFile(fixture.bytes, hints)
  const found = walkTo(readPickles(fixture.bytes), fixture.expected.where ?? [])
  const description = describePickledModel([found], hints)
  if (description === null) throw new Error(`${fixture.name} holds no XGBoost object`)
  return description
}

/** One pickle gives its value; several in a row a list of them. */
function readPickles(bytes: Uint8Array): PickleValue {
  const cursor = createCursor(bytes, 'pickle')
  const budget = createBudget()
  const values: PickleValue[] = []
  while (remaining(cursor) > 0) values.push(runPickle(cursor, budget).value)
  return values.length === 1 ? (values[0] ?? null) : { kind: 'list', items: values }
}

function walkTo(value: PickleValue, path: readonly (string | number)[]): PickleValue {
  return path.reduce<PickleValue>((current, key) => {
    if (typeof current !== 'object' || current === null || current instanceof Uint8Array)
      return null
    if (current.kind === 'dict') return current.entries.get(key) ?? null
    if (current.kind === 'ndarray') return elementsOf(current)[Number(key)] ?? null
    return 'items' in current ? (current.items[Number(key)] ?? null) : null
  }, value)
}
