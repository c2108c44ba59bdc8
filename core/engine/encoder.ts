// The validator of one version, compiled from its signature: rows in, columns out, all problems at once.

import { type FailureDetail, fail, type Outcome, succeed } from '#core/errors.ts'
import type { TensorBinding } from '#core/formats/description.ts'
import type { InputField, Signature } from '#core/model.ts'
import { nearestWord } from '#core/nearest.ts'
import { type Column, createColumn } from './encoded-rows.ts'
import type { EncodedRows, LoadedModel } from './engine.ts'
import {
  createFieldCodec,
  type EncodedValue,
  type FieldCodec,
  FLOAT32_LARGEST,
  MAX_COMPARED_NAMES,
} from './field-codec.ts'
import { InferenceError } from './inference-error.ts'

/** Problems that one answer lists; a table of wrong rows would fill megabytes otherwise. */
const MAX_PROBLEMS = 100

/** Unknown fields of one answer that get a "did you mean"; each costs a comparison with every known name. */
const MAX_HINTS = 20

type RawRow = Readonly<Record<string, unknown>>
type Problems = FailureDetail[]

/** A field and its place: column `offset` of tensor `tensor`, which has `width` columns. */
interface Place {
  readonly field: InputField
  readonly codec: FieldCodec
  readonly tensor: number
  readonly offset: number
  readonly width: number
}

export type Encoder = Pick<LoadedModel, 'encode' | 'encodeEach'>

/** Throws InferenceError when the binding names a field that the signature lacks, or lacks one. */
export function createEncoder(signature: Signature, binding: TensorBinding): Encoder {
  const places = placeFields(signature, binding)
  const encodeRow = createRowEncoder(places, binding)
  const types = binding.inputs.map((input) => [input.type, input.fields.length] as const)

  const createColumns = (count: number): Column[] =>
    types.map(([type, width]) => createColumn(type, count * width))

  return {
    encode(rows, pathPrefix) {
      const columns = createColumns(rows.length)
      let problems: Problems | null = null
      for (let index = 0; index < rows.length; index++) {
        const found = encodeRow(rows[index], columns, index)
        if (found === null) continue
        problems ??= []
        addPaths(problems, found, pathPrefix(index))
        if (problems.length > MAX_PROBLEMS) break
      }
      return problems === null ? succeed({ count: rows.length, columns }) : refuse(problems)
    },
    encodeEach(rows) {
      const columns = createColumns(rows.length)
      const problems = new Map<number, Problems>()
      const good: number[] = []
      for (let index = 0; index < rows.length; index++) {
        // A row that fails leaves its place to the next one.
        const found = encodeRow(rows[index], columns, good.length)
        if (found === null) good.push(index)
        else problems.set(index, found.slice(0, MAX_PROBLEMS))
      }
      const used = columns.map((column, tensor) =>
        column.slice(0, good.length * (types[tensor]?.[1] ?? 0)),
      )
      return { encoded: { count: good.length, columns: used }, good, problems }
    },
  }
}

function placeFields(signature: Signature, binding: TensorBinding): readonly Place[] {
  const found = new Map<string, Place>()
  const fields = new Map(signature.inputs.map((field) => [field.name, field]))
  binding.inputs.forEach((input, tensor) => {
    input.fields.forEach((name, offset) => {
      const field = fields.get(name)
      if (field === undefined || found.has(name)) {
        throw new InferenceError(`The model's tensors do not fit its fields: "${name}".`)
      }
      const codec = createFieldCodec(field, input.type)
      found.set(name, { field, codec, tensor, offset, width: input.fields.length })
    })
  })
  return signature.inputs.map((field) => {
    const place = found.get(field.name)
    if (place === undefined && field.unused === true) return unusedPlace(field)
    if (place === undefined) {
      throw new InferenceError(`The model's tensors have no place for "${field.name}".`)
    }
    return place
  })
}

/** Its values go nowhere. */
function unusedPlace(field: InputField): Place {
  return { field, codec: createFieldCodec(field, 'float64'), tensor: -1, offset: 0, width: 0 }
}

/**
 * Writes a row into `columns` at row `target` and gives its problems, or null when there are none. Keys usually come in
 * the signature's order, so the name that is expected next is tried before the map; plain numbers never leave the loop.
 */
function createRowEncoder(
  places: readonly Place[],
  binding: TensorBinding,
): (row: unknown, columns: readonly Column[], target: number) => Problems | null {
  const names = places.map((place) => place.field.name)
  const indexByName = new Map(names.map((name, index) => [name, index]))
  const isSingleFloat = binding.inputs.length === 1 && binding.inputs[0]?.type === 'float32'
  const isFast = Uint8Array.from(places, (place) =>
    isSingleFloat && place.tensor === 0 && isPlainNumber(place.field) ? 1 : 0,
  )
  const needsWhole = Uint8Array.from(places, (place) => (place.field.type === 'integer' ? 1 : 0))
  const offsets = Int32Array.from(places, (place) => place.offset)
  const width = binding.inputs[0]?.fields.length ?? 0
  /** The number of the row in which a field was last seen, so that nothing has to be cleared between rows. */
  const seenIn = new Float64Array(places.length)
  let rowNumber = 0

  return (row, columns, target) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      return [{ path: '', message: 'must be an object with one value for each field' }]
    }
    const [first] = columns
    const floats = first instanceof Float32Array ? first : NO_FLOATS
    const base = target * width
    rowNumber++
    let problems: Problems | null = null
    let seen = 0
    let next = 0
    for (const key in row) {
      const index = names[next] === key ? next : (indexByName.get(key) ?? -1)
      if (index === -1) {
        if (Object.hasOwn(row, key)) problems = addUnknown(problems, key, names)
        continue
      }
      next = index + 1
      const value = (row as RawRow)[key]
      if (value === undefined) continue
      seen++
      seenIn[index] = rowNumber
      if (
        typeof value === 'number' &&
        isFast[index] === 1 &&
        value <= FLOAT32_LARGEST &&
        value >= -FLOAT32_LARGEST &&
        (needsWhole[index] === 0 || Number.isInteger(value))
      ) {
        floats[base + (offsets[index] as number)] = value
      } else {
        problems = encodeField(places[index] as Place, value, columns, target, problems)
      }
    }
    if (seen === places.length) return problems
    for (let index = 0; index < places.length; index++) {
      if (seenIn[index] !== rowNumber) {
        problems = encodeField(places[index] as Place, undefined, columns, target, problems)
      }
    }
    return problems
  }
}

function isPlainNumber(field: InputField): boolean {
  return (field.type === 'float' || field.type === 'integer') && field.allowed === undefined
}

const NO_FLOATS = new Float32Array(0)

function encodeField(
  place: Place,
  value: unknown,
  columns: readonly Column[],
  target: number,
  problems: Problems | null,
): Problems | null {
  const result = place.codec(value)
  if (result.ok) {
    store(columns[place.tensor], target * place.width + place.offset, result.value)
    return problems
  }
  const list = problems ?? []
  list.push({ path: place.field.name, message: result.message })
  return list
}

function store(column: Column | undefined, position: number, value: EncodedValue): void {
  if (column === undefined) return
  if (Array.isArray(column)) column[position] = String(value)
  else if (column instanceof BigInt64Array) column[position] = BigInt(value)
  else column[position] = Number(value)
}

function addUnknown(problems: Problems | null, key: string, names: readonly string[]): Problems {
  const list = problems ?? []
  const nearest =
    list.length < MAX_HINTS ? nearestWord(key, names.slice(0, MAX_COMPARED_NAMES)) : null
  const hint = nearest === null ? '' : `; did you mean \`${nearest}\`?`
  if (list.length < MAX_PROBLEMS) {
    list.push({ path: key, message: `is not a field of this model${hint}` })
  }
  return list
}

function addPaths(problems: Problems, found: Problems, prefix: string): void {
  for (const { path, message } of found) {
    problems.push({ path: joinPath(prefix, path), message })
  }
}

function joinPath(prefix: string, name: string): string {
  if (prefix === '' || name === '') return prefix.replace(TRAILING_DOT, '') + name
  return prefix.endsWith('.') ? prefix + name : `${prefix}.${name}`
}

const TRAILING_DOT = /\.$/

function refuse(problems: Problems): Outcome<EncodedRows> {
  const shown = problems.slice(0, MAX_PROBLEMS)
  const [first] = shown
  const subject = first === undefined || first.path === '' ? 'The input' : first.path
  const more = problems.length - 1
  const rest = more > 0 ? ` (and ${more} more problem${more === 1 ? '' : 's'})` : ''
  return fail('invalid_input', `${subject} ${first?.message ?? 'is not valid'}${rest}.`, shown)
}
