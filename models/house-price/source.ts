// Where the house sales come from, and which columns their files have.

import type { DataSource } from '../shared/find-data.ts'
import { makeSyntheticFiles } from './synthetic.ts'

const COMMIT = 'fc0b7b73'
const REPOSITORY = 'yaphott/interview-challenge-phdata'
const ADDRESS = `https://raw.githubusercontent.com/${REPOSITORY}/${COMMIT}/data`

export const TARGET = 'price'
/** The column that a request carries in place of the demographics. */
export const KEY = 'zipcode'

/** What a request carries: the columns of the homes to price. */
export const HOME_COLUMNS: readonly string[] = [
  ...['bedrooms', 'bathrooms', 'sqft_living', 'sqft_lot', 'floors', 'waterfront', 'view'],
  ...['condition', 'grade', 'sqft_above', 'sqft_basement', 'yr_built', 'yr_renovated', 'zipcode'],
  ...['lat', 'long', 'sqft_living15', 'sqft_lot15'],
]

export const FILE_NAMES = {
  sales: 'kc_house_data.csv',
  demographics: 'zipcode_demographics.csv',
  homes: 'future_unseen_examples.csv',
  features: 'model_features.json',
} as const

export const SOURCE: DataSource = {
  title: 'King County house sales of 2014 and 2015',
  publisher: `github.com/${REPOSITORY} at ${COMMIT}`,
  folder: 'kc_house',
  files: [
    {
      name: FILE_NAMES.sales,
      url: `${ADDRESS}/${FILE_NAMES.sales}`,
      maximumBytes: 8_000_000,
      columns: ['id', 'date', TARGET, ...HOME_COLUMNS],
    },
    {
      name: FILE_NAMES.demographics,
      url: `${ADDRESS}/${FILE_NAMES.demographics}`,
      maximumBytes: 100_000,
      columns: [KEY, 'ppltn_qty', 'medn_hshld_incm_amt', 'hous_val_amt', 'per_bchlr'],
    },
    {
      name: FILE_NAMES.homes,
      url: `${ADDRESS}/${FILE_NAMES.homes}`,
      maximumBytes: 100_000,
      columns: HOME_COLUMNS,
    },
    {
      name: FILE_NAMES.features,
      url: `${ADDRESS}/${FILE_NAMES.features}`,
      maximumBytes: 10_000,
    },
  ],
  synthetic: makeSyntheticFiles,
}
