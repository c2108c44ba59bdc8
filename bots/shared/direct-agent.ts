// Runs one chosen operation as a turn of the conversation, for commands, forms and buttons: the same memory, rights and confirmations as talk.

import { createAgent } from '#agent/agent.ts'
import type { LanguageModel } from '#agent/language.ts'
import { presentStep } from '#agent/present-step.ts'
import type { Agent, TurnEvent, TurnRequest } from '#agent/turn.ts'
import { fail, succeed } from '#core/errors.ts'
import type { OperationName, Ports } from '#core/operations/operation.ts'

export interface DirectAgent {
  /** `request.message` is what the conversation remembers that the person did: "/parley list_models". */
  turn(
    request: TurnRequest,
    operation: OperationName,
    input: Readonly<Record<string, unknown>>,
  ): AsyncIterable<TurnEvent>
}

type Chosen = {
  readonly operation: OperationName
  readonly input: Readonly<Record<string, unknown>>
}

/** One for each bot. Turns of one conversation must be kept apart by the caller (`TurnDesk`). */
export function createDirectAgent(ports: Ports): DirectAgent {
  const chosen = new Map<string, Chosen>()
  const language: LanguageModel = {
    name: 'interpreter',
    async answer(turn) {
      const choice = chosen.get(turn.request.requestId)
      if (choice === undefined) return fail('internal', 'Nothing was chosen.')
      return succeed(presentStep(await turn.run(choice.operation, choice.input)))
    },
  }
  const agent: Agent = createAgent({ ports, claude: language })
  return {
    async *turn(request, operation, input) {
      chosen.set(request.requestId, { operation, input })
      try {
        for await (const event of agent.turn(request)) yield ownEvent(event)
      } finally {
        chosen.delete(request.requestId)
      }
    },
  }
}

/** Nothing of this was understood by a language model, whatever slot it ran in. */
function ownEvent(event: TurnEvent): TurnEvent {
  if (event.type !== 'done') return event
  return { type: 'done', result: { ...event.result, language: 'interpreter' } }
}
