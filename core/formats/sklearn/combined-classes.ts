// Reads classifiers made of classifiers: calibrated ones, one a class, one a pair of classes, one a bit of a code.

import type { Calibration, CalibrationCurve } from '#core/pipeline/combined.ts'
import {
  placesOfClasses,
  type ReadMember,
  readBinaryMembers,
  type Whole,
  warningsOf,
} from './combined-members.ts'
import {
  attribute,
  type FittedObject,
  firstAttribute,
  itemsOfValue,
  openInner,
  readItems,
  readMatrix,
  readNumber,
  readObject,
  readText,
  readVector,
  refuse,
  textsOfValue,
} from './fitted-object.ts'
import { readClasses } from './linear.ts'
import type { PredictorReader, Reading, ReadPredictor, TableShape } from './reading.ts'
import { isOlderThan } from './written-by.ts'

export const CLASS_READERS: Readonly<Record<string, PredictorReader>> = {
  CalibratedClassifierCV: readCalibrated,
  OneVsRestClassifier: readOneVersusRest,
  OneVsOneClassifier: readOneVersusOne,
  OutputCodeClassifier: readCodeBook,
  _ConstantPredictor: readConstant,
  FrozenEstimator: (object, table, reading) =>
    reading.predictor(object, attribute(object, 'estimator'), undefined, table),
}

/** The mean of classifiers, each calibrated on what another share of the rows held. */
function readCalibrated(object: FittedObject, table: TableShape, reading: Reading): ReadPredictor {
  const classes = readClasses(object)
  const items = readItems(object, 'calibrated_classifiers_')
  if (items.length === 0) throw refuse(object, 'has no calibrated classifiers.')
  const whole: Whole = { object, table, reading, classes, isEncoded: false }
  const members = items.map((item) => readCalibratedMember(openInner(object, item), whole))
  return {
    predictor: {
      kind: 'average',
      members: members.map(({ member }) => member),
      weights: new Float64Array(members.length).fill(1),
      classCount: classes.length,
      averagesScores: false,
    },
    classes,
    outputs: 1,
    warnings: warningsOf(members),
  }
}

function readCalibratedMember(object: FittedObject, whole: Whole): ReadMember {
  const { table, reading } = whole
  const classes = textsOfValue(firstAttribute(object, 'classes', 'classes_')) ?? whole.classes
  if (classes?.length !== whole.classes?.length) {
    throw refuse(object, 'knows other classes than the whole.')
  }
  const estimator = firstAttribute(object, 'estimator', 'base_estimator')
  const read = reading.predictor(whole.object, estimator, 'estimator', table)
  const classCount = classes?.length ?? 0
  const calibration = readCalibration(
    object,
    classCount,
    () => placesOfClasses({ ...whole, classes }, read) ?? [...(classes ?? []).keys()],
  )
  const predictor = { kind: 'calibrated', member: read.predictor, calibration, classCount } as const
  return { ...read, member: { columns: null, predictor, classes: null } }
}

/** Before scikit-learn 0.24 the calibrators were called calibrators_. */
function readCalibration(
  object: FittedObject,
  classCount: number,
  findPlaces: () => readonly number[],
): Calibration {
  const values = itemsOfValue(firstAttribute(object, 'calibrators', 'calibrators_')) ?? []
  const calibrators = values.map((value) => openInner(object, value))
  const [first] = calibrators
  if (first === undefined) throw refuse(object, 'has no calibrators.')
  if (first.name === '_TemperatureScaling') {
    return { kind: 'temperature', factor: readNumber(first, 'beta_') }
  }
  const places = findPlaces()
  const expected = places.length === 2 ? 1 : places.length
  if (calibrators.length !== expected) {
    throw refuse(object, `has ${calibrators.length} curves where ${expected} belong.`)
  }
  // Of two classes the only curve is that of the second.
  const shift = classCount === 2 ? 1 : 0
  return {
    kind: 'curves',
    curves: calibrators.map(readCurve),
    classes: calibrators.map((_, index) => (places[index] ?? 0) + shift),
  }
}

function readCurve(object: FittedObject): CalibrationCurve {
  if (object.name === '_SigmoidCalibration') {
    return { kind: 'sigmoid', a: readNumber(object, 'a_'), b: readNumber(object, 'b_') }
  }
  if (object.name !== 'IsotonicRegression') {
    throw refuse(object, 'is no calibration that Parley knows. Use sigmoid or isotonic.')
  }
  return { kind: 'isotonic', ...readIsotonic(object) }
}

/** The points of an isotonic regression, which had other names before scikit-learn 0.24. */
function readIsotonic(object: FittedObject): {
  readonly x: Float64Array
  readonly y: Float64Array
} {
  const isOld = attribute(object, 'X_thresholds_') === undefined
  const x = readVector(object, isOld ? '_necessary_X_' : 'X_thresholds_')
  const y = readVector(object, isOld ? '_necessary_y_' : 'y_thresholds_')
  const rises = x.every((value, at) => at === 0 || value >= (x[at - 1] ?? value))
  if (x.length === 0 || x.length !== y.length || !rises) {
    throw refuse(object, 'has points that make no curve.')
  }
  return { x, y }
}

function readOneVersusRest(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReadPredictor {
  const binarizer = readObject(object, 'label_binarizer_')
  if (readText(binarizer, 'y_type_', 'multiclass').startsWith('multilabel')) {
    throw refuse(
      object,
      'gives several labels at once, and Parley serves one at a time. Save each of its estimators_ in a file of its own, and upload those.',
    )
  }
  const classes = readClasses(binarizer)
  const members = readBinaryMembers(object, table, reading, true)
  const expected = classes.length === 2 ? 1 : classes.length
  if (members.length !== expected) {
    throw refuse(object, `has ${members.length} members for ${classes.length} classes.`)
  }
  return {
    predictor: {
      kind: 'one-versus-rest',
      members: members.map(({ predictor }) => predictor),
      lastWins: isOlderThan(object, 1, 8, 0),
    },
    classes,
    outputs: 1,
    warnings: warningsOf(members),
  }
}

/** Classes of the members of such classifiers. */
const BINARY = ['0', '1']

function readOneVersusOne(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReadPredictor {
  const classes = readClasses(object)
  const members = readBinaryMembers(object, table, reading, false)
  const expected = (classes.length * (classes.length - 1)) / 2
  if (members.length !== expected) {
    throw refuse(object, `has ${members.length} members for ${classes.length} classes.`)
  }
  if ((attribute(object, 'pairwise_indices_') ?? null) !== null) {
    throw refuse(object, 'was trained on distances between rows, which a single row does not have.')
  }
  return {
    predictor: {
      kind: 'one-versus-one',
      members: members.map(({ predictor }) => predictor),
      classCount: classes.length,
      // Releases before 1.1 took probabilities for scores.
      threshold: isOlderThan(object, 1, 1, 0) ? 0 : null,
    },
    classes,
    outputs: 1,
    warnings: warningsOf(members),
  }
}

function readCodeBook(object: FittedObject, table: TableShape, reading: Reading): ReadPredictor {
  const classes = readClasses(object)
  const members = readBinaryMembers(object, table, reading, true)
  const codes = readMatrix(object, 'code_book_')
  if (codes.rows !== classes.length || codes.columns !== members.length) {
    throw refuse(object, 'has codes that do not fit its classes and members.')
  }
  return {
    predictor: { kind: 'code-book', members: members.map(({ predictor }) => predictor), codes },
    classes,
    outputs: 1,
    warnings: warningsOf(members),
  }
}

/** What stands in for a classifier whose class was everywhere or nowhere. */
function readConstant(object: FittedObject): ReadPredictor {
  const share = readNumber(object, 'y_')
  const probabilities = Float64Array.of(1 - share, share)
  return {
    predictor: { kind: 'constant', probabilities, values: null },
    classes: BINARY,
    outputs: 1,
  }
}
