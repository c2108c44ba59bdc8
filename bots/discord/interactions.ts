// Slash commands, what is typed into them, buttons and forms: acknowledged at once, run once, answered in place.

import type {
  AutocompleteInteraction,
  ButtonInteraction,
  ChatInputCommandInteraction,
  Interaction,
  ModalSubmitInteraction,
} from 'discord.js'
import { conversationKey, type Place } from '#bots/shared/conversation-key.ts'
import { CLOSED_SENTENCE, openConfirmation } from '#bots/shared/open-confirmation.ts'
import type { SeenEvents } from '#bots/shared/seen-events.ts'
import { findOperation } from '#core/operations/index.ts'
import type { Answer } from './actions.ts'
import { createBoard } from './board.ts'
import { type CommandInput, readCommandInput } from './command-input.ts'
import { optionsOf } from './commands.ts'
import { completionsFor } from './complete.ts'
import { type Actionable, createFirstAnswer, type FirstAnswer } from './first-answer.ts'
import { beginForm, continueForm, type FormOutcome, openForm } from './forms.ts'
import { ACKNOWLEDGE_AFTER_MS } from './limits.ts'
import { type DiscordIdentity, identityOf, STRANGER_SENTENCE } from './people.ts'
import { type Order, orderTurn, report, type TurnServices, type Work } from './turns.ts'

/**
 * An interaction that comes a second time (a lost connection, a replay) is not answered again: the registry remembers it,
 * and where the registry takes too long, Discord does, which takes the first answer to an interaction and no other.
 */
export async function answerInteraction(
  services: TurnServices,
  seen: SeenEvents,
  interaction: Interaction,
): Promise<void> {
  if (interaction.isAutocomplete()) return complete(services, interaction)
  if (!interaction.isChatInputCommand() && !interaction.isButton() && !interaction.isModalSubmit())
    return
  const first = createFirstAnswer(interaction, isPublic(interaction))
  try {
    const isOurs = await Promise.race([seen.claim(`interaction:${interaction.id}`), first.late])
    if (!isOurs) return first.leave()
    await answerActionable(services, first)
  } catch (error) {
    report(services, '', error)
    await first.ask({
      text: 'Something went wrong on our side, and it is logged. Please try again.',
    })
  }
}

/** Commands that open no form are answered for everybody; anything else may end in a word to the person alone. */
function isPublic(interaction: Actionable): boolean {
  return interaction.isChatInputCommand() && !isFormed(interaction.commandName)
}

async function answerActionable(services: TurnServices, first: FirstAnswer): Promise<void> {
  const { interaction } = first
  if (interaction.isChatInputCommand()) await answerCommand(services, { ...first, interaction })
  else if (interaction.isButton()) await answerButton(services, { ...first, interaction })
  else await answerModal(services, { ...first, interaction })
}

/** What is not found in time is not offered: a late list is one that nobody sees. */
async function complete(services: TurnServices, interaction: AutocompleteInteraction) {
  const { name, value } = interaction.options.getFocused(true)
  const principal = services.principalOf(personOf(interaction))
  if (principal === null) return interaction.respond([])
  const found = completionsFor(
    {
      option: name,
      text: String(value),
      model: optionalText(interaction, 'model'),
      version: optionalInteger(interaction, 'version'),
    },
    services.ports,
    principal,
  )
  const none = Bun.sleep(ACKNOWLEDGE_AFTER_MS).then(() => [])
  return interaction.respond([...(await Promise.race([found, none]))])
}

function optionalText(interaction: AutocompleteInteraction, name: string): string | null {
  const value = interaction.options.get(name)?.value
  return typeof value === 'string' && value !== '' ? value : null
}

/** While it is being typed, an integer may come as a text. */
function optionalInteger(interaction: AutocompleteInteraction, name: string): number | null {
  const value = Number(interaction.options.get(name)?.value ?? Number.NaN)
  return Number.isInteger(value) ? value : null
}

async function answerCommand(
  services: TurnServices,
  first: FirstAnswer<ChatInputCommandInteraction>,
): Promise<void> {
  const { interaction } = first
  const operation = findOperation(interaction.commandName)
  if (operation === null) {
    return first.ask({ text: 'I do not know this command any more. Try /help.' })
  }
  const read = readCommandInput(operation, interaction.options.data)
  if (!read.ok) return first.ask({ text: read.failure.message })
  const takesFeatures = optionsOf(operation).some(({ kind }) => kind === 'features')
  if (takesFeatures && isFormed(operation.name)) {
    const outcome = await beginForm(services, first, {
      operation: operation.name,
      model: String(read.value.input['model']),
      version: numberOr(read.value.input['version']),
      features: read.value.features ?? '',
    })
    return runForm(services, first, outcome, read.value.said)
  }
  await run(services, first, workOf(operation.name, read.value), read.value.attachments)
}

function isFormed(name: string): name is 'predict' | 'explain_prediction' {
  return name === 'predict' || name === 'explain_prediction'
}

function numberOr(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

function workOf(operation: Extract<Work, { kind: 'run' }>['operation'], given: CommandInput): Work {
  return {
    kind: 'run',
    operation,
    input: given.input,
    message: given.said,
    ...(given.uploadKey !== null && { uploadKey: given.uploadKey }),
  }
}

async function runForm(
  services: TurnServices,
  first: FirstAnswer,
  outcome: FormOutcome,
  said: string,
): Promise<void> {
  if (outcome.kind === 'asked') return
  const { operation, input } = outcome
  await run(services, first, { kind: 'run', operation, input, message: said })
}

async function answerButton(services: TurnServices, first: FirstAnswer<ButtonInteraction>) {
  const { interaction } = first
  const action = await services.actions.read(interaction.customId)
  if (action === null) {
    return first.ask({ text: 'This button is too old to be used. Please ask again.' })
  }
  switch (action.kind) {
    case 'say':
      return run(services, first, action)
    case 'run': {
      const message = `/${action.operation} ${JSON.stringify(action.input)}`
      return run(services, first, { ...action, message })
    }
    case 'form':
      return openForm(services, first, action, interaction.customId)
    case 'answer':
      return answerQuestion(services, first, action)
    case 'stop':
      return stopTurn(services, first, action.user)
  }
}

/** Only the person who was asked, only while the very question is open, and looked at again when the turn comes. */
async function answerQuestion(
  services: TurnServices,
  first: FirstAnswer<ButtonInteraction>,
  answer: Answer,
): Promise<void> {
  const { interaction } = first
  if (interaction.user.id !== answer.user) {
    return first.ask({
      text: 'This question was put to somebody else, so only they can answer it. Nothing was done.',
    })
  }
  const principal = services.principalOf(personOf(interaction))
  const guard = async (): Promise<string | null> => {
    if (principal === null) return STRANGER_SENTENCE
    const key = conversationKey(placeOf(interaction), answer.user)
    const open = await openConfirmation(services.ports, key, principal.id)
    return open === answer.token ? null : CLOSED_SENTENCE
  }
  const closed = await guard()
  if (closed !== null) return first.ask({ text: closed })
  await run(services, first, { kind: 'say', message: answer.says }, [], guard)
}

async function stopTurn({ desk }: TurnServices, first: FirstAnswer, user: string) {
  const { interaction } = first
  if (interaction.user.id !== user) {
    return first.ask({ text: 'Only the person who asked can stop this.' })
  }
  const key = conversationKey(placeOf(interaction), user)
  return first.ask({
    text: desk.stop(key) ? 'Stopping.' : 'There is nothing left to stop: it is done.',
  })
}

async function answerModal(
  services: TurnServices,
  first: FirstAnswer<ModalSubmitInteraction>,
): Promise<void> {
  const action = await services.actions.read(first.interaction.customId)
  if (action?.kind !== 'form') {
    return first.ask({ text: 'This form is too old to be used. Please open it again.' })
  }
  const outcome = await continueForm(services, first, action)
  const said = `filled in the form of ${action.model}`
  await runForm(services, first, outcome, said)
}

/** Nothing runs where Discord did not take the acknowledgement: the answer could not be seen. */
async function run(
  services: TurnServices,
  first: FirstAnswer,
  work: Work,
  attachments: Order['attachments'] = [],
  guard?: Order['guard'],
): Promise<void> {
  const { interaction } = first
  const outlet = await first.defer()
  await orderTurn(services, {
    place: placeOf(interaction),
    person: personOf(interaction),
    work,
    attachments,
    board: createBoard(outlet),
    ...(guard !== undefined && { guard }),
  })
}

function placeOf({ guildId, channelId }: Actionable): Place {
  return {
    platform: 'discord',
    workspace: guildId ?? 'dm',
    channel: channelId ?? 'unknown',
    thread: null,
  }
}

function personOf({ user, member }: Actionable | AutocompleteInteraction): DiscordIdentity {
  return identityOf(user, member?.roles)
}
