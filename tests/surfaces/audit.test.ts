// What people do in Slack and on Discord stands in the log that `parley audit` prints: who, from where, what, and how it ended.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { resolve } from 'node:path'
import { ADA, buttonOf, DEE, type RunningBot, runBot, VIC } from '../bots/discord/running-bot.ts'
import { ANA, EVE, openWorkspace, type Workspace } from '../bots/slack/workspace.ts'
import { createTestPorts, type TestPorts } from '../support/ports.ts'

const ROOT = resolve(import.meta.dir, '../..')
const PATIENCE_MS = 20_000
const SPACES = / {2,}/

let ports: TestPorts
let slack: Workspace
let discord: RunningBot
beforeAll(async () => {
  ports = await createTestPorts()
  slack = await openWorkspace({ ports })
  discord = await runBot({ ports })
})
afterAll(async () => {
  await slack.close()
  await discord.close()
  await ports.close()
})

/** The table that a process of its own prints, newest first, without the time. */
async function auditLog(): Promise<string[][]> {
  const child = Bun.spawn([process.execPath, resolve(ROOT, 'bin/parley.ts'), 'audit'], {
    env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA: ports.folder },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const printed = await new Response(child.stdout).text()
  expect(await child.exited).toBe(0)
  const rows = printed.split('\n').filter((line) => line.trimStart().startsWith('20'))
  return rows.map((line) => line.trim().split(SPACES).slice(1))
}

test(
  'by command, in words, by button; done and refused',
  async () => {
    await slack.command('deploy_model --sample churn')
    await slack.ask({ text: 'deploy the sample model iris', user: EVE })
    await slack.ask({ text: 'undeploy churn' })
    discord.discord.command(DEE, 'deploy_model', [{ name: 'sample', type: 3, value: 'price' }])
    await discord.until('is now deployed')
    discord.discord.say(VIC, 'undeploy the price model')
    await discord.until('needs the role deployer')
    discord.discord.command(ADA, 'delete_model', [{ name: 'model', type: 3, value: 'price' }])
    const asked = await discord.until('cannot be undone')
    discord.discord.click(ADA, buttonOf(asked, 'Yes'))
    await discord.until('is deleted')
    // Looking and predicting leave no entry.
    await slack.ask({ text: 'Show me available models' })

    expect(await auditLog()).toEqual([
      [`ada (discord:${ADA.id})`, 'discord', 'delete_model', 'price', 'done'],
      [`vic (discord:${VIC.id})`, 'discord', 'undeploy_model', 'price', 'forbidden'],
      [`dee (discord:${DEE.id})`, 'discord', 'deploy_model', 'price', 'done'],
      [`slack:T0TEAM:${ANA}`, 'slack', 'undeploy_model', 'churn', 'done'],
      [`slack:T0TEAM:${EVE}`, 'slack', 'deploy_model', '-', 'forbidden'],
      [`slack:T0TEAM:${ANA}`, 'slack', 'deploy_model', 'churn', 'done'],
    ])
  },
  PATIENCE_MS,
)
