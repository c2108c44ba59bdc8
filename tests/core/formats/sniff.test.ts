// A file is what its bytes say, whatever its name; what is no model is named, with what to do instead.

import { describe, expect, test } from 'bun:test'
import { basename } from 'node:path'
import { createBudget } from '#core/formats/limits.ts'
import { inspectModelFile } from '#core/formats/read-model.ts'
import { sniff } from '#core/formats/sniff.ts'
import { bytes, filesBelow, fixturesWithExpectation, readBytes, readFixture } from './support.ts'

/** File under fixtures/misc → part of the sentence that its uploader reads. */
const MISC: Readonly<Record<string, string>> = {
  'array.npy': 'numpy array (.npy)',
  'array.pkl': 'a NumPy array (4 × 3)',
  'arrays.npz': 'numpy archive',
  'categorical_frame.pkl': 'a DataFrame',
  'churn_service.py': 'Python source code',
  'cloudpickle_class.pkl': 'carries Python code',
  'cloudpickle_lambda.pkl': 'carries Python code',
  'data_frame.pkl': 'a DataFrame',
  'dill_lambda.pkl': 'carries Python code',
  'empty.pkl': 'empty',
  'lfs_pointer.pkl': 'git lfs pull',
  'metrics.json': 'JSON file, but no XGBoost model',
  'none.pkl': 'holds None',
  'not_fitted.pkl':
    'This RandomForestClassifier does not know how many features it takes, so it was never fitted.',
  'own_class.pkl': 'churn_service.ChurnModel',
  'page.pkl': 'HTML page',
  'plain_dict.pkl': 'under “columns”',
  'predictions_sequence.pkl': 'a list of 3 numbers and a dict',
  'scaler_and_list.pkl': 'This pickle holds a StandardScaler and a list of 3 texts, but no model.',
  'script.py': 'Python source code',
  'standard_scaler.pkl': 'This file holds a StandardScaler, which prepares data, and no model.',
  'table.csv': 'a table (CSV)',
  'table.parquet': 'a Parquet table',
  'text.pkl': 'a text, but no model',
  'torch_module.pt': 'PyTorch',
  'torch_weights.pt': 'PyTorch',
  'xgboost_not_fitted.pkl': 'holds no trained model',
  'zipped_model.zip': 'ZIP archive. Unpack it',
}

/** Files under fixtures/misc that are models → how they are summed up. */
const MODELS: Readonly<Record<string, RegExp>> = {
  'lightgbm.pkl': /^LGBMClassifier of lightgbm\b.* features$/,
  'lightgbm.txt': /of lightgbm\b.* features$/,
  'pipeline_logistic_regression.pkl':
    /^Pipeline \(StandardScaler, LogisticRegression\) of scikit-learn [\d.]+: \d features$/,
  'pipeline_xgboost.pkl':
    /^Pipeline \(StandardScaler, XGBClassifier\) of scikit-learn [\d.]+: .*\d features$/,
  'random_forest.joblib': /^RandomForestClassifier of scikit-learn [\d.]+: .*\d features$/,
  'random_forest.pkl': /^RandomForestClassifier of scikit-learn [\d.]+: .*\d features$/,
  'random_forest_regressor.pkl': /^RandomForestRegressor of scikit-learn [\d.]+: .*\d features$/,
}

/** Not uploads: what makes and describes the fixtures. */
const NO_UPLOADS = new Set(['README.md', 'expected.json', 'make.py', 'write_files.py'])

describe('what people upload by mistake', () => {
  const isMistake = (name: string) => !NO_UPLOADS.has(name) && MODELS[name] === undefined
  for (const path of filesBelow('misc').filter((file) => isMistake(basename(file)))) {
    test(basename(path), () => {
      const expected = MISC[basename(path)]
      if (expected === undefined) throw new Error('no sentence is expected of this file')
      const { model, problem } = inspectModelFile(readBytes(path), createBudget())
      expect(model).toBe(null)
      expect(problem).toContain(expected)
    })
  }

  const WRITTEN: readonly [string, Uint8Array, string][] = [
    ['an HDF5 file', bytes('\x89HDF\r\n\x1a\n', 'rest'), 'Keras'],
    ['an archive of Keras', bytes('PK\x03\x04', directory('model.weights.h5')), 'Keras'],
    ['a workbook', bytes('PK\x03\x04', directory('xl/workbook.xml')), 'Excel'],
    ['a TensorFlow Lite model', bytes(0, 0, 0, 0, 'TFL3'), 'TensorFlow Lite'],
    ['a CatBoost model', bytes('CBM1', 'rest'), 'CatBoost'],
    ['a tar archive', bytes(new Uint8Array(257).fill(0x61), 'ustar', new Uint8Array(300)), 'tar'],
    ['PMML', bytes('<?xml version="1.0"?>\n<PMML xmlns="x">'), 'PMML'],
    ['a notebook', bytes('{\n "cells": [], "nbformat": 4}'), 'notebook'],
    ['zero bytes', new Uint8Array(5000), 'only zero bytes'],
    ['blank space', bytes(' \n\n '), 'blank'],
    ['noise', bytes(0xde, 0xad, 0xbe, 0xef, 1, 2, 3), 'no model of a kind that Parley knows'],
  ]
  for (const [name, file, sentence] of WRITTEN) {
    test(name, () => {
      expect(inspectModelFile(file, createBudget()).problem).toContain(sentence)
    })
  }
})

describe('models', () => {
  for (const [name, summary] of Object.entries(MODELS)) {
    test(name, () => {
      const { objects, problem } = inspectModelFile(readFixture(`misc/${name}`), createBudget())
      expect(problem).toBe(null)
      expect(objects.at(-1)).toMatch(summary)
    })
  }

  test('pickles of every protocol are told by their bytes', () => {
    const files = fixturesWithExpectation('xgboost').filter(({ name }) => name.endsWith('.pkl'))
    expect(files.length).toBeGreaterThan(100)
    for (const { path } of files) expect(sniff(readBytes(path))).toEqual({ kind: 'pickle' })
  })

  test('protocol 0 and 1 without any magic are told from text', () => {
    for (const start of [
      '(dp0\n.',
      '(lp1\n.',
      'cxgboost.core\nBooster\n',
      ']q\0.',
      '}q\0.',
      'I1\n.',
      "S'a'\np0\n.",
      'N.',
      '(K\x01K\x02t.',
    ]) {
      expect(sniff(bytes(start))).toEqual({ kind: 'pickle' })
    }
  })

  test('XGBoost’s own files are told by their bytes, not by their names', () => {
    const kinds = new Set<string>()
    for (const { name, path } of fixturesWithExpectation('xgboost')) {
      if (!name.includes('/saved_')) continue
      const sniffed = sniff(readBytes(path))
      expect(sniffed).toMatchObject({ kind: 'xgboost' })
      if (sniffed.kind === 'xgboost') kinds.add(`${sniffed.encoding} in .${name.split('.').at(-1)}`)
    }
    expect(kinds).toContain('ubjson in .model')
    expect(kinds).toContain('binary in .model')
    expect(kinds).toContain('json in .json')
    expect(kinds).toContain('ubjson in .ubj')
  })

  test('ONNX files are told by their fields, cut off ones too', () => {
    for (const path of filesBelow('onnx').filter((file) => file.endsWith('.onnx'))) {
      expect(sniff(readBytes(path))).toEqual({ kind: 'onnx' })
    }
    const whole = readFixture('onnx/regressor.onnx')
    expect(sniff(whole.subarray(0, whole.length / 2))).toEqual({ kind: 'onnx' })
  })

  test('a truncated pickle is said to be cut off', () => {
    const whole = readFixture('xgboost/1.7.6/binary.pkl')
    const { format, problem } = inspectModelFile(whole.subarray(0, 3000), createBudget())
    expect(format).toBe('pickle')
    expect(problem).toContain('cut off')
  })

  test('a file compressed twice says so', () => {
    const twice = Bun.gzipSync(Bun.gzipSync(Buffer.from(readFixture('xgboost/1.7.6/binary.pkl'))))
    expect(inspectModelFile(twice, createBudget()).problem).toContain('compressed twice')
  })

  test('a compressed table is named as one', () => {
    const table = Bun.gzipSync(Buffer.from('a,b\n1,2\n3,4\n'))
    expect(inspectModelFile(table, createBudget()).problem).toContain(
      'Unpacked with gzip: This is a table',
    )
  })
})

/** The end of a ZIP archive whose directory names one file. */
function directory(name: string): Uint8Array {
  return bytes('PK\x01\x02', new Uint8Array(24), name.length, 0, new Uint8Array(16), name)
}
