// Documents that no XGBoost wrote end in a FormatError with an offset, before memory or time is spent on them.

import { describe, expect, test } from 'bun:test'
import { FormatError } from '#core/formats/format-error.ts'
import { createBudget } from '#core/formats/limits.ts'
import type { PickleRecord, PickleValue } from '#core/formats/pickle/value.ts'
import {
  describePickledModel,
  describeXgboostFile,
} from '#core/formats/xgboost/describe-xgboost.ts'
import { readJsonDocument } from '#core/formats/xgboost/json.ts'
import { readUbjson } from '#core/formats/xgboost/ubjson.ts'
import {
  type Json,
  jsonBytes,
  modelDocument,
  put,
  putLength,
  stump,
  ubjsonBytes,
} from './documents.ts'
import { predictRow } from './reference-predictor.ts'

function refusal(run: () => unknown): FormatError {
  try {
    run()
  } catch (error) {
    if (error instanceof FormatError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

function refusedModel(document: Json): string {
  const messages = [jsonBytes(document), ubjsonBytes(document)].map((bytes) => {
    const { message, offset } = refusal(() => describeXgboostFile(bytes, {}))
    expect(Number.isSafeInteger(offset) && offset >= 0).toBe(true)
    return message
  })
  return messages.join('\n')
}

const tree = (changes: Parameters<typeof stump>[0]): Json =>
  modelDocument({ trees: [stump(changes)] })

describe('a sound document', () => {
  test('reads alike as JSON and as UBJSON', () => {
    for (const bytes of [jsonBytes(modelDocument()), ubjsonBytes(modelDocument())]) {
      const description = describeXgboostFile(bytes, {})
      expect(predictRow(description, [0, 0.5]).outputs).toEqual([2.5])
      expect(predictRow(description, [0, 0.49]).outputs).toEqual([-0.5])
      expect(predictRow(description, [0, null]).outputs).toEqual([-0.5])
    }
  })
})

describe('a tree', () => {
  test.each<[string, Json, string]>([
    ['points at itself', tree({ left_children: [0, -1, -1] }), 'reaches its node 0 twice'],
    [
      'points back at the root',
      tree({ left_children: [1, 0, -1], right_children: [2, 2, -1] }),
      'twice',
    ],
    ['has one child for two', tree({ right_children: [1, -1, -1] }), 'reaches its node 1 twice'],
    ['points behind its end', tree({ left_children: [7, -1, -1] }), 'points at 7, outside'],
    ['has a negative child', tree({ left_children: [-5, -1, -1] }), 'points at -5, outside'],
    ['has no right child', tree({ right_children: [-1, -1, -1] }), 'points at -1, outside'],
    ['has half a child', tree({ right_children: [1.5, -1, -1] }), 'points at 1.5, outside'],
    ['splits on a feature there is not', tree({ split_indices: [2, 0, 0] }), 'splits on feature 2'],
    ['splits on a negative feature', tree({ split_indices: [-1, 0, 0] }), 'splits on feature -1'],
    [
      'has arrays of different lengths',
      tree({ split_conditions: [0.5, -1] }),
      '2 values in "split_conditions" where 3',
    ],
    ['has too few sums', tree({ sum_hessian: [1] }), '1 values in "sum_hessian" where 3'],
    ['announces other nodes', tree({ tree_param: { num_nodes: '4' } }), 'another number of nodes'],
    ['has no nodes', tree({ tree_param: { num_nodes: '0' }, ...emptyArrays() }), 'has no nodes'],
    ['lacks its children', tree({ left_children: 'x' as unknown as number[] }), '"left_children"'],
    [
      'has a leaf that is infinite',
      tree({ split_conditions: [0.5, 1e300, 2] }),
      'leaf value Infinity',
    ],
    [
      'has a category list that does not fit',
      categorical({ categories_sizes: [9] }),
      'does not fit',
    ],
    ['has a list of no categories', categorical({ categories_sizes: [0] }), 'does not fit'],
    [
      'has a list that begins before the first',
      categorical({ categories_segments: [-1] }),
      'does not fit',
    ],
    ['has a negative category', categorical({ categories: [-4, 1] }), 'category code -4'],
    [
      'has a category beyond float32',
      categorical({ categories: [2 ** 25, 1] }),
      'category code 33554432',
    ],
    [
      'has categories for a node there is not',
      categorical({ categories_nodes: [3] }),
      'category list for node 3',
    ],
    ['has categories for a numeric split', categorical({ split_type: [0, 0, 0] }), 'disagree'],
    [
      'has leaf vectors of another width',
      tree({ tree_param: { num_nodes: '3', size_leaf_vector: '4' } }),
      'leaves of 4 values',
    ],
  ])('that %s is refused', (_, document, message) => {
    expect(refusedModel(document)).toContain(message)
  })

  test('that is deeper than any real one is refused', () => {
    const depth = 1100
    const count = 2 * depth + 1
    const inner = (node: number): boolean => node % 2 === 0 && node < count - 1
    const nodes = Array.from({ length: count }, (_, node) => node)
    const chain = stump({
      tree_param: { num_nodes: String(count), size_leaf_vector: '1' },
      left_children: nodes.map((node) => (inner(node) ? node + 1 : -1)),
      right_children: nodes.map((node) => (inner(node) ? node + 2 : -1)),
      ...Object.fromEntries(
        ['split_indices', 'split_conditions', 'default_left', 'split_type', 'sum_hessian'].map(
          (key) => [key, nodes.map(() => 0)],
        ),
      ),
    })
    expect(refusedModel(modelDocument({ trees: [chain] }))).toContain('deeper than 1024')
  })

  test('of 1.6 cannot make a small file unfold to millions of category codes', () => {
    const wide = stump({
      default_left: [0, 0, 0],
      split_type: [1, 0, 0],
      categories: [2 ** 24 - 1],
      categories_nodes: [0],
      categories_segments: [0],
      categories_sizes: [1],
    })
    const document = modelDocument({ trees: Array.from({ length: 8 }, () => wide) })
    const bytes = ubjsonBytes({ ...(document as Record<string, Json>), version: [1, 6, 2] })
    expect(refusal(() => describeXgboostFile(bytes, {})).code).toBe('too_large')
  })

  test('may hold nodes that no row can reach, as pruning leaves them', () => {
    const pruned = stump({
      tree_param: { num_nodes: '4', size_leaf_vector: '1' },
      left_children: [1, -1, -1, -1],
      right_children: [3, -1, -1, -1],
      split_indices: [0, 0, 2 ** 31 - 1, 0],
      split_conditions: [0.5, -1, Number.NaN, 2],
      default_left: [1, 0, 0, 0],
      split_type: [0, 0, 0, 0],
      sum_hessian: [3, 1, 0, 2],
    })
    const bytes = ubjsonBytes(modelDocument({ trees: [pruned] }))
    const { predictor } = describeXgboostFile(bytes, {})
    expect(predictor.kind === 'trees' && predictor.trees[0]?.left.length).toBe(3)
  })
})

describe('a model', () => {
  test.each<[string, Json, string]>([
    [
      'announces trees that are not there',
      modelDocument({ treeCount: '2000000000' }),
      'announces 2000000000 trees',
    ],
    ['names outputs for other trees', modelDocument({ treeInfo: [0, 0] }), 'names outputs for 2'],
    ['adds to an output there is not', modelDocument({ treeInfo: [1] }), 'adds to output 1 of 1'],
    ['adds to a negative output', modelDocument({ treeInfo: [-1] }), 'adds to output -1 of 1'],
    [
      'has more features than any form',
      modelDocument({ parameters: { num_feature: '4000000000' } }),
      'up to 100000',
    ],
    ['has negative features', modelDocument({ parameters: { num_feature: '-1' } }), '-1 features'],
    [
      'has more classes than any answer',
      modelDocument({ parameters: { num_class: '2000000000' } }),
      'up to 100000 and 10000',
    ],
    [
      'has a base score that is no number',
      modelDocument({ parameters: { base_score: 'x' } }),
      'base_score',
    ],
    [
      'has too many base scores',
      modelDocument({ parameters: { base_score: '[1E0,2E0]' } }),
      '2 base scores for 1',
    ],
    [
      'has a base score that is no probability',
      modelDocument({ objective: 'binary:logistic', parameters: { base_score: '2E0' } }),
      'base_score of 2 has no meaning',
    ],
    [
      'has an unknown objective',
      modelDocument({ objective: 'reg:magic' }),
      '"reg:magic", which Parley does not know',
    ],
    [
      'has an objective of JavaScript',
      modelDocument({ objective: 'constructor' }),
      'does not know',
    ],
    ['has an unknown booster', modelDocument({ booster: { name: 'gbwood' } }), '"gbwood"'],
    [
      'has linear weights for other features',
      modelDocument({ booster: { name: 'gblinear', model: { weights: [1, 2] } } }),
      '2 weights for 2 features and 1 outputs, which need 3',
    ],
    [
      'has more tree weights than trees',
      modelDocument({ more: { weight_drop: [1, 1] } }),
      '2 tree weights for 1',
    ],
    ['has no learner', { version: [1, 7, 6] }, '"learner" of the object at byte 0 is missing'],
  ])('that %s is refused', (_, document, message) => {
    expect(refusedModel(document)).toContain(message)
  })
})

describe('the UBJSON reader', () => {
  /** Markers as text, lengths as numbers. */
  type Pieces = readonly (string | number)[]

  test.each<[string, Pieces, string]>([
    ['a text beyond the end', ['S', 2 ** 40], 'cut off'],
    ['a negative length', ['S', -1], 'is -1'],
    ['a typed array beyond the end', ['[$d#', 2 ** 50], 'announces 1125899906842624 values'],
    ['a counted array beyond the end', ['[#', 2 ** 50], 'announces 1125899906842624 values'],
    ['a typed array of nothing', ['[$Z#', 2 ** 50], 'begins no value'],
    ['a length that is text', ['SSS'], 'begins no value'],
    ['an unknown marker', ['?'], '0x3f, which begins no value'],
    ['an end without a beginning', [']'], 'begins no value'],
    ['nothing', [], 'cut off'],
    ['nesting without end', ['['.repeat(100_000)], 'more than 64 deep'],
    ['something behind the end', ['ZZ'], '1 bytes after its end'],
  ])('refuses %s', (_, pieces, message) => {
    const bytes: number[] = []
    for (const piece of pieces) {
      if (typeof piece === 'string') put(bytes, piece)
      else putLength(bytes, piece)
    }
    const error = refusal(() => readUbjson(Uint8Array.from(bytes), createBudget(), 1000))
    expect(error.message).toContain(message)
    expect(error.offset).toBeGreaterThanOrEqual(1000)
  })

  test('keeps __proto__ as a key like any other, and refuses a key twice', () => {
    const once: number[] = []
    put(once, '{')
    for (let times = 0; times < 2; times++) {
      putLength(once, 9)
      put(once, '__proto__Z')
    }
    put(once, '}')
    const error = refusal(() => readUbjson(Uint8Array.from(once), createBudget()))
    expect(error.message).toContain('key "__proto__" twice')
  })
})

describe('the JSON reader', () => {
  test.each<[string, string, string]>([
    ['nesting without end', '['.repeat(100_000), 'more than 64 deep'],
    ['an open text', '{"a', 'has no end'],
    ['a missing comma', '[1 2]', '"," belongs here'],
    ['a comma too many', '[1,]', 'no value is here'],
    ['a key without quotes', '{a:1}', 'in quotes'],
    ['a false escape', '"\\x"', 'false escape'],
    ['an endless number', '9'.repeat(100), 'no value is here'],
    ['a word', 'undefined', 'no value is here'],
    ['nothing', '', 'cut off'],
    ['something behind the end', '{} {}', 'something follows the end'],
  ])('refuses %s', (_, text, message) => {
    const bytes = new TextEncoder().encode(text)
    const error = refusal(() => readJsonDocument(bytes, createBudget(), 1000))
    expect(error.message).toContain(message)
    expect(error.offset).toBeGreaterThanOrEqual(1000)
  })

  test('reads numbers as JSON.parse does, and NaN and infinities besides', () => {
    const texts = [
      '0',
      '-0',
      '12',
      '5E-1',
      '1.5e3',
      '-1.1754944E-38',
      '3.4028235E38',
      '0.1',
      '123456789012345678',
      '1e400',
      '5.1585364E-1',
    ]
    for (const text of texts) {
      const read = readJsonDocument(new TextEncoder().encode(`[${text}]`), createBudget())
      expect(read).toEqual(Float64Array.of(JSON.parse(text)))
    }
    const words = readJsonDocument(
      new TextEncoder().encode('[NaN, -Infinity, Infinity, -nan, inf]'),
      createBudget(),
    )
    const { NaN: none, NEGATIVE_INFINITY: low, POSITIVE_INFINITY: high } = Number
    expect(Array.from(words as Float64Array)).toEqual([none, low, high, none, high])
  })

  test('charges what it builds, so that a small file cannot fill the memory', () => {
    const bytes = new TextEncoder().encode(`[${'[],'.repeat(3_000_000)}[]]`)
    const error = refusal(() => readJsonDocument(bytes, createBudget()))
    expect(error.code).toBe('too_large')
  })
})

describe('a pickled wrapper', () => {
  const record = (
    name: string,
    attributes: Readonly<Record<string, PickleValue>>,
  ): PickleRecord => ({
    kind: 'record',
    callable: { kind: 'global', module: 'xgboost.sklearn', name, offset: 2 },
    args: [],
    kwargs: null,
    state: { kind: 'dict', entries: new Map(Object.entries(attributes)) },
    listItems: [],
    dictItems: new Map(),
    offset: 7,
  })

  test('of another library is none of ours', () => {
    const other = record('LGBMClassifier', {})
    expect(describePickledModel([other, null, 'XGBClassifier'], {})).toBeNull()
  })

  test('that was never fitted says so', () => {
    const error = refusal(() => describePickledModel([record('XGBClassifier', {})], {}))
    expect(error.message).toContain('holds no trained model')
    expect(error.offset).toBe(7)
  })

  test('with a function as objective names it and says what to do', () => {
    const objective: PickleValue = {
      kind: 'global',
      module: '__main__',
      name: 'my_loss',
      offset: 40,
    }
    const error = refusal(() => describePickledModel([record('XGBRegressor', { objective })], {}))
    expect(error.message).toContain('the function __main__.my_loss')
    expect(error.message).toContain('get_booster().save_model')
    expect(error.offset).toBe(40)
  })

  test('holds the model even where its label encoder is false', () => {
    const _Booster = ubjsonBytes(modelDocument({ objective: 'binary:logistic' }))
    const encoder = record('LabelEncoder', { classes_: { kind: 'list', items: ['no', 'no'] } })
    const error = refusal(() =>
      describePickledModel([record('XGBClassifier', { _Booster, _le: encoder })], {}),
    )
    expect(error.message).toContain('label encoder')
  })
})

function emptyArrays(): Record<string, readonly number[]> {
  const keys = [
    'left_children',
    'right_children',
    'split_indices',
    'split_conditions',
    'default_left',
    'split_type',
    'sum_hessian',
  ]
  return Object.fromEntries(keys.map((key) => [key, []]))
}

/** A stump whose root splits on the categories 1 and 2. */
function categorical(changes: Parameters<typeof stump>[0]): Json {
  return tree({
    split_type: [1, 0, 0],
    categories: [1, 2],
    categories_nodes: [0],
    categories_segments: [0],
    categories_sizes: [2],
    ...changes,
  })
}
