// Puts values into the objects and arrays of a document while it is read, without recursion and within a budget.

import { FormatError } from '../format-error.ts'
import { type Budget, chargeBytes, chargeWork, ENTRY_BYTES } from '../limits.ts'
import type { DocumentValue } from './document.ts'

/** XGBoost's own documents are some ten levels deep; anything deeper is not its work. */
const MAX_DOCUMENT_DEPTH = 64

/** Rough bytes of a value in a plain JavaScript array, which has room for more than it holds. */
const SLOT_BYTES = 16

/** Rough bytes of a string beside its characters, as the key of an entry and with what decoding it leaves behind. */
export const KEY_BYTES = 40
const TEXT_BYTES = 128

/** Rough bytes of an object, list or typed array with what reading it leaves behind; measured on files full of empty ones. */
export const CONTAINER_BYTES = 256

/** Numbers a new numeric array has room for; most arrays of a document are one per node of a small tree. */
const FIRST_CAPACITY = 16

interface ObjectFrame {
  readonly kind: 'object'
  readonly offset: number
  readonly entries: Map<string, DocumentValue>
  key: string
}

interface ArrayFrame {
  readonly kind: 'array'
  readonly offset: number
  /** Elements while all of them were numbers or booleans; null from the first other element on. */
  numbers: Float64Array | null
  count: number
  items: DocumentValue[]
  /** Elements still to come where the document announced them; -1 where a bracket ends the array. */
  announced: number
}

export type Frame = ObjectFrame | ArrayFrame

/** The containers that are open, outermost first, and the finished document once all are closed. */
export interface DocumentBuilder {
  readonly frames: Frame[]
  readonly budget: Budget
  document: DocumentValue | undefined
}

export function createDocumentBuilder(budget: Budget): DocumentBuilder {
  return { frames: [], budget, document: undefined }
}

export function openObject(builder: DocumentBuilder, offset: number): void {
  pushFrame(builder, { kind: 'object', offset, entries: new Map(), key: '' })
}

export function openArray(builder: DocumentBuilder, offset: number, announced = -1): void {
  pushFrame(builder, { kind: 'array', offset, numbers: null, count: 0, items: [], announced })
}

function pushFrame(builder: DocumentBuilder, frame: Frame): void {
  if (builder.frames.length >= MAX_DOCUMENT_DEPTH) {
    throw new FormatError(
      `This XGBoost model nests values more than ${MAX_DOCUMENT_DEPTH} deep; no real one does.`,
      frame.offset,
    )
  }
  chargeBytes(builder.budget, CONTAINER_BYTES, frame.offset)
  builder.frames.push(frame)
}

/** Ends the innermost container and puts it where it belongs. */
export function closeFrame(builder: DocumentBuilder, offset: number): void {
  const frame = builder.frames.pop()
  if (frame !== undefined) addValue(builder, finish(frame), offset)
}

function finish(frame: Frame): DocumentValue {
  if (frame.kind === 'object') {
    return { kind: 'object', offset: frame.offset, entries: frame.entries }
  }
  if (frame.items.length > 0) return { kind: 'list', offset: frame.offset, items: frame.items }
  return frame.numbers === null ? new Float64Array(0) : frame.numbers.slice(0, frame.count)
}

/** Adds a finished value to the innermost container, or makes it the document. */
export function addValue(builder: DocumentBuilder, value: DocumentValue, offset: number): void {
  chargeWork(builder.budget, 1, offset)
  if (typeof value === 'string') chargeBytes(builder.budget, TEXT_BYTES, offset)
  const frame = builder.frames.at(-1)
  if (frame === undefined) {
    builder.document = value
  } else if (frame.kind === 'object') {
    addEntry(builder, frame, value, offset)
  } else if (
    frame.items.length === 0 &&
    (typeof value === 'number' || typeof value === 'boolean')
  ) {
    addNumber(builder, frame, Number(value))
  } else {
    addItem(builder, frame, value, offset)
  }
}

function addEntry(
  builder: DocumentBuilder,
  frame: ObjectFrame,
  value: DocumentValue,
  offset: number,
): void {
  if (frame.entries.has(frame.key)) {
    throw new FormatError(
      `This XGBoost model is damaged: an object has the key "${frame.key.slice(0, 80)}" twice.`,
      offset,
    )
  }
  chargeBytes(builder.budget, ENTRY_BYTES, offset)
  frame.entries.set(frame.key, value)
}

function addNumber(builder: DocumentBuilder, frame: ArrayFrame, value: number): void {
  if (frame.numbers === null || frame.count === frame.numbers.length) {
    const capacity = Math.max(FIRST_CAPACITY, frame.count * 2)
    chargeBytes(
      builder.budget,
      (capacity - frame.count) * Float64Array.BYTES_PER_ELEMENT,
      frame.offset,
    )
    const grown = new Float64Array(capacity)
    if (frame.numbers !== null) grown.set(frame.numbers)
    frame.numbers = grown
  }
  frame.numbers[frame.count++] = value
}

function addItem(
  builder: DocumentBuilder,
  frame: ArrayFrame,
  value: DocumentValue,
  offset: number,
): void {
  if (frame.numbers !== null) {
    chargeBytes(builder.budget, frame.count * SLOT_BYTES, offset)
    frame.items = Array.from(frame.numbers.subarray(0, frame.count))
    frame.numbers = null
  }
  chargeBytes(builder.budget, SLOT_BYTES, offset)
  frame.items.push(value)
}
