// Training from a table on Discord as a person does it: attach, ask, watch, read, deploy by the button, predict by a form, ask why.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createTestPorts, run, type TestPorts } from '../../support/ports.ts'
import { LEAKING_TABLE, TRAINING_TABLE } from '../../surfaces/transcripts/training-data.ts'
import { problemsOfBars, readBars } from '../shared/read-bars.ts'
import { buttonOf, DEE, type RunningBot, runBot, VIC } from './running-bot.ts'

const WISH = 'train a model that predicts Churn from this file'
const FEATURES: Readonly<Record<string, string | number>> = {
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
let running: RunningBot
beforeAll(async () => {
  own = await createTestPorts()
  running = await runBot({ ports: { ...own, monotonicMs: () => performance.now() * HASTE } })
})
afterAll(async () => {
  expect(running.discord.problems).toEqual([])
  await running.close()
  await own.close()
})

const attached = (content: string) => ({ files: [{ name: 'customers.csv', content }] })

test('who may not train is told so before anything is learned', async () => {
  const { discord, until } = running
  discord.say(VIC, WISH, attached(TRAINING_TABLE))
  await until('needs the role deployer')
  expect(await own.registry.listRuns(10)).toEqual([])
})

test(
  'a column that gives the answer away is warned of by the command, which can leave it out',
  async () => {
    const { discord, until, count } = running
    const after = count()
    const target = { name: 'target', type: 3, value: 'churn' }
    const file = { name: 'customers.csv', content: LEAKING_TABLE }
    discord.command(DEE, 'train_model', [target], file)
    const { text } = await until('Before you trust it', { after })
    expect(text).toContain(
      'RefundIssued alone predicts Churn almost perfectly. Is it known before Churn is? If not, leave it out.',
    )
    expect(text).toContain('customerID names or numbers the rows')
    const without = { name: 'leave_out', type: 3, value: 'refundissued' }
    discord.command(DEE, 'train_model', [target, without], file)
    const again = await until('from 6 columns of customers.csv', { after })
    expect(again.text).not.toContain('RefundIssued')
  },
  PATIENCE_MS,
)

test(
  'shows how far it is, how good it is, and deploys by the button; then it predicts and says why',
  async () => {
    const { discord, until, count, waitFor } = running
    const [after, before] = [count(), discord.requests.length]
    discord.say(DEE, WISH, attached(TRAINING_TABLE))
    const trained = await until('Shall I deploy it', { after })
    const working = discord.requests
      .slice(before)
      .map(({ body }) => JSON.stringify(body))
      .filter((body) => body.includes('⏳'))
    expect(working.join('\n')).toMatch(/⏳ comparing learners \(\d+%\)/)
    expect(working[0]).toContain('"label":"Stop"')
    expect(trained.text).not.toContain('⏳')

    expect(trained.text).toMatch(/On 71 rows that it had not seen, it is right in \d\d%/)
    expect(trained.text).toMatch(/always the most frequent class: 76%/)
    expect(trained.text).toMatch(/^naive guess +0\.434 /m)
    expect(trained.text).toMatch(/Accuracy: \*\*0\.\d+ \(naive guess 0\.7606\)/)
    // Rows are what it is: 54 of the rows put aside stayed, 17 left.
    const counts = [...trained.text.matchAll(/^(No|Yes) +(\d+) +(\d+)$/gm)]
    expect(counts.map(([, label, no, yes]) => [label, Number(no) + Number(yes)])).toEqual([
      ['No', 54],
      ['Yes', 17],
    ])
    // The model's file is not the chat's: it may hold rows.
    expect(trained.files.map(({ name }) => name)).toEqual([])

    discord.click(DEE, buttonOf(trained, 'Deploy it'))
    const deployed = await until('deployed at /api/predict/churn', { after })
    const forms = () => discord.requests.filter(({ body }) => Object(body).type === 9).length
    discord.click(VIC, buttonOf(deployed, 'Try churn'))
    await waitFor('the form', () => forms() === 1)
    const fill = () =>
      discord.submit(
        VIC,
        discord.modal().inputs.map(({ label }) => String(FEATURES[label])),
      )
    fill()
    discord.click(VIC, buttonOf(await until('I have 5 inputs of 6', { after }), 'Input'))
    await waitFor('the rest of the form', () => forms() === 2)
    fill()

    const answer = await run(own, 'predict', { model: 'churn', features: FEATURES })
    if (!answer.ok) throw new Error(answer.failure.message)
    const percent = Math.round(Number(answer.value['probability']) * 100)
    const predicted = await until(`${percent}% probability of churning`, { after })

    discord.click(VIC, buttonOf(predicted, 'Why?'))
    const why = await until('What moved it', { after })
    const reference = await run(own, 'explain_prediction', { model: 'churn', features: FEATURES })
    if (!reference.ok) throw new Error(reference.failure.message)
    const contributions = Object(reference.value).contributions
    expect(contributions).toHaveLength(6)
    expect(problemsOfBars(readBars(why.text), contributions)).toEqual([])
  },
  PATIENCE_MS,
)
