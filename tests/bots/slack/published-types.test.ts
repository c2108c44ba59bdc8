// Holds what the bot sends against Slack's published types: a whole conversation is recorded, written down as code and type-checked.

import { afterAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { deploySamples } from '../../support/ports.ts'
import { BOT, type Recorded } from './fake-slack.ts'
import { ANA, CHANNEL, DIRECT, openWorkspace, until } from './workspace.ts'

const ROOT = resolve(import.meta.dir, '../../..')
const folder = await mkdtemp(join(ROOT, 'tests/bots/slack/.types-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Sent to addresses of their own, not to a method of the Web API. */
const NOT_METHODS = new Set(['response_url', 'apps.connections.open', 'files.getUploadURLExternal'])

async function typeCheck(requests: readonly Recorded[]): Promise<string> {
  const lines = requests
    .filter(({ method }) => !NOT_METHODS.has(method))
    .map(({ method, args }, index) => {
      const path = method
        .split('.')
        .map((part) => `['${part}']`)
        .join('')
      return `export const r${index}: NonNullable<Parameters<webApi.WebClient${path}>[0]> = ${JSON.stringify(args)}`
    })
  // What a response address takes has the same blocks as a message.
  const responses = requests
    .filter(({ method }) => method === 'response_url')
    .map(
      ({ args }, index) =>
        `export const a${index}: types.KnownBlock[] = ${JSON.stringify(args['blocks'])}`,
    )
  const file = join(folder, 'recorded.ts')
  await Bun.write(
    file,
    ["import type { types, webApi } from '@slack/bolt'", ...lines, ...responses].join('\n'),
  )
  const config = {
    extends: '../../../../tsconfig.json',
    include: ['recorded.ts'],
    compilerOptions: { types: [] },
  }
  await Bun.write(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const check = Bun.spawn([join(ROOT, 'node_modules/.bin/tsc'), '-p', folder], { stdout: 'pipe' })
  return new Response(check.stdout).text()
}

test('every request of a conversation has the type that Slack publishes for it', async () => {
  const workspace = await openWorkspace()
  const { slack } = workspace
  await deploySamples(workspace.ports)
  const [answer] = await workspace.ask({
    text: 'predict churn tenure=24 monthly_charges=70 total_charges=1680',
  })
  if (answer === undefined) throw new Error('nothing was answered')
  await workspace.press(answer, 'Why?')
  await workspace.press(answer, 'Try another')
  await workspace.command('predict price')
  for (const text of [
    'list_models',
    'describe_model price',
    'list_versions churn',
    'model_metrics churn',
    'help',
  ])
    await workspace.command(text)
  const file = slack.addFile('rows.csv', 'tenure,monthly_charges,total_charges\n24,70,1680\n')
  await workspace.ask({ channel: CHANNEL, text: `<@${BOT}> score this with churn`, files: [file] })
  const [question] = await workspace.ask({ text: 'delete the iris model' })
  if (question === undefined) throw new Error('nothing was asked')
  await workspace.press(question, 'No')
  await workspace.event({
    type: 'app_home_opened',
    tab: 'messages',
    user: ANA,
    channel: DIRECT,
    event_ts: '1',
  })
  await until(() => slack.count('assistant.threads.setSuggestedPrompts') === 1)
  const complaints = await typeCheck(slack.requests)
  const methods = new Set(slack.requests.map(({ method }) => method))
  await workspace.close()
  expect(complaints).toBe('')
  expect(methods.size).toBeGreaterThan(8)
  expect(slack.problems).toEqual([])
}, 60_000)

test('a request of another form would be found', async () => {
  const complaints = await typeCheck([
    {
      method: 'chat.postMessage',
      args: { channel: CHANNEL, text: 'x', blocks: [{ type: 'section', text: 'plain' }] },
    },
  ])
  expect(complaints).toContain('recorded.ts')
}, 60_000)
