// Commands come from the operations, are registered once, and again only when they differ.

import { afterEach, describe, expect, test } from 'bun:test'
import { commandsOf, optionsOf } from '#bots/discord/commands.ts'
import { sameCommands } from '#bots/discord/registration.ts'
import { findOperation, OPERATIONS } from '#core/operations/index.ts'
import { APPLICATION_ID, GUILD_ID } from './discord-gateway.ts'
import { type RunningBot, restart, runBot } from './running-bot.ts'

const running: RunningBot[] = []
afterEach(async () => {
  for (const one of running.splice(0)) {
    expect(one.discord.problems).toEqual([])
    await one.close()
  }
})

const optionNames = (name: string) => {
  const operation = findOperation(name)
  if (operation === null) throw new Error(`no operation ${name}`)
  return optionsOf(operation).map((option) => `${option.name}:${option.kind}`)
}

describe('commands', () => {
  test('are one for each operation, under its name', () => {
    expect(commandsOf(OPERATIONS).map(({ name }) => name)).toEqual(
      OPERATIONS.map(({ name }) => name),
    )
  })

  test('have the options of the input, typed, required ones first, and no way to confirm', () => {
    expect(optionNames('predict')).toEqual(['model:text', 'features:features', 'version:integer'])
    expect(optionNames('promote_version')).toEqual(['model:text', 'version:integer'])
    expect(optionNames('predict_batch')).toEqual([
      'model:text',
      'rows:rows',
      'upload:file',
      'version:integer',
    ])
    expect(optionNames('delete_model')).toEqual(['model:text'])
  })

  test('are the same whatever order and defaults Discord adds, and differ by any word', () => {
    const [first, second] = commandsOf(OPERATIONS)
    const stored = { ...first, id: '1', version: '2', nsfw: false, default_permission: true }
    expect(sameCommands([second, stored], [first, second])).toBe(true)
    expect(sameCommands([second, { ...stored, description: 'other' }], [first, second])).toBe(false)
    expect(sameCommands([second], [first, second])).toBe(false)
  })
})

describe('registration', () => {
  const puts = ({ discord }: RunningBot) =>
    discord.requests.filter(({ method }) => method === 'PUT')

  test('in one server writes there, and a second start writes nothing', async () => {
    const first = await runBot({ samples: [] })
    running.push(first)
    expect(first.bot.commands).toBe('registered')
    expect(puts(first).map(({ path }) => path)).toEqual([
      `/applications/${APPLICATION_ID}/guilds/${GUILD_ID}/commands`,
    ])
    const again = await restart(first)
    expect(again.commands).toBe('unchanged')
    expect(puts(first)).toHaveLength(1)
    await again.close()
  })

  test('everywhere writes to the application itself', async () => {
    const bot = await runBot({ samples: [], guildId: null })
    running.push(bot)
    expect(puts(bot).map(({ path }) => path)).toEqual([`/applications/${APPLICATION_ID}/commands`])
    const again = await restart(bot, null)
    expect(again.commands).toBe('unchanged')
    await again.close()
  })

  test('with a token that Discord refuses starts nothing and says so', async () => {
    const bot = await runBot({ samples: [] })
    running.push(bot)
    expect(restart(bot, GUILD_ID, 'another.token')).rejects.toThrow('401')
  })
})
