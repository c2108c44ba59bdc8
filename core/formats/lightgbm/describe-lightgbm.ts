// The edge of core/formats/lightgbm: LightGBM objects out of pickles, and the text that save_model writes.

import type { TreePredictor } from '#core/pipeline/trees.ts'
import type { ModelDescription } from '../description.ts'
import { FormatError } from '../format-error.ts'
import { checkGivenNames } from '../given-names.ts'
import { type Budget, chargeBytes, createBudget } from '../limits.ts'
import type { PickleRecord } from '../pickle/value.ts'
import type { SignatureHints } from '../signature.ts'
import { describeFields } from './fields.ts'
import { buildForest, type LightgbmForest } from './forest.ts'
import { readPickledLightgbm } from './pickled-booster.ts'
import { parseTextModel, type TextModel } from './text-model.ts'

/** What a file says around its text. */
interface Around {
  readonly className: string
  readonly bestIteration: number | null
  readonly labels: readonly string[] | null
  readonly hasScores: boolean
}

/** Throws FormatError for an object that was never trained or cannot be served. */
export function describePickledLightgbm(
  record: PickleRecord,
  hints: SignatureHints,
  budget: Budget = createBudget(),
): ModelDescription {
  const { text, pandasCategories, ...around } = readPickledLightgbm(record)
  const model = parseTextModel(text, budget)
  const own = model.pandasCategories ?? pandasCategories
  return describeModel({ ...model, pandasCategories: own }, around, hints, budget)
}

/** Describes a text that save_model wrote. Throws FormatError where it is damaged or cannot be served. */
export function describeLightgbmFile(
  bytes: Uint8Array,
  hints: SignatureHints,
  budget: Budget = createBudget(),
): ModelDescription {
  chargeBytes(budget, 2 * bytes.length, 0)
  const model = parseTextModel(new TextDecoder().decode(bytes), budget)
  const around: Around = {
    className: 'Booster',
    bestIteration: null,
    labels: null,
    hasScores: false,
  }
  return describeModel(model, around, hints, budget)
}

function describeModel(
  model: TextModel,
  around: Around,
  hints: SignatureHints,
  budget: Budget,
): ModelDescription {
  const forest = buildForest(model, around.bestIteration, budget)
  const fields = describeFields(model, forest, hints.features)
  const classes = nameClasses(forest, around, hints.classes)
  const { objective } = forest
  const predictor: TreePredictor = around.hasScores
    ? forest.predictor
    : { ...forest.predictor, hidesScores: true }
  return {
    task:
      classes === null
        ? 'regression'
        : classes.length === 2
          ? 'binary_classification'
          : 'multiclass_classification',
    library: 'lightgbm',
    libraryVersion: null,
    modelClass: around.className,
    objective: objective.name,
    inputs: fields.inputs,
    namesKnown: fields.namesKnown,
    classes,
    outputNames: nameOutputs(forest, hints.classes),
    missingValue: null,
    predictor: {
      kind: 'pipeline',
      predictor:
        fields.steps.length === 0 ? predictor : { kind: 'chain', steps: fields.steps, predictor },
    },
    warnings: [
      ...(fields.namesKnown ? [] : [madeUpNamesWarning(forest.featureCount)]),
      ...objectiveWarnings(forest),
    ],
  }
}

/** Labels of the wrapper's own, else the codes that a bare Booster has. */
function nameClasses(
  { predictor, objective }: LightgbmForest,
  { labels }: Around,
  given: readonly string[] | undefined,
): readonly string[] | null {
  if (!objective.isClassifier) {
    if (labels === null) return null
    throw new FormatError(
      `This LightGBM classifier was trained for ${objective.name}, which gives no probabilities of classes.`,
      0,
    )
  }
  const count = Math.max(2, predictor.outputs)
  const own = labels ?? Array.from({ length: count }, (_, code) => String(code))
  if (own.length !== count) {
    throw new FormatError(`This LightGBM model has ${own.length} labels for ${count} classes.`, 0)
  }
  if (given === undefined) return own
  checkGivenNames(given, count, { what: 'classes', order: own.join(', ') })
  return given
}

/** A function as objective may have several sums a row. */
function nameOutputs(
  { predictor, objective }: LightgbmForest,
  given: readonly string[] | undefined,
): readonly string[] | null {
  if (objective.isClassifier || predictor.outputs === 1) return null
  return given?.length === predictor.outputs
    ? given
    : Array.from({ length: predictor.outputs }, (_, index) => `output_${index}`)
}

function madeUpNamesWarning(count: number): string {
  const names = count === 1 ? 'Column_0' : `Column_0 to Column_${count - 1}`
  return `This file has no feature names (it was trained on a bare array). LightGBM calls them ${names}; tell me their names in the order of the training columns, and I use those.`
}

function objectiveWarnings({ objective }: LightgbmForest): readonly string[] {
  if (objective.name === 'custom') {
    return [
      'This model was trained with a function as its objective; the value is the sum of its leaves.',
    ]
  }
  if (objective.link.kind === 'separate') {
    return ['Each class has a probability of its own in this model, so they need not sum to 1.']
  }
  return []
}
