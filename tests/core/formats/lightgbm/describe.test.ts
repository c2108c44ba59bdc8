// LightGBM models beyond their predictions: what their signatures say, and what is refused.

import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPredictions } from '#core/engine/predictions.ts'
import { createSession } from '#core/engine/session.ts'
import {
  describeLightgbmFile,
  describePickledLightgbm,
} from '#core/formats/lightgbm/describe-lightgbm.ts'
import { createBudget } from '#core/formats/limits.ts'
import { attributesOf, isRecord } from '#core/formats/pickle/access.ts'
import type { PickleRecord, PickleValue } from '#core/formats/pickle/value.ts'
import { inspectModelFile, readModelFile } from '#core/formats/read-model.ts'
import type { TreePredictor } from '#core/pipeline/trees.ts'
import { FIXTURES, unpickle } from '../support.ts'

const FOLDER = join(FIXTURES, 'lightgbm/4.7.0')

function text(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8')
}

function pickled(name: string): PickleRecord {
  const value = unpickle(new Uint8Array(readFileSync(join(FOLDER, name))))
  if (!isRecord(value)) throw new Error(`${name} holds no object`)
  return value
}

const bytes = (content: string) => new TextEncoder().encode(content)

/** Describes a text after some of it was replaced; the replaced part must be there. */
function describeChanged(name: string, from: string | RegExp, to: string) {
  const content = text(name)
  const changed = content.replace(from, to)
  if (changed === content) throw new Error(`${name} does not hold ${from}`)
  return () => describeLightgbmFile(bytes(changed), {})
}

function forestOf(description: ReturnType<typeof describeLightgbmFile>): TreePredictor {
  if (description.predictor.kind !== 'pipeline') throw new Error('no pipeline')
  const { predictor } = description.predictor
  const last = predictor.kind === 'chain' ? predictor.predictor : predictor
  if (last.kind !== 'forest') throw new Error('no forest')
  return last
}

/** What a text model answers to rows of its inputs. */
async function valuesOf(content: string, rows: readonly number[][]): Promise<readonly number[]> {
  const { onnx, binding, signature } = readModelFile(bytes(content), {}, createBudget())
  const session = await createSession(onnx, binding)
  try {
    const columns = [Float64Array.from(rows.flat())]
    const outputs = await session.run({ count: rows.length, columns })
    return readPredictions(signature, outputs, rows.length).flatMap((prediction) =>
      prediction.kind === 'regression' ? [prediction.value] : [],
    )
  } finally {
    await session.release()
  }
}

function set(record: PickleRecord, name: string, value: PickleValue): PickleRecord {
  ;(attributesOf(record) as Map<PickleValue, PickleValue>).set(name, value)
  return record
}

describe('a LightGBM text model', () => {
  test('is known by its first lines, and said to be one', () => {
    const { format, model, problem } = inspectModelFile(
      bytes(text('text_binary.txt')),
      createBudget(),
    )
    expect(problem).toBe(null)
    expect(format).toBe('LightGBM text')
    expect(model?.signature.inputs.map((field) => field.name)).toEqual([
      'tenure',
      'monthly_charges',
      'usage',
      'age',
    ])
    expect(model?.library).toBe('lightgbm')
    expect(model?.objective).toBe('binary')
  })

  test('is read with the line ends of Windows', () => {
    for (const name of ['text_binary.txt', 'text_categories_names.txt']) {
      const windows = describeLightgbmFile(bytes(text(name).replaceAll('\n', '\r\n')), {})
      const plain = describeLightgbmFile(bytes(text(name)), {})
      expect(windows.inputs).toEqual(plain.inputs)
      expect(forestOf(windows)).toEqual(forestOf(plain))
    }
  })

  test('gives the range of training, and leaves out what training saw missing', () => {
    const { inputs } = describeLightgbmFile(bytes(text('text_binary.txt')), {})
    expect(inputs[0]).toEqual({
      name: 'tenure',
      optional: true,
      type: 'float',
      minimum: -2.97,
      maximum: 3.97,
    })
    // No split is on this feature, so nobody knows whether training saw it missing.
    expect(inputs[2]).toMatchObject({ name: 'usage', optional: false, nullable: true })
  })

  test('gives names of categories, open to others', () => {
    const { inputs } = describeLightgbmFile(bytes(text('text_categories_names.txt')), {})
    expect(inputs[0]).toEqual({
      name: 'region',
      optional: true,
      type: 'category',
      categories: ['centre', 'east', 'north', 'south', 'west'],
      open: true,
    })
    expect(inputs[1]?.type).toBe('float')
    expect(inputs[2]?.categories).toEqual(['Très cher', 'basic', 'plus'])
  })

  test('takes the names that the person gives for features and classes', () => {
    const hints = { features: ['a', 'b', 'c', 'd'], classes: ['stays', 'leaves'] }
    const { inputs, classes, namesKnown } = describeLightgbmFile(
      bytes(text('text_binary.txt')),
      hints,
    )
    expect(inputs.map((field) => field.name)).toEqual(hints.features)
    expect(classes).toEqual(hints.classes)
    expect(namesKnown).toBe(true)
  })

  test('made up from a bare array has names of its own, and says so', () => {
    const { inputs, namesKnown, warnings } = describeLightgbmFile(
      bytes(text('text_categories_codes.txt')),
      {},
    )
    expect(inputs.map((field) => field.name)).toEqual(['Column_0', 'Column_1', 'Column_2'])
    expect(namesKnown).toBe(false)
    expect(warnings[0]).toContain('Column_0 to Column_2')
  })

  test('keeps how many rows reached each node', () => {
    for (const tree of forestOf(describeLightgbmFile(bytes(text('text_binary.txt')), {})).trees) {
      const { left, right, cover } = tree
      expect(cover?.[0]).toBe(150)
      left.forEach((child, node) => {
        if (child === -1) return
        const below = (cover?.[child] ?? 0) + (cover?.[right[node] ?? -1] ?? 0)
        expect(cover?.[node]).toBe(below)
      })
    }
  })

  test('expects of training what LightGBM says that its contributions start from', () => {
    const { trees } = forestOf(describeLightgbmFile(bytes(text('text_binary.txt')), {}))
    const expected: { readonly contributions: readonly (readonly number[])[] } = JSON.parse(
      text('text_binary.json'),
    )
    const mean = trees.reduce((sum, { left, values, cover }) => {
      const weighed = values.map((value, node) =>
        left[node] === -1 ? (value * (cover?.[node] ?? 0)) / (cover?.[0] ?? 0) : 0,
      )
      return sum + weighed.reduce((total, share) => total + share, 0)
    }, 0)
    expect(mean).toBeCloseTo(expected.contributions[0]?.at(-1) ?? Number.NaN, 12)
  })

  test('warns of classes whose probabilities need not sum to 1', () => {
    const { warnings } = describeLightgbmFile(bytes(text('text_one_versus_all.txt')), {})
    expect(warnings.join(' ')).toContain('need not sum to 1')
  })

  test('is refused where it breaks off, whichever line is the last', () => {
    const content = text('text_binary.txt')
    const end = content.indexOf('end of trees')
    for (let cut = content.indexOf('Tree=1'); cut < end; cut += 97) {
      const broken = bytes(content.slice(0, cut))
      expect(() => describeLightgbmFile(broken, {})).toThrow(/breaks off|damaged/)
    }
  })

  test('is refused with what is wrong where its lists do not fit each other', () => {
    const changed = (from: RegExp, to: string) => describeChanged('text_binary.txt', from, to)
    expect(changed(/num_leaves=5/, 'num_leaves=6')).toThrow('Tree 0')
    expect(changed(/num_leaves=5/, 'num_leaves=-1')).toThrow('has no leaves')
    expect(changed(/split_feature=\d/, 'split_feature=9')).toThrow('feature 9 of 4')
    expect(changed(/left_child=-?\d/, 'left_child=77')).toThrow('child 77')
    expect(changed(/leaf_value=\S+/, 'leaf_value=nan')).toThrow('leaf of no number')
    expect(changed(/max_feature_idx=3/, 'max_feature_idx=2')).toThrow('3')
    expect(changed(/max_feature_idx=3/, 'max_feature_idx=1e9')).toThrow('no features')
    expect(changed(/num_tree_per_iteration=1/, 'num_tree_per_iteration=2')).toThrow(
      '2 trees a round',
    )
    expect(changed(/sigmoid:1/, 'sigmoid:-1')).toThrow('sigmoid')
    expect(changed(/feature_names=tenure/, 'feature_names=usage')).toThrow('one of them twice')
  })

  test('is refused for sets and names of categories that are damaged', () => {
    const changed = (from: RegExp, to: string) =>
      describeChanged('text_categories_names.txt', from, to)
    expect(changed(/cat_boundaries=0 \d+/, 'cat_boundaries=0 999')).toThrow('categories')
    expect(changed(/cat_threshold=.*/, 'cat_threshold=')).toThrow('breaks off')
    expect(changed(/pandas_categorical:\[/, 'pandas_categorical:[[')).toThrow('damaged')
    expect(changed(/pandas_categorical:\[\[/, 'pandas_categorical:[[null,')).toThrow(
      'neither texts',
    )
    expect(changed(/pandas_categorical:.*/, 'pandas_categorical:[["a"]]')).toThrow('for 1 columns')
  })

  test('is refused by name for an objective or a version that Parley does not know', () => {
    const changed = (from: RegExp, to: string) => describeChanged('text_binary.txt', from, to)
    expect(changed(/objective=binary/, 'objective=ordinal')).toThrow('"ordinal"')
    expect(changed(/version=v4/, 'version=v9')).toThrow('versions 2 to 4')
  })

  test('is refused for linear models in its leaves that do not fit them', () => {
    const changed = (from: RegExp, to: string) => describeChanged('linear_tree_text.txt', from, to)
    expect(changed(/leaf_const=\S+ /, 'leaf_const=')).toThrow('4 entries of leaf_const where 5')
    expect(changed(/num_features=2/, 'num_features=1')).toThrow('entries of leaf_features where 8')
    expect(changed(/num_features=2/, 'num_features=1000000')).toThrow('a leaf of 1000000 features')
    expect(changed(/leaf_features=0 1/, 'leaf_features=0 4')).toThrow('a leaf that reads feature 4')
    expect(changed(/leaf_coeff=0/, 'leaf_coeff=x')).toThrow('leaf_coeff that is no number')
  })

  test('adds up linear leaves of many trees a few rows at a time', async () => {
    const content = text('linear_tree_text.txt')
    const [head = '', ...trees] = content.split(/^Tree=\d+\n/m)
    const [last = '', tail = ''] = (trees.pop() ?? '').split('end of trees')
    const times = 700
    const many = Array.from({ length: times }, () => [...trees, last]).flat()
    const repeated = many.map((tree, index) => `Tree=${index}\n${tree}`).join('')
    const sums = `${head}${repeated}end of trees${tail}`
    const rows = [
      [1, 0.5, -2, 3],
      [-2.5, 1, 0, Number.NaN],
      [0.1, Number.NaN, 3, 1],
    ]
    const [single, summed] = await Promise.all([content, sums].map((one) => valuesOf(one, rows)))
    expect(summed?.map((value) => value / times)).toEqual(
      (single ?? []).map((value) => expect.closeTo(value, 9)),
    )
  })

  test('is refused where zeros are missing values at some splits of a feature only', () => {
    const numbers = text('text_binary.txt')
    const feature = /split_feature=(\d)/.exec(numbers)?.[1]
    // Type 6: zeros are missing values, which go left.
    const mixed = describeChanged('text_binary.txt', /decision_type=\d+/, 'decision_type=6')
    expect(mixed).toThrow(`feature ${feature}`)
  })
})

describe('a pickled LightGBM object', () => {
  test('has the labels of its encoder, and only the trees up to the best', () => {
    const record = pickled('booster_binary.pkl')
    expect(forestOf(describePickledLightgbm(record, {})).trees).toHaveLength(5)
    expect(
      forestOf(describePickledLightgbm(set(record, 'best_iteration', 2), {})).trees,
    ).toHaveLength(2)
    expect(describePickledLightgbm(pickled('binary.pkl'), {}).modelClass).toBe('LGBMClassifier')
  })

  test('is refused where it was never trained, or trained with a function', () => {
    const wrapper = () => pickled('binary.pkl')
    expect(() => describePickledLightgbm(set(wrapper(), '_Booster', null), {})).toThrow('Call fit')
    const own: PickleValue = { kind: 'global', module: 'mine', name: 'loss', offset: 0 }
    expect(() => describePickledLightgbm(set(wrapper(), '_objective', own), {})).toThrow(
      'a function',
    )
  })

  test('is refused where it has other labels than classes', () => {
    const record = set(pickled('binary.pkl'), '_le', null)
    const labels: PickleValue = { kind: 'list', items: ['a', 'b', 'c'] }
    expect(() => describePickledLightgbm(set(record, '_classes', labels), {})).toThrow(
      '3 labels for 2',
    )
  })
})
