// People in Slack: their own rights, their own conversations, their own confirmations, one turn after another.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createAgent } from '#agent/agent.ts'
import type { Agent } from '#agent/turn.ts'
import { STREAM_CHARACTERS } from '#bots/slack/limits.ts'
import { principalOf } from '#core/people/grants.ts'
import { readGrants } from '#core/people/grants-file.ts'
import { deploySamples } from '../../support/ports.ts'
import { BOT } from './fake-slack.ts'
import {
  ANA,
  BEN,
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

describe('rights', () => {
  test('a viewer may predict and may not deploy', async () => {
    const predicted = await workspace.ask({
      user: EVE,
      channel: 'D0EVE',
      text: 'predict churn tenure=24 monthly_charges=70 total_charges=1680',
    })
    expect(read(predicted)).toContain('23%')
    const refused = await workspace.ask({
      user: EVE,
      channel: 'D0EVE',
      text: 'deploy the sample model iris',
    })
    expect(read(refused)).toContain('needs the role deployer; you have the role viewer')
  })

  test('the wrong person cannot answer a confirmation, the right one can, once', async () => {
    const { slack, ports } = workspace
    const [question] = await workspace.ask({
      channel: CHANNEL,
      text: `<@${BOT}> delete the iris model`,
    })
    if (question === undefined) throw new Error('nothing was asked')
    const refused = await workspace.press(question, 'Yes', BEN)
    expect(refused).toHaveLength(1)
    expect(refused[0]).toMatchObject({ onlyFor: BEN })
    expect(refused[0]?.text).toContain(`put to <@${ANA}>`)
    expect(await ports.registry.findModel('iris')).not.toBeNull()
    const asked = structuredClone({ ...question })
    const done = await workspace.press(question, 'Yes')
    expect(read(done)).toContain('iris')
    expect(await ports.registry.findModel('iris')).toBeNull()
    expect(question.blocks.some(({ type }) => type === 'actions')).toBe(false)
    const again = await workspace.press(asked, 'Yes')
    expect(again[0]?.text).toContain('not open any more')
    expect(slack.count('chat.update')).toBe(1)
  })

  test('an old yes does not answer a newer question', async () => {
    const [first] = await workspace.ask({
      channel: CHANNEL,
      text: `<@${BOT}> delete the price model`,
      user: BEN,
    })
    if (first === undefined) throw new Error('nothing was asked')
    await workspace.ask({
      channel: CHANNEL,
      thread: first.thread ?? '',
      user: BEN,
      text: 'delete the churn model',
    })
    const late = await workspace.press(first, 'Yes', BEN)
    expect(late[0]?.text).toContain('not open any more')
    expect(await workspace.ports.registry.findModel('price')).not.toBeNull()
    expect(await workspace.ports.registry.findModel('churn')).not.toBeNull()
  })

  test('a yes that had to wait does not answer the question that was put meanwhile', async () => {
    const gate = Promise.withResolvers<void>()
    const own = await openWorkspace({
      ports: workspace.ports,
      agent: (ports) => slowAgent(createAgent({ ports }), gate.promise),
    })
    const [first] = await own.ask({ text: 'delete the price model' })
    if (first === undefined) throw new Error('nothing was asked')
    await own.say({ text: 'wait' })
    await own.say({ text: 'delete the churn model' })
    await own.press(first, 'Yes')
    gate.resolve()
    await until(() => read(own.slack.messages).includes('not open any more'))
    expect(await own.ports.registry.findModel('price')).not.toBeNull()
    expect(await own.ports.registry.findModel('churn')).not.toBeNull()
    await own.close()
  })

  test('user groups give rights where the permissions name one', async () => {
    const own = await openWorkspace({
      needsUserGroups: true,
      ports: workspace.ports,
      principals: (identity) =>
        identity.surface !== 'slack' || !identity.groups.includes('S0DATA')
          ? null
          : { id: `slack:${identity.team}:${identity.user}`, role: 'viewer', surface: 'slack' },
    })
    own.slack.groups.push({ id: 'S0DATA', users: [BEN] })
    expect(read(await own.command('list_models', BEN))).toContain('churn')
    expect(read(await own.command('list_models', EVE))).toContain('You may not use Parley here')
    expect(own.slack.count('usergroups.list')).toBe(1)
    await own.close()
  })
})

describe('a guest from another workspace', () => {
  test('is nobody here until the permissions name them', async () => {
    const grants = readGrants('{"slack":{"users":{"T0OTHER:U0PAT":"viewer"}}}', 'p.json')
    if (!grants.ok) throw new Error(grants.failure.message)
    const own = await openWorkspace({
      ports: workspace.ports,
      principals: (identity) => principalOf(identity, grants.value),
    })
    const mention = async (user: string, home: Record<string, string>) => {
      const ts = own.slack.nextTs()
      const before = own.slack.messages.length
      const message = { user, channel: CHANNEL, ts, event_ts: ts, text: `<@${BOT}> list models` }
      await own.event({ ...message, ...home, type: 'app_mention' })
      await until(() => own.slack.messages.length > before)
      return until(() => /deployed|may not use/.test(read(own.slack.messages.slice(before)))).then(
        () => read(own.slack.messages.slice(before)),
      )
    }
    expect(await mention('U0SAM', { user_team: 'T0OTHER' })).toContain('You may not use Parley')
    expect(await mention('U0SAM', { source_team: 'T0OTHER' })).toContain('You may not use Parley')
    expect(await mention('U0PAT', { team: 'T0OTHER' })).toContain('churn')
    expect(await mention('U0SAM', { user_team: 'T0TEAM' })).toContain('churn')
    await own.close()
  })
})

describe('at once', () => {
  test('two people in one channel do not share a memory', async () => {
    const { slack } = workspace
    const [first] = await workspace.ask({
      channel: CHANNEL,
      text: `<@${BOT}> predict churn with tenure 24 and monthly charges 70`,
    })
    const thread = first?.thread ?? ''
    await workspace.ask({ channel: CHANNEL, thread, user: BEN, text: `<@${BOT}> predict price` })
    const before = slack.messages.length
    const said = () => read(slack.messages.slice(before))
    await Promise.all([
      workspace.say({ channel: CHANNEL, thread, user: ANA, text: 'total charges are 1680' }),
      workspace.say({ channel: CHANNEL, thread, user: BEN, text: 'what inputs does it need?' }),
    ])
    await until(() => said().includes('23% probability of churning'))
    await until(() => said().includes('bedrooms'))
  })

  test('a message in the middle of a running turn waits, is told so, and is answered', async () => {
    const gate = Promise.withResolvers<void>()
    const own = await openWorkspace({
      ports: workspace.ports,
      agent: (ports) => slowAgent(createAgent({ ports }), gate.promise),
    })
    await own.say({ text: 'wait' })
    const second = await own.say({ text: 'Show me available models' })
    await until(() => own.slack.count('chat.postEphemeral') === 1)
    expect(own.slack.messages[0]?.text).toContain('still answering')
    expect(own.slack.messages[0]?.thread).toBe(second.ts)
    gate.resolve()
    await until(() =>
      own.slack.messages.some(({ thread, onlyFor }) => thread === second.ts && onlyFor === null),
    )
    expect(read(own.slack.messages)).toContain('waited')
    await own.close()
  })

  test('the Stop button stops the turn, and says so', async () => {
    const own = await openWorkspace({
      ports: workspace.ports,
      agent: (ports) => slowAgent(createAgent({ ports }), new Promise(() => undefined)),
    })
    const { ts } = await own.say({ text: 'wait' })
    await until(() => own.slack.count('agents.sessions.setStatus') === 1)
    await own.event({
      type: 'agent_session_stopped',
      channel: DIRECT,
      thread_ts: ts,
      user: ANA,
      event_ts: '1.1',
      streaming_message_ts: [],
    })
    await until(() => own.slack.count('agents.sessions.setStatus') === 2)
    expect(read(own.slack.messages)).toContain('Stopped')
    await own.close()
  })
})

describe('long answers', () => {
  test('go on in a new message where the stream dies, and nothing is lost or said twice', async () => {
    const numbers = Array.from({ length: 60 }, (_, index) => `sentence ${index}.`)
    const own = await openWorkspace({ ports: workspace.ports, agent: () => talkingAgent(numbers) })
    own.slack.failNext('chat.appendStream', 'message_not_in_streaming_state')
    await own.ask({ text: 'tell me' })
    const said = own.slack.messages.map(({ text }) => text).join('')
    expect(said.trim()).toBe(numbers.join(' '))
    await own.close()
  })

  test('are split at the limits of a stream', async () => {
    const long = ['word '.repeat(9_000)]
    const own = await openWorkspace({ ports: workspace.ports, agent: () => talkingAgent(long) })
    await own.ask({ text: 'tell me' })
    const all = own.slack.messages
      .map(({ text, blocks }) => (text.length > 5_000 ? text : JSON.stringify(blocks)))
      .join('')
    expect(all.match(/word/g)?.length).toBe(9_000)
    expect(own.slack.messages.every(({ text }) => text.length <= STREAM_CHARACTERS)).toBe(true)
    expect(own.slack.problems).toEqual([])
    await own.close()
  })

  test('come whole at the end where streams are not to be had', async () => {
    const own = await openWorkspace({ ports: workspace.ports })
    own.slack.failNext('chat.startStream', 'method_not_supported_for_channel_type', 3)
    const answer = await own.ask({ text: 'Show me available models' })
    expect(read(answer)).toContain('churn')
    await own.close()
  })
})

function slowAgent(agent: Agent, gate: Promise<void>): Agent {
  return {
    async *turn(request) {
      if (request.message !== 'wait') return yield* agent.turn(request)
      const stopped = new Promise<void>((resolve) => {
        // It may have been stopped before it came this far.
        if (request.signal.aborted) resolve()
        request.signal.addEventListener('abort', () => resolve())
      })
      await Promise.race([gate, stopped])
      const reply = request.signal.aborted ? 'Stopped.' : 'waited'
      yield {
        type: 'done',
        result: {
          conversationId: request.conversationId ?? '',
          reply,
          blocks: [],
          steps: [],
          language: 'interpreter',
        },
      }
    },
  }
}

function talkingAgent(sentences: readonly string[]): Agent {
  return {
    async *turn(request) {
      for (const [index, sentence] of sentences.entries()) {
        yield { type: 'text', delta: index === 0 ? sentence : ` ${sentence}` }
        if (index % 20 === 0) await Bun.sleep(index === 20 ? 1_050 : 10)
      }
      yield {
        type: 'done',
        result: {
          conversationId: request.conversationId ?? '',
          reply: sentences.join(' '),
          blocks: [],
          steps: [],
          language: 'claude',
        },
      }
    },
  }
}
