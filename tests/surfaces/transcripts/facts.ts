// The example conversation: its words, its file and the facts that every surface has to tell in it.

import { join } from 'node:path'
import { SAMPLES_FOLDER } from '../../support/ports.ts'

/** What happens in the conversation, wherever it is held; further exchanges of a document have no moment. */
export const MOMENTS = ['deploy', 'predict', 'why', 'list', 'inputs'] as const
export type Moment = (typeof MOMENTS)[number]

export interface Exchange {
  readonly moment: Moment | null
  /** What was done and what was answered, as it stands in a document. */
  readonly shown: string
  /** Facts of the moment that this surface leaves out here, each with the reason. */
  readonly leavesOut?: Readonly<Record<string, string>>
}

export const CHURN_FILE = join(SAMPLES_FOLDER, 'churn/churn_model.pkl')
export const TITLE = 'Customer churn'
export const ROW = { tenure: 24, monthly_charges: 70, total_charges: 1680 } as const

/** For surfaces that are talked to. */
export const WORDS = {
  wish: 'I want to deploy my customer churn model',
  predict:
    'Make a prediction for a customer with 24 months tenure, $70 monthly charges, and $1680 total charges',
  why: 'Why?',
  list: 'Show me available models',
  inputs: 'What inputs does the churn model need?',
} as const

/**
 * A fact holds where its pattern is found in what was shown. Figures are rounded for people and whole in data, so a
 * pattern has both; they are those of XGBoost itself for this model and row.
 */
export const FACTS: Readonly<Record<Moment, Readonly<Record<string, RegExp>>>> = {
  deploy: {
    'the library that wrote it': /xgboost/i,
    'the inputs, in order': /\btenure\b.*\bmonthly_charges\b.*\btotal_charges\b/s,
    'that it is deployed': /is now deployed at|"deployed": ?true/,
    'the endpoint': /\/api\/predict\/churn\b/,
  },
  predict: {
    'the probability': /\b23%|\b0\.22997549/,
    'of whom': /\bchurning\b|"positive_label": ?"1"/,
    'the band of risk': /Low Risk/,
    'how sure it is': /Confidence is high|"confidence": ?"high"/,
    'the probability of the other class': /\b77%|\b0\.77002453/,
    'the tenure that was used': /tenure\W+(?:value\W+)?24\b/,
    'the monthly charges that were used': /monthly_charges\W+(?:value\W+)?70\b/,
    'the total charges that were used': /total_charges\W+(?:value\W+)?1,?680\b/,
    'the model and its version': /\bchurn\b.*\b1-44cb789611db\b/s,
  },
  why: {
    'what lowers it most': /tenure\b.{0,60}?-0\.172(?:6\b|5964)/s,
    'what raises it': /monthly_charges\b.{0,60}?\+?0\.0261(?:5\b|5074)/s,
    'what lowers it too': /total_charges\b.{0,60}?-0\.0231(?:5\b|45)/s,
    'the prediction that is explained': /\b23%|\b0\.22997549/,
    'the model and its version': /\bchurn\b.*\b1-44cb789611db\b/s,
  },
  list: {
    'the one model': /\bchurn\b/,
    'its title': /Customer churn/,
    'its inputs, in order': /\btenure\b.*\bmonthly_charges\b.*\btotal_charges\b/s,
    'its endpoint': /\/api\/predict\/churn\b/,
  },
  inputs: {
    'the inputs, in order': /\btenure\b.*\bmonthly_charges\b.*\btotal_charges\b/s,
    'that they are numbers': /\bnumber\b|"float"/,
    'whether they are needed': /\brequired\b|"optional": ?false/,
    'that they may be empty': /or null\b|"nullable": ?true/,
    'the endpoint': /\/api\/predict\/churn\b/,
  },
}

/** The facts of the moment that were not told. */
export function untold(moment: Moment, shown: string): string[] {
  return Object.entries(FACTS[moment]).flatMap(([fact, pattern]) =>
    pattern.test(shown) ? [] : [fact],
  )
}
