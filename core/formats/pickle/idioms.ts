// The calls that pickle uses to write plain data (bytes, sets, dicts, arrays), and the data they stand for.

import { ENTRY_BYTES, OBJECT_BYTES } from '../limits.ts'
import { isCompound, isDict, itemsOf } from './access.ts'
import { decodeBuffer, decodeScalar, startArray } from './arrays.ts'
import { charge, type Machine } from './stack.ts'
import { encodeLatin1 } from './text.ts'
import type { PickleRecord, PickleValue } from './value.ts'

/** The value a call stands for; undefined leaves it a record. */
type Idiom = (args: readonly PickleValue[], machine: Machine) => PickleValue | undefined

const LATIN1 = /^latin[-_]?1$/i
const UTF8 = /^utf[-_]?8$/i

/** Keyed by qualified name, numpy 2's private modules under their older names. */
export const IDIOMS: ReadonlyMap<string, Idiom> = new Map<string, Idiom>([
  // Protocols 0 to 2 have no bytes: Python 3 writes them as text to encode.
  ['_codecs.encode', encodedBytes],
  ['builtins.bytes', bytesOf],
  ['builtins.bytearray', bytesOf],
  ['builtins.set', (args, machine) => setOf(args, machine, false)],
  ['builtins.frozenset', (args, machine) => setOf(args, machine, true)],
  ['builtins.list', (args) => (args.length === 0 ? { kind: 'list', items: [] } : undefined)],
  ['builtins.tuple', (args) => (args.length === 0 ? { kind: 'tuple', items: [] } : undefined)],
  ['builtins.dict', (args, machine) => (args.length === 0 ? dictOf([], machine) : undefined)],
  ['collections.OrderedDict', (args, machine) => dictOf(args, machine)],
  ['collections.Counter', (args, machine) => dictOf(args, machine)],
  // The first argument is the factory of missing entries.
  ['collections.defaultdict', (args, machine) => dictOf(args.slice(1), machine)],
  ['copyreg._reconstructor', reconstructed],
  ['copyreg.__newobj__', (args, machine) => instanceOf(args[0], args.slice(1), machine)],
  ['numpy.core.multiarray._reconstruct', (_args, machine) => startArray(machine)],
  ['numpy.ma.core._mareconstruct', (_args, machine) => startArray(machine)],
  ['numpy.core.multiarray.scalar', decodeScalar],
  ['numpy.core.numeric._frombuffer', decodeBuffer],
])

function encodedBytes(args: readonly PickleValue[], machine: Machine): PickleValue | undefined {
  const [text, encoding] = args
  if (typeof text !== 'string' || args.length > 2) return undefined
  return encodeText(text, encoding ?? 'utf-8', machine)
}

function bytesOf(args: readonly PickleValue[], machine: Machine): PickleValue | undefined {
  const [content, encoding] = args
  if (content === undefined) return new Uint8Array(0)
  if (content instanceof Uint8Array) return content
  if (typeof content === 'string') return encodeText(content, encoding ?? 'latin-1', machine)
  const items = itemsOf(content)
  if (items === null) return undefined
  charge(machine, OBJECT_BYTES + items.length)
  const bytes = new Uint8Array(items.length)
  for (const [index, item] of items.entries()) {
    if (typeof item !== 'number' || !(item >= 0 && item <= 255)) return undefined
    bytes[index] = item
  }
  return bytes
}

function encodeText(text: string, encoding: PickleValue, machine: Machine): Uint8Array | undefined {
  if (typeof encoding !== 'string') return undefined
  charge(machine, OBJECT_BYTES + text.length * 3)
  if (LATIN1.test(encoding)) return encodeLatin1(text) ?? undefined
  return UTF8.test(encoding) ? new TextEncoder().encode(text) : undefined
}

function setOf(
  args: readonly PickleValue[],
  machine: Machine,
  frozen: boolean,
): PickleValue | undefined {
  const items = args.length === 0 ? [] : itemsOf(args[0])
  if (items === null) return undefined
  charge(machine, OBJECT_BYTES + 8 * items.length)
  return { kind: 'set', frozen, items: [...items] }
}

/** `OrderedDict()`, `OrderedDict([[key, value], …])` or `Counter({…})`. */
function dictOf(args: readonly PickleValue[], machine: Machine): PickleValue | undefined {
  const content = args[0] ?? null
  const pairs = isDict(content) ? [...content.entries] : content === null ? [] : itemsOf(content)
  if (pairs === null) return undefined
  charge(machine, OBJECT_BYTES * 2 + ENTRY_BYTES * pairs.length)
  const entries = new Map<PickleValue, PickleValue>()
  for (const pair of pairs) {
    const items = Array.isArray(pair) ? pair : isCompound(pair) ? itemsOf(pair) : null
    const [key, value] = items ?? []
    if (key === undefined || value === undefined) return undefined
    entries.set(key, value)
  }
  return { kind: 'dict', entries }
}

/** `_reconstructor(cls, base, state)`: how protocols 0 and 1 make an instance of any class. */
function reconstructed(args: readonly PickleValue[], machine: Machine): PickleValue | undefined {
  const [type, , content] = args
  const record = instanceOf(type, [], machine)
  if (record === undefined) return undefined
  if (isDict(content)) {
    charge(machine, ENTRY_BYTES * content.entries.size)
    for (const [key, value] of content.entries) record.dictItems.set(key, value)
  }
  const items = itemsOf(content)
  if (items !== null) {
    charge(machine, 8 * items.length)
    for (const item of items) record.listItems.push(item)
  }
  return record
}

function instanceOf(
  type: PickleValue | undefined,
  args: readonly PickleValue[],
  machine: Machine,
): PickleRecord | undefined {
  if (!isCompound(type) || type.kind !== 'global') return undefined
  charge(machine, OBJECT_BYTES * 4)
  return {
    kind: 'record',
    callable: type,
    args,
    kwargs: null,
    state: null,
    listItems: [],
    dictItems: new Map(),
    offset: machine.at,
  }
}
