// Reads linear models: ordinary and regularised regression, logistic regression, linear support vectors.

import type { LinearLink, LinearPredictor } from '#core/pipeline/linear.ts'
import {
  attribute,
  type FittedObject,
  readMatrix,
  readText,
  readVector,
  refuse,
  textsOfValue,
} from './fitted-object.ts'
import type { PredictorReader, ReadPredictor } from './reading.ts'

/** Class names of scikit-learn → their readers. */
export const LINEAR_READERS: Readonly<Record<string, PredictorReader>> = {
  LinearRegression: readRegression,
  LogisticRegression: (object) => readClassifier(object, logisticLink(object)),
}

function readRegression(object: FittedObject): ReadPredictor {
  const predictor = readLinear(object, 'identity')
  return { predictor, classes: null, outputs: predictor.coefficients.rows }
}

function readClassifier(object: FittedObject, link: LinearLink): ReadPredictor {
  return { predictor: readLinear(object, link), classes: readClasses(object), outputs: 1 }
}

/** One row a class where there are more than two; softmax unless the file says one-versus-rest. */
function logisticLink(object: FittedObject): LinearLink {
  if (readMatrix(object, 'coef_').rows === 1) return 'sigmoid'
  const isLiblinear = readText(object, 'solver', 'lbfgs') === 'liblinear'
  const mode = readText(object, 'multi_class', 'auto')
  return mode === 'ovr' || isLiblinear ? 'one-versus-rest' : 'softmax'
}

function readLinear(object: FittedObject, link: LinearLink): LinearPredictor {
  const coefficients = readMatrix(object, 'coef_')
  const given = readVector(object, 'intercept_')
  const intercept =
    given.length === coefficients.rows
      ? given
      : new Float64Array(coefficients.rows).fill(given[0] ?? 0)
  return { kind: 'linear', coefficients, intercept, link }
}

/** classes_ of a classifier of one target. Throws FormatError for several targets at once. */
export function readClasses(object: FittedObject): readonly string[] {
  const classes = textsOfValue(attribute(object, 'classes_'))
  if (classes === null) {
    throw refuse(object, 'names no classes, or predicts several targets at once; one works.')
  }
  return classes
}
