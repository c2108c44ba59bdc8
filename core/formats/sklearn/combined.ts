// Reads votes, bags, boosts, and one regression a value; the rest of what is made of predictors is in combined-classes.ts.

import type { Inverse } from '#core/pipeline/combined.ts'
import { meanOfForests } from '#core/pipeline/merge-forests.ts'
import type { Predictor } from '#core/pipeline/pipeline.ts'
import { CLASS_READERS } from './combined-classes.ts'
import {
  keptPlaces,
  memberNames,
  type ReadMember,
  readFeatureSubsets,
  readMember,
  readMembers,
  readWeights,
  singleValues,
  type Whole,
  warningsOf,
} from './combined-members.ts'
import {
  attribute,
  type FittedObject,
  numbersOfValue,
  openInner,
  readItems,
  readText,
  refuse,
} from './fitted-object.ts'
import { readInverse } from './inverse.ts'
import { readClasses } from './linear.ts'
import {
  namelessTable,
  type PredictorReader,
  type Reading,
  type ReadPredictor,
  type TableShape,
} from './reading.ts'
import { STACK_READERS } from './stacks.ts'
import { THRESHOLD_READERS } from './thresholds.ts'
import { isOlderThan } from './written-by.ts'

/** Class names of scikit-learn → their readers. */
export const COMBINED_READERS: Readonly<Record<string, PredictorReader>> = {
  VotingClassifier: readVotes,
  VotingRegressor: readMeanOfVotes,
  BaggingClassifier: (object, table, reading) =>
    readBag(wholeOf(object, table, reading, readClasses(object), true)),
  BaggingRegressor: (object, table, reading) => readBag(wholeOf(object, table, reading, null)),
  AdaBoostClassifier: readBoost,
  AdaBoostRegressor: readMedian,
  MultiOutputRegressor: readSideBySide,
  RegressorChain: readChain,
  TransformedTargetRegressor: readTransformedTarget,
  MultiOutputClassifier: refuseSeveralTargets,
  ClassifierChain: refuseSeveralTargets,
  ...STACK_READERS,
  ...THRESHOLD_READERS,
  ...CLASS_READERS,
}

function wholeOf(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
  classes: readonly string[] | null,
  isEncoded = false,
): Whole {
  return { object, table, reading, classes, isEncoded }
}

function classifier(
  whole: Whole,
  members: readonly ReadMember[],
  predictor: Predictor,
): ReadPredictor {
  return { predictor, classes: whole.classes, outputs: 1, warnings: warningsOf(members) }
}

/** Members are trained on positions in classes_. */
function readVotes(object: FittedObject, table: TableShape, reading: Reading): ReadPredictor {
  const classes = readClasses(object)
  const whole = wholeOf(object, table, reading, classes, true)
  const members = readMembers(whole, memberNames(object))
  const weights = readWeights(object, 'weights', members.length, keptPlaces(object))
  const common = {
    members: members.map(({ member }) => member),
    weights,
    classCount: classes.length,
  }
  return classifier(
    whole,
    members,
    readText(object, 'voting', 'hard') === 'soft'
      ? { kind: 'average', averagesScores: false, ...common }
      : { kind: 'majority', ...common },
  )
}

function readMeanOfVotes(object: FittedObject, table: TableShape, reading: Reading): ReadPredictor {
  const members = readMembers(wholeOf(object, table, reading, null), memberNames(object))
  const weights = readWeights(object, 'weights', members.length, keptPlaces(object))
  return meanOfValues(object, members, weights)
}

function meanOfValues(
  object: FittedObject,
  members: readonly ReadMember[],
  weights: Float64Array,
): ReadPredictor {
  const outputs = members[0]?.outputs ?? 1
  if (members.some((member) => member.outputs !== outputs)) {
    throw refuse(object, 'averages members that give different counts of numbers.')
  }
  return {
    predictor: meanOf(members, weights, null, false),
    classes: null,
    outputs,
    warnings: warningsOf(members),
  }
}

/** Of forests alone the mean is a forest, which answers sooner and can be explained exactly. */
function meanOf(
  members: readonly ReadMember[],
  weights: Float64Array,
  classCount: number | null,
  averagesScores: boolean,
): Predictor {
  const own = members.map(({ member }) => member)
  return (
    meanOfForests(own, weights) ?? {
      kind: 'average',
      members: own,
      weights,
      classCount,
      averagesScores,
    }
  )
}

/** Its members see arrays, of which some columns only. */
function readBag(whole: Whole): ReadPredictor {
  const { object, table, classes } = whole
  const nameless = { ...whole, table: namelessTable(table) }
  const members = readMembers(nameless, [], readFeatureSubsets(object, table.width))
  const weights = new Float64Array(members.length).fill(1)
  if (classes === null) return meanOfValues(object, members, weights)
  return classifier(whole, members, meanOf(members, weights, classes.length, true))
}

/** Releases before 1.3.1 gave no negative votes, those before 0.22 took probabilities from the members' own. */
function readBoost(object: FittedObject, table: TableShape, reading: Reading): ReadPredictor {
  const classes = readClasses(object)
  if (classes.length < 2) throw refuse(object, 'was trained on a single class.')
  const whole = wholeOf(object, namelessTable(table), reading, classes)
  const members = readMembers(whole)
  const isReal = readText(object, 'algorithm', 'SAMME') === 'SAMME.R'
  return classifier(whole, members, {
    kind: 'boosted',
    members: members.map(({ member }) => member),
    weights: readWeights(object, 'estimator_weights_', members.length),
    classCount: classes.length,
    rule: isReal ? 'log-probabilities' : isOlderThan(object, 1, 3, 1) ? 'votes' : 'balanced-votes',
    probabilities: !isReal && isOlderThan(object, 0, 22, 0) ? 'mean-probabilities' : 'scores',
  })
}

function readMedian(object: FittedObject, table: TableShape, reading: Reading): ReadPredictor {
  const whole = wholeOf(object, namelessTable(table), reading, null)
  const members = readMembers(whole)
  singleValues(object, members)
  return {
    predictor: {
      kind: 'weighted-median',
      members: members.map(({ member }) => member),
      weights: readWeights(object, 'estimator_weights_', members.length),
    },
    classes: null,
    outputs: 1,
    warnings: warningsOf(members),
  }
}

function readSideBySide(object: FittedObject, table: TableShape, reading: Reading): ReadPredictor {
  const members = readMembers(wholeOf(object, table, reading, null))
  const predictors = singleValues(object, members)
  return {
    predictor: { kind: 'side-by-side', members: predictors },
    classes: null,
    outputs: predictors.length,
    warnings: warningsOf(members),
  }
}

function readChain(object: FittedObject, table: TableShape, reading: Reading): ReadPredictor {
  const values = readItems(object, 'estimators_')
  const members = values.map((value, place) => {
    const seen = namelessTable(table, table.width + place)
    return readMember(wholeOf(object, seen, reading, null), value, undefined)
  })
  const order = numbersOfValue(attribute(object, 'order_'))
  const sorted = order === null ? [] : [...order].sort((first, second) => first - second)
  if (
    order === null ||
    order.length === 0 ||
    sorted.length !== members.length ||
    sorted.some((output, at) => output !== at)
  ) {
    throw refuse(object, 'does not say in which order its values are predicted.')
  }
  return {
    predictor: {
      kind: 'value-chain',
      members: singleValues(object, members),
      order: [...order],
    },
    classes: null,
    outputs: members.length,
    warnings: warningsOf(members),
  }
}

function readTransformedTarget(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReadPredictor {
  const read = reading.predictor(object, attribute(object, 'regressor_'), 'regressor', table)
  if (read.classes !== null) throw refuse(object, 'transforms the target of a classifier.')
  const inverse = inverseSteps(object, { width: read.outputs, names: null }, reading)
  if (inverse.length === 0) return read
  return { ...read, predictor: { kind: 'unwrapped', member: read.predictor, inverse } }
}

function inverseSteps(
  object: FittedObject,
  values: TableShape,
  reading: Reading,
): readonly Inverse[] {
  const transformer = openInner(object, attribute(object, 'transformer_'), 'transformer')
  return readInverse(transformer, values, reading)
}

function refuseSeveralTargets(object: FittedObject): never {
  throw refuse(
    object,
    'predicts several targets at once, and Parley serves one at a time. Save each of its estimators_ in a file of its own, and upload those.',
  )
}
