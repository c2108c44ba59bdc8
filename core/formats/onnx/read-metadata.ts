// Reads only the metadata of an ONNX file that was checked before: nothing of its graph is looked at.

import {
  createProtoContext,
  fieldText,
  forEachField,
  forEachInside,
  type ProtoField,
} from './protobuf.ts'

/** `metadata_props` of ModelProto, and key and value of its entries. */
const ENTRY = 14
const KEY = 1
const VALUE = 2

export function readOnnxMetadata(bytes: Uint8Array): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>()
  forEachField(bytes, 0, createProtoContext(null), (field) => {
    if (field.id === ENTRY) readEntry(field, metadata)
  })
  return metadata
}

/** Adds a key and its text. */
export function readEntry(parent: ProtoField, metadata: Map<string, string>): void {
  let key = ''
  let value = ''
  forEachInside(parent, (field) => {
    if (field.id === KEY) key = fieldText(field)
    else if (field.id === VALUE) value = fieldText(field)
  })
  metadata.set(key, value)
}
