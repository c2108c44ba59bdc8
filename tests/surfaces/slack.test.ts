// Slack through the parity suite: every operation as a /parley command, and what people read equals what the operation presents.

import { expect } from 'bun:test'
import { createAgent } from '#agent/agent.ts'
import { presentStep } from '#agent/present-step.ts'
import type { Agent, Step, TurnEvent, TurnResult } from '#agent/turn.ts'
import { createDirectAgent, type DirectAgent } from '#bots/shared/direct-agent.ts'
import { renderBlocks } from '#bots/slack/render.ts'
import { findOperation } from '#core/operations/index.ts'
import { openWorkspace, read } from '../bots/slack/workspace.ts'
import type { TestPorts } from '../support/ports.ts'
import { describeParity, type OpenSurface, type SurfaceOutcome } from './parity.ts'

/** Lets the bot's own agents run, and remembers what came of their turns. */
function listen(ports: TestPorts) {
  const results: TurnResult[] = []
  const [inner, talk] = [createDirectAgent(ports), createAgent({ ports })]
  async function* heard(events: AsyncIterable<TurnEvent>) {
    for await (const event of events) {
      if (event.type === 'done') results.push(event.result)
      yield event
    }
  }
  const direct: DirectAgent = {
    turn: (request, operation, input) => heard(inner.turn(request, operation, input)),
  }
  const agent: Agent = { turn: (request) => heard(talk.turn(request)) }
  return { direct, agent, results }
}

async function open(ports: TestPorts): Promise<OpenSurface> {
  const { direct, agent, results } = listen(ports)
  const workspace = await openWorkspace({ ports, direct, agent: () => agent })
  return {
    async run(operation, input, _example, isAgreed): Promise<SurfaceOutcome> {
      const seen = await workspace.command(`${operation} ${JSON.stringify(input)}`)
      const step = results.at(-1)?.steps.at(-1)
      if (step === undefined) throw new Error(`nothing ran: ${read(seen)}`)
      // The code of the failure is what other surfaces send; in a chat it is asked or said.
      if (step.status === 'needs_confirmation' && isAgreed) {
        const [question] = seen
        if (question === undefined) throw new Error('nothing was asked')
        const done = await workspace.press(question, 'Yes')
        const deleted = results.at(-1)?.steps.at(-1) ?? step
        expectShown(read(done), deleted)
        return outcomeOf(deleted)
      }
      expectShown(read(seen), step)
      return outcomeOf(step)
    },
    async close() {
      expect(workspace.slack.problems).toEqual([])
      await workspace.close()
    },
  }
}

function outcomeOf(step: Step): SurfaceOutcome {
  if (step.status === 'done') return { ok: true, output: step.output }
  if (step.status === 'needs_confirmation') return { ok: false, code: 'needs_confirmation' }
  if (step.status === 'needs_input') return { ok: false, code: 'invalid_input' }
  return { ok: false, code: step.error?.code ?? 'internal' }
}

/** Every block that the operation presents reached Slack. */
function expectShown(shown: string, step: Step): void {
  const operation = findOperation(step.operation)
  if (operation === null || step.status !== 'done' || typeof step.output !== 'object') return
  const presentation = operation.present({ ...step.output })
  const { blocks } = presentStep({ step, presentation, message: '' })
  for (const block of renderBlocks(blocks, { baseUrl: 'http://127.0.0.1:3000' }))
    expect(shown).toContain(JSON.stringify(block))
}

describeParity({ name: 'Slack, by command', open })
