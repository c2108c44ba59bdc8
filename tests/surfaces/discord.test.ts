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
        const before = running.count()
        const isAsked = await inOneTurn(running, turns, () => {
          running.discord.command(ADA, name, commandOptions(operation, input))
        })
        if (isAsked) return asked(running, before, Object.keys(Object(input['features'])))
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
  leavesOut: {
    'describe_model: with an unknown field':
      'Discord itself takes no option that the command does not have',
  },
})

/** True where the person was asked, by a form or a word to them alone, and nothing ran. */
async function inOneTurn(running: RunningBot, turns: readonly unknown[], act: () => void) {
  const questions = () =>
    forms(running) + running.discord.messages().filter(({ isEphemeral }) => isEphemeral).length
  const [ran, put] = [turns.length, questions()]
  act()
  await running.waitFor('the turn', () => turns.length > ran || questions() > put)
  return turns.length === ran
}

const forms = ({ discord }: RunningBot) =>
  discord.requests.filter(({ body }) => Object(body).type === 9).length

/** What is missing is asked for by the form of the model; what was typed and cannot be read is said, with a button to correct it. */
function asked(
  { discord }: RunningBot,
  before: number,
  typedNames: readonly string[],
): SurfaceOutcome {
  const said = discord.messages().slice(before)
  if (typedNames.length > 0) {
    const { text, buttons } = said.at(-1) ?? { text: '', buttons: [] }
    expect(text).toContain('Not all of this can be used yet')
    for (const name of typedNames) expect(text).toContain(`${name} must be a number`)
    expect(buttons.map(({ label }) => label)).toEqual(['Correct it'])
  } else {
    expect(said).toEqual([])
    const labels = discord.modal().inputs.map(({ label }) => label.split(' ')[0])
    expect(labels).toEqual(['tenure', 'monthly_charges', 'total_charges'])
  }
  return { ok: false, code: 'invalid_input' }
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
  pairs: 3,
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
  if (kind === 'features' || kind === 'pairs') {
    return Object.entries(Object(value))
      .map(([name, one]) => `${name}=${one}`)
      .join(', ')
  }
  if (Array.isArray(value)) return kind === 'rows' ? JSON.stringify(value) : value.join(', ')
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
}
