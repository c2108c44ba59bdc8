// Golden answers are a library's own: each file names which, so that nobody takes Parley's answers for proof of themselves.

import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { SAMPLES_FOLDER } from '../support/ports.ts'

test.each([
  ['churn', /^xgboost \d/],
  ['price', /^xgboost \d/],
  ['iris', /^scikit-learn \d/],
  ['house-price', /^scikit-learn \d/],
  ['question-timing', /^scikit-learn \d/],
])('the golden answers of %s name the library that gave them', async (name, library) => {
  const golden = await Bun.file(join(SAMPLES_FOLDER, name, 'golden.json')).json()
  expect(golden.library).toMatch(library)
  expect(golden.rows.length).toBeGreaterThan(20)
})
