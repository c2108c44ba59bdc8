// Models that only the cases which name them have at hand: one of texts and one of many mixed columns.

import type { InputField } from '#core/model.ts'
import type { CatalogueModel } from './catalogue.ts'

/** A real scikit-learn pipeline answers: TF-IDF and logistic regression. */
const QUESTION_TIMING: CatalogueModel = {
  name: 'question-timing',
  title: 'Question timing',
  aliases: ['question timing'],
  description: 'Whether a product question was asked before or after the purchase.',
  signature: {
    task: 'text_classification',
    namesKnown: true,
    inputs: [
      {
        name: 'question',
        type: 'string',
        optional: false,
        example: 'Does it fit a 30 inch oven?',
        aliases: ['text'],
      },
    ],
    outputs: [{ name: 'label', type: 'label' }],
    classes: ['Post', 'Pre'],
    target: 'timing',
  },
  versions: [1],
  live: 1,
  fixture: 'sklearn/1.2.2/tfidf.joblib',
}

const YES_NO = ['No', 'Yes'] as const

const choice = (name: string, categories: readonly string[]): InputField => ({
  name,
  type: 'category',
  categories,
  optional: false,
})

const yesNo = (name: string) => choice(name, YES_NO)

/** Telephone customers as they are often published: eighteen columns that count and one that does not. */
const TELCO: CatalogueModel = {
  name: 'telco',
  title: 'Telephone churn',
  aliases: ['telephone churn'],
  description: 'Probability that a telephone customer leaves, from the whole contract.',
  signature: {
    task: 'binary_classification',
    namesKnown: true,
    inputs: [
      choice('gender', ['Female', 'Male']),
      { name: 'SeniorCitizen', type: 'integer', allowed: [0, 1], optional: false },
      yesNo('Partner'),
      yesNo('Dependents'),
      { name: 'tenure', type: 'integer', unit: 'months', optional: false, example: 24 },
      yesNo('PhoneService'),
      choice('MultipleLines', ['No', 'No phone service', 'Yes']),
      choice('InternetService', ['DSL', 'Fiber optic', 'No']),
      choice('OnlineSecurity', ['No', 'No internet service', 'Yes']),
      choice('OnlineBackup', ['No', 'No internet service', 'Yes']),
      choice('DeviceProtection', ['No', 'No internet service', 'Yes']),
      choice('TechSupport', ['No', 'No internet service', 'Yes']),
      choice('StreamingTV', ['No', 'No internet service', 'Yes']),
      choice('StreamingMovies', ['No', 'No internet service', 'Yes']),
      choice('Contract', ['Month-to-month', 'One year', 'Two year']),
      yesNo('PaperlessBilling'),
      {
        ...choice('PaymentMethod', [
          'Bank transfer (automatic)',
          'Credit card (automatic)',
          'Electronic check',
          'Mailed check',
        ]),
        open: true,
      },
      { name: 'MonthlyCharges', type: 'float', unit: 'USD', optional: false, example: 70 },
      { name: 'customerID', type: 'string', optional: true, unused: true },
    ],
    outputs: [{ name: 'Churn', type: 'label' }],
    classes: ['No', 'Yes'],
    positiveLabel: 'Yes',
    target: 'churn',
  },
  versions: [1],
  live: 1,
}

export const MORE_MODELS: readonly CatalogueModel[] = [QUESTION_TIMING, TELCO]
