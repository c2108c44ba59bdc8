// Predictions in words: what a colleague would say, and never more than the numbers do.

import { describe, expect, test } from 'bun:test'
import { bandOf, bandsFromThresholds, leadOf, withDefaultBands } from '#core/operations/bands.ts'
import type { PredictOutput } from '#core/operations/predict.ts'
import { presentPrediction } from '#core/operations/predict-answer.ts'
import { answerOf } from '#core/operations/prediction-answer.ts'
import { renderPlainText } from '#core/presentation/plain-text.ts'
import { churnSignature } from '../../support/logistic-churn.ts'

function churnOutput(probability: number, changes: Partial<PredictOutput> = {}): PredictOutput {
  const shares = [1 - probability, probability]
  return {
    model: 'churn',
    title: 'Customer churn',
    model_version: '1-0123456789ab',
    task: 'binary_classification',
    prediction: probability > 0.5 ? 'Yes' : 'No',
    predicted_label: probability > 0.5 ? 'Yes' : 'No',
    class_probabilities: { No: 1 - probability, Yes: probability },
    positive_label: 'Yes',
    probability,
    risk: bandOf(probability, churnSignature.riskBands) ?? '',
    confidence: bandOf(leadOf(shares), churnSignature.confidenceBands) ?? '',
    risk_bands: churnSignature.riskBands?.map((band) => ({ ...band })),
    target: 'churn',
    inputs: [
      { name: 'tenure', value: 24, unit: 'months' },
      { name: 'total_charges', value: null, unit: 'USD' },
    ],
    latency_ms: 0.1,
    ...changes,
  }
}

describe('a prediction of churn', () => {
  test('names the customer, the probability, the band and why it is sure', () => {
    expect(presentPrediction(churnOutput(0.23)).text).toBe(
      'This customer has a 23% probability of churning (Low Risk). Confidence is high: 23% is far below the 50% at which the answer would change.',
    )
    expect(presentPrediction(churnOutput(0.55)).text).toBe(
      'This customer has a 55% probability of churning (Medium Risk). Confidence is low: 55% is only just above the 50% at which the answer would change.',
    )
    expect(presentPrediction(churnOutput(0.8)).text).toStartWith(
      'This customer has an 80% probability of churning (High Risk). Confidence is high',
    )
  })

  test('never rounds into the next band, nor to certainty', () => {
    expect(presentPrediction(churnOutput(0.2999)).text).toContain('29.99% probability')
    expect(presentPrediction(churnOutput(0.99999)).text).toStartWith(
      'This customer has a probability of more than 99.9% of churning (High Risk).',
    )
  })

  test('shows the bars, the inputs used with their units, the model and the version', () => {
    const text = renderPlainText(presentPrediction(churnOutput(0.23)))
    expect(text).toContain('No   ██████████████████░░░░░░  77% ←')
    expect(text).toContain('tenure         24 months')
    expect(text).toContain('total_charges  missing')
    expect(text).toContain('Version  1-0123456789ab')
  })

  test('does not speak of churning where the class is not about it', () => {
    const stayed = churnOutput(0.77, { positive_label: 'Stayed' })
    expect(presentPrediction(stayed).text).toStartWith(
      'The model gives a 77% probability of **Stayed**',
    )
    const churned = churnOutput(0.77, { positive_label: 'Churned' })
    expect(presentPrediction(churned).text).toContain('probability of churning')
    const not = churnOutput(0.77, { positive_label: 'not churned' })
    expect(presentPrediction(not).text).not.toContain('of churning')
  })
})

test('a class among several is named with its lead over the next', () => {
  const output = churnOutput(0, {
    predicted_label: 'setosa',
    prediction: 'setosa',
    class_probabilities: { setosa: 0.9, versicolor: 0.08, virginica: 0.02 },
    confidence: 'high',
    risk: undefined,
    probability: undefined,
    positive_label: undefined,
    target: 'species',
  })
  expect(presentPrediction(output).text).toBe(
    "The model's answer is **setosa**, with a probability of 90%. Confidence is high: the next, versicolor, has 8%.",
  )
})

test('a value is an estimate with its unit', () => {
  const value = churnOutput(0, {
    prediction: 231000,
    predicted_label: undefined,
    class_probabilities: undefined,
    confidence: undefined,
    target: 'price',
    unit: 'USD',
  })
  expect(presentPrediction(value).text).toBe('I estimate a price of $231,000.')
  const several = { ...value, prediction: { low: 1, high: 2 } }
  expect(renderPlainText(presentPrediction(several))).toContain('high       $2')
})

describe('bands', () => {
  test('come by default for a classifier, named by what is predicted', () => {
    const purchase = withDefaultBands({
      ...churnSignature,
      riskBands: undefined as never,
      target: 'purchase',
    })
    expect(purchase.riskBands?.map(({ name }) => name)).toEqual(['Unlikely', 'Possible', 'Likely'])
    expect(churnSignature.riskBands?.map(({ name }) => name)).toEqual([
      'Low Risk',
      'Medium Risk',
      'High Risk',
    ])
  })

  test('are read from lower bounds and hold every probability', () => {
    const bands = bandsFromThresholds({ High: 0.6, Low: 0, Medium: 0.3 })
    expect([0, 0.29, 0.3, 0.59, 0.6, 1].map((value) => bandOf(value, bands))).toEqual([
      'Low',
      'Low',
      'Medium',
      'Medium',
      'High',
      'High',
    ])
  })

  test('of confidence grow with the lead of the likeliest class', () => {
    expect(leadOf([0.2, 0.5, 0.3])).toBeCloseTo(0.2)
    expect(leadOf([1])).toBe(1)
  })
})

describe('an answer', () => {
  test('has the label in the type that the model was trained with', () => {
    const numeric = { ...churnSignature, classes: ['0', '1'] }
    const prediction = { kind: 'classification', label: '1', probabilities: [0.25, 0.75] } as const
    expect(answerOf(numeric, prediction)).toEqual({
      prediction: 1,
      predicted_label: '1',
      class_probabilities: { 0: 0.25, 1: 0.75 },
    })
    const padded = { ...churnSignature, classes: ['01', '1'] }
    expect(answerOf(padded, prediction).prediction).toBe('1')
  })

  test('is safe from a class that is called like a property of every object', () => {
    const odd = { ...churnSignature, classes: ['__proto__', 'constructor'] }
    const answer = answerOf(odd, {
      kind: 'classification',
      label: '__proto__',
      probabilities: [0.25, 0.75],
    })
    expect(JSON.stringify(answer.class_probabilities)).toBe('{"__proto__":0.25,"constructor":0.75}')
  })
})
