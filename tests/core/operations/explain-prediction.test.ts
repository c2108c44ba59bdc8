// Explanations of the sample models: they add up to the prediction, name the right class, and read as a sentence.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { explainPrediction } from '#core/operations/explain-prediction.ts'
import churnGolden from '../../../models/churn/golden.json'
import priceGolden from '../../../models/price/golden.json'
import { createTestPorts, deploySamples, run, type TestPorts } from '../../support/ports.ts'

let ports: TestPorts

beforeAll(async () => {
  ports = await createTestPorts()
  await deploySamples(ports)
})
afterAll(() => ports.close())

const CUSTOMER = { tenure: 24, monthly_charges: 70, total_charges: 1680 }

async function explain(input: Record<string, unknown>) {
  const outcome = await run(ports, 'explain_prediction', input)
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return explainPrediction.output.parse(outcome.value)
}

function total({ baseline, contributions }: Awaited<ReturnType<typeof explain>>): number {
  return contributions.reduce((sum, { contribution }) => sum + contribution, baseline)
}

describe('explain_prediction', () => {
  test('adds up to the log-odds of what XGBoost itself predicts', async () => {
    for (const [index, features] of churnGolden.rows.entries()) {
      const explained = await explain({ model: 'churn', features })
      const probability = churnGolden.probabilities[index]?.Yes ?? Number.NaN
      expect(explained.scale).toBe('log_odds')
      expect(explained.explained).toBe('Yes')
      expect(1 / (1 + Math.exp(-total(explained)))).toBeCloseTo(probability, 5)
    }
  })

  test('adds up to the logarithm of what a gamma regression predicts, told in its unit', async () => {
    const [features] = priceGolden.rows
    const explained = await explain({ model: 'price', features })
    expect(explained.scale).toBe('log')
    expect(Math.exp(total(explained)) / (priceGolden.values[0] ?? 0)).toBeCloseTo(1, 5)
    expect(explainPrediction.present(explained).text).toContain('$')
  })

  test('speaks for the predicted class where there are several', async () => {
    const features = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 }
    const explained = await explain({ model: 'iris', features })
    expect(explained.explained).toBe('setosa')
    expect(explained.scale).toBe('score')
    expect(explained.contributions[0]?.contribution).toBeGreaterThan(0)
  })

  test('turns its signs around when the first class is the one asked about', async () => {
    const deployed = await run(ports, 'deploy_model', {
      sample: 'churn',
      name: 'stay',
      classes: ['Stayed', 'Left'],
      positive_label: 'Stayed',
    })
    expect(deployed.ok).toBe(true)
    const left = await explain({ model: 'churn', features: CUSTOMER })
    const stayed = await explain({ model: 'stay', features: CUSTOMER })
    expect(stayed.explained).toBe('Stayed')
    expect(stayed.margin).toBeCloseTo(-left.margin, 6)
    expect(stayed.contributions.map(({ contribution }) => -contribution)).toEqual(
      left.contributions.map(({ contribution }) => contribution),
    )
  })

  test('reads as a sentence whose numbers are in the result', async () => {
    const explained = await explain({ model: 'churn', features: CUSTOMER })
    const { text, blocks } = explainPrediction.present(explained)
    expect(text).toBe(
      '**tenure of 24 months** lowers the probability of churning most; monthly_charges of $70 raises it and total_charges of $1,680 lowers it. From a starting point of 26% the model arrives at 23%.',
    )
    expect(blocks[0]).toMatchObject({ kind: 'contributions', omitted: 0 })
  })

  test('reports every problem of a row like predict', async () => {
    const outcome = await run(ports, 'explain_prediction', {
      model: 'churn',
      features: { tenur: 1 },
    })
    expect(outcome.ok).toBe(false)
    if (!outcome.ok) expect(outcome.failure.details.length).toBeGreaterThan(2)
  })

  test('splits a change exactly among the inputs that differ, and says it in a sentence', async () => {
    const before = { ...CUSTOMER, monthly_charges: 95, tenure: 2 }
    const explained = await explain({ model: 'churn', features: CUSTOMER, instead_of: before })
    const changes = explained.compared?.changes ?? []
    expect(changes.map(({ name }) => name).sort()).toEqual(['monthly_charges', 'tenure'])
    const moved = changes.reduce((sum, { contribution }) => sum + contribution, 0)
    const old = await explain({ model: 'churn', features: before })
    expect(explained.compared?.before).toBeCloseTo(old.probability ?? Number.NaN, 9)
    expect((explained.compared?.before ?? 0) + moved).toBeCloseTo(explained.probability ?? 0, 9)
    expect(explained.compared?.after).toBeCloseTo(explained.probability ?? 0, 9)
    const { text } = explainPrediction.present(explained)
    expect(text).toContain('tenure of 24 months instead of 2 months')
    expect(text).toContain('instead of')
  })

  test('says so where nothing changed, and refuses a row that is no row of the model', async () => {
    const same = await explain({ model: 'churn', features: CUSTOMER, instead_of: CUSTOMER })
    expect(same.compared?.changes).toEqual([])
    expect(explainPrediction.present(same).text).toStartWith('Nothing is different')
    const wrong = await run(ports, 'explain_prediction', {
      model: 'churn',
      features: CUSTOMER,
      instead_of: { tenure: 'long' },
    })
    if (wrong.ok) throw new Error('a row without numbers was compared')
    expect(wrong.failure.code).toBe('invalid_input')
    expect(wrong.failure.details[0]?.path).toStartWith('instead_of')
  })
})
