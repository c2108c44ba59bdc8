// Exact explanations of one row, made from the artifact itself: how much each feature moved the margin.

import { readOnnxGraph } from '#core/formats/onnx/read-graph.ts'
import { type GraphProgram, type LinearTable, readGraphProgram } from './graph-program.ts'
import { readShapTree } from './shap-nodes.ts'
import { addShapleyValues, expectedValue, type ShapNode } from './tree-shap.ts'
import { countParents, groupsOf, type TreeTable } from './tree-table.ts'

/** One output group: `baseline` plus all contributions is the margin, before sigmoid, softmax or exp. */
export interface Explanation {
  /** The mean margin over the training data. */
  readonly baseline: number
  /** One a feature, in the order of the binding's fields. */
  readonly contributions: readonly number[]
}

/** Explains a row of float32 features as the validator encodes it, NaN where a value is missing; one entry a group. */
export type Explainer = (row: Float32Array) => readonly Explanation[]

/**
 * Reads the artifact once, for any number of rows. Null for graphs that Parley did not write, and for models whose file did
 * not say how much training data reached each node. Throws FormatError when the bytes are no ONNX.
 */
export function createExplainer(onnx: Uint8Array): Explainer | null {
  const program = readGraphProgram(readOnnxGraph(onnx))
  if (program === null) return null
  const explain =
    program.body.kind === 'linear'
      ? createLinearExplainer(program.body.table, program.featureCount)
      : createTreeExplainer(program.body.table, program.featureCount)
  if (explain === null) return null
  return (row) => explain(prepareRow(program, row))
}

function prepareRow({ missingValue, flooredFeatures }: GraphProgram, row: Float32Array) {
  const values = row.map((value) => (value === missingValue ? Number.NaN : value))
  for (const feature of flooredFeatures) values[feature] = Math.floor(values[feature] as number)
  return values
}

function createLinearExplainer(table: LinearTable, featureCount: number): Explainer {
  const { groups, weights, bias } = table
  return (row) =>
    Array.from({ length: groups }, (_, group) => ({
      baseline: bias[group] as number,
      contributions: Array.from({ length: featureCount }, (_, feature) => {
        const value = row[feature] as number
        return Number.isNaN(value) ? 0 : value * (weights[feature * groups + group] as number)
      }),
    }))
}

function createTreeExplainer(table: TreeTable, featureCount: number): Explainer | null {
  const { covers, groups } = table
  if (covers === null) return null
  const parents = countParents(table)
  const trees: ShapNode[][] = Array.from({ length: groups }, () => [])
  for (let tree = 0; tree + 1 < table.starts.length; tree++) {
    const start = table.starts[tree] as number
    for (const group of groupsOf(table, start, table.starts[tree + 1] as number)) {
      const root = readShapTree(table, covers, start, group, parents)
      if (root === null) return null
      trees[group]?.push(root)
    }
  }
  const baselines = trees.map((roots, group) =>
    roots.reduce((sum, root) => sum + expectedValue(root), table.baseMargins[group] as number),
  )
  return (row) =>
    trees.map((roots, group) => {
      const contributions = new Float64Array(featureCount)
      for (const root of roots) addShapleyValues(root, row, contributions)
      return { baseline: baselines[group] as number, contributions: [...contributions] }
    })
}
