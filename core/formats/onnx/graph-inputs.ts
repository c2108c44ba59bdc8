// From a graph's inputs to fields: which tensor holds which columns, of which type, and which may be missing.

import type { FeatureType, InputField } from '#core/model.ts'
import type { TensorBinding } from '../description.ts'
import { FormatError } from '../format-error.ts'
import { checkGivenNames } from '../given-names.ts'
import type { Dimension, OnnxFile, OnnxGraph, OnnxNode, OnnxValueInfo } from './graph.ts'
import { textListOf } from './metadata.ts'
import { takersOf, type Wiring } from './trace.ts'

export interface GraphInputs {
  readonly inputs: readonly InputField[]
  readonly namesKnown: boolean
  readonly tensors: TensorBinding['inputs']
}

type TensorType = TensorBinding['inputs'][number]['type']

const FIELD_TYPES: Readonly<Record<TensorType, FeatureType>> = {
  float32: 'float',
  float64: 'float',
  int32: 'integer',
  int64: 'integer',
  bool: 'boolean',
  string: 'string',
}

/** A form for more fields helps nobody. */
const MAX_FEATURES = 100_000

/** Keys of an ONNX file's metadata under which exporters and people put the names of columns. */
const NAME_KEYS = ['feature_names', 'features', 'input_names', 'columns'] as const

interface Tensor {
  readonly info: OnnxValueInfo
  readonly type: TensorType
  readonly rank: 1 | 2
  /** Columns; null when the graph does not say. */
  readonly width: number | null
}

export function describeInputs(
  file: OnnxFile,
  wiring: Wiring,
  given: readonly string[] | undefined,
): GraphInputs {
  const { graph } = file
  const tensors = dataInputs(graph).map((info) => readTensorInput(info, graph, wiring))
  if (tensors.length === 0) {
    throw new FormatError(
      'This ONNX graph takes no inputs, so there is nothing to ask it.',
      graph.offset,
    )
  }
  const widths = fillWidths(tensors, given)
  const total = widths.reduce((sum, width) => sum + width, 0)
  if (total > MAX_FEATURES) {
    throw new FormatError(
      `This ONNX graph takes ${total} features; Parley takes up to ${MAX_FEATURES}.`,
      graph.offset,
      'too_large',
    )
  }
  const { names, namesKnown } = chooseNames(file, tensors, widths, total, given)
  let start = 0
  const bound = tensors.map((tensor, index) => {
    const fields = names.slice(start, start + (widths[index] ?? 0))
    start += fields.length
    return { tensor: tensor.info.name, type: tensor.type, fields, rank: tensor.rank }
  })
  const inputs = tensors.flatMap((tensor, index) => {
    const routed = routesMissing(tensor, wiring)
    return (bound[index]?.fields ?? []).map(
      (name): InputField => ({
        name,
        type: FIELD_TYPES[tensor.type],
        optional: false,
        ...(routed ? { nullable: true } : {}),
      }),
    )
  })
  return { inputs, namesKnown, tensors: bound }
}

/** Old exporters list the weights among the inputs. */
export function dataInputs(graph: OnnxGraph): readonly OnnxValueInfo[] {
  const stored = new Set([
    ...graph.initializers.map(({ name }) => name),
    ...graph.sparseInitializerNames,
  ])
  return graph.inputs.filter(({ name }) => !stored.has(name))
}

function readTensorInput(info: OnnxValueInfo, graph: OnnxGraph, wiring: Wiring): Tensor {
  const { tensor } = info
  const type = tensor?.elementType
  if (tensor === null || type === undefined || !Object.hasOwn(FIELD_TYPES, type)) {
    throw new FormatError(
      `This ONNX graph takes a ${info.typeName} as "${info.name}"; Parley fills tensors of numbers, texts and booleans.`,
      info.offset,
    )
  }
  const dims = tensor.dims ?? ['', '']
  if (dims.length !== 1 && dims.length !== 2) {
    throw new FormatError(
      `This ONNX graph takes "${info.name}" with ${dims.length} dimensions (images or sequences?); Parley fills rows of features.`,
      info.offset,
    )
  }
  checkBatch(info.name, dims[0] ?? '', info.offset)
  const width = dims.length === 1 ? 1 : dims[1]
  return {
    info,
    type: type as TensorType,
    rank: dims.length,
    width: typeof width === 'number' ? width : widthFromTakers(info.name, graph, wiring),
  }
}

function checkBatch(name: string, batch: Dimension, offset: number): void {
  if (typeof batch !== 'number' || batch === 1) return
  throw new FormatError(
    `This ONNX graph takes exactly ${batch} rows at a time as "${name}". Export it with a free batch dimension.`,
    offset,
  )
}

/** Columns that the first operator works on, where the graph leaves them open. */
function widthFromTakers(tensor: string, graph: OnnxGraph, wiring: Wiring): number | null {
  for (const node of takersOf(wiring, tensor)) {
    const width = widthFromNode(node, graph)
    if (width !== null && Number.isInteger(width) && width > 0) return width
  }
  return null
}

function widthFromNode(node: OnnxNode, graph: OnnxGraph): number | null {
  const attribute = (name: string): ArrayLike<number> => {
    const found = node.attributes.get(name)
    return found?.kind === 'floats' || found?.kind === 'integers' ? found.values : []
  }
  switch (node.operator) {
    case 'Scaler':
      return attribute('offset').length
    case 'LinearRegressor': {
      const targets = node.attributes.get('targets')
      return attribute('coefficients').length / (targets?.kind === 'integer' ? targets.value : 1)
    }
    case 'LinearClassifier':
      return attribute('coefficients').length / Math.max(1, attribute('intercepts').length)
    case 'MatMul':
    case 'Gemm': {
      const weights = graph.initializers.find(({ name }) => name === node.inputs[1])
      const transposed = node.attributes.get('transB')
      const axis = transposed?.kind === 'integer' && transposed.value === 1 ? 1 : 0
      return weights?.dims[axis] ?? null
    }
    default:
      return null
  }
}

function fillWidths(
  tensors: readonly Tensor[],
  given: readonly string[] | undefined,
): readonly number[] {
  const open = tensors.filter(({ width }) => width === null)
  const known = tensors.reduce((sum, { width }) => sum + (width ?? 0), 0)
  const [first] = open
  if (first === undefined) return tensors.map(({ width }) => width ?? 0)
  if (open.length > 1 || given === undefined || given.length <= known) {
    throw new FormatError(
      `This ONNX graph does not say how many columns "${first.info.name}" has. Name its features in the order of the columns.`,
      first.info.offset,
    )
  }
  return tensors.map(({ width }) => width ?? given.length - known)
}

function chooseNames(
  file: OnnxFile,
  tensors: readonly Tensor[],
  widths: readonly number[],
  total: number,
  given: readonly string[] | undefined,
): { readonly names: readonly string[]; readonly namesKnown: boolean } {
  if (given !== undefined) {
    checkGivenNames(given, total, { what: 'features', order: 'the columns' })
    return { names: given, namesKnown: true }
  }
  const stored = textListOf(file, NAME_KEYS)
  if (stored?.length === total) return { names: distinct(stored), namesKnown: true }
  const [only] = tensors
  if (tensors.length === 1 && only !== undefined && total > 1) {
    return { names: Array.from({ length: total }, (_, index) => `f${index}`), namesKnown: false }
  }
  const names = tensors.flatMap(({ info }, index) =>
    widths[index] === 1
      ? [info.name]
      : Array.from({ length: widths[index] ?? 0 }, (_, column) => `${info.name}_${column}`),
  )
  return { names: distinct(names), namesKnown: widths.every((width) => width === 1) }
}

function distinct(names: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name))
      throw new FormatError(`Two features have the name "${name.slice(0, 80)}".`, 0)
    seen.add(name)
  }
  return names
}

/** Trees have a direction for NaN at every node, and an imputer replaces it; other operators would answer NaN. */
function routesMissing(tensor: Tensor, wiring: Wiring): boolean {
  if (tensor.type !== 'float32' && tensor.type !== 'float64') return false
  const takers = takersOf(wiring, tensor.info.name)
  return (
    takers.length > 0 &&
    takers.every(({ operator }) => operator.startsWith('TreeEnsemble') || operator === 'Imputer')
  )
}
