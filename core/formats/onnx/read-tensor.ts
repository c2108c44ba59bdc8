// Reads a stored tensor (TensorProto): its values must lie in the file itself and be as many as its shape says.

import { FormatError } from '../format-error.ts'
import { ELEMENT_SIZES, ELEMENT_TYPES, type ElementType, type OnnxTensor } from './graph.ts'
import {
  chargeField,
  fieldBytes,
  fieldInteger,
  fieldLenientText,
  fieldText,
  forEachInside,
  type ProtoField,
  pushDoubles,
  pushFloats,
  pushIntegers,
} from './protobuf.ts'

/** Rough bytes of a tensor beside its values. */
const TENSOR_BYTES = 512

/** `data_location` of values that lie in another file. */
const EXTERNAL = 1

/** Throws for external data: a model that points at other files would let an upload read the server's disk. */
export function readTensor(parent: ProtoField): OnnxTensor {
  chargeField(parent, TENSOR_BYTES)
  let name = ''
  let typeNumber = 0
  let raw: Uint8Array | null = null
  let external = false
  const dims: number[] = []
  const numbers: number[] = []
  const texts: string[] = []
  forEachInside(parent, (field) => {
    if (field.id === 1) pushIntegers(field, dims)
    else if (field.id === 2) typeNumber = fieldInteger(field)
    else if (field.id === 4) pushFloats(field, numbers)
    else if (field.id === 5 || field.id === 7 || field.id === 11) pushIntegers(field, numbers)
    else if (field.id === 6) texts.push(fieldLenientText(field))
    else if (field.id === 8) name = fieldText(field)
    else if (field.id === 9) raw = fieldBytes(field)
    else if (field.id === 10) pushDoubles(field, numbers)
    else if (field.id === 13) external = true
    else if (field.id === 14) external ||= fieldInteger(field) === EXTERNAL
  })
  if (external) {
    throw new FormatError(
      `This ONNX file keeps the values of "${name}" in another file. Save the model with its weights inside (onnx.save without external data) and upload that.`,
      parent.offset,
    )
  }
  const tensor = {
    name,
    elementType: elementTypeOf(typeNumber),
    dims,
    raw,
    numbers,
    strings: texts,
    offset: parent.offset,
  }
  checkSize(tensor)
  return tensor
}

export function elementTypeOf(typeNumber: number): ElementType {
  return (ELEMENT_TYPES as Readonly<Record<number, ElementType>>)[typeNumber] ?? 'other'
}

/** Reads a SparseTensorProto for its checks alone and returns the name of its values. */
export function checkSparseTensor(parent: ProtoField): string {
  let name = ''
  forEachInside(parent, (field) => {
    if (field.id === 1) name = readTensor(field).name
    else if (field.id === 2) readTensor(field)
  })
  return name
}

/** The declared shape must be the values that lie here, or the runtime would allocate what a header claims. */
function checkSize(tensor: OnnxTensor): void {
  let count = 1
  for (const dim of tensor.dims) {
    if (!Number.isSafeInteger(dim) || dim < 0) throw wrongSize(tensor, `a dimension of ${dim}`)
    count *= dim
  }
  // 4-bit and 8-bit float types pack their elements; the runtime checks those itself.
  if (tensor.elementType === 'other') return
  const size = ELEMENT_SIZES[tensor.elementType]
  const stored =
    tensor.raw !== null && size !== null
      ? tensor.raw.length / size
      : tensor.elementType === 'string'
        ? tensor.strings.length
        : tensor.numbers.length
  if (stored !== count) throw wrongSize(tensor, `${stored} values for a shape of ${count}`)
}

function wrongSize(tensor: OnnxTensor, what: string): FormatError {
  return new FormatError(
    `This ONNX file is damaged: the tensor "${tensor.name}" at byte ${tensor.offset} has ${what}.`,
    tensor.offset,
  )
}
