// Ways of speaking, turn by turn, to the sample models: what each turn plans, and what it only says.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createTestPorts, SAMPLE_NAMES, type TestPorts } from '../../support/ports.ts'
import { talkTo } from '../support/talk.ts'

let ports: TestPorts
beforeAll(async () => {
  ports = await createTestPorts()
  const talk = talkTo(ports)
  for (const name of SAMPLE_NAMES) await talk.say(`try the ${name} sample`)
})
afterAll(() => ports.close())

const churn = (tenure: number, monthly_charges: number | null, total_charges: number | null) => ({
  model: 'churn',
  features: { tenure, monthly_charges, total_charges },
})
const CUSTOMER = churn(24, 70, 1680)
const iris = (...values: readonly number[]) => ({
  model: 'iris',
  features: {
    sepal_length: values[0],
    sepal_width: values[1],
    petal_length: values[2],
    petal_width: values[3],
  },
})
const SETOSA = iris(5.1, 3.5, 1.4, 0.2)

/** The last turn is judged. */
type Row = readonly [said: string, operation: string, input: Record<string, unknown>]

const DONE: readonly Row[] = [
  // Slips of the pen.
  ['which columns does irsi take', 'describe_model', { model: 'iris' }],
  ['describe chrun', 'describe_model', { model: 'churn' }],
  ['predict irsi with 5.1 3.5 1.4 0.2', 'predict', SETOSA],
  // Other words for monthly and total.
  [
    'will a customer with 24 months tenure churn? he pays 70 a month and 1680 overall',
    'predict',
    CUSTOMER,
  ],
  ['predict churn: 24 months, 70 per month, 1680 altogether', 'predict', CUSTOMER],
  ['churn for tenure 24, 70 each month, 1680 so far', 'predict', CUSTOMER],
  ['churn for tenure 24, 70 monthly, 1680 to date', 'predict', CUSTOMER],
  ['churn for tenure 24, 70 every month, lifetime 1680', 'predict', CUSTOMER],
  [
    'churn risk: customer for 24 months, billed $70 each month and $1680 in all',
    'predict',
    CUSTOMER,
  ],
  ['customer: 24 months, $70/mo, $1680 total. churn?', 'predict', CUSTOMER],
  [
    'customer for two years paying seventy bucks a month and 1680 dollars overall',
    'predict',
    CUSTOMER,
  ],
  ['churn, two years, seventy bucks monthly, about 1.7k total', 'predict', churn(24, 70, 1700)],
  ['customer for a year and a half, 55 a month, 990 so far, churn', 'predict', churn(18, 55, 990)],
  // Several forms in one message.
  [
    'score a customer: tenure=5; MonthlyCharges: 80; totalcharges 400',
    'predict',
    churn(5, 80, 400),
  ],
  ['p(churn | tenure=24, monthly=70, total=1680)', 'predict', CUSTOMER],
  ['tenure: 24 | monthly_charges: 70 | total_charges: 1680', 'predict', CUSTOMER],
  ['Predict: monthly 70, total 1680, tenure 24', 'predict', CUSTOMER],
  ['tenure 24 70 a month total 1680 -- stay or go?', 'predict', CUSTOMER],
  ['churn 24/70/1680', 'predict', CUSTOMER],
  // Values that are not known.
  ['tenure 12 monthly charges unknown total charges 900, churn?', 'predict', churn(12, null, 900)],
  ['churn: tenure 12, monthly 80, total charges n/a', 'predict', churn(12, 80, null)],
  ["churn: tenure 12, monthly 80, we don't know the total charges", 'predict', churn(12, 80, null)],
  ['churn: tenure 12, monthly 80, total charges not recorded', 'predict', churn(12, 80, null)],
  // Two sizes of one thing, units, flags said in words.
  ['Which iris has sepals of 5.1 by 3.5 cm and petals of 1.4 by 0.2 cm?', 'predict', SETOSA],
  ['iris with sepal 5.1 x 3.5 and petal 1.4 x 0.2', 'predict', SETOSA],
  ['sepals 51 by 35 mm, petals 14 by 2 mm', 'predict', SETOSA],
  // One after another.
  ['predict churn || 24 || 24 || tenure || 70 || monthly || 1680', 'predict', CUSTOMER],
  ['predict churn || 24 || 70 || 1680 || yes', 'predict', CUSTOMER],
  ['predict churn || tenure || 24 || 70 and 1680', 'predict', CUSTOMER],
  [
    "predict churn || 24 || it's the tenure || monthly charges are 70, total 1680",
    'predict',
    CUSTOMER,
  ],
  ['predict churn || 2 years || 70 || the monthly one || 1680', 'predict', CUSTOMER],
  ['predict churn || 24 || 70 || tenure 24 || monthly || 1680', 'predict', CUSTOMER],
  ['predict churn || what is tenure? || 24, 70, 1680', 'predict', CUSTOMER],
  ['predict churn || actually iris || 5.1, 3.5, 1.4, 0.2', 'predict', SETOSA],
  // Leaning on the last prediction.
  ['churn 24, 70, 1680 || what about a tenure of 6? || back to 24', 'predict', CUSTOMER],
  ['churn 24, 70, 1680 || what was the most important factor?', 'explain_prediction', CUSTOMER],
  ['churn 24, 70, 1680 || now double the monthly', 'predict', churn(24, 140, 1680)],
  // Which model, and then about it.
  ['Which model predicts the price of a house?', 'describe_model', { model: 'price' }],
  ['which model is for churn? || what does it need?', 'describe_model', { model: 'churn' }],
  [
    'which model can tell me the species of a flower? || what is its endpoint',
    'describe_model',
    { model: 'iris' },
  ],
  [
    'which model should I use for customer attrition || give me the curl',
    'describe_model',
    { model: 'churn' },
  ],
  ['which model should I ask about customers leaving?', 'describe_model', { model: 'churn' }],
  ['do you have a model for house prices?', 'describe_model', { model: 'price' }],
  ['is churn live?', 'describe_model', { model: 'churn' }],
  ['what are the units for churn', 'describe_model', { model: 'churn' }],
  ['can I leave out total charges in churn?', 'describe_model', { model: 'churn' }],
  ['show me an example for price', 'describe_model', { model: 'price' }],
  ['where do I send requests for price', 'describe_model', { model: 'price' }],
  ['list versions of churn || version 1 please', 'describe_model', { model: 'churn', version: 1 }],
  ['what file types do you accept?', 'help', { topic: 'deploy_model' }],
  ['can you handle xgboost?', 'help', { topic: 'deploy_model' }],
]

/** Nothing runs; the reply holds this. */
const SAID: readonly (readonly [said: string, holds: string])[] = [
  ['undeploy irsi', 'Shall I undeploy iris?'],
  ['predict churn || 24', 'Which is 24: tenure, monthly_charges or total_charges?'],
  ['predict churn || 24 || 24', 'I have noted 24'],
  ['predict churn || 24 || and with 12?', 'I have kept 12 as well'],
  ['predict churn || 24 || why?', 'nothing to explain yet. For Customer churn I still need tenure'],
  ['predict churn || bananas', 'I still need tenure (months)'],
  ['predict churn || tenure', 'What is tenure (months)?'],
  [
    'predict churn || 24 || 70 || 1680',
    'Shall I take tenure 24, monthly_charges 70 and total_charges 1680?',
  ],
  ["predict churn || I don't know", 'say of which input'],
  ['will she churn?', 'I need tenure (months)'],
  ['score this: 24, 70, 1680', 'For which model'],
  ['why did churn say that', 'no prediction to explain yet'],
  ['rename churn to attrition', 'cannot rename'],
  ['export churn', 'cannot hand models back'],
  ['churn 24, 70, 1680 || and if he paid 90?', 'Which input of Customer churn shall be 90?'],
  ['predict churn for [[24,70,1680],[2,95,190]] || which of these is the riskiest?', 'cannot rank'],
]

async function play(said: string) {
  const talk = talkTo(ports)
  let last = await talk.say('hello')
  for (const turn of said.split(' || ')) last = await talk.say(turn)
  return last
}

describe('spoken to the sample models', () => {
  test.each(DONE)('%p', async (said, operation, input) => {
    const { steps } = await play(said)
    expect(steps).toMatchObject([{ operation, status: 'done' }])
    expect(steps[0]?.input).toEqual(input)
  })

  test.each(SAID)('%p runs nothing', async (said, holds) => {
    const { steps, reply } = await play(said)
    expect(steps.filter(({ status }) => status === 'done')).toEqual([])
    expect(reply).toContain(holds)
  })

  test('a flag that a number stands for is heard with its negation', async () => {
    const house =
      'What is a 2,000 sqft house worth with 3 bedrooms, 2.25 bathrooms, 2 floors, grade 7, condition 3, a lot of 7,500 sqft, 30 years old,'
    for (const [said, waterfront] of [
      ['not on the waterfront?', 0],
      ['on the water?', 1],
    ] as const) {
      const { steps } = await play(`${house} ${said}`)
      expect(steps).toMatchObject([{ operation: 'predict', status: 'done' }])
      const features = { sqft_living: 2000, sqft_lot: 7500, waterfront }
      expect(steps[0]?.input).toMatchObject({ model: 'price', features })
    }
  })

  test('a prediction that follows a change in one message is made after it', async () => {
    const { steps } = await play('deploy the churn sample and then predict 24, 70, 1680')
    expect(steps).toMatchObject([
      { operation: 'deploy_model', input: { sample: 'churn' }, status: 'done' },
      { operation: 'predict', input: CUSTOMER, status: 'done' },
    ])
  })

  test('what could not follow is named', async () => {
    const { steps, reply } = await play('deploy the churn sample and then predict tenure 24')
    expect(steps).toMatchObject([{ operation: 'deploy_model', status: 'done' }])
    expect(reply).toContain('I have not done the second part yet: please say “predict tenure 24”')
  })

  test('two models are told of one after the other', async () => {
    const { steps } = await play('compare churn and iris')
    expect(steps.map(({ input }) => input['model'])).toEqual(['churn', 'iris'])
  })

  test('rows parted by semicolons are a batch', async () => {
    const { steps } = await play(
      'two customers: tenure 24, 70 monthly, 1680 total; tenure 2, 95 monthly, 190 total. churn?',
    )
    const rows = [CUSTOMER.features, churn(2, 95, 190).features]
    expect(steps[0]).toMatchObject({ operation: 'predict_batch', status: 'done' })
    expect(steps[0]?.input).toEqual({ model: 'churn', rows })
  })
})
