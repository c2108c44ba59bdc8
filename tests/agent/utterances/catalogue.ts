// The models at hand while an utterance is judged, as plain data.

import type { InputField, Signature } from '#core/model.ts'

export interface CatalogueModel {
  readonly name: string
  readonly title: string
  readonly aliases: readonly string[]
  readonly description: string
  readonly signature: Signature
  /** Numbers of the versions that exist; all share the signature. */
  readonly versions: readonly number[]
  /** null when the model is registered and not deployed. */
  readonly live: number | null
  /** A model file below tests/fixtures that answers; a little linear graph where there is none. */
  readonly fixture?: string
}

const RISK_BANDS = [
  { below: 0.3, name: 'Low Risk' },
  { below: 0.6, name: 'Medium Risk' },
  { below: 1.01, name: 'High Risk' },
] as const

const CONFIDENCE_BANDS = [
  { below: 0.6, name: 'low' },
  { below: 0.75, name: 'medium' },
  { below: 1.01, name: 'high' },
] as const

/** Inputs of a tree model: a missing value has a direction, so each may be `null` where the person says so. */
const treeInput = (field: Omit<InputField, 'optional'>): InputField => ({
  ...field,
  optional: true,
})

const label = (name: string) => ({ name, type: 'label' }) as const

const CHURN: CatalogueModel = {
  name: 'churn',
  title: 'Customer churn',
  aliases: ['customer churn', 'attrition'],
  description: 'Probability that a telephone customer leaves.',
  signature: {
    task: 'binary_classification',
    namesKnown: true,
    inputs: [
      treeInput({
        name: 'tenure',
        type: 'integer',
        unit: 'months',
        minimum: 0,
        maximum: 72,
        example: 24,
        description: 'How long the customer has been with the company',
        aliases: ['months', 'months of tenure', 'customer for', 'length of stay'],
      }),
      treeInput({
        name: 'monthly_charges',
        type: 'float',
        unit: 'USD',
        minimum: 18.4,
        maximum: 118.75,
        example: 70,
        description: 'What the customer is billed each month',
        aliases: ['monthly', 'per month', 'a month', 'monthly bill', 'monthly fee'],
      }),
      treeInput({
        name: 'total_charges',
        type: 'float',
        unit: 'USD',
        minimum: 18.85,
        maximum: 8684.8,
        example: 1680,
        description: 'What the customer has been billed in all',
        aliases: ['total', 'in total', 'total bill', 'lifetime charges', 'paid so far'],
      }),
    ],
    outputs: [label('churn')],
    classes: ['No', 'Yes'],
    positiveLabel: 'Yes',
    target: 'churn',
    riskBands: RISK_BANDS,
    confidenceBands: CONFIDENCE_BANDS,
  },
  versions: [1, 2, 3],
  live: 3,
}

const PRICE: CatalogueModel = {
  name: 'price',
  title: 'House price',
  aliases: ['house price', 'home price'],
  description: 'Sale price of a house.',
  signature: {
    task: 'regression',
    namesKnown: true,
    inputs: [
      treeInput({
        name: 'sqft_living',
        type: 'float',
        unit: 'square feet',
        example: 1800,
        aliases: ['sqft', 'square feet', 'square foot', 'living area', 'size'],
      }),
      treeInput({
        name: 'bedrooms',
        type: 'integer',
        example: 3,
        aliases: ['bedroom', 'beds', 'bed'],
      }),
      treeInput({
        name: 'bathrooms',
        type: 'float',
        example: 2,
        aliases: ['bathroom', 'baths', 'bath'],
      }),
      treeInput({
        name: 'condition',
        type: 'integer',
        minimum: 1,
        maximum: 5,
        example: 3,
        description: 'From 1 (poor) to 5 (very good)',
      }),
      treeInput({
        name: 'age_years',
        type: 'integer',
        unit: 'years',
        example: 20,
        aliases: ['age', 'years old', 'year old'],
      }),
    ],
    outputs: [{ name: 'price', type: 'number', unit: 'USD' }],
    target: 'price',
    unit: 'USD',
  },
  versions: [1, 2],
  live: 2,
}

const IRIS: CatalogueModel = {
  name: 'iris',
  title: 'Iris species',
  aliases: ['iris species', 'flower'],
  description: 'Species of an iris flower.',
  signature: {
    task: 'multiclass_classification',
    namesKnown: true,
    inputs: (
      [
        ['sepal_length', 5.1],
        ['sepal_width', 3.5],
        ['petal_length', 1.4],
        ['petal_width', 0.2],
      ] as const
    ).map(([name, example]) => treeInput({ name, type: 'float', unit: 'cm', example })),
    outputs: [label('species')],
    classes: ['setosa', 'versicolor', 'virginica'],
    target: 'species',
    confidenceBands: CONFIDENCE_BANDS,
  },
  versions: [1],
  live: 1,
}

const SENTIMENT: CatalogueModel = {
  name: 'sentiment',
  title: 'Review sentiment',
  aliases: ['review sentiment'],
  description: 'Whether a review is positive or negative.',
  signature: {
    task: 'text_classification',
    namesKnown: true,
    inputs: [
      {
        name: 'text',
        type: 'string',
        optional: false,
        example: 'Great phone, would buy again.',
        aliases: ['review', 'comment', 'sentence'],
      },
    ],
    outputs: [label('sentiment')],
    classes: ['negative', 'positive'],
    target: 'sentiment',
    confidenceBands: CONFIDENCE_BANDS,
  },
  versions: [1],
  live: 1,
}

const FRAUD: CatalogueModel = {
  name: 'fraud',
  title: 'Card fraud',
  aliases: ['card fraud'],
  description: 'Probability that a card payment is fraudulent.',
  signature: {
    task: 'binary_classification',
    namesKnown: true,
    inputs: [
      treeInput({ name: 'amount', type: 'float', unit: 'USD', example: 120 }),
      treeInput({ name: 'country', type: 'category', categories: ['DE', 'FR', 'US'] }),
      treeInput({ name: 'is_online', type: 'boolean', example: true, aliases: ['online'] }),
      treeInput({ name: 'hour', type: 'integer', minimum: 0, maximum: 23, example: 14 }),
    ],
    outputs: [label('fraud')],
    classes: ['legitimate', 'fraud'],
    positiveLabel: 'fraud',
    target: 'fraud',
    riskBands: RISK_BANDS,
    confidenceBands: CONFIDENCE_BANDS,
  },
  versions: [1, 2],
  live: null,
}

const LOAN_DEFAULT: CatalogueModel = {
  name: 'loan_default',
  title: 'Loan default',
  aliases: ['loan default', 'loan'],
  description: 'Probability that a loan is not paid back.',
  signature: {
    task: 'binary_classification',
    namesKnown: true,
    inputs: [
      { name: 'income', type: 'float', unit: 'USD', optional: false, example: 55000 },
      {
        name: 'loan_amount',
        type: 'float',
        unit: 'USD',
        optional: false,
        example: 12000,
        aliases: ['loan', 'borrowed', 'loan size'],
      },
      { name: 'credit_score', type: 'integer', optional: false, example: 690 },
      {
        name: 'employment_years',
        type: 'float',
        unit: 'years',
        optional: false,
        example: 4,
        aliases: ['years employed', 'years of employment'],
      },
    ],
    outputs: [label('default')],
    classes: ['repaid', 'default'],
    positiveLabel: 'default',
    target: 'default',
    riskBands: RISK_BANDS,
    confidenceBands: CONFIDENCE_BANDS,
  },
  versions: [1],
  live: 1,
}

export const CATALOGUE: readonly CatalogueModel[] = [
  CHURN,
  PRICE,
  IRIS,
  SENTIMENT,
  FRAUD,
  LOAN_DEFAULT,
]

/** Sample models that `deploy_model {sample}` can load. */
export const SAMPLE_NAMES = ['churn', 'price', 'iris'] as const
