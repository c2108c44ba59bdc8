// Makes a `Booster` of a JSON or UBJSON document: what save_model writes, or the Config and Model of a pickle.

import { FormatError } from '../format-error.ts'
import type { Budget } from '../limits.ts'
import {
  type Booster,
  checkGroup,
  checkShape,
  checkWeights,
  type LearnerShape,
  type TreeLearner,
} from './booster.ts'
import {
  type DocumentObject,
  type DocumentValue,
  integerAt,
  isNumericArray,
  isObject,
  numbersAt,
  objectAt,
  objectsAt,
  optionalNumbersAt,
  optionalObjectAt,
  optionalTextsAt,
  textAt,
} from './document.ts'
import { readCategoryNames } from './document-categories.ts'
import { readDocumentTree } from './document-trees.ts'

export function readBoosterDocument(document: DocumentValue, budget: Budget): Booster {
  if (!isObject(document)) throw new FormatError('This is no XGBoost model.', 0)
  // A pickled Booster has its training configuration beside the model; a saved model is the model alone.
  const model = optionalObjectAt(document, 'Model') ?? document
  const learner = objectAt(model, 'learner')
  const parameters = objectAt(learner, 'learner_model_param')
  const objective = objectAt(learner, 'objective')
  const version = readVersion(model)
  const classCount = integerAt(parameters, 'num_class', 0)
  const targetCount = integerAt(parameters, 'num_target', 1)
  const shape: LearnerShape = {
    featureCount: integerAt(parameters, 'num_feature', 0),
    groups: Math.max(1, classCount, targetCount),
  }
  checkShape(shape, parameters.offset)
  return {
    version,
    objective: textAt(objective, 'name'),
    featureCount: shape.featureCount,
    classCount,
    targetCount,
    groups: shape.groups,
    baseScores: readBaseScores(parameters),
    baseScoreIsMargin: false,
    featureNames: optionalTextsAt(learner, 'feature_names'),
    featureTypes: optionalTextsAt(learner, 'feature_types'),
    attributes: readAttributes(learner),
    levels: readLevels(objective),
    learner: readLearner(objectAt(learner, 'gradient_booster'), { ...shape, version }, budget),
  }
}

function readVersion(model: DocumentObject): string | null {
  const version = model.entries.get('version')
  return isNumericArray(version) && version.length === 3 ? version.join('.') : null
}

/** `5E-1`, from 3.1 on `[5E-1]` or one value an output. */
function readBaseScores(parameters: DocumentObject): Float32Array {
  const scores = parseNumberList(textAt(parameters, 'base_score'))
  if (scores !== null && scores.length > 0) return Float32Array.from(scores)
  throw new FormatError(
    `This XGBoost model is damaged: its base_score (at byte ${parameters.offset}) is no number.`,
    parameters.offset,
  )
}

const BRACKETS = /^[[(]|[\])]$/g

/** Numbers as XGBoost writes lists of them in a parameter: `[1E0,2E0]`, `(0.1, 0.9)` or one number. */
function parseNumberList(text: string): readonly number[] | null {
  const parts = text.trim().replace(BRACKETS, '').split(',')
  const numbers = parts.map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  return numbers.every(Number.isFinite) ? numbers : null
}

function readAttributes(learner: DocumentObject): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  for (const [key, value] of optionalObjectAt(learner, 'attributes')?.entries ?? []) {
    if (typeof value === 'string') attributes.set(key, value)
  }
  return attributes
}

/** Levels of `reg:quantileerror` and `reg:expectileerror`, the only objectives whose outputs are named by a parameter. */
export function readLevels(objective: DocumentObject): readonly number[] | null {
  for (const [group, key] of [
    ['quantile_loss_param', 'quantile_alpha'],
    ['expectile_loss_param', 'expectile_alpha'],
  ] as const) {
    const value = optionalObjectAt(objective, group)?.entries.get(key)
    if (typeof value === 'string') return parseNumberList(value)
  }
  return null
}

/** Some rules of a tree changed with the version that wrote it. */
interface DocumentShape extends LearnerShape {
  readonly version: string | null
}

function readLearner(
  booster: DocumentObject,
  shape: DocumentShape,
  budget: Budget,
): Booster['learner'] {
  const name = textAt(booster, 'name')
  switch (name) {
    case 'gbtree':
      return readTrees(booster, booster, shape, budget)
    case 'dart':
      return readTrees(objectAt(booster, 'gbtree'), booster, shape, budget)
    case 'gblinear':
      return readLinear(objectAt(booster, 'model'), shape)
    default:
      throw new FormatError(
        `This XGBoost model has the booster "${name.slice(0, 40)}"; Parley reads gbtree, dart and gblinear.`,
        booster.offset,
      )
  }
}

function readLinear(model: DocumentObject, shape: LearnerShape): Booster['learner'] {
  const weights = Float32Array.from(numbersAt(model, 'weights'))
  checkWeights(weights, shape, model.offset)
  return { kind: 'linear', weights }
}

/** `outer` is where versions up to 3.3 put DART's weights; 3.4 has them beside the trees. */
function readTrees(
  booster: DocumentObject,
  outer: DocumentObject,
  shape: DocumentShape,
  budget: Budget,
): TreeLearner {
  const model = objectAt(booster, 'model')
  const parameters = objectAt(model, 'gbtree_model_param')
  const trees = objectsAt(model, 'trees')
  const groups = numbersAt(model, 'tree_info')
  const announced = integerAt(parameters, 'num_trees', trees.length)
  if (announced !== trees.length || groups.length !== trees.length) {
    throw new FormatError(
      `This XGBoost model is damaged: it announces ${announced} trees, names outputs for ${groups.length} and has ${trees.length}.`,
      model.offset,
    )
  }
  const weights = optionalNumbersAt(outer, 'weight_drop') ?? optionalNumbersAt(model, 'weight_drop')
  const starts = optionalNumbersAt(model, 'iteration_indptr')
  return {
    kind: 'trees',
    trees: trees.map((tree, index) =>
      readDocumentTree(
        tree,
        {
          index,
          group: checkGroup(groups[index] ?? -1, shape, tree.offset),
          ...shape,
          offset: tree.offset,
        },
        shape.version,
        budget,
      ),
    ),
    treeWeights: weights === null ? null : Float32Array.from(weights),
    roundStarts: starts === null ? null : Int32Array.from(starts),
    parallelTrees: parameters.entries.has('num_parallel_tree')
      ? integerAt(parameters, 'num_parallel_tree', 1)
      : null,
    categoryNames: readCategoryNames(model, shape.featureCount, shape.version),
  }
}
