// The example conversation of the product's description, word for word, and the requests named beside it.

import { asks, type Conversation, done, predicts, price, section } from './case.ts'

export const EXAMPLE_CONVERSATION: Conversation = {
  title: 'deploys a churn model and asks it for a prediction',
  models: [],
  turns: [
    {
      say: 'I want to deploy my customer churn model',
      expect: [asks('deploy_model', { title: 'Customer churn' })],
      replyHolds: ['Great! Please upload your model file'],
    },
    {
      say: '',
      files: [{ fileName: 'churn_model.pkl' }],
      expect: [done('deploy_model', { upload: 'upload-1', title: 'Customer churn' })],
      replyHolds: [
        "I've loaded your XGBoost model.",
        'It expects tenure, monthly_charges, total_charges.',
        'It is now deployed at /api/predict/churn.',
        'How would you like to test it?',
      ],
    },
    {
      say: 'Make a prediction for a customer with 24 months tenure, $70 monthly charges, and $1680 total charges',
      expect: [predicts('churn', { tenure: 24, monthly_charges: 70, total_charges: 1680 })],
      // The figures come from the model at hand ("23%", "Low Risk", "high"), so only the wording between them is held.
      replyHolds: ['This customer has a', '% probability of churning (', 'Risk). Confidence is'],
    },
  ],
}

/** Said in the description beside the conversation, against the whole catalogue. */
export const EXAMPLE_REQUESTS = section('example', [
  {
    say: 'Deploy the customer churn model',
    // Churn is registered and live here: its newest version goes live again, or a new file is asked for.
    expectAny: [
      [done('deploy_model', { name: 'churn' })],
      [asks('deploy_model', { title: 'Customer churn' })],
      [asks('deploy_model', { name: 'churn' })],
      [asks('deploy_model', { name: 'churn', title: 'Customer churn' })],
    ],
  },
  {
    say: 'Make a prediction using the price model with sqft_living=1800, bedrooms=3, bathrooms=2, condition=3, age_years=20',
    expect: [predicts('price', price(1800, 3, 2, 3, 20))],
  },
  { say: 'Show me available models', expect: [done('list_models')] },
  {
    say: 'What inputs does the sentiment model need?',
    expect: [done('describe_model', { model: 'sentiment' })],
  },
])
