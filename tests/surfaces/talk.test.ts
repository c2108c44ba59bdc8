// Talk answers as the operations do: each example's own words, understood offline, lead to its operation and output.

import type { OperationName } from '#core/operations/operation.ts'
import { storeFile, talkTo } from '../agent/support/talk.ts'
import { testPrincipal } from '../support/ports.ts'
import { describeParity } from './parity.ts'

const LEFT_OUT = {
  'describe_model: with an unknown field':
    'a sentence has no fields; a word that names nothing is passed over',
  'deploy_model: with a sample that is not there':
    'talk asks which of the samples is meant, and runs nothing',
}

type Rows = readonly Readonly<Record<string, unknown>>[]

const COLUMNS = ['tenure', 'monthly_charges', 'total_charges']
/** Said with the file that the rows stand in. */
const SCORE = 'score customers.csv with churn'

/** The rows as the file that a person attaches. */
function fileOf(rows: unknown) {
  const lines = (rows as Rows).map((row) => COLUMNS.map((name) => String(row[name])).join(','))
  return { fileName: 'customers.csv', content: [COLUMNS.join(','), ...lines, ''].join('\n') }
}

describeParity({
  name: 'talk',
  leavesOut: LEFT_OUT,
  async asGiven(operation, input, ports) {
    if (operation !== 'predict_batch') return input
    const { rows, ...rest } = input
    const { id } = await storeFile(ports, fileOf(rows), testPrincipal)
    return { ...rest, upload: id }
  },
  async open(ports) {
    return {
      async run(operation: OperationName, input, example, isAgreed) {
        // A conversation of its own: no example may lean on what was said before it.
        const talk = talkTo(ports)
        const isTable = operation === 'predict_batch'
        let turn = isTable
          ? await talk.say(SCORE, { files: [fileOf(input['rows'])] })
          : await talk.say(example.utterance)
        if (turn.steps.at(-1)?.status === 'needs_confirmation' && isAgreed) {
          turn = await talk.say('yes')
        }
        const step = turn.steps.at(-1)
        if (step === undefined && turn.reply.startsWith('I know no model of that name')) {
          return { ok: false, code: 'not_found' }
        }
        if (step === undefined || step.operation !== operation) {
          throw new Error(`“${example.utterance}” led to ${step?.operation ?? turn.reply}`)
        }
        if (step.status === 'done') return { ok: true, output: step.output }
        // What is missing or cannot be read is asked for.
        if (step.status === 'needs_input') return { ok: false, code: 'invalid_input' }
        return { ok: false, code: step.error?.code ?? 'needs_confirmation' }
      },
      close: async () => undefined,
    }
  },
})
