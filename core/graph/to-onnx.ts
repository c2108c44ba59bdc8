// The edge of core/graph: a model's description becomes an ONNX artifact and the names of its tensors.

import type { ModelDescription, TensorBinding } from '#core/formats/description.ts'
import { createGraphBuilder, type GraphBuilder } from './graph-builder.ts'
import { addLinear } from './linear.ts'
import { writeOnnx } from './onnx-writer.ts'
import { pipelineToOnnx } from './pipeline/to-graph.ts'
import { classProbabilities, floorCategories, mapMissing, transformMargins } from './transforms.ts'
import { addTrees, categoricalFeatures } from './trees.ts'

/** The one input of every graph we write: float32 [rows, features], NaN where a value is missing. */
const FEATURES_TENSOR = 'features'

/** An artifact and how to feed it. */
export interface OnnxArtifact {
  readonly onnx: Uint8Array
  readonly binding: TensorBinding
}

/**
 * Graphs we write take `features` and give `probabilities` [rows, classes] for classification, else `values`
 * [rows, outputs], both float32. An uploaded graph passes through. Throws FormatError where a model has no ONNX form.
 */
export function toOnnx(description: ModelDescription): OnnxArtifact {
  const { predictor } = description
  if (predictor.kind === 'onnx') return { onnx: predictor.onnx, binding: predictor.binding }
  if (predictor.kind === 'language') {
    return { onnx: predictor.archive, binding: predictor.binding }
  }
  if (predictor.kind === 'pipeline') {
    const { inputs, classes } = description
    return pipelineToOnnx({ model: predictor, inputs, classes })
  }

  const graph = createGraphBuilder()
  const known = mapMissing(graph, FEATURES_TENSOR, description.missingValue)
  const margins =
    predictor.kind === 'trees'
      ? addTrees(graph, floorCategories(graph, known, categoricalFeatures(predictor)), predictor)
      : addLinear(graph, known, predictor)
  const isRegression = description.task === 'regression'
  const result = isRegression
    ? transformMargins(graph, margins, predictor.transform)
    : classProbabilities(graph, margins, predictor.groups, predictor.transform)
  const columns = isRegression ? predictor.groups : Math.max(2, predictor.groups)
  const output = isRegression ? 'values' : 'probabilities'

  const fields = description.inputs.map((input) => input.name)
  const inputs = [{ tensor: FEATURES_TENSOR, type: 'float32', fields, rank: 2 }] as const
  return {
    onnx: finish(graph, result, output, [predictor.featureCount, columns]),
    binding: isRegression ? { inputs, values: output } : { inputs, probabilities: output },
  }
}

/** Renames the graph's last result to `output` and writes the bytes. */
function finish(
  graph: GraphBuilder,
  result: string,
  output: string,
  [features, columns]: readonly [number, number],
): Uint8Array {
  return writeOnnx({
    name: 'model',
    nodes: graph.nodes.map((node) =>
      node.outputs[0] === result ? { ...node, outputs: [output] } : node,
    ),
    initializers: graph.initializers,
    inputs: [{ name: FEATURES_TENSOR, type: 'float32', shape: ['rows', features] }],
    outputs: [{ name: output, type: 'float32', shape: ['rows', columns] }],
  })
}
