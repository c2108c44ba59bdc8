// Numbers in prose against the results of a conversation: which ones count as the same, which are inventions.

import { describe, expect, test } from 'bun:test'
import { findInventedNumbers } from '#agent/claude/number-check.ts'
import { createNumberCollector } from '#agent/claude/number-sources.ts'

const RESULT = {
  probability: 0.2344,
  class_probabilities: { No: 0.7656, Yes: 0.2344 },
  model_version: '3-1a2b3c4d5e6f',
  inputs: [
    { name: 'tenure', value: 24 },
    { name: 'monthly_charges', value: 70.35 },
  ],
  price: 231_013.4,
  tiny: 0.004,
  loss: -3.72,
  library_version: '3.0.0',
  created_at: '2026-11-20T10:15:00.000Z',
  text: 'This customer has a 23% probability of churning.',
}
const PERSON = 'eighteen months, 2.31k in total, and $1,680 before'

const sources = createNumberCollector()
sources.addResult(RESULT)
sources.addWords(PERSON)

const GROUNDED = [
  'A 23% probability of churning.',
  'A 23.4 % probability.',
  '23.44 percent, to be exact.',
  'The probability is 0.23.',
  'That is twenty-three percent.',
  'It stays with 77%.',
  'Tenure was 24 months, charges $70.35.',
  'Charges of about $70.',
  'A price of $231,013.',
  'About $231,000.',
  'About 231k.',
  'Roughly 230,000.',
  'You said 18 months, 2310 in total and 1680 before.',
  'Eighteen months.',
  'It takes 2 inputs.',
  'A loss of -3.7, or −3.72.',
  'It fell by 3.72.',
  'A chance of 0.4%.',
  'Written by XGBoost 3.0.0 on 2026-11-20 at 10:15.',
  'Version 3-1a2b3c4d5e6f, that is v3.',
  '1. Deploy it.\n2. Ask again.\n17. Done.',
  'In one of the two ways, ten times out of ten.',
  'Call http://127.0.0.1:3999/api/predict/churn99 or /api/predict/model7/versions/8.',
  'Features `f0`, `f99` and `col_12`.',
  'The 5th time.',
  'Between 23 and 77%.',
  '',
]

const INVENTED: readonly (readonly [string, readonly string[]])[] = [
  ['A 42% probability.', ['42%']],
  ['A 24.4% probability.', ['24.4%']],
  ['About 20%.', ['20%']],
  ['The probability is 0.24.', ['0.24']],
  ['That is forty-two percent.', ['forty-two']],
  ['A price of $231,900.', ['$231,900']],
  ['About $250,000.', ['$250,000']],
  ['A price of 232k.', ['232k']],
  ['Tenure was 25 months.', ['25']],
  ['Charges of 71.', ['71']],
  ['A loss of -3.9.', ['-3.9']],
  ['A gain, not a loss: +3.9 or -24.', ['3.9', '-24']],
  ['There is a 0% chance.', ['0%']],
  ['Certainly 100%.', ['100%']],
  ['Out of 1 million.', ['1 million']],
  ['`83%` and **91%**.', ['83%', '91%']],
  ['Written by XGBoost 2.1.4.', ['2.1.4']],
  ['It improved from 23% to 88%, then 88% again.', ['88%']],
  ['v9 is live.', ['v9']],
  ['```\ncurl -d \'{"tenure": 61}\'\n```', ['61']],
]

describe('numbers in prose', () => {
  for (const prose of GROUNDED) {
    test(`has a source: ${prose.slice(0, 60)}`, () => {
      expect(findInventedNumbers(prose, sources)).toEqual([])
    })
  }
  for (const [prose, invented] of INVENTED) {
    test(`has none: ${prose.slice(0, 60)}`, () => {
      expect(findInventedNumbers(prose, sources)).toEqual([...invented])
    })
  }

  test('fingerprints excuse no small number', () => {
    const hashes = createNumberCollector()
    hashes.addResult({ sha256: 'a1b2c3d4e5f60718293a4b5c6d7e8f90', version: '7-0a1b2c3d4e5f' })
    expect(findInventedNumbers('4 of 6', hashes)).toEqual(['4', '6'])
  })
})
