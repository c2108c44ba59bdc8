// Whole conversations with the real discord.js against a loopback Discord: files, words, forms, commands, rights.

import { afterEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { DEFAULT_GRANTS } from '#core/people/grants-file.ts'
import { SAMPLES_FOLDER } from '../../support/ports.ts'
import {
  ADA,
  type BotTestOptions,
  buttonOf,
  DEE,
  type RunningBot,
  runBot,
  VIC,
} from './running-bot.ts'

const CHURN_ROW = 'tenure=24, monthly_charges=70, total_charges=1,680'
const text = (name: string, value: string) => ({ name, type: 3, value })

let running: RunningBot | null = null
async function start(options?: BotTestOptions): Promise<RunningBot> {
  running = await runBot(options)
  return running
}

afterEach(async () => {
  const problems = running?.discord.problems ?? []
  await running?.close()
  running = null
  // Every request of every conversation is one that Discord would have taken.
  expect(problems).toEqual([])
})

const modelFile = async (name = 'churn_model.pkl') => ({
  name,
  content: await Bun.file(join(SAMPLES_FOLDER, 'churn/churn_model.pkl')).bytes(),
})

describe('models by attachment', () => {
  test('a mention with a model file deploys it for who may, with what to do next', async () => {
    const { discord, until, ports } = await start({ samples: [] })
    discord.say(DEE, 'deploy this model', { files: [await modelFile()] })
    const answer = await until('is now deployed')
    expect(answer.text).toContain('/api/predict/churn')
    expect(answer.buttons.map(({ label }) => label)).toContain('Try churn')
    expect(ports.serving.loaded()).toEqual(['churn'])
  })

  test('the command takes the file as its option', async () => {
    const { discord, until } = await start({ samples: [] })
    discord.command(DEE, 'deploy_model', [text('title', 'Customer churn')], await modelFile())
    expect((await until('is now deployed')).text).toContain('tenure')
  })

  test('a viewer is told which role is missing, and nothing is deployed', async () => {
    const { discord, until, ports } = await start({ samples: [] })
    discord.say(VIC, 'deploy this', { files: [await modelFile()] })
    await until('needs the role deployer')
    expect(await ports.registry.listModels()).toEqual([])
  })

  test('an attachment that cannot be fetched is said, and the next one works', async () => {
    const { discord, until } = await start({ samples: [] })
    discord.say(DEE, 'deploy this', { files: [{ ...(await modelFile()), fails: 503 }] })
    expect((await until('could not fetch')).text).toContain('503')
    discord.say(DEE, 'deploy this', { files: [await modelFile()] })
    await until('is now deployed')
  })

  test('a CSV comes back scored, as a file', async () => {
    const { discord, until } = await start()
    const content = 'tenure,monthly_charges,total_charges\n24,70,1680\n2,99,198\n'
    discord.say(VIC, 'score this with churn', { files: [{ name: 'customers.csv', content }] })
    const answer = await until('scored 2 rows')
    expect(answer.files.map(({ name }) => name)).toEqual(['customers-scored.csv'])
    expect(answer.files[0]?.text.split('\n')[0]).toContain('tenure,monthly_charges,total_charges')
  })
})

describe('tables by command', () => {
  test('come back scored, with what could not be scored', async () => {
    const { discord, until } = await start()
    const content = 'tenure,monthly_charges,total_charges\n24,70,1680\nlong,99,198\n'
    const file = { name: 'kunden märz.csv', content }
    discord.command(VIC, 'predict_batch', [text('model', 'churn')], file)
    const answer = await until('1 row could not be scored')
    expect(answer.files.map(({ name }) => name)).toEqual(['kunden_m_rz-scored.csv'])
    expect(answer.text).not.toContain('/api/uploads/')
  })
})

describe('predictions', () => {
  test('by words, with the facts of the example conversation', async () => {
    const { discord, until } = await start()
    discord.say(
      VIC,
      'Make a prediction for a customer with 24 months tenure, $70 monthly charges, and $1680 total charges',
    )
    const answer = await until(/probability/)
    expect(answer.text).toContain('tenure: **24')
    expect(answer.buttons.map(({ label }) => label)).toEqual(['Why?', 'Try another'])
  })

  test('by command, then "why?" and "try another" for exactly that row', async () => {
    const { discord, until, waitFor } = await start()
    discord.command(VIC, 'predict', [text('model', 'churn'), text('features', CHURN_ROW)])
    const answer = await until(/probability/)
    discord.click(VIC, buttonOf(answer, 'Why?'))
    const why = await until('│')
    expect(why.text).toContain('total_charges')
    discord.click(DEE, buttonOf(why, 'Try another'))
    await waitFor('a form', () => discord.requests.some(({ body }) => Object(body).type === 9))
    expect(discord.modal().inputs.map(({ value }) => value)).toEqual(['24', '70', '1680'])
  })

  test('by the form that the command opens', async () => {
    const { discord, until, waitFor } = await start()
    discord.command(VIC, 'predict', [text('model', 'churn')])
    await waitFor('a modal', () => discord.requests.some(({ body }) => Object(body).type === 9))
    expect(discord.modal().title).toBe('Customer churn')
    expect(discord.modal().inputs.map(({ label }) => label)).toEqual([
      'tenure (months)',
      'monthly_charges (USD)',
      'total_charges (USD)',
    ])
    discord.submit(VIC, ['24', '$70', '1,680'])
    const answer = await until(/probability/)
    expect(answer.text).toContain('monthly_charges: **$70')
  })

  test('a form with a mistake keeps what was typed and is opened again', async () => {
    const { discord, until, waitFor, count } = await start()
    discord.command(VIC, 'predict', [text('model', 'churn'), text('features', 'tenure=24')])
    const modals = () => discord.requests.filter(({ body }) => Object(body).type === 9).length
    await waitFor('a modal', () => modals() === 1)
    discord.submit(VIC, ['24', 'seventy', '1680'])
    const again = await until('monthly_charges must be a number')
    expect(again.isEphemeral).toBe(true)
    discord.click(VIC, buttonOf(again, 'Correct'))
    await waitFor('the modal again', () => modals() === 2)
    discord.submit(VIC, ['24', '70', '1680'])
    await until(/probability/, { after: count() })
  })

  test('nine inputs take two forms, with a button between them', async () => {
    const { discord, until, waitFor } = await start({ samples: ['price'] })
    const modals = () => discord.requests.filter(({ body }) => Object(body).type === 9).length
    discord.command(VIC, 'predict', [text('model', 'price')])
    await waitFor('the first form', () => modals() === 1)
    expect(discord.modal().title).toContain('(1–5 of 9)')
    discord.submit(VIC, ['2000', '5000', '3', '2', '1'])
    const between = await until('I have 5 inputs of 9')
    expect(between.isEphemeral).toBe(true)
    discord.click(VIC, buttonOf(between, 'Inputs 6–9 of 9'))
    await waitFor('the second form', () => modals() === 2)
    expect(discord.modal().title).toContain('(6–9 of 9)')
    const menus = discord.modal().inputs.map(({ type }) => (type === 3 ? 'no' : '7'))
    discord.submit(VIC, menus)
    const answer = await until('I estimate a price of')
    expect(answer.text).toContain('sqft_living')
    expect(answer.isEphemeral).toBe(false)
  })

  test('while a command is typed it completes models, then the fields of the chosen one', async () => {
    const { discord, waitFor } = await start({ samples: ['churn', 'price'] })
    const answers = () => discord.requests.filter(({ body }) => Object(body).type === 8).length
    const typing = (name: string, value: string, chosen: ReturnType<typeof text>[] = []) =>
      discord.interact(VIC, 4, {
        id: '1',
        name: 'predict',
        type: 1,
        options: [...chosen, { ...text(name, value), focused: true }],
      })
    typing('model', 'ch')
    await waitFor('models', () => answers() === 1)
    expect(discord.completions()).toEqual([{ name: 'churn – Customer churn', value: 'churn' }])
    typing('features', 'tenure=24, mon', [text('model', 'churn')])
    await waitFor('fields', () => answers() === 2)
    expect(discord.completions().map(({ value }) => String(value))).toEqual([
      expect.stringMatching(/^tenure=24, monthly_charges=\d/),
    ])
  })

  test('a missing field is asked for in talk, and answered', async () => {
    const { discord, until, count } = await start()
    discord.say(VIC, 'predict churn for tenure 24 and monthly charges 70')
    await until('total_charges')
    const before = count()
    discord.say(VIC, '1680')
    await until(/probability/, { after: before })
  })
})

describe('confirmations', () => {
  test('are answered by the person who was asked, once', async () => {
    const { discord, until, ports } = await start()
    discord.command(ADA, 'delete_model', [text('model', 'churn')])
    const question = await until('cannot be undone')
    discord.click(VIC, buttonOf(question, 'Yes'))
    expect((await until('put to somebody else')).isEphemeral).toBe(true)
    expect(await ports.registry.findModel('churn')).not.toBeNull()
    discord.click(ADA, buttonOf(question, 'Yes'))
    await until('is deleted')
    discord.click(ADA, buttonOf(question, 'Yes'))
    expect((await until('not open any more')).isEphemeral).toBe(true)
  })

  test('lapse when something else was said in between', async () => {
    const { discord, until, ports } = await start()
    discord.say(ADA, 'delete the churn model')
    const question = await until('cannot be undone')
    discord.say(ADA, 'show me the models')
    await until('is deployed')
    discord.click(ADA, buttonOf(question, 'Yes'))
    await until('not open any more')
    expect(await ports.registry.findModel('churn')).not.toBeNull()
  })

  test('a "yes" of somebody else in the channel confirms nothing', async () => {
    const { discord, until, ports, count } = await start()
    discord.say(ADA, 'delete the churn model')
    await until('cannot be undone')
    const before = count()
    discord.say(VIC, 'yes')
    await until(/./, { after: before })
    expect(await ports.registry.findModel('churn')).not.toBeNull()
  })
})

describe('versions', () => {
  test('are listed with a button that puts another one live', async () => {
    const { discord, until, ports } = await start()
    const iris = await Bun.file(join(SAMPLES_FOLDER, 'iris/model.joblib')).bytes()
    discord.command(DEE, 'deploy_model', [text('name', 'churn')], {
      name: 'iris_model.joblib',
      content: iris,
    })
    await until('version 2')
    discord.command(DEE, 'list_versions', [text('model', 'churn')])
    const list = await until('2 versions')
    discord.click(DEE, buttonOf(list, 'Make version 1 live'))
    await until(/version 1/i, { after: 2 })
    expect((await ports.registry.findModel('churn'))?.liveVersion).toBe(1)
  })
})

describe('people', () => {
  test('limited to a model are offered no other, and refused by name', async () => {
    const grants = {
      ...DEFAULT_GRANTS,
      discord: {
        default: { role: 'viewer' as const, models: ['price'] },
        users: { [DEE.id]: 'none' as const },
        roles: {},
      },
    }
    const { discord, until, waitFor } = await start({ samples: ['churn', 'price'], grants })
    discord.interact(VIC, 4, {
      id: '1',
      name: 'predict',
      type: 1,
      options: [{ ...text('model', ''), focused: true }],
    })
    await waitFor('models', () => discord.requests.some(({ body }) => Object(body).type === 8))
    expect(discord.completions().map(({ value }) => String(value))).toEqual(['price'])
    discord.command(VIC, 'predict', [text('model', 'churn'), text('features', CHURN_ROW)])
    await until('You may use price only')
    discord.command(VIC, 'predict', [text('model', 'churn')])
    await until('You may use price only', { after: 1 })
    expect(discord.requests.some(({ body }) => Object(body).type === 9)).toBe(false)
    discord.command(DEE, 'list_models')
    await until('You may not use this Parley')
  })
})

describe('what cannot run', () => {
  test.each([
    ['describe_model', [text('model', 'chrun')], 'There is no model called'],
    ['predict', [text('model', 'nothing'), text('features', 'a=1')], 'There is no model called'],
    ['predict', [text('model', 'churn'), text('features', 'tenur=24')], 'tenur'],
    ['predict', [text('model', 'churn'), text('features', 'two years')], 'I cannot read'],
    ['predict_batch', [text('model', 'churn'), text('rows', '[]')], 'predict_batch cannot run'],
    ['predict_batch', [text('model', 'churn'), text('rows', 'x')], 'must be a JSON list'],
    ['deploy_model', [text('sample', 'nothing')], 'nothing'],
    ['deploy_model', [], 'upload your model file'],
  ])('%s %j is answered in words', async (name, options, words) => {
    const { discord, until } = await start()
    discord.command(DEE, name, options)
    await until(words)
  })
})
