// Builds ONNX files field by field for tests, sound ones and ones that an attacker might write.

import { createProtobufWriter, type ProtobufWriter } from '#core/graph/protobuf-writer.ts'

export type Write = (writer: ProtobufWriter) => void

/** A message's fields: number → what to write, in order; an array repeats the field. */
export function build(write: Write): Uint8Array {
  const writer = createProtobufWriter()
  write(writer)
  return writer.finish()
}

export interface ModelParts {
  readonly nodes?: readonly Write[]
  readonly inputs?: readonly Write[]
  readonly outputs?: readonly Write[]
  /** More fields of the graph. */
  readonly graph?: Write
  /** More fields of the model. */
  readonly model?: Write
}

/** A model of one Identity from `x` [rows, 2] to `y` [rows, 2], but for the parts given. */
export function modelBytes(parts: ModelParts = {}): Uint8Array {
  return build((writer) => {
    writer.integer(1, 8)
    writer.text(2, 'tests')
    writer.message(7, () => {
      const nodes = parts.nodes ?? [node('Identity', ['x'], ['y'])]
      for (const write of nodes) writer.message(1, () => write(writer))
      writer.text(2, 'graph')
      for (const write of parts.inputs ?? [value('x', 1, ['rows', 2])]) {
        writer.message(11, () => write(writer))
      }
      for (const write of parts.outputs ?? [value('y', 1, ['rows', 2])]) {
        writer.message(12, () => write(writer))
      }
      parts.graph?.(writer)
    })
    writer.message(8, () => {
      writer.text(1, '')
      writer.integer(2, 17)
    })
    parts.model?.(writer)
  })
}

export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  more: Write = () => undefined,
  domain = '',
): Write {
  return (writer) => {
    for (const input of inputs) writer.text(1, input)
    for (const output of outputs) writer.text(2, output)
    writer.text(4, operator)
    more(writer)
    if (domain !== '') writer.text(7, domain)
  }
}

/** `elementType` is ONNX's number: 1 float32, 7 int64, 8 string. */
export function value(
  name: string,
  elementType: number,
  dims: readonly (number | string)[],
): Write {
  return (writer) => {
    writer.text(1, name)
    writer.message(2, () => {
      writer.message(1, () => {
        writer.integer(1, elementType)
        writer.message(2, () => {
          for (const dim of dims) {
            writer.message(1, () => {
              if (typeof dim === 'number') writer.integer(1, dim)
              else writer.text(2, dim)
            })
          }
        })
      })
    })
  }
}

/** A float32 tensor with its values, and fields that may contradict them. */
export function tensor(
  name: string,
  dims: readonly number[],
  values: readonly number[],
  more: Write = () => undefined,
): Write {
  return (writer) => {
    for (const dim of dims) writer.integer(1, dim)
    writer.integer(2, 1)
    writer.packedFloats(4, Float32Array.from(values))
    writer.text(8, name)
    more(writer)
  }
}

/** Makes a tensor's values lie in another file. */
export const external: Write = (writer) => {
  writer.message(13, () => {
    writer.text(1, 'location')
    writer.text(2, '../../etc/passwd')
  })
  writer.integer(14, 1)
}
