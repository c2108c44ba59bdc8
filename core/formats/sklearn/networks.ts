// Reads multi-layer perceptrons.

import type { Layer } from '#core/pipeline/probabilistic.ts'
import { isRecord } from '../pickle/access.ts'
import { printable } from '../pickle/globals.ts'
import { checkWidth } from './column-vectors.ts'
import {
  attribute,
  type FittedObject,
  matrixOf,
  numbersOfValue,
  openObject,
  readItems,
  readText,
  refuse,
} from './fitted-object.ts'
import { readClasses } from './linear.ts'
import type { PredictorReader, ReadPredictor, TableShape } from './reading.ts'

/** Class names of scikit-learn → their readers. */
export const NETWORK_READERS: Readonly<Record<string, PredictorReader>> = {
  MLPClassifier: readClassifier,
  MLPRegressor: readRegressor,
}

function readClassifier(object: FittedObject, table: TableShape): ReadPredictor {
  const encoder = attribute(object, '_label_binarizer')
  const labels = isRecord(encoder) ? openObject(encoder, object.path) : object
  if (readText(labels, 'y_type_', '').startsWith('multilabel')) {
    throw refuse(object, 'tells several labels at once, which Parley does not serve.')
  }
  const layers = readLayers(object, table)
  const outputs = layers.at(-1)?.bias.length ?? 0
  const output = outputs === 1 ? 'sigmoid' : 'softmax'
  return {
    predictor: { kind: 'layers', layers, activation: readActivation(object), output },
    classes: readClasses(object, Math.max(2, outputs)),
    outputs: 1,
  }
}

function readRegressor(object: FittedObject, table: TableShape): ReadPredictor {
  const layers = readLayers(object, table)
  const end = readText(object, 'out_activation_', 'identity')
  if (end !== 'identity' && end !== 'exp') {
    throw refuse(object, `ends with ${printable(end)}, which Parley does not know of a regression.`)
  }
  return {
    predictor: { kind: 'layers', layers, activation: readActivation(object), output: end },
    classes: null,
    outputs: layers.at(-1)?.bias.length ?? 0,
  }
}

const ACTIVATIONS = ['relu', 'tanh', 'logistic', 'identity'] as const

function readActivation(object: FittedObject): (typeof ACTIVATIONS)[number] {
  const name = readText(object, 'activation', 'relu')
  const known = ACTIVATIONS.find((activation) => activation === name)
  if (known !== undefined) return known
  throw refuse(object, `uses the activation ${printable(name)}, which Parley does not know.`)
}

/** Each layer takes what the one before gives. */
function readLayers(object: FittedObject, table: TableShape): readonly Layer[] {
  const biases = readItems(object, 'intercepts_')
  let width = table.width
  const layers = readItems(object, 'coefs_').map((item, index): Layer => {
    const weights = matrixOf(item)
    const bias = numbersOfValue(biases[index])
    if (weights === null || bias === null) throw damaged(object)
    if (index === 0) checkWidth(object, weights.rows, table)
    if (weights.rows !== width || weights.columns !== bias.length) throw damaged(object)
    width = weights.columns
    return { weights, bias }
  })
  if (layers.length === 0 || layers.length !== biases.length) throw damaged(object)
  return layers
}

function damaged(object: FittedObject): Error {
  return refuse(object, 'has layers that do not fit together; the file is damaged.')
}
