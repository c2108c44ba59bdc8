// Finds the one model among the objects of a file, wherever it lies, or says what is there instead.

import { FormatError } from './format-error.ts'
import { type Budget, chargeWork, MAX_NESTING, MAX_OBJECTS_SEARCHED } from './limits.ts'
import { joinNames, libraryTitle, nameContents, withArticle } from './name-object.ts'
import { asText, attributesOf, isArray, isCompound, isRecord, itemsOf } from './pickle/access.ts'
import { isKnownGlobal, printable, qualifiedName } from './pickle/globals.ts'
import type { PickleRecord, PickleValue } from './pickle/value.ts'
import { isPickledModel, namesStrangers } from './pickled-model.ts'
import { isSklearnTransformer } from './sklearn/describe-sklearn.ts'
import { WHAT_IS_READ } from './supported.ts'

/** A value and how to get to it from the top of the file. */
export interface Placed<T extends PickleValue = PickleValue> {
  readonly value: T
  /** Its key in the dict that holds it; null in a list, a tuple or at the top. */
  readonly key: string | null
  /** `under “model”`, or '' where it is the whole file. */
  readonly place: string
  /** Identity of the container; null for the objects of the file itself. */
  readonly container: PickleValue | null
}

export interface FoundModel {
  readonly record: PickleRecord
  readonly container: PickleValue | null
  /** Everything in the file's containers, the model among them. */
  readonly contents: readonly Placed[]
}

/** Packages of scikit-learn whose classes predict; those of its other packages prepare data. */
const SKLEARN_MODELS = new Set([
  ...[
    'calibration',
    'cluster',
    'cross_decomposition',
    'discriminant_analysis',
    'dummy',
    'ensemble',
  ],
  ...['gaussian_process', 'isotonic', 'kernel_ridge', 'linear_model', 'mixture', 'model_selection'],
  ...['multiclass', 'multioutput', 'naive_bayes', 'neighbors', 'neural_network', 'pipeline'],
  ...['semi_supervised', 'svm', 'tree', 'grid_search'],
])

/** How models of libraries that are not read yet become ONNX. */
const ONNX_EXPORTERS: Readonly<Record<string, string>> = {
  sklearn: 'skl2onnx',
  imblearn: 'skl2onnx',
  lightgbm: 'onnxmltools',
  xgboost: 'onnxmltools',
  catboost: 'model.save_model("model.onnx", format="onnx")',
}

/** Libraries of which many classes are read, so that naming the library would say nothing. */
const CLASSES_ARE_LISTED = new Set(['sklearn', 'lightgbm', 'imblearn'])

/** @throws FormatError when there is no model, more than one, or one of a kind that is not read. */
export function findModel(values: readonly PickleValue[], budget: Budget): FoundModel {
  const contents = listContents(values, budget)
  const models = withoutInnerBoosters(contents.filter(isPlacedModel))
  const [model] = models
  if (model === undefined) throw noModel(values, contents)
  if (models.length > 1) throw severalModels(models)
  if (!namesStrangers(model.value)) checkInside(model.value, budget)
  return { record: model.value, container: model.container, contents }
}

/** Every value in the lists, tuples and dicts of the file; objects are not looked into. */
function listContents(values: readonly PickleValue[], budget: Budget): readonly Placed[] {
  const several = values.length > 1
  const contents: Placed[] = values.map((value, index) => ({
    value,
    key: null,
    place: several ? `as object ${index + 1}` : '',
    container: null,
  }))
  const seen = new Set<PickleValue>()
  // The list grows while it is walked: breadth first, each container once.
  for (
    let index = 0;
    index < contents.length && contents.length < MAX_OBJECTS_SEARCHED;
    index += 1
  ) {
    const placed = contents[index]
    if (placed === undefined || !isCompound(placed.value) || seen.has(placed.value)) continue
    seen.add(placed.value)
    chargeWork(budget, 1, 0)
    for (const child of childrenOf(placed)) {
      if (contents.length >= MAX_OBJECTS_SEARCHED) break
      contents.push(child)
    }
  }
  return contents
}

function* childrenOf(placed: Placed): Generator<Placed> {
  const { value, place } = placed
  if (!isCompound(value)) return
  if (value.kind === 'dict') {
    for (const [key, item] of value.entries) {
      const text = asText(key)
      const step = text === null ? place : `under “${printable(text)}”`
      yield { value: item, key: text, place: step, container: value }
    }
    return
  }
  const items = itemsOf(value) ?? (isArray(value) && Array.isArray(value.data) ? value.data : [])
  for (const [index, item] of items.entries()) {
    yield {
      value: item,
      key: null,
      place: `${place} as item ${index + 1}`.trim(),
      container: value,
    }
  }
}

function isPlacedModel(placed: Placed): placed is Placed<PickleRecord> {
  return isPickledModel(placed.value)
}

/** The same model twice, or a Booster beside the wrapper that holds it, is one model. */
function withoutInnerBoosters(
  models: readonly Placed<PickleRecord>[],
): readonly Placed<PickleRecord>[] {
  const inner = new Set(models.map((model) => attributesOf(model.value).get('_Booster')))
  const seen = new Set<PickleRecord>()
  return models.filter(({ value }) => {
    if (inner.has(value) || seen.has(value)) return false
    seen.add(value)
    return true
  })
}

/** Refuses a model with a stranger's object inside: what that object does to a prediction nobody here can know. */
function checkInside(model: PickleRecord, budget: Budget): void {
  const seen = new Set<PickleValue>([model])
  let level: PickleValue[] = [model]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_NESTING) {
      throw new FormatError('This model nests its parts beyond reason.', model.offset, 'too_large')
    }
    const next: PickleValue[] = []
    for (const value of level) {
      chargeWork(budget, 1, model.offset)
      for (const part of partsOf(value)) {
        if (!isCompound(part) || seen.has(part)) continue
        if (isRecord(part) && !isKnownGlobal(part.callable)) throw strangerInside(model, part)
        seen.add(part)
        next.push(part)
      }
    }
    level = next
  }
}

function* partsOf(value: PickleValue): Generator<PickleValue> {
  if (!isCompound(value)) return
  switch (value.kind) {
    case 'list':
    case 'tuple':
    case 'set':
      yield* value.items
      return
    case 'dict':
      yield* value.entries.keys()
      yield* value.entries.values()
      return
    case 'record':
      yield* value.args
      yield* value.listItems
      yield* value.dictItems.keys()
      yield* value.dictItems.values()
      yield value.state
      if (value.kwargs !== null) yield value.kwargs
      return
    case 'ndarray':
      if (Array.isArray(value.data)) yield* value.data
      return
    case 'global':
      return
  }
}

function strangerInside(model: PickleRecord, part: PickleRecord): FormatError {
  return new FormatError(
    `The ${model.callable.name} in this file holds an object of the class ${printable(qualifiedName(part.callable))}, which Parley does not know. Save the model without it.`,
    part.offset,
  )
}

function severalModels(models: readonly Placed<PickleRecord>[]): FormatError {
  const names = models.map(({ value, place }) => `${withArticle(value.callable.name)} (${place})`)
  return new FormatError(
    `This file holds ${models.length} models: ${joinNames(names)}. Save the one to deploy in a file of its own, and upload that.`,
    0,
  )
}

function noModel(values: readonly PickleValue[], contents: readonly Placed[]): FormatError {
  const records = contents.filter((placed): placed is Placed<PickleRecord> =>
    isRecord(placed.value),
  )
  const unsupported = records.find(({ value }) => isOtherModel(value))
  if (unsupported !== undefined) return notReadYet(unsupported.value)
  const stranger = records.find(({ value }) => !isKnownGlobal(value.callable))
  if (stranger !== undefined) {
    const name = printable(qualifiedName(stranger.value.callable))
    return new FormatError(
      `This file holds an object of the class ${name}, whose code Parley does not have and would not run. Save the model inside it alone. ${WHAT_IS_READ}`,
      stranger.value.offset,
    )
  }
  const preparation = preparationAlone(values)
  if (preparation !== null) {
    return new FormatError(
      `This file holds ${preparation}, which prepares data, and no model. Save it together with the model that comes after it, as one Pipeline. ${WHAT_IS_READ}`,
      0,
    )
  }
  return new FormatError(
    `This pickle holds ${nameContents(values)}, but no model. ${WHAT_IS_READ}`,
    0,
  )
}

/** "a StandardScaler" where a transformer is all that the file holds. */
function preparationAlone(values: readonly PickleValue[]): string | null {
  const [only] = values
  if (values.length !== 1 || only === undefined || !isSklearnTransformer(only)) return null
  return withArticle(only.callable.name)
}

function isOtherModel(record: PickleRecord): boolean {
  const [root = '', section = ''] = record.callable.module.split('.')
  if (!isKnownGlobal(record.callable)) return false
  if (root === 'sklearn') return SKLEARN_MODELS.has(section)
  return Object.hasOwn(ONNX_EXPORTERS, root)
}

function notReadYet(record: PickleRecord): FormatError {
  const root = record.callable.module.split('.')[0] ?? ''
  const exporter = Object.hasOwn(ONNX_EXPORTERS, root) ? ONNX_EXPORTERS[root] : 'skl2onnx'
  const holds = `This file holds ${withArticle(record.callable.name)} of ${libraryTitle(record.callable) ?? root}`
  const reads = CLASSES_ARE_LISTED.has(root)
    ? 'a class that Parley does not read yet; docs/supported-models.md lists those that it does.'
    : `which is not supported yet. ${WHAT_IS_READ}`
  return new FormatError(
    `${holds}, ${reads} Until then, export it to ONNX (${exporter}) and upload the .onnx file.`,
    record.offset,
  )
}
