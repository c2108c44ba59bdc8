// Whole conversations in Slack: the real Bolt against a loopback server that speaks Slack's protocols.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { CHURN_FILE, type Moment, untold, WORDS } from '../../surfaces/transcripts/facts.ts'
import { BOT, type SeenMessage } from './fake-slack.ts'
import { transcriptOf } from './transcript.ts'
import { ANA, CHANNEL, openWorkspace, read, type Workspace } from './workspace.ts'

const churnFile = await Bun.file(CHURN_FILE).bytes()

describe.each(['http', 'socket'] as const)('the example conversation over %s', (mode) => {
  let workspace: Workspace
  beforeAll(async () => {
    workspace = await openWorkspace({ mode })
  })
  afterAll(() => workspace.close())

  /** What was answered, as people read it; every fact of the moment must be in it. */
  const hasAll = (moment: Moment, answer: readonly SeenMessage[]) => {
    const shown = transcriptOf(answer)
    expect({ untold: untold(moment, shown), shown }).toEqual({ untold: [], shown })
  }

  test('begins with a question for the file', async () => {
    const answer = await workspace.ask({ text: WORDS.wish })
    expect(read(answer)).toContain('Please upload your model file')
  })

  test('deploys the model that is attached', async () => {
    const file = workspace.slack.addFile('churn_model.pkl', churnFile)
    const answer = await workspace.ask({ text: '', files: [file] })
    hasAll('deploy', answer)
    expect(read(answer)).toContain('Try churn')
  })

  test('predicts in words, and says why', async () => {
    hasAll('predict', await workspace.ask({ text: WORDS.predict }))
    hasAll('why', await workspace.ask({ text: WORDS.why }))
  })

  test('lists the models in a table', async () => {
    const answer = await workspace.ask({ text: WORDS.list })
    hasAll('list', answer)
    expect(answer.flatMap(({ blocks }) => blocks).map(({ type }) => type)).toContain('data_table')
  })

  test('tells the inputs that a model needs', async () => {
    hasAll('inputs', await workspace.ask({ text: WORDS.inputs }))
  })

  test('asks for a missing field and takes the answer', async () => {
    const question = await workspace.ask({
      text: 'Predict churn with tenure 24 and monthly charges 70',
    })
    expect(read(question)).toContain('total')
    const answer = await workspace.ask({ text: '1680' })
    expect(read(answer)).toContain('23% probability of churning')
  })

  test('sent nothing that Slack would refuse', () => {
    expect(workspace.slack.problems).toEqual([])
  })
})

describe('in a channel', () => {
  let workspace: Workspace
  beforeAll(async () => {
    workspace = await openWorkspace()
    await workspace.ports.registry.listModels()
  })
  afterAll(() => workspace.close())

  test('a mention is answered once in its thread, and the thread goes on without one', async () => {
    const { slack } = workspace
    const answer = await workspace.ask({
      channel: CHANNEL,
      text: `<@${BOT}> deploy the sample model churn`,
    })
    expect(new Set(answer.map(({ thread }) => thread)).size).toBe(1)
    expect(slack.count('chat.startStream') + slack.count('chat.postMessage')).toBe(1)
    const thread = answer[0]?.thread ?? ''
    const next = await workspace.ask({
      channel: CHANNEL,
      thread,
      text: 'what inputs does it need?',
    })
    expect(read(next)).toContain('tenure')
  })

  test('other talk in the channel is left alone', async () => {
    const before = workspace.slack.messages.length
    await workspace.say({ channel: CHANNEL, text: 'lunch?' })
    await workspace.say({ channel: CHANNEL, text: 'yes', thread: '1.1' })
    await workspace.ask({ text: 'help' })
    const seen = workspace.slack.messages.slice(before)
    expect(seen.every(({ channel }) => channel !== CHANNEL)).toBe(true)
  })

  test('a file of a mention is found although the mention comes without it', async () => {
    const { slack } = workspace
    const rows = 'tenure,monthly_charges,total_charges\n24,70,1680\n2,95,190\n'
    const file = slack.addFile('customers.csv', rows)
    const answer = await workspace.ask({
      channel: CHANNEL,
      text: `<@${BOT}> score this with churn`,
      files: [file],
      user: ANA,
    })
    expect(slack.files).toHaveLength(1)
    expect(slack.files[0]?.name).toBe('customers-scored.csv')
    expect(slack.files[0]?.text).toContain('24,70,1680')
    expect(slack.files[0]?.thread).toBe(answer[0]?.thread ?? '')
    expect(slack.problems).toEqual([])
  })
})
