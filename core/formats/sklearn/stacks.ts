// Reads stacks: members whose answers are the columns of a final predictor.

import type { StackAnswer, StackMember } from '#core/pipeline/combined.ts'
import { asText } from '../pickle/access.ts'
import { memberNames, placesOfClasses, type Whole, warningsOf } from './combined-members.ts'
import { attribute, type FittedObject, readFlag, readItems, refuse } from './fitted-object.ts'
import { readClasses } from './linear.ts'
import { namelessTable, type PredictorReader, type ReadPredictor } from './reading.ts'

export const STACK_READERS: Readonly<Record<string, PredictorReader>> = {
  StackingClassifier: (object, table, reading) => {
    // Members that came fitted were trained on the classes, others on positions in them.
    const isEncoded = asText(attribute(object, 'cv')) !== 'prefit'
    const classes = readClasses(object)
    return readStack({ object, table, reading, classes, isEncoded })
  },
  StackingRegressor: (object, table, reading) =>
    readStack({ object, table, reading, classes: null, isEncoded: false }),
}

function readStack(whole: Whole): ReadPredictor {
  const { object, table, reading, classes } = whole
  const names = memberNames(object)
  // A classifier's members may be regressions, too: all that counts is the numbers they give.
  const members = readItems(object, 'estimators_').map((value, index) =>
    reading.predictor(object, value, names[index], table),
  )
  const methods = readItems(object, 'stack_method_').map(asText)
  const stacked = members.map((read, index) => stackMember(object, read, methods[index] ?? null))
  const passthrough = readFlag(object, 'passthrough', false)
  const before = stacked.reduce((count, { answerWidth }) => count + answerWidth, 0)
  const seen = passthrough
    ? namelessTable(table, before + table.width)
    : { width: before, names: null }
  const end = attribute(object, 'final_estimator_')
  const final = reading.predictor(object, end, 'final_estimator', seen)
  // The final predictor of a classifier is always trained on positions.
  if (placesOfClasses({ ...whole, isEncoded: true }, final) !== null) {
    throw refuse(object, 'has a final estimator that knows other classes than the whole.')
  }
  return {
    predictor: { kind: 'stack', members: stacked, passthrough, final: final.predictor },
    classes,
    outputs: final.outputs,
    warnings: warningsOf([...members, final]),
  }
}

function stackMember(
  object: FittedObject,
  read: ReadPredictor,
  method: string | null,
): StackMember {
  const answer = stackAnswer(object, read, method)
  const { predictor } = read
  return { columns: null, predictor, classes: null, answer, answerWidth: answerWidth(read, answer) }
}

function stackAnswer(
  object: FittedObject,
  read: ReadPredictor,
  method: string | null,
): StackAnswer {
  switch (method) {
    case 'predict_proba':
      return { kind: 'probabilities' }
    case 'decision_function':
      return { kind: 'scores' }
    case 'predict':
      return read.classes === null
        ? { kind: 'value' }
        : { kind: 'label', numbers: labels(object, read) }
    default:
      throw refuse(object, 'does not say what it takes from its members.')
  }
}

function labels(object: FittedObject, { classes }: ReadPredictor): Float64Array {
  const numbers = Float64Array.from(classes ?? [], Number)
  if (numbers.every((number) => Number.isFinite(number))) return numbers
  throw refuse(object, 'takes labels of its members that are no numbers.')
}

function answerWidth(read: ReadPredictor, answer: StackAnswer): number {
  switch (answer.kind) {
    case 'label':
      return 1
    case 'value':
      return read.outputs
    case 'probabilities':
    case 'scores':
      return read.classes?.length === 2 ? 1 : (read.classes?.length ?? 0)
  }
}
