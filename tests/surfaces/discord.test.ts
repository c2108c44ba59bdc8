// Discord through the parity suite: every operation by its slash command, the real discord.js between person and bot.

import { expect } from 'bun:test'
import type { TurnResult } from '#agent/turn.ts'
import { type CommandOption, optionsOf } from '#bots/discord/commands.ts'
import { findOperation } from '#core/operations/index.ts'
import type { Operation, OperationName } from '#core/operations/operation.ts'
import { ADA, buttonOf, type RunningBot, runBot } from '../bots/discord/running-bot.ts'
import { describeParity, type SurfaceOutcome } from './parity.ts'

type Input = Readonly<Record<string, unknown>>

describeParity({
  name: 'Discord',
  async open(ports) {
    const turns: TurnResult[] = []
    const running = await runBot({ ports, onTurn: (result) => turns.push(result) })
    return {
      async run(name, input, _example, isAgreed): Promise<SurfaceOutcome> {
        const operation = operationCalled(name)
        await inOneTurn(running, turns, () => {
          running.discord.command(ADA, name, commandOptions(operation, input))
        })
        if (isAgreed) {
          const question = await running.until('cannot be undone')
          await inOneTurn(running, turns, () => {
            running.discord.click(ADA, buttonOf(question, 'Yes'))
          })
        }
        expect(running.discord.problems).toEqual([])
        return outcomeOf(running, operation, turns.at(-1))
      },
      close: () => running.close(),
    }
  },
  // A command's options are typed by Discord, and a form asks for what is missing; tests/bots/discord has what can go wrong.
  takesBrokenInput: false,
})

async function inOneTurn(running: RunningBot, turns: readonly unknown[], act: () => void) {
  const before = turns.length
  act()
  await running.waitFor('the turn', () => turns.length > before)
}

function operationCalled(name: OperationName): Operation {
  const operation = findOperation(name)
  if (operation === null) throw new Error(`there is no operation ${name}`)
  return operation
}

/** The data of the step, once it is sure that the person saw what the operation says of it. */
function outcomeOf(
  { discord }: RunningBot,
  operation: Operation,
  result: TurnResult | undefined,
): SurfaceOutcome {
  const step = result?.steps.at(-1)
  const shown = discord.messages().at(-1)?.text.replaceAll('*', '') ?? ''
  if (step === undefined) throw new Error('no operation ran')
  if (step.status === 'done') {
    const [first = ''] = operation.present(operation.output.parse(step.output)).text.split('. ')
    expect(shown).toContain(first.replaceAll('**', '').replaceAll('\\', ''))
    return { ok: true, output: step.output }
  }
  expect(shown).toContain(result?.reply ?? '')
  return { ok: false, code: step.error?.code ?? 'needs_confirmation' }
}

const OPTION_TYPES = {
  text: 3,
  list: 3,
  rows: 3,
  features: 3,
  integer: 4,
  number: 10,
  boolean: 5,
  file: 11,
} as const satisfies Record<CommandOption['kind'], number>

/** What a person would pick and type for this input. */
function commandOptions(operation: Operation, input: Input) {
  return optionsOf(operation).flatMap(({ name, kind }) => {
    const value = input[name]
    return value === undefined
      ? []
      : [{ name, type: OPTION_TYPES[kind], value: typed(kind, value) }]
  })
}

function typed(kind: CommandOption['kind'], value: unknown): string | number | boolean {
  if (kind === 'features') {
    return Object.entries(Object(value))
      .map(([name, one]) => `${name}=${one}`)
      .join(', ')
  }
  if (Array.isArray(value)) return kind === 'rows' ? JSON.stringify(value) : value.join(', ')
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
}
