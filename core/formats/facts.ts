// Counts about a model: trees, depth, features; for `describe_model`, `parley inspect` and the answers to an upload.

import type { Predictor } from '#core/pipeline/pipeline.ts'
import type { ModelDescription, Tree, TreeEnsemble } from './description.ts'

export function factsOf(description: ModelDescription): Record<string, string | number> {
  const { predictor } = description
  const facts: Record<string, string | number> = { features: description.inputs.length }
  if (description.classes !== null) facts['classes'] = description.classes.length
  if (description.outputNames !== null) facts['outputs'] = description.outputNames.length
  switch (predictor.kind) {
    case 'trees':
      return { ...facts, ...treeFacts(predictor) }
    case 'linear':
      return { ...facts, weights: predictor.weights.length }
    case 'onnx':
      return { ...facts, bytes: predictor.onnx.length }
    case 'language':
      return { ...facts, steps: predictor.steps, bytes: predictor.archive.length }
    case 'pipeline':
      return { ...facts, ...pipelineFacts(predictor.predictor) }
  }
}

/** "XGBClassifier of xgboost 1.7.6: binary:logistic, 100 trees, 3 features". */
export function summarise(description: ModelDescription): string {
  const { library, libraryVersion, modelClass, objective, predictor } = description
  const version = libraryVersion === null ? '' : ` ${libraryVersion}`
  const origin =
    library === 'onnx'
      ? `in ONNX${libraryVersion === null ? '' : ` by ${libraryVersion}`}`
      : `of ${library}${version}`
  const parts = [
    ...(objective === null ? [] : [objective]),
    ...(predictor.kind === 'trees' ? [counted(predictor.trees.length, 'tree')] : []),
    counted(description.inputs.length, 'feature'),
  ]
  return `${modelClass} ${origin}: ${parts.join(', ')}`
}

function pipelineFacts(predictor: Predictor): Record<string, string | number> {
  const steps = predictor.kind === 'chain' ? { steps: predictor.steps.length + 1 } : {}
  const last = predictor.kind === 'chain' ? predictor.predictor : predictor
  return last.kind === 'forest' ? { ...steps, trees: last.trees.length } : steps
}

function treeFacts(ensemble: TreeEnsemble): Record<string, number> {
  let nodes = 0
  let depth = 0
  for (const tree of ensemble.trees) {
    nodes += tree.left.length
    depth = Math.max(depth, depthOf(tree))
  }
  return { trees: ensemble.trees.length, nodes, depth }
}

/** Splits on the longest way down. Children were checked to come from one parent each, so the walk ends. */
function depthOf(tree: Tree): number {
  const depths = new Int32Array(tree.left.length)
  const pending = [0]
  let deepest = 0
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const left = tree.left[node] ?? -1
    const right = tree.right[node] ?? -1
    if (left < 0 || right < 0) continue
    const depth = (depths[node] ?? 0) + 1
    deepest = Math.max(deepest, depth)
    depths[left] = depth
    depths[right] = depth
    pending.push(left, right)
  }
  return deepest
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
