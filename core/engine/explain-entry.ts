// From a pipeline's entry in its artifact to the body and the columns that an explanation needs.

import type { TensorBinding } from '#core/formats/description.ts'
import { type OnnxFile, type OnnxGraph, tensorNumbers } from '#core/formats/onnx/graph.ts'
import type { ExplanationEntry } from '#core/pipeline/explanation-entry.ts'
import { readEnsembleForest } from './ensemble-forest.ts'
import { type Body, floatTreesBody, forestBody, linearBody } from './explain-body.ts'
import { readTreeTable } from './tree-table.ts'

type Predictor = ExplanationEntry['predictor']

/** Null where the entry does not fit the graph: then it is not one that Parley wrote. */
export function bodyOfEntry(
  { graph }: OnnxFile,
  predictor: Predictor,
  columns: number,
): Body | null {
  switch (predictor.kind) {
    case 'linear':
      return linearOf(graph, predictor, columns)
    case 'forest':
      return forestOf(graph, predictor, columns)
    case 'float-trees': {
      const node = graph.nodes.find(({ outputs }) => outputs[0] === predictor.result)
      const table = node?.operator === 'TreeEnsembleRegressor' ? readTreeTable(node) : null
      return table === null ? null : floatTreesBody(table, columns)
    }
  }
}

function linearOf(
  graph: OnnxGraph,
  { weights: name, first, bias }: Extract<Predictor, { kind: 'linear' }>,
  columns: number,
): Body | null {
  const tensor = graph.initializers.find((one) => one.name === name)
  const weights = tensor === undefined ? null : tensorNumbers(tensor)
  const stride = tensor?.dims[1] ?? 0
  if (weights === null || weights.length !== columns * stride) return null
  if (bias.length === 0 || first + bias.length > stride) return null
  return linearBody({ weights, stride, first, bias: Float64Array.from(bias) })
}

function forestOf(
  graph: OnnxGraph,
  { result, vectors: name, factor, base }: Extract<Predictor, { kind: 'forest' }>,
  columns: number,
): Body | null {
  const node = graph.nodes.find(({ outputs }) => outputs[0] === result)
  const read = node?.operator === 'TreeEnsemble' ? readEnsembleForest(graph, node) : null
  if (read === null) return null
  const { forest, leafWeights, leafTargets } = read
  const vectors = name === null ? null : vectorsOf(graph, name, base.length)
  if (name !== null && vectors === null) return null
  const leafValues = (group: number) =>
    leafWeights.map((weight, leaf) => {
      if (vectors !== null) return factor * (vectors[weight * base.length + group] ?? 0)
      return leafTargets[leaf] === group ? factor * weight : 0
    })
  return forestBody({ forest, base: Float64Array.from(base), leafValues }, columns)
}

/** Rows of one number an output. */
function vectorsOf(graph: OnnxGraph, name: string, outputs: number): Float64Array | null {
  const tensor = graph.initializers.find((one) => one.name === name)
  const isFit = tensor?.dims.length === 2 && tensor.dims[1] === outputs
  return tensor !== undefined && isFit ? tensorNumbers(tensor) : null
}

/** The input field of each column, or null for a column of none; null where the binding has no such input. */
export function fieldsOfColumns(
  { origins }: ExplanationEntry,
  binding: TensorBinding,
): readonly (string | null)[] | null {
  const fields: (string | null)[] = []
  for (const { input, column, count } of origins) {
    const field =
      input === null ? null : binding.inputs.find(({ tensor }) => tensor === input)?.fields[column]
    if (field === undefined || fields.length + count > MAX_COLUMNS) return null
    for (let index = 0; index < count; index++) fields.push(field)
  }
  return fields
}

/** As many as a text becomes at most; an entry that counts more was not written by Parley. */
const MAX_COLUMNS = 2 ** 22
