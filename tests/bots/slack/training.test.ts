// Training from a table in Slack as a person does it: attach, ask, watch, read, deploy by the button, predict, ask why.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createDirectAgent } from '#bots/shared/direct-agent.ts'
import { createTestPorts, run, type TestPorts } from '../../support/ports.ts'
import { LEAKING_TABLE, TRAINING_TABLE } from '../../surfaces/transcripts/training-data.ts'
import { problemsOfBars, readBars } from '../shared/read-bars.ts'
import type { SeenMessage } from './fake-slack.ts'
import { transcriptOf } from './transcript.ts'
import { EVE, openWorkspace, type Workspace } from './workspace.ts'

const WISH = 'train a model that predicts Churn from this file'
const FEATURES = {
  tenure: 2,
  Contract: 'Month-to-month',
  InternetService: 'Fiber optic',
  PaymentMethod: 'Electronic check',
  MonthlyCharges: 95,
  TotalCharges: 190,
}
/** So fast that every word of progress is due at once. */
const HASTE = 1000
const PATIENCE_MS = 30_000

let own: TestPorts
let workspace: Workspace
beforeAll(async () => {
  own = await createTestPorts()
  const ports = { ...own, monotonicMs: () => performance.now() * HASTE }
  workspace = await openWorkspace({ ports, direct: createDirectAgent(ports) })
})
afterAll(async () => {
  expect(workspace.slack.problems).toEqual([])
  await workspace.close()
  await own.close()
})

const attached = (content: string) => [workspace.slack.addFile('customers.csv', content)]
const lastOf = (messages: readonly SeenMessage[]): SeenMessage => {
  const last = messages.at(-1)
  if (last === undefined) throw new Error('nothing was answered')
  return last
}

test('who may not train is told so before anything is learned', async () => {
  const answer = await workspace.ask({ text: WISH, files: attached(TRAINING_TABLE), user: EVE })
  expect(transcriptOf(answer)).toContain('needs the role deployer')
  expect(await own.registry.listRuns(10)).toEqual([])
})

test(
  'a column that gives the answer away is warned of, and left out by a button',
  async () => {
    const trained = await workspace.ask({ text: WISH, files: attached(LEAKING_TABLE) })
    const answer = transcriptOf(trained)
    expect(answer).toContain(
      'RefundIssued alone predicts Churn almost perfectly. Is it known before Churn is? If not, leave it out.',
    )
    expect(answer).toContain('customerID names or numbers the rows')
    const again = transcriptOf(await workspace.press(lastOf(trained), 'Leave out RefundIssued'))
    expect(again).toContain('from 6 columns of customers.csv')
    expect(again).not.toContain('RefundIssued')
    expect(again).toContain('customerID names or numbers the rows')
  },
  PATIENCE_MS,
)

test(
  'shows how far it is, how good it is, and deploys by the button; then it predicts and says why',
  async () => {
    const { slack } = workspace
    const before = slack.requests.length
    const trained = await workspace.ask({ text: WISH, files: attached(TRAINING_TABLE) })
    const statuses = slack.requests
      .slice(before)
      .filter(({ method }) => method === 'assistant.threads.setStatus')
      .map(({ args }) => String(args['status']))
    expect(statuses[0]).toBe('is thinking…')
    expect(statuses).toContainEqual(
      expect.stringMatching(/^is at work: comparing learners \(\d+%\)…$/),
    )
    expect(statuses.at(-1)).toBe('')

    const shown = transcriptOf(trained)
    expect(shown).toMatch(/On 71 rows that it had not seen, it is right in \d\d%/)
    expect(shown).toMatch(/always the most frequent class: 76%/)
    expect(shown).toMatch(/\| naive guess \| 0\.434 \|/)
    expect(shown).toMatch(/Accuracy: 0\.\d+ \(naive guess 0\.7606\)/)
    // Rows are what it is: 54 of the rows put aside stayed, 17 left.
    const counts = [...shown.matchAll(/^\| (No|Yes) \| (\d+) \| (\d+) \|$/gm)]
    expect(counts.map(([, label, no, yes]) => [label, Number(no) + Number(yes)])).toEqual([
      ['No', 54],
      ['Yes', 17],
    ])
    // The model's file is not the chat's: it may hold rows.
    expect(slack.files.map(({ name }) => name)).toEqual([])

    const deployed = await workspace.press(lastOf(trained), 'Deploy it')
    expect(transcriptOf(deployed)).toContain('/api/predict/churn')
    const said = Object.entries(FEATURES).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    const predicted = await workspace.ask({ text: `predict churn ${said.join(', ')}` })
    const answer = await run(own, 'predict', { model: 'churn', features: FEATURES })
    if (!answer.ok) throw new Error(answer.failure.message)
    const percent = Math.round(Number(answer.value['probability']) * 100)
    expect(transcriptOf(predicted)).toContain(`${percent}% probability of churning`)

    const why = transcriptOf(await workspace.press(lastOf(predicted), 'Why?'))
    const reference = await run(own, 'explain_prediction', { model: 'churn', features: FEATURES })
    if (!reference.ok) throw new Error(reference.failure.message)
    const contributions = Object(reference.value).contributions
    expect(contributions).toHaveLength(6)
    expect(problemsOfBars(readBars(why), contributions)).toEqual([])
  },
  PATIENCE_MS,
)
