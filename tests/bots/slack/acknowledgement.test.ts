// Slack has its acknowledgement inside three seconds, whatever the registry does, and the person is not left without a word.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { App, LogLevel } from '@slack/bolt'
import { createDirectAgent } from '#bots/shared/direct-agent.ts'
import { ACKNOWLEDGE_MS, FORM_CHECK_MS } from '#bots/slack/limits.ts'
import { createFetchReceiver } from '#bots/slack/receiver.ts'
import { createTestPorts, deploySamples, type TestPorts } from '../../support/ports.ts'
import { type SlowRegistry, slowRegistry } from '../../support/slow-registry.ts'
import { BOT_TOKEN, SIGNING_SECRET, signedRequest } from './fake-slack.ts'
import { CHANNEL, DIRECT, openWorkspace, read, until, type Workspace } from './workspace.ts'

const SLACKS_PATIENCE_MS = 3000

let own: TestPorts
let slow: SlowRegistry
let workspace: Workspace
beforeAll(async () => {
  own = await createTestPorts()
  await deploySamples(own, ['churn'])
  slow = slowRegistry(own.registry)
  const ports = { ...own, registry: slow.registry }
  workspace = await openWorkspace({ ports, direct: createDirectAgent(ports) })
})
afterAll(async () => {
  slow.open()
  expect(workspace.slack.problems).toEqual([])
  await workspace.close()
  await own.close()
})
beforeEach(() => slow.open())

test('what waits is less than Slack does, and the form is checked before the rest gives up', () => {
  expect(ACKNOWLEDGE_MS).toBeLessThan(SLACKS_PATIENCE_MS)
  expect(FORM_CHECK_MS).toBeLessThan(ACKNOWLEDGE_MS)
})

describe('with a registry that does not answer', () => {
  test('a form is taken, and checked in its place when the registry is back', async () => {
    const { slack } = workspace
    await workspace.command('predict churn')
    const form = slack.views.at(-1) ?? {}
    const answered = slack.count('response_url')

    slow.shut()
    const beganAt = performance.now()
    const [wrong, right] = await Promise.all([
      workspace.submit(form, { 0: '24', 1: 'seventy', 2: '1680' }),
      workspace.submit(form, { 0: '24', 1: '70', 2: '1680' }),
    ])
    expect(performance.now() - beganAt).toBeLessThan(SLACKS_PATIENCE_MS)
    for (const acknowledged of [wrong, right]) {
      expect(acknowledged).toMatchObject({ response_action: 'update', view: { type: 'modal' } })
      expect(JSON.stringify(acknowledged)).toContain('I am looking at what you typed')
    }

    slow.open()
    await until(() => slack.count('views.update') === 2)
    const shown = slack.views.slice(-2)
    const again = shown.find((view) => view['submit'] !== undefined) ?? {}
    expect(JSON.stringify(again)).toContain(
      '• monthly_charges (USD): This must be a number such as 70 or 1,680.50.',
    )
    // What was typed is not typed again.
    for (const typed of ['24', 'seventy', '1680'])
      expect(JSON.stringify(again)).toContain(`"initial_value":"${typed}"`)
    expect(JSON.stringify(shown)).toContain('The answer stands where you opened this form')
    await until(() => slack.count('response_url') === answered + 1)
    expect(read(slack.messages.slice(-1))).toContain('23% probability of churning')

    // The corrected form is a form like any other.
    expect(await workspace.submit(again, { 0: '2', 1: '99', 2: '198' })).toBeUndefined()
    await until(() => slack.count('response_url') === answered + 2)
    expect(read(slack.messages.slice(-1))).toContain('84% probability of churning')
  })

  test('messages and commands are acknowledged at once, and run when it is back', async () => {
    const { slack } = workspace
    const before = slack.messages.length
    slow.shut()
    const beganAt = performance.now()
    const said = workspace.say({ text: 'What inputs does the churn model need?', channel: DIRECT })
    const commanded = workspace.deliver('slash_commands', {
      command: '/parley',
      text: 'list_models',
      team_id: 'T0TEAM',
      channel_id: CHANNEL,
      user_id: 'U0BEN',
      trigger_id: 'slow-registry',
      response_url: `${slack.origin}/hooks/${CHANNEL}`,
    })
    await Promise.all([said, commanded])
    expect(performance.now() - beganAt).toBeLessThan(SLACKS_PATIENCE_MS)
    expect(slack.messages.length).toBe(before)
    slow.open()
    const seen = () => read(slack.messages.slice(before))
    await until(() => seen().includes('total_charges') && seen().includes('1 model is deployed'))
  })

  test('a form that Slack takes no more is said, not left out', async () => {
    workspace.slack.failNext('views.open', 'expired_trigger_id')
    expect(read(await workspace.command('predict churn'))).toContain(
      'Slack did not take the form. Please ask for it once more.',
    )
  })
})

describe('while a turn runs', () => {
  test('the status reads as a sentence after the name of the app, and goes with the answer', async () => {
    const gate = Promise.withResolvers<void>()
    const busy = await openWorkspace({
      ports: own,
      agent: () => ({
        async *turn({ conversationId }) {
          yield {
            type: 'step-started',
            operation: 'train_model',
            title: 'Train a model',
            input: {},
          }
          yield {
            type: 'progress',
            operation: 'train_model',
            fraction: 0.4,
            message: 'fold 2 of 5',
          }
          await gate.promise
          yield {
            type: 'done',
            result: {
              conversationId: conversationId ?? '',
              reply: 'Trained.',
              blocks: [],
              steps: [],
              language: 'interpreter',
            },
          }
        },
      }),
    })
    const { slack } = busy
    const said = (method: string) =>
      slack.requests.filter((one) => one.method === method).map(({ args }) => args['status'])
    await busy.say({ text: 'train it' })
    await until(() => said('assistant.threads.setStatus').length === 2)
    expect(said('assistant.threads.setStatus')).toEqual([
      'is thinking…',
      'is at work: fold 2 of 5 (40%)…',
    ])
    expect(said('agents.sessions.setStatus')).toEqual(['processing'])
    gate.resolve()
    await until(() => said('agents.sessions.setStatus').length === 2)
    expect(said('assistant.threads.setStatus').at(-1)).toBe('')
    expect(said('agents.sessions.setStatus').at(-1)).toBe('active')
    expect(slack.problems).toEqual([])
    await busy.close()
  })
})

describe('the receiver', () => {
  test('acknowledges for a listener that does not', async () => {
    const asked = Promise.withResolvers<void>()
    const receiver = createFetchReceiver({
      signingSecret: SIGNING_SECRET,
      now: Date.now,
      report: () => undefined,
      acknowledgeMs: 40,
    })
    const app = new App({
      token: BOT_TOKEN,
      receiver,
      logLevel: LogLevel.ERROR,
      clientOptions: { slackApiUrl: workspace.slack.apiUrl },
    })
    const done = Promise.withResolvers<void>()
    app.command('/parley', async () => {
      asked.resolve()
      await done.promise
    })
    const form = { command: '/parley', text: '', team_id: 'T0TEAM', user_id: 'U0ANA' }
    const beganAt = performance.now()
    const response = await receiver.handle(signedRequest('http://127.0.0.1/', { form }))
    await asked.promise
    expect(performance.now() - beganAt).toBeGreaterThanOrEqual(35)
    expect([response.status, await response.text()]).toEqual([200, ''])
    done.resolve()
  })
})
