// Names, titles and targets that a file and a few words give.

import { describe, expect, test } from 'bun:test'
import {
  deriveName,
  nameFromFile,
  slugOf,
  targetFromName,
  titleFromWords,
} from '#core/operations/naming.ts'

describe('the name of a file', () => {
  test.each([
    ['churn_model.pkl', 'churn'],
    ['churn_model_final_v2.pkl', 'churn'],
    ['ChurnModel.joblib', 'churn'],
    ['fraud-clf-2024.pickle', 'fraud'],
    ['house_price.pkl.gz', 'house_price'],
    ['my best xgb model (3).json', null],
    ['model.pkl', null],
    ['C:\\models\\iris.onnx', 'iris'],
    ['../../etc/passwd', 'passwd'],
    ['Café crème.pkl', 'cafe_creme'],
    ['価格.pkl', null],
    [`${'a'.repeat(200)}.pkl`, 'a'.repeat(63)],
    ['', null],
  ])('%p gives %p', (file, name) => {
    expect(nameFromFile(file)).toBe(name)
  })

  test('gives way to what the person called it when it says nothing', () => {
    expect(deriveName('model.pkl', 'customer churn model')).toEqual({
      name: 'customer_churn',
      generic: false,
    })
    expect(deriveName('churn_model.pkl', 'customer churn')).toEqual({
      name: 'churn',
      generic: false,
    })
    expect(deriveName('model.pkl', undefined)).toEqual({ name: 'model', generic: true })
  })
})

test('a name that a person gives is made fit for an address, and kept where it is', () => {
  expect(slugOf('house-price_2')).toBe('house-price_2')
  expect(slugOf('Customer Churn!')).toBe('customer_churn')
  expect(slugOf('!!!')).toBeNull()
})

test('a title is what people call it, without the words around', () => {
  expect(titleFromWords('my customer churn model')).toBe('Customer churn')
  expect(titleFromWords('the  Price  predictor')).toBe('Price')
  expect(titleFromWords('model')).toBe('Model')
  expect(titleFromWords(undefined)).toBeUndefined()
})

test('a name says what is predicted, unless it says nothing', () => {
  expect(targetFromName('house_price')).toBe('house price')
  expect(targetFromName('model_2')).toBeUndefined()
})
