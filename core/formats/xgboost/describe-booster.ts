// From a Booster and the object around it to the description that a graph is made of.

import type { LinearModel, ModelDescription, TreeEnsemble } from '../description.ts'
import { FormatError } from '../format-error.ts'
import { type SignatureHints, unknownNamesWarning } from '../signature.ts'
import type { Booster, LinearLearner } from './booster.ts'
import { describeFields } from './fields.ts'
import { baseMargins } from './margins.ts'
import { findObjective, OBJECTIVES, type Objective } from './objectives.ts'
import { describeOutputs } from './outputs.ts'
import { usedTrees } from './used-trees.ts'
import { isAtLeast } from './version.ts'
import type { Wrapper } from './wrapper.ts'

/** Throws a `FormatError` for what has no prediction that Parley could give truly. */
export function describeBooster(
  booster: Booster,
  wrapper: Wrapper,
  hints: SignatureHints,
): ModelDescription {
  const objective = findObjective(booster.objective)
  if (objective === null) throw unknownObjective(booster)
  const margins = baseMargins(booster, objective)
  const used =
    booster.learner.kind === 'trees' ? usedTrees(booster, booster.learner, wrapper) : NOTHING_USED
  const fields = describeFields(booster, wrapper, used.trees, hints.features)
  const outputs = describeOutputs(booster, wrapper, objective, hints.classes)
  const common = {
    featureCount: booster.featureCount,
    groups: booster.groups,
    transform: objective.transform,
  }
  const predictor: TreeEnsemble | LinearModel =
    booster.learner.kind === 'trees'
      ? { kind: 'trees', ...common, baseMargins: margins, trees: used.trees }
      : { kind: 'linear', ...common, ...linearParts(booster.learner, booster, margins) }
  return {
    task: outputs.task,
    library: 'xgboost',
    libraryVersion: booster.version,
    modelClass: wrapper.className,
    objective: booster.objective,
    inputs: fields.inputs,
    namesKnown: fields.namesKnown,
    classes: outputs.classes,
    outputNames: outputs.outputNames,
    missingValue: wrapper.missing,
    predictor,
    warnings: [
      ...(fields.namesKnown ? [] : [unknownNamesWarning(booster.featureCount)]),
      ...used.warnings,
      ...objectiveWarnings(booster, objective),
    ],
  }
}

const NOTHING_USED = { trees: [], warnings: [] } as const

/** The base margin joins the bias first, as XGBoost adds them. */
function linearParts(
  learner: LinearLearner,
  booster: Booster,
  margins: Float32Array,
): { readonly weights: Float32Array; readonly bias: Float32Array } {
  const biasStart = booster.featureCount * booster.groups
  return {
    weights: learner.weights.slice(0, biasStart),
    bias: margins.map((margin, group) => (learner.weights[biasStart + group] ?? 0) + margin),
  }
}

function objectiveWarnings(booster: Booster, objective: Objective): readonly string[] {
  const warnings: string[] = []
  if (booster.objective === 'binary:logitraw') {
    warnings.push(
      'XGBoost answers log odds for binary:logitraw; Parley turns them into the probability that they stand for.',
    )
  }
  if (
    booster.objective === 'reg:quantileerror' &&
    booster.groups > 1 &&
    isAtLeast(booster.version, 3, 4)
  ) {
    warnings.push(
      'XGBoost 3.4 sorts the quantiles of each row; Parley gives them as the trees add up, so two that cross stay crossed.',
    )
  }
  if (booster.objective === 'reg:expectileerror' && booster.groups > 1) {
    throw new FormatError(
      'This XGBoost model predicts several expectiles at once, each added to the one below it; Parley cannot do that yet. One expectile a model works.',
      0,
    )
  }
  if (objective.meaning !== undefined) {
    warnings.push(`The value is a ${objective.meaning}.`)
  }
  return warnings
}

function unknownObjective(booster: Booster): FormatError {
  return new FormatError(
    `This XGBoost model was trained for "${booster.objective.slice(0, 80)}", which Parley does not know. It knows ${Object.keys(OBJECTIVES).join(', ')}.`,
    0,
  )
}
