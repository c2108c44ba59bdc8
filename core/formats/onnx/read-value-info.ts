// Reads the name and type of a graph's input or output (ValueInfoProto).

import type { Dimension, ElementType, OnnxValueInfo } from './graph.ts'
import { chargeField, fieldInteger, fieldText, forEachInside, type ProtoField } from './protobuf.ts'
import { elementTypeOf } from './read-tensor.ts'

/** TypeProto's variants that are not plain tensors, by field number. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  4: 'sequence',
  5: 'map',
  8: 'sparse',
  9: 'optional',
}

/** Rough bytes of an input or output, and of one dimension, with what reading them leaves behind. */
const VALUE_BYTES = 384
const DIMENSION_BYTES = 64

export function readValueInfo(parent: ProtoField): OnnxValueInfo {
  chargeField(parent, VALUE_BYTES)
  let name = ''
  let tensor: OnnxValueInfo['tensor'] = null
  let typeName = 'unknown'
  forEachInside(parent, (field) => {
    if (field.id === 1) name = fieldText(field)
    else if (field.id === 2) {
      forEachInside(field, (variant) => {
        if (variant.id === 1) {
          tensor = readTensorType(variant)
          typeName = `tensor(${tensor.elementType})`
        } else typeName = OTHER_TYPES[variant.id] ?? typeName
      })
    }
  })
  return { name, tensor, typeName, offset: parent.offset, end: parent.end }
}

function readTensorType(parent: ProtoField): {
  readonly elementType: ElementType
  readonly dims: readonly Dimension[] | null
} {
  let elementType: ElementType = 'other'
  let dims: Dimension[] | null = null
  forEachInside(parent, (field) => {
    if (field.id === 1) elementType = elementTypeOf(fieldInteger(field))
    else if (field.id === 2) dims = readShape(field)
  })
  return { elementType, dims }
}

function readShape(parent: ProtoField): Dimension[] {
  const dims: Dimension[] = []
  forEachInside(parent, (field) => {
    if (field.id === 1) dims.push(readDimension(field))
  })
  return dims
}

function readDimension(parent: ProtoField): Dimension {
  chargeField(parent, DIMENSION_BYTES)
  let dimension: Dimension = ''
  forEachInside(parent, (field) => {
    if (field.id === 1) {
      const size = fieldInteger(field)
      // Some exporters write -1 or 0 for "any".
      dimension = size > 0 ? size : ''
    } else if (field.id === 2) dimension = fieldText(field)
  })
  return dimension
}
