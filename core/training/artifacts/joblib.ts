// A trained pipeline as a file that scikit-learn loads as a fitted Pipeline of its own.

import type { TablePreparation } from '../preparation/prepare-table.ts'
import { widthOf } from '../preparation/prepare-table.ts'
import type { TextPreparation, TrainedPipeline } from '../trained-pipeline.ts'
import { modelObject } from './model-objects.ts'
import { objectArray } from './numpy-values.ts'
import { type SeenTable, seenAttributes } from './object-context.ts'
import {
  call,
  dict,
  global,
  instance,
  int,
  list,
  type PythonValue,
  tuple,
  writePickle,
} from './pickle-writer.ts'
import {
  categorySteps,
  numberSteps,
  passThrough,
  type Step,
  tfidfObject,
} from './preparation-objects.ts'

/**
 * joblib.load and pickle.load both read it, in scikit-learn 1.2 and later; a forest in the releases before 1.3 or from it
 * on, whichever `version` belongs to. A release other than `version` warns that it is another.
 */
export function writeJoblib(pipeline: TrainedPipeline, version: string): Uint8Array {
  const { preparation, features } = pipeline
  const before = preparationSteps(pipeline, version)
  const width =
    preparation.kind === 'table' ? widthOf(preparation) : preparation.vectorizer.terms.length
  const seen: SeenTable = { width, names: before.length === 0 ? features : null }
  const model = { name: 'model', object: answeringObject(pipeline, seen, version) }
  return writePickle(pipelineObject([...before, model], version))
}

/** The model itself, or inside what takes the logarithm of the target and undoes it again. */
function answeringObject(pipeline: TrainedPipeline, seen: SeenTable, version: string): PythonValue {
  const model = modelObject(pipeline, seen, version)
  const { answer } = pipeline
  if (answer.kind === 'classes' || answer.scale === 'plain') return model
  const functions = { func: global('numpy', 'log1p'), inverse_func: global('numpy', 'expm1') }
  const transformer = instance(
    'sklearn.preprocessing._function_transformer',
    'FunctionTransformer',
    {
      ...functions,
      validate: true,
      accept_sparse: false,
      check_inverse: true,
      feature_names_out: null,
      kw_args: null,
      inv_kw_args: null,
      n_features_in_: int(1),
      _sklearn_version: version,
    },
  )
  return instance('sklearn.compose._target', 'TransformedTargetRegressor', {
    regressor: model,
    transformer: null,
    ...functions,
    check_inverse: true,
    _training_dim: int(1),
    transformer_: transformer,
    regressor_: model,
    ...seenAttributes(seen),
    _sklearn_version: version,
  })
}

function preparationSteps(
  { preparation, features }: TrainedPipeline,
  version: string,
): readonly Step[] {
  if (preparation.kind === 'table' && preparation.categories === null) {
    return preparation.numbers === null ? [] : numberSteps(preparation.numbers, version)
  }
  const parts =
    preparation.kind === 'table'
      ? tableParts(preparation, version)
      : textParts(preparation, version)
  return [{ name: 'prepare', object: columnTransformer(parts, features, version) }]
}

interface Part {
  readonly name: string
  readonly object: PythonValue
  readonly columns: PythonValue
  readonly places: readonly string[]
  readonly width: number
  readonly isSparse: boolean
}

function tableParts({ numbers, categories }: TablePreparation, version: string): readonly Part[] {
  const parts: Part[] = []
  if (numbers !== null) {
    parts.push({
      name: 'numbers',
      object: asOne(numberSteps(numbers, version), numbers.columns, version),
      columns: list(numbers.columns),
      places: numbers.columns,
      width: numbers.columns.length,
      isSparse: false,
    })
  }
  if (categories !== null) {
    parts.push({
      name: 'categories',
      object: asOne(categorySteps(categories, version), categories.columns, version),
      columns: list(categories.columns),
      places: categories.columns,
      width: categories.categories.reduce((sum, values) => sum + values.length, 0),
      isSparse: false,
    })
  }
  return parts
}

/** A vectorizer takes one column by its name alone, not a table of one column. */
function textParts({ column, vectorizer }: TextPreparation, version: string): readonly Part[] {
  return [
    {
      name: 'text',
      object: tfidfObject(vectorizer, version),
      columns: column,
      places: [column],
      width: vectorizer.terms.length,
      isSparse: true,
    },
  ]
}

function asOne(steps: readonly Step[], columns: readonly string[], version: string): PythonValue {
  const [first] = steps
  if (first === undefined) return passThrough(columns, version)
  return steps.length === 1 ? first.object : pipelineObject(steps, version)
}

function pipelineObject(steps: readonly Step[], version: string): PythonValue {
  return instance('sklearn.pipeline', 'Pipeline', {
    steps: list(steps.map(({ name, object }) => tuple(name, object))),
    transform_input: null,
    memory: null,
    verbose: false,
    _sklearn_version: version,
  })
}

function columnTransformer(
  parts: readonly Part[],
  features: readonly string[],
  version: string,
): PythonValue {
  const transformers = list(parts.map(({ name, object, columns }) => tuple(name, object, columns)))
  const slices: (readonly [string, PythonValue])[] = []
  let start = 0
  for (const { name, width } of parts) {
    slices.push([name, slice(start, start + width)])
    start += width
  }
  const placesOf = (names: readonly string[]) =>
    list(names.map((name) => int(features.indexOf(name))))
  return instance('sklearn.compose._column_transformer', 'ColumnTransformer', {
    transformers,
    remainder: 'drop',
    sparse_threshold: 0.3,
    n_jobs: null,
    transformer_weights: null,
    verbose: false,
    verbose_feature_names_out: true,
    force_int_remainder_cols: 'deprecated',
    feature_names_in_: objectArray(features),
    n_features_in_: int(features.length),
    _columns: list(parts.map(({ columns }) => columns)),
    _transformer_to_input_indices: dict([
      ...parts.map(({ name, places }) => [name, placesOf(places)] as const),
      ['remainder', list([])],
    ]),
    _n_features: int(features.length),
    _remainder: tuple('remainder', 'drop', list([])),
    sparse_output_: parts.some(({ isSparse }) => isSparse),
    _name_to_fitted_passthrough: dict([]),
    transformers_: transformers,
    output_indices_: dict([...slices, ['remainder', slice(0, 0)]]),
    _sklearn_version: version,
  })
}

function slice(start: number, end: number): PythonValue {
  return call(global('builtins', 'slice'), [int(start), int(end), null])
}
