// The edge of core/formats/sklearn: a fitted scikit-learn object becomes a model description.

import type { InputField, Task } from '#core/model.ts'
import type { ColumnNeed } from '#core/pipeline/column-rules.ts'
import { predictorNeeds } from '#core/pipeline/predictor-needs.ts'
import type { ColumnSample } from '#core/pipeline/samples.ts'
import type { ModelDescription } from '../description.ts'
import { FormatError } from '../format-error.ts'
import { checkGivenNames } from '../given-names.ts'
import { type Budget, createBudget } from '../limits.ts'
import { asText, attributesOf, isRecord } from '../pickle/access.ts'
import { printable } from '../pickle/globals.ts'
import type { PickleRecord, PickleValue } from '../pickle/value.ts'
import { type SignatureHints, unknownNamesWarning } from '../signature.ts'
import { insideSearch, namedObjects } from './composition.ts'
import { attribute, type FittedObject, openObject } from './fitted-object.ts'
import { inputTable } from './input-table.ts'
import {
  createReading,
  isPredictorClass,
  isTransformerClass,
  readPredictor,
  refuseUnread,
} from './read-object.ts'
import type { ReadPredictor, TableShape } from './reading.ts'
import type { Samples } from './samples.ts'

/** True for a scikit-learn object that predicts; transformers alone are preparation, not models. */
export function isSklearnModel(value: PickleValue): value is PickleRecord {
  if (!isRecord(value)) return false
  return isSklearn(value) && isPredictorClass(value.callable.name)
}

/** True for a scikit-learn object that prepares data for a model. */
export function isSklearnTransformer(value: PickleValue): value is PickleRecord {
  return isRecord(value) && isSklearn(value) && isTransformerClass(value.callable.name)
}

/** imbalanced-learn's pipeline answers as scikit-learn's does. */
function isSklearn({ callable: { module, name } }: PickleRecord): boolean {
  return (
    module === 'sklearn' ||
    module.startsWith('sklearn.') ||
    (module === 'imblearn.pipeline' && name === 'Pipeline')
  )
}

/** The object inside a search over parameters, else the object itself. */
export function bestOfSearch(record: PickleRecord): PickleRecord {
  return insideSearch(openObject(record, [])).record
}

/** Fields of a row; each is an object of its own here, in the validator and in every form. */
const MAX_INPUTS = 100_000

/**
 * Throws FormatError for what cannot be served: a step of a class that is not read, with the step and class, or an object
 * that was never fitted.
 */
export function describeSklearn(
  record: PickleRecord,
  hints: SignatureHints,
  budget: Budget = createBudget(),
): ModelDescription {
  const object = insideSearch(openObject(record, []))
  const table = inputTable(object, hints.features, budget)
  if (table === null) throw notFitted(object)
  if (table.width > MAX_INPUTS) {
    throw new FormatError(
      `This ${printable(classTitle(object))} takes ${table.width} features, and Parley takes up to ${MAX_INPUTS}.`,
      record.offset,
      'too_large',
    )
  }
  const reading = createReading(budget)
  const origins = Array.from({ length: table.width }, (_, position) => position)
  const read = readPredictor(object, { ...table, origins }, reading)
  const needs = predictorNeeds(read.predictor, table.width)
  const { inputs, namesKnown } = describeInputs(needs, table, hints.features, reading.samples)
  const classes = nameClasses(read.classes, hints.classes)
  return {
    task: taskOf(read, classes, needs),
    library: 'scikit-learn',
    libraryVersion: findVersion(record),
    modelClass: classTitle(object),
    objective: read.objective ?? null,
    inputs,
    namesKnown,
    classes,
    outputNames: outputNames(read, hints.classes),
    missingValue: null,
    predictor: { kind: 'pipeline', predictor: read.predictor },
    warnings: [...(namesKnown ? [] : [unknownNamesWarning(table.width)]), ...(read.warnings ?? [])],
  }
}

function describeInputs(
  needs: readonly ColumnNeed[],
  table: TableShape,
  given: readonly string[] | undefined,
  samples: Samples,
): { readonly inputs: readonly InputField[]; readonly namesKnown: boolean } {
  if (given !== undefined) {
    checkGivenNames(given, table.width, { what: 'features', order: 'the training columns' })
  }
  const isText = needs.length === 1 && needs[0]?.prose === true
  const names =
    given ??
    table.names ??
    (isText ? ['text'] : Array.from({ length: table.width }, (_, index) => `f${index}`))
  const namesKnown = given !== undefined || table.names !== null || isText
  checkDistinct(names)
  return {
    namesKnown,
    inputs: names.map((name, index) =>
      addSample(describeInput(name, needs[index]), samples.get(index)),
    ),
  }
}

/** pandas lets two columns have one name; a request cannot. */
function checkDistinct(names: readonly string[]): void {
  const known = new Set<string>()
  for (const name of names) {
    if (known.has(name)) {
      throw new FormatError(
        `Two columns that this model was trained with have the name “${printable(name)}”. Tell me names for all ${names.length} in the order of the training columns, and I use those.`,
        0,
      )
    }
    known.add(name)
  }
}

function describeInput(name: string, need: ColumnNeed | undefined): InputField {
  if (need === undefined || need.kind === 'unknown') {
    return { name, type: 'float', optional: true, unused: true }
  }
  const optional = need.optional === true
  const common = { name, optional, ...(!optional && need.nullable === true && { nullable: true }) }
  const { categories, open = false } = need
  if (need.kind === 'text') {
    if (categories === undefined) return { ...common, type: 'string' }
    return { ...common, type: 'category', categories, ...(open && { open }) }
  }
  if (need.boolean === true) return { ...common, type: 'boolean' }
  if (categories === undefined || open) return { ...common, type: 'float' }
  return { ...common, type: 'float', allowed: categories.map(Number) }
}

/** Values seen in training, where the field takes such values. */
function addSample(field: InputField, sample: ColumnSample | undefined): InputField {
  const { minimum, maximum, example } = sample ?? {}
  if (field.type === 'float' && field.unused !== true && field.allowed === undefined) {
    return {
      ...field,
      ...(minimum !== undefined && { minimum }),
      ...(maximum !== undefined && { maximum }),
      ...(typeof example === 'number' && { example }),
    }
  }
  const isKnown = field.categories?.includes(String(example)) ?? field.type === 'string'
  return typeof example === 'string' && isKnown ? { ...field, example } : field
}

function nameClasses(
  classes: readonly string[] | null,
  given: readonly string[] | undefined,
): readonly string[] | null {
  if (classes === null || given === undefined) return classes
  checkGivenNames(given, classes.length, { what: 'classes', order: classes.join(', ') })
  return given
}

function taskOf(
  read: ReadPredictor,
  classes: readonly string[] | null,
  needs: readonly ColumnNeed[],
): Task {
  if (classes === null || read.classes === null) return 'regression'
  if (needs.length === 1 && needs[0]?.prose === true) return 'text_classification'
  return classes.length === 2 ? 'binary_classification' : 'multiclass_classification'
}

/** Numbers of a multi-output regression are named by their position unless the person gave names. */
function outputNames(
  { classes, outputs }: ReadPredictor,
  given: readonly string[] | undefined,
): readonly string[] | null {
  if (classes !== null || outputs === 1) return null
  return given?.length === outputs
    ? given
    : Array.from({ length: outputs }, (_, index) => `output_${index}`)
}

/** What is never fitted does not know its columns; nor do steps of old releases that keep nothing of what they saw. */
function notFitted(object: FittedObject): FormatError {
  refuseUnread(object)
  const hasSteps = attribute(object, 'steps') !== undefined
  const [, last] = hasSteps ? (namedObjects(object, 'steps').at(-1) ?? []) : []
  const isFitted =
    isRecord(last) && [...attributesOf(last).keys()].some((name) => FITTED.test(asText(name) ?? ''))
  if (isFitted) {
    return new FormatError(
      `This ${printable(classTitle(object))} does not know how many features it takes, as scikit-learn before 1.1 did not write it down. Give me their names in the order of the training columns, and I read it.`,
      object.record.offset,
    )
  }
  return new FormatError(
    `This ${printable(classTitle(object))} does not know how many features it takes, so it was never fitted. Fit it, save it again, and upload that.`,
    object.record.offset,
  )
}

/** Attributes that fitting makes. */
const FITTED = /^[a-z]\w*[^_]_$/

/** "Pipeline (StandardScaler, LogisticRegression)" */
function classTitle(object: FittedObject): string {
  const steps = attribute(object, 'steps')
  if (object.name !== 'Pipeline' || steps === undefined) return object.name
  const names = stepClasses(object)
  return names.length === 0 ? object.name : `Pipeline (${names.join(', ')})`
}

function stepClasses(object: FittedObject): readonly string[] {
  return namedObjects(object, 'steps')
    .map(([, value]) => value)
    .filter(isRecord)
    .map((value) => value.callable.name)
}

/** The version that wrote the object: its own, or that of the first object inside that says one. */
function findVersion(record: PickleRecord): string | null {
  const own = asText(attributesOf(record).get('_sklearn_version'))
  if (own !== null) return own
  for (const value of attributesOf(record).values()) {
    if (isRecord(value)) {
      const inner = asText(attributesOf(value).get('_sklearn_version'))
      if (inner !== null) return inner
    }
  }
  return null
}
