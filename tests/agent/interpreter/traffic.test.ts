// Orders about traffic: what each one means, and what is no order.

import { expect, test } from 'bun:test'
import { interpret } from '#agent/interpreter/interpret.ts'
import type { Context } from '#agent/interpreter/memory.ts'
import { CATALOGUE } from '../utterances/catalogue.ts'

const context: Context = {
  models: CATALOGUE,
  samples: [],
  dataNames: [],
  fresh: [],
  waiting: [],
  state: {
    lastModel: 'price',
    lastCall: null,
    lastPrediction: null,
    pendingQuestion: null,
    pendingConfirmation: null,
  },
}

const callsOf = (message: string) => {
  const plan = interpret(message, context)
  return plan.kind === 'run' ? plan.calls : []
}
const shares = (model: string, given: Readonly<Record<string, number>>) => ({
  model,
  shares: given,
})

test.each<[string, Readonly<Record<string, unknown>>]>([
  ["send 10 % of churn's traffic to version 2", shares('churn', { '2': 10 })],
  ['please send 10% of the traffic of churn to version 2', shares('churn', { '2': 10 })],
  ['Could you route a tenth of the requests for churn to v2?', shares('churn', { '2': 10 })],
  ['give version 2 of churn 25 percent of the traffic', shares('churn', { '2': 25 })],
  ['let version 1 get half of the traffic', shares('price', { '1': 50 })],
  ['canary version 2 of churn with 5%', shares('churn', { '2': 5 })],
  ["send all of churn's traffic to version 1", shares('churn', { '1': 100 })],
  ['Send all of the traffic of price to version 1', shares('price', { '1': 100 })],
  [
    "split churn's traffic 90/10 between version 1 and version 2",
    shares('churn', { '1': 90, '2': 10 }),
  ],
  ["split churn's traffic between version 1 and version 2", shares('churn', { '1': 50, '2': 50 })],
  ['split the traffic of churn between versions 1 and 2', shares('churn', { '1': 50, '2': 50 })],
  ['run version 2 of churn in the shadow', { model: 'churn', shadow: [2] }],
  ['shadow churn with version 2', { model: 'churn', shadow: [2] }],
  ['mirror the traffic of churn to version 1', { model: 'churn', shadow: [1] }],
  ['stop the split of churn', { model: 'churn' }],
  ['end the canary', { model: 'price' }],
])('“%s”', (message, input) => {
  expect(callsOf(message)).toEqual([{ operation: 'set_traffic', input }])
})

test.each([
  "do not send 10 % of churn's traffic to version 2",
  "my boss said send 10 % of churn's traffic to version 2",
  "send 10 % of churn's traffic to version 2 tomorrow",
  "send 10 % of churn's traffic to version 2 if anna agrees",
  "what happens if I send 10 % of churn's traffic to version 2?",
  "should I send 10 % of churn's traffic to version 2?",
  '"send 10 % of churn traffic to version 2"',
  'how much traffic does version 2 of churn get?',
  "send 10 % of churn's traffic to version 9",
  'send 10 % of our customers to churn',
])('“%s” changes no traffic', (message) => {
  expect(callsOf(message).filter(({ operation }) => operation === 'set_traffic')).toEqual([])
})
