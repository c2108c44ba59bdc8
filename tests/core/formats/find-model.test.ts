// The model is found wherever people put it, with the names they saved beside it; two models are never guessed between.

import { describe, expect, test } from 'bun:test'
import { relative } from 'node:path'
import { createBudget } from '#core/formats/limits.ts'
import { inspectModelFile, readModelFile } from '#core/formats/read-model.ts'
import {
  bytes,
  FIXTURES,
  filesBelow,
  fixturesWithExpectation,
  readBytes,
  readFixture,
  refusal,
  text,
} from './support.ts'

const MODEL_FILE = /\.(pkl|joblib)$/

/** Paths of model files under a folder of fixtures. */
const fixturesOf = (folder: string) =>
  filesBelow(folder)
    .filter((path) => MODEL_FILE.test(path))
    .map((path) => relative(FIXTURES, path))

const read = (file: Uint8Array, hints = {}) => readModelFile(file, hints, createBudget())

/** A pickle as a value inside another: without its protocol, frame and STOP; protocol 2 has no memo trouble at the front. */
function embedded(name: string): Uint8Array {
  const file = readFixture(name)
  const framed = file[2] === 0x95
  return file.subarray(framed ? 11 : 2, file.length - 1)
}

/** Trained on a bare array, so that it has no feature names: three features, three classes by number. */
const NAMELESS = 'xgboost/0.90/binary_array.pkl'
const nameless = embedded(NAMELESS)
const texts = (...values: string[]) => bytes('](', ...values.map(text), 'e')
const dictWith = (...pairs: readonly [string, Uint8Array][]) =>
  bytes(0x80, 4, ...pairs.flatMap(([, value], index) => (index === 0 ? [value] : [])), rest(pairs))

/** The first value was written already (its memo numbers count from 0), the others follow it. */
function rest(pairs: readonly [string, Uint8Array][]): Uint8Array {
  const [first, ...others] = pairs
  return bytes(
    ...[
      'r',
      new Uint8Array([0xff, 0xff, 0, 0]),
      '0}(',
      text(first?.[0] ?? ''),
      'j',
      new Uint8Array([0xff, 0xff, 0, 0]),
    ],
    ...others.flatMap(([key, value]) => [text(key), value]),
    'u.',
  )
}

describe('containers', () => {
  const containers = fixturesWithExpectation('xgboost').filter(({ name }) =>
    /container_(?!two)/.test(name),
  )

  for (const { name, path } of containers) {
    test(name, () => {
      const result = read(readBytes(path))
      expect(result.modelClass).toBe('XGBClassifier')
      expect(result.signature.inputs.map((input) => input.name)).toEqual([
        'age',
        'income',
        'visits',
        'score',
      ])
    })
  }

  test('of every shape were tried', () => {
    const shapes = new Set(containers.map(({ name }) => /container_(\w+)/.exec(name)?.[1]))
    expect(shapes).toEqual(new Set(['dict', 'list', 'nested', 'sequence', 'tuple']))
  })

  test('a preparation step beside the model is pointed out', () => {
    expect(read(readFixture('xgboost/0.90/container_tuple.pkl')).warnings.join()).toContain(
      'StandardScaler, which Parley does not apply',
    )
  })

  test('a bundle that joblib wrote with arrays beside the model', () => {
    const result = read(readFixture('joblib/1.6.0/bundle.joblib'))
    expect(result.modelClass).toBe('XGBClassifier')
    expect(result.signature.namesKnown).toBe(true)
  })
})

describe('containers of scikit-learn', () => {
  const kinds = ['container_dict', 'container_list', 'container_scaler_beside'] as const
  const files = fixturesOf('sklearn').filter((name) => kinds.some((kind) => name.includes(kind)))

  test('of every shape were tried', () => {
    for (const kind of kinds) expect(files.some((name) => name.includes(kind))).toBe(true)
  })

  for (const name of files) {
    test(name, () => {
      const { library, warnings } = read(readFixture(name))
      expect(library).toBe('scikit-learn')
      expect(warnings.join().includes('StandardScaler, which Parley does not apply')).toBe(
        name.includes('scaler_beside'),
      )
    })
  }
})

describe('names saved beside a model that has none', () => {
  const count = read(readFixture(NAMELESS)).signature.inputs.length
  const names = Array.from({ length: count }, (_, index) => `column ${index}`)

  test('are used when their number fits', () => {
    for (const key of ['features', 'feature_names', 'columns', 'feature_cols']) {
      const { signature } = read(dictWith(['model', nameless], [key, texts(...names)]))
      expect(signature.inputs.map((input) => input.name)).toEqual(names)
      expect(signature.namesKnown).toBe(true)
    }
  })

  test('are left alone when their number or their key does not fit', () => {
    const few = read(dictWith(['model', nameless], ['features', texts('only one')]))
    expect(few.signature.namesKnown).toBe(false)
    const other = read(dictWith(['model', nameless], ['authors', texts(...names)]))
    expect(other.signature.namesKnown).toBe(false)
  })

  test('give way to what the person says', () => {
    const given = names.map((name) => `my ${name}`)
    const { signature } = read(dictWith(['model', nameless], ['features', texts(...names)]), {
      features: given,
    })
    expect(signature.inputs.map((input) => input.name)).toEqual(given)
  })

  test('of the classes are used too', () => {
    const { signature } = read(
      dictWith(['model', nameless], ['class_names', texts('stays', 'leaves')]),
    )
    expect(signature.classes).toEqual(['stays', 'leaves'])
    expect(signature.positiveLabel).toBe('leaves')
  })
})

describe('files that leave a choice or none', () => {
  test('two models are both named, and neither is taken', () => {
    for (const { path } of fixturesWithExpectation('xgboost').filter(({ name }) =>
      name.includes('two_models'),
    )) {
      const { message } = refusal(() => read(readBytes(path)))
      expect(message).toContain('holds 2 models')
      expect(message).toContain('under “churn”')
    }
  })

  test('a model beside its own Booster is one model', () => {
    // (model, model.get_booster()): the Booster is the very object inside the model.
    const file = readFixture('xgboost/0.90/binary.pkl')
    const place = Buffer.from(file).indexOf('_Booster')
    expect(place).toBeGreaterThan(0)
    expect(read(file).modelClass).toBe('XGBClassifier')
  })

  test('a stranger inside the model is named', () => {
    const stranger = bytes('cmy_code\nCallback\n)', 0x81)
    const file = bytes(
      0x80,
      4,
      'cxgboost.sklearn\nXGBClassifier\n)',
      0x81,
      '}',
      text('callbacks'),
      ']',
      stranger,
      'asb.',
    )
    const { message } = refusal(() => read(file))
    expect(message).toContain(
      'XGBClassifier in this file holds an object of the class my_code.Callback',
    )
  })

  test('a model that nests its parts beyond reason is refused', () => {
    const deep = bytes(
      0x80,
      4,
      'cxgboost.sklearn\nXGBClassifier\n)',
      0x81,
      '}',
      text('kwargs'),
      ')',
      new Uint8Array(500).fill(0x85),
      'sb.',
    )
    expect(refusal(() => read(deep)).message).toContain('beyond reason')
  })

  test('a subclass of one’s own is a stranger', () => {
    const file = bytes(0x80, 4, 'c__main__\nXGBClassifier\n)', 0x81, '.')
    expect(refusal(() => read(file)).message).toContain('__main__.XGBClassifier')
  })
})

describe('inspection', () => {
  test('says the format, the objects and the model in one line', () => {
    const { format, objects, model, problem } = inspectModelFile(
      readFixture('xgboost/1.7.6/binary.pkl'),
      createBudget(),
    )
    expect(format).toBe('pickle protocol 4')
    expect(objects[0]).toBe('an XGBClassifier')
    expect(objects[1]).toMatch(
      /^XGBClassifier of xgboost 1\.7\.6: binary:logistic, \d+ trees, 4 features$/,
    )
    expect(model?.facts).toMatchObject({ features: 4, classes: 2 })
    expect(problem).toBe(null)
  })

  test('names the container of compressed and array-carrying files', () => {
    const formats = ['classifier_zlib', 'classifier_xz', 'bundle'].map(
      (name) => inspectModelFile(readFixture(`joblib/1.6.0/${name}.joblib`), createBudget()).format,
    )
    expect(formats).toEqual(['joblib (zlib)', 'joblib (xz)', 'joblib'])
  })

  test('lists the objects of a file without a model', () => {
    const { objects } = inspectModelFile(
      readFixture('misc/predictions_sequence.pkl'),
      createBudget(),
    )
    expect(objects).toEqual(['a list of 3 numbers', 'a dict with a number under “accuracy”'])
  })

  test('never shows values', () => {
    const { objects, problem } = inspectModelFile(
      bytes(0x80, 4, text('4111 1111 1111 1111'), '.'),
      createBudget(),
    )
    expect(`${objects.join()} ${problem}`).not.toContain('4111')
  })
})
