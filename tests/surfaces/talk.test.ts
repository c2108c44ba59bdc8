// Talk answers as the operations do: each example's own words, understood offline, lead to its operation and output.

import type { OperationName } from '#core/operations/operation.ts'
import { talkTo } from '../agent/support/talk.ts'
import { describeParity } from './parity.ts'

const ROWS = {
  predict_batch: 'its example says “these two customers” and means rows that stand beside it',
}

describeParity({
  name: 'talk',
  takesBrokenInput: false,
  skips: ROWS,
  async open(ports) {
    return {
      async run(operation: OperationName, _input, example, isAgreed) {
        // A conversation of its own: no example may lean on what was said before it.
        const talk = talkTo(ports)
        let turn = await talk.say(example.utterance)
        if (turn.steps.at(-1)?.status === 'needs_confirmation' && isAgreed) {
          turn = await talk.say('yes')
        }
        const step = turn.steps.at(-1)
        if (step === undefined || step.operation !== operation) {
          throw new Error(`“${example.utterance}” led to ${step?.operation ?? 'nothing'}`)
        }
        if (step.status === 'done') return { ok: true, output: step.output }
        return { ok: false, code: step.error?.code ?? 'needs_confirmation' }
      },
      close: async () => undefined,
    }
  },
})
