// The reference itself through the parity suite, and proof that the suite notices a surface that differs.

import { expect, test } from 'bun:test'
import { run } from '../support/ports.ts'
import { casesOf, describeParity, normalise } from './parity.ts'

describeParity({
  name: 'invoke',
  open: async (ports) => ({
    async run(operation, input, _example, isAgreed) {
      const first = await run(ports, operation, input)
      const confirmation = first.ok ? undefined : first.failure.confirmation?.token
      const outcome = isAgreed ? await run(ports, operation, { ...input, confirmation }) : first
      return outcome.ok
        ? { ok: true, output: outcome.value }
        : { ok: false, code: outcome.failure.code }
    },
    close: async () => undefined,
  }),
})

test('the suite has every operation, and a difference in any value but the volatile ones shows', () => {
  expect(new Set(casesOf().map(({ operation }) => operation)).size).toBe(16)
  expect(normalise({ prediction: 1, latency_ms: 3 })).not.toEqual(
    normalise({ prediction: 2, latency_ms: 3 }),
  )
  expect(normalise({ prediction: 1, latency_ms: 3 })).toEqual(
    normalise({ prediction: 1, latency_ms: 4 }),
  )
})
