// What a model answers: its task, its classes, and the names of several outputs.

import type { Task } from '#core/model.ts'
import { FormatError } from '../format-error.ts'
import { checkGivenNames } from '../given-names.ts'
import type { Booster } from './booster.ts'
import type { Objective } from './objectives.ts'
import type { Wrapper } from './wrapper.ts'

export interface Outputs {
  readonly task: Task
  readonly classes: readonly string[] | null
  readonly outputNames: readonly string[] | null
}

/** `given` are the class names (or the names of several outputs) that the person gave. */
export function describeOutputs(
  booster: Booster,
  wrapper: Wrapper,
  objective: Objective,
  given: readonly string[] | undefined,
): Outputs {
  // A regressor's predict gives the number itself, whatever its objective; a classifier's always a class.
  const isNumber =
    wrapper.role === 'regressor' || (wrapper.role === 'none' && objective.kind === 'value')
  if (isNumber || booster.targetCount > 1) return describeValues(booster, objective, given)
  if (objective.kind === 'value' && objective.transform !== 'sigmoid') {
    throw new FormatError(
      `This ${wrapper.className} was trained for ${booster.objective}, which gives no probabilities of classes.`,
      0,
    )
  }
  const count = objective.kind === 'multiclass' ? booster.groups : 2
  if (count < 2) {
    throw new FormatError('This classifier has one class only, so it has nothing to tell apart.', 0)
  }
  const classes = chooseClasses(count, wrapper, given)
  return {
    task: count === 2 ? 'binary_classification' : 'multiclass_classification',
    classes,
    outputNames: null,
  }
}

function chooseClasses(
  count: number,
  wrapper: Wrapper,
  given: readonly string[] | undefined,
): readonly string[] {
  if (given !== undefined) {
    checkGivenNames(given, count, { what: 'classes', order: 'their codes' })
    return given
  }
  if (wrapper.labels === null) return Array.from({ length: count }, (_, code) => String(code))
  if (wrapper.labels.length !== count || new Set(wrapper.labels).size !== count) {
    throw new FormatError(
      `This XGBoost model is damaged: its label encoder has ${wrapper.labels.length} labels for ${count} classes, or one twice.`,
      0,
    )
  }
  return wrapper.labels
}

function describeValues(
  booster: Booster,
  objective: Objective,
  given: readonly string[] | undefined,
): Outputs {
  if (objective.kind === 'multiclass') {
    throw new FormatError(
      `This regressor was trained for ${booster.objective}, which gives classes and no numbers.`,
      0,
    )
  }
  if (booster.groups === 1) return { task: 'regression', classes: null, outputNames: null }
  if (given !== undefined)
    checkGivenNames(given, booster.groups, { what: 'outputs', order: 'their codes' })
  return {
    task: 'regression',
    classes: null,
    outputNames:
      given ??
      Array.from({ length: booster.groups }, (_, index) => outputName(booster, objective, index)),
  }
}

function outputName(booster: Booster, objective: Objective, index: number): string {
  const level = booster.levels?.length === booster.groups ? booster.levels[index] : undefined
  if (level !== undefined) return `quantile_${Number(level.toPrecision(6))}`
  return objective.kind === 'binary' ? `label_${index}` : `output_${index}`
}
