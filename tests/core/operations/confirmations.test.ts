// Confirmations are bound to person, operation and input, are used once, and expire.

import { describe, expect, test } from 'bun:test'
import {
  CONFIRMATION_LIFETIME_MS,
  createConfirmations,
  MAX_CONFIRMATIONS,
} from '#core/operations/confirmations.ts'

const ANN = { id: 'key:ann', role: 'admin', surface: 'mcp' } as const
const BOB = { id: 'key:bob', role: 'admin', surface: 'mcp' } as const
const REQUEST = {
  principal: ANN,
  operation: 'delete_model',
  input: { model: 'churn' },
  question: 'This deletes churn.',
} as const

function setUp() {
  let now = 1_000
  let count = 0
  const confirmations = createConfirmations({
    now: () => now,
    randomId: () => {
      count += 1
      return `token-${count}`
    },
  })
  const pass = (ms: number) => {
    now += ms
  }
  return { confirmations, pass }
}

describe('confirmations', () => {
  test('a token works once, for what it was minted for', async () => {
    const { confirmations } = setUp()
    const { token } = await confirmations.ask(REQUEST)
    expect(await confirmations.take(token, { ...REQUEST, principal: BOB })).toBe(false)
    expect(await confirmations.take(token, { ...REQUEST, operation: 'undeploy_model' })).toBe(false)
    expect(await confirmations.take(token, { ...REQUEST, input: { model: 'iris' } })).toBe(false)
    expect(await confirmations.take(token, { ...REQUEST, question: 'This deletes iris.' })).toBe(
      false,
    )
    expect(await confirmations.take('token-2', REQUEST)).toBe(false)
    expect(await confirmations.take(token, REQUEST)).toBe(true)
    expect(await confirmations.take(token, REQUEST)).toBe(false)
  })

  test('the order of the input’s keys does not matter', async () => {
    const { confirmations } = setUp()
    const { token } = await confirmations.ask({ ...REQUEST, input: { a: 1, b: { c: 2, d: 3 } } })
    expect(
      await confirmations.take(token, { ...REQUEST, input: { b: { d: 3, c: 2 }, a: 1 } }),
    ).toBe(true)
  })

  test('after ten minutes it is worth nothing', async () => {
    const { confirmations, pass } = setUp()
    const { token } = await confirmations.ask(REQUEST)
    pass(CONFIRMATION_LIFETIME_MS)
    expect(await confirmations.take(token, REQUEST)).toBe(false)
    const late = await confirmations.ask(REQUEST)
    expect(late.expiresAtMs).toBe(1_000 + 2 * CONFIRMATION_LIFETIME_MS)
    pass(CONFIRMATION_LIFETIME_MS - 1)
    expect(await confirmations.take(late.token, REQUEST)).toBe(true)
  })

  test('the oldest give way, so that asking for ever fills no memory', async () => {
    const { confirmations } = setUp()
    const { token: first } = await confirmations.ask(REQUEST)
    for (let count = 0; count < MAX_CONFIRMATIONS; count++) await confirmations.ask(REQUEST)
    expect(await confirmations.take(first, REQUEST)).toBe(false)
  })
})
