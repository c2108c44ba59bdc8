// The examples, in the order in which they are listed.

import { example as churn } from './churn/make.ts'
import type { Example } from './example.ts'
import { example as housePrice } from './house-price/make.ts'
import { example as iris } from './iris/make.ts'
import { example as positivePhrases } from './positive-phrases/make.ts'
import { example as questionTiming } from './question-timing/make.ts'

export const EXAMPLES: readonly Example[] = [
  churn,
  iris,
  housePrice,
  questionTiming,
  positivePhrases,
]
