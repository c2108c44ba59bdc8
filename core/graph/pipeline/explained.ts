// Writes down what explanations need of a pipeline's graph, where its end adds up columns that are each of one input.

import type { Transform } from '#core/formats/description.ts'
import type { ExplanationEntry, Scale } from '#core/pipeline/explanation-entry.ts'
import type { LinearLink } from '#core/pipeline/linear.ts'
import {
  areSeparate,
  inputOrigins,
  isNothing,
  type Origin,
  originsOfSteps,
} from '#core/pipeline/origins.ts'
import type { Predictor } from '#core/pipeline/pipeline.ts'
import type { TreeLink, TreePredictor } from '#core/pipeline/trees.ts'
import type { OnnxNode } from '../onnx-writer.ts'
import type { Flow } from './flow.ts'
import type { PrunedGraph } from './prune.ts'
import { hasLinearLeaves } from './trees-linear.ts'

type Inner = ExplanationEntry['predictor']

/** The tensor that reaches the predictor, and how its margins come about. */
type Ending = Pick<ExplanationEntry, 'tensor' | 'predictor' | 'slope' | 'scale'>

/** Null for predictors that do more than add up, and where columns mix several inputs: those are explained by sampling. */
export function explanationOf(
  predictor: Predictor,
  flow: Flow,
  graph: PrunedGraph,
): ExplanationEntry | null {
  let last = predictor
  let origins = inputOrigins(flow.length)
  while (last.kind === 'chain') {
    origins = originsOfSteps(last.steps, origins)
    last = last.predictor
  }
  if (origins.length === 0 || !areSeparate(origins)) return null
  const ending = endingOf(last, graph)
  if (ending === null) return null
  const type = last.kind === 'margins' ? 'float32' : 'float64'
  return { ...ending, type, origins: runsOf(origins, flow), zero: zeroOf(origins) }
}

function endingOf(predictor: Predictor, graph: PrunedGraph): Ending | null {
  switch (predictor.kind) {
    case 'linear': {
      const { link, intercept, coefficients } = predictor
      const isSingle = coefficients.rows === 1
      const { scale, slope } = LINEAR_SCALES[link]
      // A margin that stands for two sides is written as two; the second is the one of the second class.
      const isDoubled = isSingle && (link === 'sigmoid' || link === 'softmax')
      const bias = [...intercept]
      const ending = linearEnding(graph, isDoubled ? 1 : 0, bias)
      if (ending === null) return null
      return isSingle && link === 'softmax'
        ? { ...ending, scale: 'log_odds', slope: 2 }
        : { ...ending, scale, slope }
    }
    case 'forest':
      return forestEnding(predictor, graph)
    case 'margins': {
      const { model, classCount } = predictor
      const isShare = model.transform === 'sigmoid' && classCount === null
      const scale = isShare ? 'score' : TRANSFORM_SCALES[model.transform]
      const ending =
        model.kind === 'linear'
          ? linearEnding(graph, 0, [...model.bias])
          : treesEnding(graph, 'TreeEnsembleRegressor', (result) => ({
              kind: 'float-trees',
              result,
            }))
      return ending === null ? null : { ...ending, scale, slope: 1 }
    }
    default:
      return null
  }
}

const LINEAR_SCALES: Readonly<Record<LinearLink, { scale: Scale; slope: number }>> = {
  sigmoid: { scale: 'log_odds', slope: 1 },
  softmax: { scale: 'score', slope: 1 },
  likelihood: { scale: 'score', slope: 1 },
  'one-versus-rest': { scale: 'score', slope: 1 },
  'modified-huber': { scale: 'score', slope: 1 },
  label: { scale: 'score', slope: 1 },
  inlier: { scale: 'score', slope: 1 },
  identity: { scale: 'value', slope: 1 },
  exp: { scale: 'log', slope: 1 },
}

const TRANSFORM_SCALES: Readonly<Record<Transform, Scale>> = {
  identity: 'value',
  sigmoid: 'log_odds',
  softmax: 'score',
  exp: 'log',
  step: 'score',
}

/** The predictor comes last, so its product is the last one with a constant. */
function linearEnding(
  { nodes, initializers }: PrunedGraph,
  first: number,
  bias: readonly number[],
): Pick<Ending, 'tensor' | 'predictor'> | null {
  const constants = new Set(initializers.map(({ name }) => name))
  const product = nodes.findLast(
    ({ operator, inputs }) => operator === 'MatMul' && constants.has(inputs[1] ?? ''),
  )
  const [tensor, weights] = product?.inputs ?? []
  if (tensor === undefined || weights === undefined) return null
  return { tensor, predictor: { kind: 'linear', weights, first, bias: [...bias] } }
}

function forestEnding(predictor: TreePredictor, graph: PrunedGraph): Ending | null {
  const measured = scaleOfTrees(predictor.link)
  if (measured === null || predictor.start !== undefined || hasLinearLeaves(predictor)) return null
  const isShare = predictor.link.kind === 'probabilities'
  const isPair = isShare && predictor.outputs === 2
  const ending = treesEnding(graph, 'TreeEnsemble', (result) => {
    const vectors = vectorsOf(graph.nodes, result)
    // Leaves of other trees hold what they add with the factor multiplied in.
    const factor = isShare || vectors !== null ? predictor.scale : 1
    const base = [...(isPair ? predictor.base.subarray(1, 2) : predictor.base)]
    return { kind: 'forest', result, vectors, factor, base }
  })
  return ending === null ? null : { ...ending, ...measured }
}

function treesEnding(
  { nodes }: PrunedGraph,
  operator: string,
  describe: (result: string) => Inner,
): Pick<Ending, 'tensor' | 'predictor'> | null {
  const node = nodes.findLast((one) => one.operator === operator)
  const [tensor] = node?.inputs ?? []
  const [result] = node?.outputs ?? []
  if (tensor === undefined || result === undefined) return null
  return { tensor, predictor: describe(result) }
}

/** The constant that leaves hold rows of: TreeEnsemble → Cast → Gather of it. */
function vectorsOf(nodes: readonly OnnxNode[], result: string): string | null {
  const after = (operator: string, input: string | undefined, place: number) =>
    nodes.find((node) => node.operator === operator && node.inputs[place] === input)
  const rows = after('Cast', result, 0)
  const gather = rows === undefined ? undefined : after('Gather', rows.outputs[0], 1)
  return gather?.inputs[0] ?? null
}

function scaleOfTrees(link: TreeLink): Pick<Ending, 'scale' | 'slope'> | null {
  switch (link.kind) {
    case 'probabilities':
      return { scale: 'probability', slope: 1 }
    case 'sigmoid':
      return { scale: 'log_odds', slope: link.slope ?? 1 }
    case 'double-sigmoid':
      return { scale: 'log_odds', slope: 2 }
    case 'softmax':
    case 'one-versus-rest':
    case 'log1p-exp':
    case 'signed-square':
      return { scale: 'score', slope: 1 }
    case 'separate':
    case 'sigmoid-value':
      return { scale: 'score', slope: link.slope ?? 1 }
    case 'identity':
      return { scale: 'value', slope: 1 }
    case 'exp':
      return { scale: 'log', slope: 1 }
    case 'isolation':
      // Mean lengths of paths say nothing to a person, and the answer is a label alone.
      return null
  }
}

/** Neighbouring columns of one input column are one run. */
function runsOf(origins: readonly Origin[], flow: Flow): ExplanationEntry['origins'] {
  const runs: ExplanationEntry['origins'] = []
  let previous: number | null = null
  for (const origin of origins) {
    const run = runs.at(-1)
    if (run !== undefined && origin.field === previous) run.count++
    else {
      const source = isNothing(origin) ? undefined : flow[origin.field]
      runs.push({
        input: source?.source.tensor ?? null,
        column: source?.index ?? 0,
        count: 1,
      })
    }
    previous = origin.field
  }
  return runs
}

function zeroOf(origins: readonly Origin[]): ExplanationEntry['zero'] {
  if (origins.some(({ zero }) => zero === 'zero')) return 'zero'
  return origins.some(({ zero }) => zero === 'centre') ? 'centre' : 'absent'
}
