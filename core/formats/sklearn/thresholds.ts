// Reads classifiers with a threshold of their own.

import { asText, isDict, isRecord } from '../pickle/access.ts'
import type { PickleValue } from '../pickle/value.ts'
import {
  attribute,
  type FittedObject,
  firstAttribute,
  openInner,
  optionalNumber,
  refuse,
  textsOfValue,
} from './fitted-object.ts'
import type { PredictorReader, Reading, ReadPredictor, TableShape } from './reading.ts'

export const THRESHOLD_READERS: Readonly<Record<string, PredictorReader>> = {
  FixedThresholdClassifier: (object, table, reading) =>
    readThreshold(object, table, reading, {
      threshold: asText(attribute(object, 'threshold')) === 'auto' ? null : 'threshold',
      positive: attribute(object, 'pos_label'),
    }),
  TunedThresholdClassifierCV: (object, table, reading) =>
    readThreshold(object, table, reading, {
      threshold: 'best_threshold_',
      positive: scoredLabel(object),
    }),
}

/** The class that the search's score was about, where it was told one. */
function scoredLabel(object: FittedObject): PickleValue | undefined {
  const scorer = attribute(object, '_curve_scorer')
  if (!isRecord(scorer)) return undefined
  const options = attribute(openInner(object, scorer), '_kwargs')
  return isDict(options) ? options.entries.get('pos_label') : undefined
}

function readThreshold(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
  given: { readonly threshold: string | null; readonly positive: PickleValue | undefined },
): ReadPredictor {
  const inner = firstAttribute(object, 'estimator_', 'estimator')
  const read = reading.predictor(object, inner, 'estimator', table)
  const [, second] = read.classes ?? []
  if (second === undefined || read.classes?.length !== 2) {
    throw refuse(object, 'sets a threshold between classes that are not two.')
  }
  const threshold = given.threshold === null ? null : optionalNumber(object, given.threshold)
  if (given.threshold !== null && threshold === null) {
    throw refuse(object, 'has no threshold, so it was never fitted. Fit it, and upload it again.')
  }
  const positive = given.positive == null ? second : (labelOf(given.positive) ?? second)
  const place = read.classes.indexOf(positive)
  if (place !== 0 && place !== 1) {
    throw refuse(object, 'sets a threshold for a class that is not among its own.')
  }
  const method = asText(attribute(object, 'response_method'))
  const compares =
    method === 'predict_proba'
      ? 'probabilities'
      : method === 'decision_function'
        ? 'scores'
        : 'either'
  const { predictor: member } = read
  return {
    ...read,
    predictor: { kind: 'thresholded', member, positive: place, compares, threshold },
  }
}

function labelOf(value: PickleValue): string | null {
  return textsOfValue({ kind: 'list', items: [value] })?.[0] ?? null
}
