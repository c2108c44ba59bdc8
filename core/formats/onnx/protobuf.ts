// Reads the protobuf wire format: fields one after the other, every length checked against the bytes that are left.

import { type Cursor, createCursor, position, readU8, remaining, take } from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import { type Budget, chargeBytes, chargeWork } from '../limits.ts'

/** What reading may cost, and the short texts met so far: operators and node modes repeat by the million. */
export interface ProtoContext {
  /** null for graphs that we wrote ourselves. */
  readonly budget: Budget | null
  readonly texts: Map<string, string>
}

/** One field as it lies in the bytes. */
export interface ProtoField {
  readonly context: ProtoContext
  readonly id: number
  readonly wire: WireType
  /** Value of a varint as a signed 64-bit integer, rounded beyond 2^53; 0 for the other wire types. */
  readonly integer: number
  /** The bytes of the value, without a copy; empty for a varint. */
  readonly payload: Uint8Array
  /** Offset in the file of the field's tag. */
  readonly offset: number
  /** Offset in the file of the value. */
  readonly payloadOffset: number
  /** Offset in the file just after the field. */
  readonly end: number
}

export type WireType = 'varint' | 'fixed64' | 'bytes' | 'fixed32'

const WIRE_TYPES: Readonly<Record<number, WireType>> = {
  0: 'varint',
  1: 'fixed64',
  2: 'bytes',
  5: 'fixed32',
}

/** A varint of 64 bits takes at most ten bytes of seven bits; more would be an endless number. */
const MAX_VARINT_BYTES = 10

/** Protobuf keeps 29 bits for a field's number. */
const MAX_FIELD_ID = 0x1fffffff

const EMPTY = new Uint8Array(0)
const utf8 = new TextDecoder('utf-8', { fatal: true })
const lenientUtf8 = new TextDecoder('utf-8')

/** Rough bytes of a number in a growing list. */
const NUMBER_BYTES = 16

/** Rough bytes of a text beside its characters, shared ones included. */
const TEXT_BYTES = 24

/** Texts kept to be shared; operators, modes and labels are few, tensor names many. */
const MAX_KEPT_TEXTS = 1_000

export function createProtoContext(budget: Budget | null): ProtoContext {
  return { budget, texts: new Map() }
}

/** Calls `visit` for each field of a message; groups (long dead) and unknown wire types throw a `FormatError`. */
export function forEachField(
  bytes: Uint8Array,
  base: number,
  context: ProtoContext,
  visit: (field: ProtoField) => void,
): void {
  const cursor = createCursor(bytes, 'ONNX file', base)
  while (remaining(cursor) > 0) visit(readField(cursor, context))
}

/** The same for the message inside a field. */
export function forEachInside(parent: ProtoField, visit: (field: ProtoField) => void): void {
  forEachField(fieldBytes(parent), parent.payloadOffset, parent.context, visit)
}

/** Charges memory that the field's content is about to take. */
export function chargeField({ context, offset }: ProtoField, bytes: number): void {
  if (context.budget !== null) chargeBytes(context.budget, bytes, offset)
}

function readField(cursor: Cursor, context: ProtoContext): ProtoField {
  const offset = position(cursor)
  if (context.budget !== null) chargeWork(context.budget, 1, offset)
  const tag = readVarint(cursor)
  const id = Math.floor(tag / 8)
  const wire = WIRE_TYPES[tag % 8]
  if (wire === undefined || id < 1 || id > MAX_FIELD_ID) {
    throw new FormatError(
      `This ONNX file is damaged: byte ${offset} does not begin a field of it.`,
      offset,
    )
  }
  if (wire === 'varint') {
    const payloadOffset = position(cursor)
    const integer = readVarint(cursor)
    return {
      context,
      id,
      wire,
      integer,
      payload: EMPTY,
      offset,
      payloadOffset,
      end: position(cursor),
    }
  }
  const size = wire === 'fixed32' ? 4 : wire === 'fixed64' ? 8 : readVarint(cursor)
  const payloadOffset = position(cursor)
  const payload = take(cursor, size)
  return { context, id, wire, integer: 0, payload, offset, payloadOffset, end: position(cursor) }
}

/**
 * A varint as the signed 64-bit integer that ONNX means by all of them. Three pieces (28, 28 and 8 bits) keep it in plain
 * numbers, for bigints are slow and a tree ensemble has millions of these; exact up to 2^53, rounded beyond.
 */
function readVarint(cursor: Cursor): number {
  const start = position(cursor)
  let low = 0
  let middle = 0
  let high = 0
  for (let index = 0; index < MAX_VARINT_BYTES; index++) {
    const byte = readU8(cursor)
    const bits = byte & 0x7f
    if (index < 4) low |= bits << (7 * index)
    else if (index < 8) middle |= bits << (7 * (index - 4))
    else high |= bits << (7 * (index - 8))
    if (byte < 0x80) return joinPieces(low, middle, high & 0xff)
  }
  throw new FormatError(`This ONNX file is damaged: the number at byte ${start} has no end.`, start)
}

function joinPieces(low: number, middle: number, high: number): number {
  const signed = high >= 0x80 ? high - 0x100 : high
  return signed * 2 ** 56 + middle * 2 ** 28 + low
}

/** A string field; one that is not UTF-8 throws. Equal texts are one string in memory. */
export function fieldText(field: ProtoField): string {
  expectWire(field, 'bytes')
  chargeField(field, TEXT_BYTES + field.payload.length * 2)
  try {
    return keepOne(field.context, utf8.decode(field.payload))
  } catch (cause) {
    throw Object.assign(
      new FormatError(
        `This ONNX file is damaged: the text at byte ${field.payloadOffset} is not UTF-8.`,
        field.payloadOffset,
      ),
      { cause },
    )
  }
}

/** Attribute strings are bytes in the format; a label that is no UTF-8 must not stop the file from being read. */
export function fieldLenientText(field: ProtoField): string {
  expectWire(field, 'bytes')
  chargeField(field, TEXT_BYTES + field.payload.length * 2)
  return keepOne(field.context, lenientUtf8.decode(field.payload))
}

function keepOne({ texts }: ProtoContext, text: string): string {
  const known = texts.get(text)
  if (known !== undefined) return known
  if (texts.size < MAX_KEPT_TEXTS) texts.set(text, text)
  return text
}

export function fieldBytes(field: ProtoField): Uint8Array {
  expectWire(field, 'bytes')
  return field.payload
}

/** A 64-bit integer as a number; those beyond 2^53 (`Slice` ends mean "to the end") are rounded. */
export function fieldInteger(field: ProtoField): number {
  expectWire(field, 'varint')
  return field.integer
}

export function fieldFloat(field: ProtoField): number {
  expectWire(field, 'fixed32')
  return viewOf(field.payload).getFloat32(0, true)
}

/** Adds the value, or all values of a packed list, of 64-bit integers to `target`. */
export function pushIntegers(field: ProtoField, target: number[]): void {
  if (field.wire === 'varint') {
    chargeField(field, NUMBER_BYTES)
    target.push(field.integer)
    return
  }
  expectWire(field, 'bytes')
  // Every number takes a byte at least.
  chargeField(field, field.payload.length * NUMBER_BYTES)
  const cursor = createCursor(field.payload, 'ONNX file', field.payloadOffset)
  while (remaining(cursor) > 0) target.push(readVarint(cursor))
}

/** Adds the value, or all values of a packed list, of 32-bit floats to `target`. */
export function pushFloats(field: ProtoField, target: number[]): void {
  pushFixed(field, 'fixed32', 4, (view, at) => target.push(view.getFloat32(at, true)))
}

/** Adds the value, or all values of a packed list, of 64-bit floats to `target`. */
export function pushDoubles(field: ProtoField, target: number[]): void {
  pushFixed(field, 'fixed64', 8, (view, at) => target.push(view.getFloat64(at, true)))
}

function pushFixed(
  field: ProtoField,
  single: WireType,
  size: number,
  push: (view: DataView, at: number) => void,
): void {
  if (field.wire !== single) expectWire(field, 'bytes')
  if (field.payload.length % size !== 0) {
    throw new FormatError(
      `This ONNX file is damaged: the list at byte ${field.payloadOffset} is no whole number of values.`,
      field.payloadOffset,
    )
  }
  chargeField(field, (field.payload.length / size) * NUMBER_BYTES)
  const view = viewOf(field.payload)
  for (let at = 0; at < field.payload.length; at += size) push(view, at)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function expectWire(field: ProtoField, wire: WireType): void {
  if (field.wire === wire) return
  throw new FormatError(
    `This ONNX file is damaged: field ${field.id} at byte ${field.offset} is ${field.wire} where ${wire} belongs.`,
    field.offset,
  )
}
