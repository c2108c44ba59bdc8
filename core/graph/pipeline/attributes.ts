// Attributes of operators, written short.

import type { OnnxAttribute } from '../onnx-writer.ts'

export function int(name: string, value: number): OnnxAttribute {
  return { kind: 'int', name, value }
}

/** Reductions lose the dimension that they reduce. */
export const DROP_DIMENSION = int('keepdims', 0)

/** The smallest first. */
export const SMALLEST = int('largest', 0)
