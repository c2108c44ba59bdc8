// The /parley command, forms and buttons: the same operations as in words, by the hands of people.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { deploySamples } from '../../support/ports.ts'
import {
  ANA,
  BEN,
  buttonOf,
  CHANNEL,
  DIRECT,
  EVE,
  openWorkspace,
  read,
  until,
  type Workspace,
} from './workspace.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await openWorkspace()
  await deploySamples(workspace.ports)
})
afterAll(async () => {
  expect(workspace.slack.problems).toEqual([])
  await workspace.close()
})

const values = { 0: '24', 1: '$70', 2: '1,680' }

describe('/parley', () => {
  test('runs an operation, answered to the person alone', async () => {
    const answer = await workspace.command(
      'predict churn tenure=24 monthly_charges=70 total_charges=1680',
    )
    expect(read(answer)).toContain('23% probability of churning (Low Risk)')
    expect(answer.every(({ onlyFor }) => onlyFor !== null)).toBe(true)
    expect(workspace.slack.requests.at(-1)?.args).toMatchObject({ response_type: 'ephemeral' })
  })

  test('says what is missing, and understands words', async () => {
    expect(read(await workspace.command('promote_version churn'))).toContain('version is missing')
    expect(read(await workspace.command(''))).toContain('I can')
    expect(read(await workspace.command('show me the models'))).toContain('churn')
    expect(read(await workspace.command('deploy_model --sample iris', EVE))).toContain(
      'needs the role deployer',
    )
  })

  test('asks before it deletes, and the button of its answer deletes', async () => {
    const [question] = await workspace.command('delete_model iris')
    if (question === undefined) throw new Error('nothing was asked')
    expect(await workspace.ports.registry.findModel('iris')).not.toBeNull()
    await workspace.press(question, 'Yes')
    expect(await workspace.ports.registry.findModel('iris')).toBeNull()
  })

  test('a replayed command runs nothing twice', async () => {
    const before = workspace.slack.count('response_url')
    const payload = {
      command: '/parley',
      text: 'list_models',
      team_id: 'T0TEAM',
      channel_id: CHANNEL,
      user_id: ANA,
      trigger_id: 'the-same',
      response_url: `${workspace.slack.origin}/hooks/${CHANNEL}`,
    }
    await workspace.deliver('slash_commands', payload)
    await workspace.deliver('slash_commands', payload)
    await until(() => workspace.slack.count('response_url') === before + 1)
    // Of somebody else, whose turn does not wait for the first one's.
    await workspace.command('help', BEN)
    expect(workspace.slack.count('response_url') - before).toBe(2)
  })
})

describe('a form', () => {
  test('opens for a model without values, refuses what is no number, and predicts', async () => {
    await workspace.command('predict churn')
    const view = workspace.slack.views.at(-1) ?? {}
    expect(JSON.stringify(view)).toContain('monthly_charges (USD)')
    const refused = await workspace.submit(view, { 0: 'many', 1: '70' })
    expect(refused).toEqual({
      response_action: 'errors',
      errors: { 'field:0': 'This must be a number such as 70 or 1,680.50.' },
    })
    const before = workspace.slack.count('response_url')
    expect(await workspace.submit(view, values)).toBeUndefined()
    await until(() => workspace.slack.count('response_url') > before)
    expect(read(workspace.slack.messages.slice(-1))).toContain('23% probability of churning')
  })

  test('opens from "Try another" with the values used last, and answers in that thread', async () => {
    const [answer] = await workspace.ask({
      text: 'predict churn tenure=24 monthly_charges=70 total_charges=1680',
    })
    if (answer === undefined) throw new Error('nothing was answered')
    await workspace.press(answer, 'Try another')
    const view = workspace.slack.views.at(-1) ?? {}
    expect(JSON.stringify(view)).toContain('"initial_value":"1680"')
    const before = workspace.slack.messages.length
    await workspace.submit(view, { ...values, 0: '2' })
    await until(() => workspace.slack.messages.length > before)
    expect(workspace.slack.messages.at(-1)?.thread).toBe(answer.thread)
  })

  test('is not opened for a model that the person may not see', async () => {
    const own = await openWorkspace({
      ports: workspace.ports,
      principals: () =>
        ({
          id: 'slack:T0TEAM:U0EVE',
          role: 'viewer',
          surface: 'slack',
          models: ['price'],
        }) as never,
    })
    expect(read(await own.command('predict churn', EVE))).toContain('churn')
    expect(own.slack.views).toHaveLength(0)
    await own.close()
  })
})

describe('buttons', () => {
  test('"Why?" explains that very prediction, whoever asks', async () => {
    const [answer] = await workspace.ask({
      text: 'predict churn tenure=24 monthly_charges=70 total_charges=1680',
    })
    if (answer === undefined) throw new Error('nothing was answered')
    await workspace.ask({ text: 'predict churn tenure=1 monthly_charges=99 total_charges=99' })
    const why = await workspace.press(answer, 'Why?', BEN)
    expect(read(why)).toContain('23%')
    expect(read(why)).toContain('tenure')
  })

  test('another version is made live by who may', async () => {
    const { ports } = workspace
    await workspace.command('deploy_model --sample price --name churn')
    const [list] = await workspace.command('list_versions churn')
    if (list === undefined) throw new Error('nothing was answered')
    expect(buttonOf(list, 'Make version')).toBeDefined()
    const refused = await workspace.press(list, 'Make version', EVE)
    expect(read(refused)).toContain('needs the role deployer')
    await workspace.press(list, 'Make version')
    expect((await ports.registry.findModel('churn'))?.liveVersion).toBe(1)
  })

  test('a value that is not ours does nothing', async () => {
    const before = workspace.slack.requests.length
    await workspace.deliver('interactive', {
      type: 'block_actions',
      user: { id: ANA },
      team: { id: 'T0TEAM' },
      channel: { id: DIRECT },
      trigger_id: 'x',
      actions: [
        { type: 'button', action_id: 'parley:0:0', value: '{"kind":"run","operation":"rm"}' },
      ],
    })
    expect(workspace.slack.requests.length).toBe(before)
  })
})
