// Fitted preprocessing as scikit-learn's own objects. Attributes are those of every release from 1.2 on, together.

import type { CategoryPreparation, NumberPreparation } from '../preparation/prepare-table.ts'
import type { FittedScaler } from '../preparation/scalers.ts'
import type { FittedTfidf } from '../preparation/tfidf.ts'
import { numberArray, OBJECT_TYPE, objectArray, simpleType } from './numpy-values.ts'
import { type SeenTable, seenAttributes } from './object-context.ts'
import { dict, global, instance, int, list, type PythonValue, tuple } from './pickle-writer.ts'

export interface Step {
  readonly name: string
  readonly object: PythonValue
}

/** `version` is the release that the file says wrote it; others load it with at most a warning. */
export function numberSteps(
  { columns, medians, scaler }: NumberPreparation,
  version: string,
): readonly Step[] {
  const steps: Step[] = []
  const seen = (): SeenTable => ({
    width: columns.length,
    names: steps.length === 0 ? columns : null,
  })
  if (medians !== null) {
    const object = imputer(seen(), 'median', numberArray(medians), simpleType('f8'), version)
    steps.push({ name: 'imputer', object })
  }
  if (scaler !== null) steps.push({ name: 'scaler', object: scalerObject(scaler, seen(), version) })
  return steps
}

export function categorySteps(
  { columns, frequent, categories }: CategoryPreparation,
  version: string,
): readonly Step[] {
  const seen: SeenTable = { width: columns.length, names: columns }
  const steps: Step[] = []
  if (frequent !== null) {
    const statistics = objectArray(frequent)
    const object = imputer(seen, 'most_frequent', statistics, OBJECT_TYPE, version)
    steps.push({ name: 'imputer', object })
  }
  const encoder = instance('sklearn.preprocessing._encoders', 'OneHotEncoder', {
    categories: 'auto',
    sparse: 'deprecated',
    sparse_output: false,
    dtype: global('numpy', 'float64'),
    handle_unknown: 'ignore',
    drop: null,
    min_frequency: null,
    max_categories: null,
    feature_name_combiner: 'concat',
    _infrequent_enabled: false,
    ...seenAttributes(frequent === null ? seen : { ...seen, names: null }),
    categories_: list(categories.map(objectArray)),
    _drop_idx_after_grouping: null,
    drop_idx_: null,
    _n_features_outs: list(categories.map((values) => int(values.length))),
    _sklearn_version: version,
  })
  return [...steps, { name: 'encoder', object: encoder }]
}

/** Hands its columns on as they are; scikit-learn itself puts this where a passthrough is asked for, from 1.4 on. */
export function passThrough(columns: readonly string[], version: string): PythonValue {
  return instance('sklearn.preprocessing._function_transformer', 'FunctionTransformer', {
    func: null,
    inverse_func: null,
    validate: false,
    accept_sparse: true,
    check_inverse: false,
    feature_names_out: 'one-to-one',
    kw_args: null,
    inv_kw_args: null,
    ...seenAttributes({ width: columns.length, names: columns }),
    _sklearn_version: version,
  })
}

function imputer(
  seen: SeenTable,
  strategy: 'median' | 'most_frequent',
  statistics: PythonValue,
  type: PythonValue,
  version: string,
): PythonValue {
  return instance('sklearn.impute._base', 'SimpleImputer', {
    missing_values: Number.NaN,
    add_indicator: false,
    keep_empty_features: true,
    strategy,
    fill_value: null,
    verbose: 'deprecated',
    copy: true,
    ...seenAttributes(seen),
    _fit_dtype: type,
    _fill_dtype: type,
    indicator_: null,
    statistics_: statistics,
    _sklearn_version: version,
  })
}

function scalerObject(scaler: FittedScaler, seen: SeenTable, version: string): PythonValue {
  const module = 'sklearn.preprocessing._data'
  if (scaler.kind === 'standard') {
    return instance(module, 'StandardScaler', {
      with_mean: true,
      with_std: true,
      copy: true,
      ...seenAttributes(seen),
      n_samples_seen_: int(scaler.rows),
      mean_: numberArray(scaler.mean),
      var_: numberArray(scaler.variance),
      scale_: numberArray(scaler.scale),
      _sklearn_version: version,
    })
  }
  return instance(module, 'RobustScaler', {
    with_centering: true,
    with_scaling: true,
    quantile_range: tuple(25, 75),
    unit_variance: false,
    copy: true,
    ...seenAttributes(seen),
    center_: numberArray(scaler.center),
    scale_: numberArray(scaler.scale),
    _sklearn_version: version,
  })
}

export function tfidfObject(
  { options, terms, weights }: FittedTfidf,
  version: string,
): PythonValue {
  const common = { norm: 'l2', use_idf: true, smooth_idf: true, sublinear_tf: false }
  const transformer = instance('sklearn.feature_extraction.text', 'TfidfTransformer', {
    ...common,
    n_features_in_: int(terms.length),
    // Releases until 1.4 look into the one, later ones into the other.
    _idf_diag: diagonal(weights),
    idf_: numberArray(weights),
    _sklearn_version: version,
  })
  return instance('sklearn.feature_extraction.text', 'TfidfVectorizer', {
    input: 'content',
    encoding: 'utf-8',
    decode_error: 'strict',
    strip_accents: null,
    preprocessor: null,
    tokenizer: null,
    analyzer: 'word',
    lowercase: true,
    token_pattern: '(?u)\\b\\w\\w+\\b',
    stop_words: null,
    max_df: 1,
    min_df: int(options.minimumTexts),
    max_features: null,
    ngram_range: tuple(int(1), int(options.longestGram)),
    vocabulary: null,
    binary: false,
    dtype: global('numpy', 'float64'),
    ...common,
    _tfidf: transformer,
    fixed_vocabulary_: false,
    stop_words_: { kind: 'set', items: [] },
    vocabulary_: dict(terms.map((term, place) => [term, int(place)])),
    _sklearn_version: version,
  })
}

function diagonal(values: Float64Array): PythonValue {
  const size = values.length
  const counting = (length: number) => Int32Array.from({ length }, (_, index) => index)
  return instance('scipy.sparse._csr', 'csr_matrix', {
    _shape: tuple(int(size), int(size)),
    maxprint: int(50),
    indices: numberArray(counting(size)),
    indptr: numberArray(counting(size + 1)),
    data: numberArray(values),
  })
}
