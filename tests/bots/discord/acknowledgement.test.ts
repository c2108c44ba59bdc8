// Whatever the registry does, Discord has an answer in time, nothing runs twice, and the real answer still comes.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { ACKNOWLEDGE_AFTER_MS } from '#bots/discord/limits.ts'
import { createTestPorts, deploySamples, type TestPorts } from '../../support/ports.ts'
import { type SlowRegistry, slowRegistry } from '../../support/slow-registry.ts'
import { ADA, buttonOf, type RunningBot, runBot, VIC } from './running-bot.ts'

const text = (name: string, value: string) => ({ name, type: 3, value })
const ROW = 'tenure=24, monthly_charges=70, total_charges=1,680'
const THINKING = 5
const thinking = (flags: number) => ({ type: THINKING, data: { flags } })
const FOR_ALL = thinking(0)
const FOR_ONE = thinking(64)

let own: TestPorts
let slow: SlowRegistry
let running: RunningBot
beforeAll(async () => {
  own = await createTestPorts()
  await deploySamples(own, ['churn', 'iris'])
  slow = slowRegistry(own.registry)
  running = await runBot({ ports: { ...own, registry: slow.registry } })
})
afterAll(async () => {
  slow.open()
  await running.close()
  await own.close()
})
beforeEach(() => slow.open())

/** What Discord was first answered to interactions since, in order. */
function firstAnswers(after: number): unknown[] {
  return running.discord.requests
    .slice(after)
    .flatMap(({ path, body }) => (path.endsWith('/callback') ? [body] : []))
}

const isThinking = (body: unknown) => Object(body).type === THINKING

test('discord gives up after three seconds; ours comes with two of them to spare', () => {
  expect(ACKNOWLEDGE_AFTER_MS).toBeLessThanOrEqual(1000)
})

describe('with a registry that does not answer', () => {
  test('commands, buttons, forms and typing are all acknowledged, and answered when it does', async () => {
    const { discord, until, waitFor, count } = running
    discord.command(VIC, 'predict', [text('model', 'churn'), text('features', ROW)])
    const predicted = await until(/probability/)
    discord.command(VIC, 'predict', [text('model', 'churn')])
    await waitFor('a form', () => discord.requests.some(({ body }) => Object(body).type === 9))
    const [before, shown] = [discord.requests.length, count()]

    slow.shut()
    const beganAt = performance.now()
    discord.click(VIC, buttonOf(predicted, 'Why?'))
    discord.submit(ADA, ['2', '99', '198'])
    discord.interact(VIC, 4, {
      id: '1',
      name: 'predict',
      type: 1,
      options: [{ ...text('model', 'ch'), focused: true }],
    })
    discord.command(VIC, 'list_models')
    await waitFor('four answers', () => firstAnswers(before).length === 4)
    expect(performance.now() - beganAt).toBeLessThan(3000)
    const answers = firstAnswers(before)
    expect(answers).toContainEqual(FOR_ALL)
    expect(answers.filter((one) => Bun.deepEquals(one, FOR_ONE))).toHaveLength(2)
    expect(answers).toContainEqual({ type: 8, data: { choices: [] } })
    // A lost connection sends it again: Discord has its answer already, and nothing may run twice.
    discord.gateway.replay('INTERACTION_CREATE')
    expect(
      discord
        .messages()
        .slice(shown)
        .every((one) => one.text === ''),
    ).toBe(true)

    slow.open()
    await until('are deployed', { after: shown })
    const why = await until('What moved it', { after: shown })
    const form = await until('84% probability', { after: shown })
    // The answer is for everybody, although the acknowledgement was for one.
    expect([why.isEphemeral, form.isEphemeral]).toEqual([false, false])
    const aside = discord.messages().filter((one) => one.text.includes('The answer stands below'))
    expect(aside.map((one) => one.isEphemeral)).toEqual([true, true])
    expect(discord.problems).toEqual([])
  })

  test('a form that comes too late is opened by a button, and a refusal stays between two', async () => {
    const { discord, until, waitFor, count } = running
    discord.command(ADA, 'delete_model', [text('model', 'iris')])
    const question = await until('cannot be undone')
    const shown = count()
    const forms = () => discord.requests.filter(({ body }) => Object(body).type === 9).length
    const opened = forms()

    slow.shut()
    const before = discord.requests.length
    discord.command(VIC, 'predict', [text('model', 'churn'), text('features', 'tenure=24')])
    discord.click(VIC, buttonOf(question, 'Yes'))
    await waitFor('both', () => firstAnswers(before).filter(isThinking).length === 2)
    slow.open()
    const late = await until('Open it here', { after: shown })
    const refused = await until('put to somebody else', { after: shown })
    expect([late.isEphemeral, refused.isEphemeral]).toEqual([true, true])
    expect(forms()).toBe(opened)

    discord.click(VIC, buttonOf(late, 'Open the form'))
    await waitFor('the form', () => forms() === opened + 1)
    expect(discord.modal().inputs.map(({ value }) => value)).toEqual(['24', undefined, undefined])
    expect(discord.problems).toEqual([])
    expect(await own.registry.findModel('iris')).not.toBeNull()
  })

  test('an acknowledgement that Discord refuses runs nothing, also when the registry is back', async () => {
    const { discord, until, waitFor, count } = running
    const [before, shown] = [discord.requests.length, count()]
    discord.failing = { path: '/callback', status: 400, code: 40_060 }
    slow.shut()
    discord.command(ADA, 'undeploy_model', [text('model', 'churn')])
    await waitFor('the refusal', () => firstAnswers(before).filter(isThinking).length === 1)
    discord.failing = null
    slow.open()
    discord.command(VIC, 'list_models')
    await until('are deployed', { after: shown })
    expect((await own.registry.findModel('churn'))?.liveVersion).toBe(1)
  })
})
