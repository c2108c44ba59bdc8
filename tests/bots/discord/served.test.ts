// The whole of it as a process: `parley serve` with Discord's settings connects, answers and leaves.

import { afterAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { APPLICATION_ID, TOKEN } from './discord-gateway.ts'
import { startDiscordServer } from './discord-server.ts'
import { VIC } from './running-bot.ts'

const ROOT = resolve(import.meta.dir, '../../..')
const folder = await mkdtemp(join(tmpdir(), 'parley-discord-'))
const discord = startDiscordServer()
afterAll(async () => {
  await discord.stop()
  await rm(folder, { recursive: true, force: true })
})

function serve(token: string) {
  return Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), 'serve'], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      PARLEY_DATA: join(folder, 'data'),
      DISCORD_TOKEN: token,
      DISCORD_APPLICATION_ID: APPLICATION_ID,
      DISCORD_API_URL: discord.apiUrl,
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

async function untilPrinted(child: ReturnType<typeof serve>, words: RegExp): Promise<string> {
  const decoder = new TextDecoder()
  let printed = ''
  for await (const piece of child.stdout) {
    printed += decoder.decode(piece)
    if (words.test(printed)) return printed
  }
  throw new Error(`ended early: ${printed}${await new Response(child.stderr).text()}`)
}

test('the bot connects beside the server, answers, and goes with it', async () => {
  const child = serve(TOKEN)
  await untilPrinted(child, /discord {3}connected as Parley, commands registered/)
  discord.say(VIC, 'what can you do?')
  while (discord.messages().length === 0 && child.exitCode === null) await Bun.sleep(10)
  expect(discord.messages()[0]?.text).toContain('deploy')
  child.kill('SIGTERM')
  expect(await child.exited).toBe(0)
  expect(discord.problems).toEqual([])
}, 20_000)

test('a token that Discord refuses is said, and the server runs without the bot', async () => {
  const child = serve('another.token')
  const printed = await untilPrinted(child, /discord {3}not connected: .*\n/)
  expect(printed).toContain('Discord refused DISCORD_TOKEN.')
  const [url = ''] = printed.match(/http:\/\/[\d.:]+/) ?? []
  expect((await fetch(`${url}/health`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await child.exited).toBe(0)
}, 20_000)
