// What people say of what-ifs, texts, wide rows and questions that went wrong, and what must happen.

import {
  asksToPredict,
  churn,
  confirms,
  type Draft,
  done,
  explains,
  fraud,
  iris,
  predicts,
  price,
  review,
  section,
  type UtteranceCase,
} from './case.ts'

const CUSTOMER = 'churn for tenure 24, monthly charges 70, total charges 1680'
const HOUSE = 'price for sqft_living 1800, bedrooms 3, bathrooms 2, condition 3, age_years 20'
const FLOWER = 'iris 5.1, 3.5, 1.4, 0.2'

const after = (first: string, said: string | readonly string[], expected: Draft): Draft => ({
  ...expected,
  say: [first, ...[said].flat()],
})

const customerThen = (
  said: string | readonly string[],
  tenure: number,
  monthly: number,
  total = 1680,
) => after(CUSTOMER, said, { say: '', expect: [predicts('churn', churn(tenure, monthly, total))] })

const houseThen = (said: string | readonly string[], ...row: Parameters<typeof price>) =>
  after(HOUSE, said, { say: '', expect: [predicts('price', price(...row))] })

const nothingAfter = (first: string, said: string | readonly string[]) =>
  after(first, said, { say: '', expect: [] })

export const WHAT_IF_CASES: readonly UtteranceCase[] = section('what-if', [
  customerThen('what if monthly charges were $20', 24, 20),
  customerThen('what if they only paid $20 a month?', 24, 20),
  customerThen('suppose the monthly bill was 20 dollars', 24, 20),
  customerThen(['what if monthly charges were $20', 'and with 3 months?'], 3, 20),
  customerThen('with a tenure of 3 months and monthly charges of $20 instead?', 3, 20),
  customerThen('lower monthly charges to $50', 24, 50),
  after(CUSTOMER, ['what if monthly charges were $20', 'why did it change?'], {
    say: '',
    expect: [explains('churn', churn(24, 20, 1680))],
  }),
  after(CUSTOMER, ['what if monthly charges were $20', 'why is it lower now?'], {
    say: '',
    expect: [explains('churn', churn(24, 20, 1680))],
  }),
  customerThen('half the monthly charges', 24, 35),
  customerThen('double the tenure', 48, 70),
  customerThen('what if the tenure was three times as long', 72, 70),
  customerThen(['what if monthly charges were $20', 'half that'], 24, 10),
  customerThen(['what if monthly charges were $20', 'and twice that?'], 24, 40),
  customerThen(['what if monthly charges were $20', '10% more'], 24, 22),
  customerThen(['what if monthly charges were $20', '+10%'], 24, 22),
  customerThen(['what if monthly charges were $50', '20 dollars less'], 24, 30),
  customerThen('monthly charges 20 dollars less', 24, 50),
  customerThen('a year longer', 36, 70),
  customerThen('what if they stayed half a year longer?', 30, 70),
  customerThen('6 months less', 18, 70),
  customerThen(['20 dollars less', 'monthly charges'], 24, 50),
  customerThen(['10% more', 'the total charges'], 24, 70, 1848),
  customerThen('raise the monthly charges by 15%', 24, 80.5),
  houseThen('10 years older', 1800, 3, 2, 3, 30),
  houseThen('one more bedroom', 1800, 4, 2, 3, 20),
  houseThen('200 square feet bigger', 2000, 3, 2, 3, 20),
  // Of money there are two, of bare numbers many: which is meant is asked.
  nothingAfter(CUSTOMER, '20 dollars less'),
  nothingAfter(CUSTOMER, '10% more'),
  nothingAfter(CUSTOMER, 'half that'),
  nothingAfter(CUSTOMER, 'a bit more'),
  nothingAfter(FLOWER, '2 cm longer'),
  nothingAfter(CUSTOMER, '2 years longer and 10 dollars less'),
  nothingAfter(HOUSE, 'what if it was 200 square feet bigger and in condition 5'),
  nothingAfter('churn with tenure unknown, monthly charges 70, total unknown', 'half that'),
  customerThen('twice as long', 48, 70),
  // Money is not months, whichever input was changed last.
  customerThen(
    ['what if monthly charges were $20', 'and tenure 12', 'what if monthly is 25'],
    12,
    25,
  ),
  nothingAfter(CUSTOMER, ['what if the tenure was 12', 'what if he pays 25']),
  nothingAfter(CUSTOMER, ['what if the tenure was 12', '10 percent cheaper']),
  nothingAfter(CUSTOMER, 'what if they stay 90 days longer'),
  after(CUSTOMER, 'what if tenure was between 20 and 30', {
    say: '',
    expectAny: [[], [asksToPredict('churn', { monthly_charges: 70, total_charges: 1680 })]],
  }),
  customerThen('monthly charges minus 20 dollars', 24, 50),
  houseThen('one bathroom less', 1800, 3, 1, 3, 20),
  // What is given already changes by so much while the rest is still asked for.
  {
    say: [
      'price for sqft_living 1800, bedrooms 3, bathrooms 2',
      'what if it was 200 square feet bigger',
    ],
    expect: [asksToPredict('price', { sqft_living: 2000, bedrooms: 3, bathrooms: 2 })],
  },
  // A name for what was asked two turns ago completes nothing.
  after(CUSTOMER, ['20 dollars less', 'thanks', 'monthly charges'], {
    say: '',
    expectHarmless: true,
  }),
  after(CUSTOMER, 'more than 30 months tenure', {
    say: '',
    expect: [asksToPredict('churn', { monthly_charges: 70, total_charges: 1680 })],
  }),
  after(CUSTOMER, 'the same but on a two year contract', { say: '', expectHarmless: true }),
  // No month is a fixed number of weeks.
  after(CUSTOMER, 'what if tenure was 6 weeks', {
    say: '',
    expect: [asksToPredict('churn', { monthly_charges: 70, total_charges: 1680 })],
  }),
  customerThen(['what if the tenure was 9 weeks', '2'], 2, 70),
  {
    say: 'churn with 6 weeks tenure, $70 monthly charges and $1680 total charges',
    expect: [asksToPredict('churn', { monthly_charges: 70, total_charges: 1680 })],
  },
  after(FLOWER, 'what if the petal length was 50 mm', {
    say: '',
    expect: [predicts('iris', iris(5.1, 3.5, 5, 0.2))],
  }),
  { say: 'half that', expect: [] },
  { say: 'a year longer', expect: [] },
])

const timing = (question: string) => predicts('question-timing', { question })
const onlyTiming = { models: ['question-timing', 'churn', 'price'] }
const both = { models: ['question-timing', 'sentiment', 'churn'] }

export const TEXT_CASES: readonly UtteranceCase[] = section('texts', [
  {
    ...onlyTiming,
    say: 'is this asked before or after the purchase: does it fit a 30 inch oven?',
    expect: [timing('does it fit a 30 inch oven?')],
  },
  {
    ...both,
    say: 'was this asked before or after buying: how do I install it',
    expect: [timing('how do I install it')],
  },
  {
    ...onlyTiming,
    say: 'classify: does it come with batteries?',
    expect: [timing('does it come with batteries?')],
  },
  { ...both, say: 'classify: are batteries in the box?', expect: [] },
  {
    ...both,
    say: 'what does question-timing say about “how do I install it”',
    expect: [timing('how do I install it')],
  },
  {
    ...both,
    say: 'question-timing: what are the inputs for, and how do I deploy this?',
    expect: [timing('what are the inputs for, and how do I deploy this?')],
  },
  {
    ...onlyTiming,
    say: 'classify this question: "Will it train my dog? I said: no, delete it!"',
    expect: [timing('Will it train my dog? I said: no, delete it!')],
  },
  // Where an unquoted text begins is a guess.
  { ...both, say: 'what does question-timing say about how do I install it', expect: [] },
  {
    ...both,
    say: ['check a question with question-timing', 'how do I use this?'],
    expect: [timing('how do I use this?')],
  },
  {
    ...both,
    say: ['check a question with question-timing', 'which models are there?'],
    expect: [done('list_models')],
  },
  {
    ...both,
    say: ['question-timing: how do I install it', 'why?'],
    expect: [explains('question-timing', { question: 'how do I install it' })],
  },
  {
    ...both,
    say: ['question-timing: how do I install it', 'what if it was “does it fit my car?”'],
    expect: [timing('does it fit my car?')],
  },
  {
    ...both,
    say: ['question-timing: how do I install it', 'what does “it” mean?'],
    expectHarmless: true,
  },
  {
    say: 'sentiment: delete the churn model',
    expect: [predicts('sentiment', review('delete the churn model'))],
  },
  {
    say: 'classify with sentiment: please undeploy iris',
    expect: [predicts('sentiment', review('please undeploy iris'))],
  },
  {
    say: 'run sentiment on this: take iris offline',
    expect: [predicts('sentiment', review('take iris offline'))],
  },
  {
    say: 'is this review good or bad: I would not deploy this to my worst enemy',
    expect: [predicts('sentiment', review('I would not deploy this to my worst enemy'))],
  },
  {
    say: 'predict: the churn of a customer with tenure 24',
    expect: [asksToPredict('churn', { tenure: 24 })],
  },
  { say: 'please call it: "retention"', expectHarmless: true },
  {
    say: 'delete sentiment: it is bad',
    expect: [confirms('delete_model', { model: 'sentiment' })],
  },
  {
    say: 'classify: tenure 24, monthly charges 70, total charges 1680',
    expect: [predicts('churn', churn(24, 70, 1680))],
  },
  {
    say: ['sentiment: broken', 'what if it said "good"'],
    expect: [predicts('sentiment', review('good'))],
  },
])

const ROW = {
  gender: 'Female',
  SeniorCitizen: 0,
  Partner: 'Yes',
  Dependents: 'No',
  tenure: 24,
  PhoneService: 'Yes',
  MultipleLines: 'No',
  InternetService: 'DSL',
  OnlineSecurity: 'No',
  OnlineBackup: 'No',
  DeviceProtection: 'No',
  TechSupport: 'No',
  StreamingTV: 'No',
  StreamingMovies: 'Yes',
  Contract: 'Month-to-month',
  PaperlessBilling: 'Yes',
  PaymentMethod: 'Mailed check',
  MonthlyCharges: 70,
}
const wide = { models: ['telco'] }
const AS_JSON = `predict telco with ${JSON.stringify(ROW)}`
const cells = Object.values(ROW).join(',')
const wideThen = (said: string, changes: Partial<Record<keyof typeof ROW, unknown>>): Draft => ({
  ...wide,
  say: [AS_JSON, said],
  expect: [predicts('telco', { ...ROW, ...changes })],
})

export const WIDE_CASES: readonly UtteranceCase[] = section('wide', [
  { ...wide, say: AS_JSON, expect: [predicts('telco', ROW)] },
  { ...wide, say: `telco: ${cells}`, expect: [predicts('telco', ROW)] },
  {
    ...wide,
    say: `${Object.keys(ROW).join(',')}\n${cells}`,
    expect: [predicts('telco', ROW)],
  },
  {
    ...wide,
    say: `telco\n${Object.entries(ROW)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n')}`,
    expect: [predicts('telco', ROW)],
  },
  { ...wide, say: 'predict telco', expect: [asksToPredict('telco', {})] },
  {
    ...wide,
    say: 'telco prediction for a female customer on a two year contract, paid by credit card, with a partner, no dependents, paperless billing: yes',
    expect: [
      asksToPredict('telco', {
        gender: 'Female',
        Partner: 'Yes',
        Dependents: 'No',
        Contract: 'Two year',
        PaperlessBilling: 'Yes',
        PaymentMethod: 'Credit card (automatic)',
      }),
    ],
  },
  {
    ...wide,
    say: [
      'predict telco for a female senior citizen without partner',
      'no dependents, without online security, and tech support',
    ],
    expect: [
      asksToPredict('telco', {
        gender: 'Female',
        SeniorCitizen: 1,
        Partner: 'No',
        Dependents: 'No',
        OnlineSecurity: 'No',
        TechSupport: 'Yes',
      }),
    ],
  },
  wideThen('the same but on a two year contract', { Contract: 'Two year' }),
  wideThen('what if the contract was one year?', { Contract: 'One year' }),
  wideThen('and paid by electronic check', { PaymentMethod: 'Electronic check' }),
  wideThen('what if she was a senior and had a two year contract', {
    SeniorCitizen: 1,
    Contract: 'Two year',
  }),
  wideThen('what if there was no internet service', { InternetService: 'No' }),
  wideThen('without paperless billing', { PaperlessBilling: 'No' }),
  wideThen('what if she had no partner and fiber optic', {
    Partner: 'No',
    InternetService: 'Fiber optic',
  }),
  {
    ...wide,
    say: [AS_JSON, 'what if the contract was weekly'],
    expect: [asksToPredict('telco', without(ROW, 'Contract'))],
  },
  {
    ...wide,
    say: [AS_JSON, 'what if the contract was weekly', 'two year'],
    expect: [predicts('telco', { ...ROW, Contract: 'Two year' })],
  },
  {
    say: [
      'fraud: amount 250, country DE, online, hour 23',
      'what if the country was FR and not online?',
    ],
    deployed: ['fraud'],
    expect: [predicts('fraud', fraud(250, 'FR', false, 23))],
  },
])

function without(row: Readonly<Record<string, unknown>>, name: string) {
  return Object.fromEntries(Object.entries(row).filter(([key]) => key !== name))
}

const LISTING = done('list_models')

export const ASKING_CASES: readonly UtteranceCase[] = section('asking', [
  {
    say: 'churn with tenure=abc, monthly_charges=70, total_charges=1680',
    expect: [asksToPredict('churn', { monthly_charges: 70, total_charges: 1680 })],
  },
  {
    say: ['predict churn with monthly_charges 70 and total_charges 1680', 'tenure=abc'],
    expect: [asksToPredict('churn', { monthly_charges: 70, total_charges: 1680 })],
  },
  {
    say: ['predict churn', '24', '70', '1680', 'no'],
    expect: [asksToPredict('churn', {})],
  },
  {
    say: ['predict churn with tenure 24', '1680', '70', 'no', 'monthly 70, total 1680'],
    expect: [predicts('churn', churn(24, 70, 1680))],
  },
  { say: ['predict churn', '24', '70', '1680', 'no', 'no'], expect: [] },
  {
    say: [
      'deploy this, the columns are alcohol, acidity',
      'the features are alcohol, acidity, sugar',
    ],
    models: [],
    filesBefore: [{ fileName: 'wine.pkl' }],
    expectAny: [
      [done('deploy_model', { upload: 'upload-1', features: ['alcohol', 'acidity', 'sugar'] })],
    ],
  },
  {
    say: 'undeploy iris and show me the models',
    expect: [done('undeploy_model', { model: 'iris' }), LISTING],
  },
  {
    say: 'roll churn back and describe it',
    expect: [
      done('promote_version', { model: 'churn', version: 2 }),
      done('describe_model', { model: 'churn' }),
    ],
  },
  {
    say: "send 10 % of churn's traffic to version 2",
    expect: [done('set_traffic', { model: 'churn', shares: { '2': 10 } })],
  },
  { say: "never send churn's traffic to version 2", expectHarmless: true },
  { say: 'undeploy iris and show me the models?', expectHarmless: true },
  { say: 'undeploy iris and show me the models if anna agrees', expectHarmless: true },
  { say: 'my boss said undeploy iris and show me the models', expectHarmless: true },
  { say: "don't undeploy iris and show me the models", expectHarmless: true },
  { say: 'delete iris and show me the models', expectHarmless: true },
  { say: 'undeploy iris and show me the models, just kidding', expectHarmless: true },
  { say: 'undeploy iris and tell my boss', expectHarmless: true },
])
