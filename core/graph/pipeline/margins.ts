// A float32 model of another reader inside a pipeline: its own graph, with casts before and after.

import type { Predictor } from '#core/pipeline/pipeline.ts'
import { addLinear } from '../linear.ts'
import { classProbabilities, floorCategories, mapMissing, transformMargins } from '../transforms.ts'
import { addTrees, categoricalFeatures } from '../trees.ts'
import type { Answer } from './answer.ts'
import type { PipelineGraph } from './converter.ts'
import { type Flow, numbersOf } from './flow.ts'

const FLOAT32 = 1
const FLOAT64 = 11

export function addMargins(
  graph: PipelineGraph,
  flow: Flow,
  node: Extract<Predictor, { kind: 'margins' }>,
): Answer {
  const { model, classCount } = node
  const known = mapMissing(graph, castTo(graph, numbersOf(graph, flow), FLOAT32), node.missingValue)
  const margins =
    model.kind === 'trees'
      ? addTrees(graph, floorCategories(graph, known, categoricalFeatures(model)), model)
      : addLinear(graph, known, model)
  if (classCount === null) {
    const values = transformMargins(graph, margins, model.transform)
    return { kind: 'values', count: model.groups, values: castTo(graph, values, FLOAT64) }
  }
  const probabilities = classProbabilities(graph, margins, model.groups, model.transform)
  return {
    kind: 'classes',
    count: classCount,
    probabilities: castTo(graph, probabilities, FLOAT64),
    scores: null,
    codes: null,
  }
}

function castTo(graph: PipelineGraph, values: string, type: number): string {
  return graph.apply('Cast', [values], { attributes: [{ kind: 'int', name: 'to', value: type }] })
}
