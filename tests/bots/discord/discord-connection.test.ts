// The connection and the crowd: replays, resumes, limits, expired tokens, several people, long turns, where the bot listens.

import { afterEach, describe, expect, test } from 'bun:test'
import { INTERIM_AFTER_MS } from '#bots/discord/limits.ts'
import { THREAD_ID } from './discord-gateway.ts'
import {
  type BotTestOptions,
  buttonOf,
  DEE,
  type RunningBot,
  restart,
  runBot,
  VIC,
} from './running-bot.ts'

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

describe('the connection', () => {
  test('a replayed interaction and a replayed message run once', async () => {
    const { discord, until, waitFor } = await start()
    discord.command(VIC, 'list_models')
    await until('is deployed')
    discord.gateway.replay('INTERACTION_CREATE')
    discord.say(VIC, 'what can you do?')
    await waitFor('an answer', () => discord.messages().length === 2)
    discord.gateway.replay('MESSAGE_CREATE')
    discord.say(DEE, 'show me the models')
    await waitFor('an answer to Dee', () => discord.messages().length === 3)
    expect(discord.messages().length).toBe(3)
  })

  test('what was answered before a restart is not answered again after it', async () => {
    const first = await start()
    const { discord, until, waitFor } = first
    discord.say(VIC, 'show me the models')
    await until('is deployed')
    discord.command(VIC, 'help')
    await waitFor('help', () => discord.messages().length === 2)
    await first.bot.close()
    const again = await restart(first)
    discord.gateway.replay('MESSAGE_CREATE')
    discord.gateway.replay('INTERACTION_CREATE')
    discord.say(DEE, 'what inputs does churn need?')
    await until('tenure', { after: 2 })
    await again.close()
    expect(discord.messages().length).toBe(3)
  })

  test('a lost connection is resumed, and what was said meanwhile is answered once', async () => {
    const { discord, until, waitFor } = await start()
    discord.gateway.drop()
    discord.say(VIC, 'show me the models')
    await waitFor('the resume', () => discord.gateway.resumes.length === 1)
    await until('is deployed')
    expect(discord.gateway.identifies.length).toBe(1)
    expect(discord.messages().length).toBe(1)
  })

  test('"too many requests" delays an answer and loses nothing', async () => {
    const { discord, until } = await start()
    discord.limitedOnce = '/messages'
    discord.say(VIC, 'show me the models')
    await until('is deployed')
  })

  test('an answer after the fifteen minutes of a token comes as a message of its own', async () => {
    const { discord, until } = await start()
    discord.failing = { path: '/webhooks/', status: 401, code: 50_027 }
    discord.command(VIC, 'list_models')
    await until('is deployed')
    expect(discord.requests.at(-1)?.path).toContain('/channels/')
  })

  test('where the acknowledgement fails nothing runs', async () => {
    const { discord, ports, until } = await start()
    discord.failing = { path: '/callback', status: 404, code: 10_062 }
    discord.command(DEE, 'undeploy_model', [text('model', 'churn')])
    discord.say(VIC, 'show me the models')
    await until('is deployed')
    expect((await ports.registry.findModel('churn'))?.liveVersion).toBe(1)
  })
})

describe('several at once', () => {
  test('two people in one channel have a conversation each', async () => {
    const { discord, until, waitFor, count } = await start({ samples: ['churn', 'price'] })
    discord.say(VIC, 'predict churn for tenure 24 and monthly charges 70')
    discord.say(DEE, 'what inputs does the price model need?')
    await waitFor('both answers', () => count() === 2)
    discord.say(VIC, '1680')
    const answer = await until(/probability/)
    expect(answer.text).toContain('total_charges: **$1,680')
  })

  test('a message in the middle of a turn waits, is told so, and is answered', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const { discord, until, waitFor } = await start({
      agentOf: () => ({
        async *turn({ message, conversationId }) {
          if (message === 'slow') await held
          const reply = `heard ${message}`
          yield {
            type: 'done',
            result: {
              conversationId: conversationId ?? '',
              reply,
              blocks: [],
              steps: [],
              language: 'interpreter',
            },
          }
        },
      }),
    })
    discord.say(VIC, 'slow')
    await waitFor('the first turn', () =>
      discord.requests.some(({ path }) => path.endsWith('/typing')),
    )
    discord.say(VIC, 'second')
    await until('This message is next')
    release()
    await until('heard slow')
    await until('heard second')
    expect(discord.messages().map((one) => one.text)).toEqual(['heard second', 'heard slow'])
  })
})

describe('a long turn', () => {
  test('shows what it is doing, and stops for the person who asked, for nobody else', async () => {
    const { discord, until, waitFor } = await start({
      agentOf: () => ({
        async *turn({ signal }) {
          yield { type: 'text', delta: 'Reading the file. ' }
          await Bun.sleep(INTERIM_AFTER_MS)
          yield {
            type: 'progress',
            operation: 'deploy_model',
            fraction: 0.4,
            message: 'trees read',
          }
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
        },
      }),
    })
    discord.say(VIC, 'deploy it')
    const interim = await until('trees read (40%)')
    expect(interim.text).toContain('Reading the file.')
    discord.click(DEE, buttonOf(interim, 'Stop'))
    await until('Only the person who asked can stop this')
    discord.click(VIC, buttonOf(interim, 'Stop'))
    await waitFor('the stop', () =>
      discord.messages().some(({ id, text: now }) => id === interim.id && now === 'Stopped.'),
    )
  })
})

describe('where the bot listens', () => {
  test('direct messages need no mention, channels do', async () => {
    const { discord, until, count } = await start()
    discord.say(VIC, '', { mentions: false })
    discord.say(VIC, 'show me the models', { isDirect: true, channel: '700000000000000009' })
    await until('is deployed')
    expect(count()).toBe(1)
  })

  test('its intents are the three smallest, and one more only where the owner allowed it', async () => {
    const { discord } = await start()
    expect(discord.gateway.identifies).toEqual([{ intents: 1 | 512 | 4096 }])
    await running?.close()
    const allowed = await start({ applicationFlags: 1 << 19 })
    expect(allowed.discord.gateway.identifies).toEqual([{ intents: 1 | 512 | 4096 | 32_768 }])
    // Reading everything is no reason to answer everything.
    allowed.discord.say(VIC, 'show me the models', { mentions: false })
    allowed.discord.say(VIC, 'show me the models', { mentions: false, channel: THREAD_ID })
    const answer = await allowed.until('is deployed')
    expect(allowed.discord.messages()).toEqual([answer])
    expect(answer.channel).toBe(THREAD_ID)
  })
})
