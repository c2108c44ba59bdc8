// Slack's events on Parley's own server: no key and no name of this machine is asked for, the signature decides.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createServer, type ParleyServer } from '#api/server.ts'
import { smallAgent } from '../../api/support.ts'
import { signedRequest, TEAM } from './fake-slack.ts'
import { ANA, DIRECT, openWorkspace, read, until, type Workspace } from './workspace.ts'

let workspace: Workspace
let server: ParleyServer
beforeAll(async () => {
  workspace = await openWorkspace()
  const { handle } = workspace.bot
  if (handle === null) throw new Error('not over HTTP')
  const { ports } = workspace
  server = createServer({
    ports,
    agent: smallAgent(ports),
    port: 0,
    principalOf: () => null,
    signedMounts: { '/slack/events': handle },
  })
})
afterAll(async () => {
  await server.stop({ drainMs: 100 })
  await workspace.close()
})

const send = (secret?: string) => {
  const ts = workspace.slack.nextTs()
  const event = {
    type: 'message',
    channel_type: 'im',
    channel: DIRECT,
    user: ANA,
    text: 'help',
    ts,
    event_ts: ts,
  }
  const json = { type: 'event_callback', team_id: TEAM, event_id: `Ev${ts}`, event }
  const request = signedRequest(
    `${server.url}/slack/events`,
    { json },
    secret === undefined ? {} : { secret },
  )
  request.headers.set('host', 'parley.example.com')
  return fetch(request)
}

test('a signed event is answered, although every other address wants a key', async () => {
  expect((await fetch(`${server.url}/api/models`)).status).toBe(401)
  expect((await send()).status).toBe(200)
  await until(() => read(workspace.slack.messages).includes('I can'))
})

test('a badly signed one is refused', async () => {
  const refused = await send('another')
  expect(refused.status).toBe(401)
})
