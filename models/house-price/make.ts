// The house-price example, from the customer's file to a better version beside it.

import { fail } from '#core/errors.ts'
import type { Example } from '../example.ts'

export const example: Example = {
  name: 'house-price',
  title: 'House prices',
  summary:
    'Reads a customer’s model.pkl, joins figures by zip code, and replaces it with a better one',
  make: async () => fail('unavailable', 'being written'),
}
