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
import { createBoard, interactionOutlet } from './board.ts'
import { type CommandInput, readCommandInput } from './command-input.ts'
import { optionsOf } from './commands.ts'
import { completionsFor } from './complete.ts'
import { ask, beginForm, continueForm, type FormOutcome, openForm } from './forms.ts'
import { type DiscordIdentity, identityOf, STRANGER_SENTENCE } from './people.ts'
import { type Order, orderTurn, type TurnServices, type Work } from './turns.ts'

type Actionable = ButtonInteraction | ChatInputCommandInteraction | ModalSubmitInteraction

/** An interaction that comes a second time (a lost connection, a replay) is not answered again. */
export async function answerInteraction(
  services: TurnServices,
  seen: SeenEvents,
  interaction: Interaction,
): Promise<void> {
  if (interaction.isAutocomplete()) return complete(services, interaction)
  if (!interaction.isChatInputCommand() && !interaction.isButton() && !interaction.isModalSubmit())
    return
  if (!(await seen.claim(`interaction:${interaction.id}`))) return
  if (interaction.isChatInputCommand()) await answerCommand(services, interaction)
  else if (interaction.isButton()) await answerButton(services, interaction)
  else await answerModal(services, interaction)
}

async function complete(services: TurnServices, interaction: AutocompleteInteraction) {
  const { name, value } = interaction.options.getFocused(true)
  const principal = services.principalOf(personOf(interaction))
  if (principal === null) return interaction.respond([])
  const choices = await completionsFor(
    {
      option: name,
      text: String(value),
      model: optionalText(interaction, 'model'),
      version: optionalInteger(interaction, 'version'),
    },
    services.ports,
    principal,
  )
  return interaction.respond([...choices])
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
  interaction: ChatInputCommandInteraction,
): Promise<void> {
  const operation = findOperation(interaction.commandName)
  if (operation === null) {
    return ask(interaction, { text: 'I do not know this command any more. Try /help.' })
  }
  const read = readCommandInput(operation, interaction.options.data)
  if (!read.ok) return ask(interaction, { text: read.failure.message })
  const takesFeatures = optionsOf(operation).some(({ kind }) => kind === 'features')
  if (takesFeatures && isFormed(operation.name)) {
    const outcome = await beginForm(services, interaction, {
      operation: operation.name,
      model: String(read.value.input['model']),
      version: numberOr(read.value.input['version']),
      features: read.value.features ?? '',
    })
    return runForm(services, interaction, outcome, read.value.said)
  }
  await run(services, interaction, workOf(operation.name, read.value), read.value.attachments)
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
  interaction: Actionable,
  outcome: FormOutcome,
  said: string,
): Promise<void> {
  if (outcome.kind === 'asked') return
  const { operation, input } = outcome
  await run(services, interaction, { kind: 'run', operation, input, message: said })
}

async function answerButton(services: TurnServices, interaction: ButtonInteraction) {
  const action = await services.actions.read(interaction.customId)
  if (action === null) {
    return ask(interaction, { text: 'This button is too old to be used. Please ask again.' })
  }
  switch (action.kind) {
    case 'say':
      return run(services, interaction, action)
    case 'run': {
      const message = `/${action.operation} ${JSON.stringify(action.input)}`
      return run(services, interaction, { ...action, message })
    }
    case 'form':
      return openForm(services, interaction, action, interaction.customId)
    case 'answer':
      return answerQuestion(services, interaction, action)
    case 'stop':
      return stopTurn(services, interaction, action.user)
  }
}

/** Only the person who was asked, only while the very question is open, and looked at again when the turn comes. */
async function answerQuestion(
  services: TurnServices,
  interaction: ButtonInteraction,
  answer: Answer,
): Promise<void> {
  if (interaction.user.id !== answer.user) {
    return ask(interaction, {
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
  if (closed !== null) return ask(interaction, { text: closed })
  await run(services, interaction, { kind: 'say', message: answer.says }, [], guard)
}

async function stopTurn({ desk }: TurnServices, interaction: ButtonInteraction, user: string) {
  if (interaction.user.id !== user) {
    return ask(interaction, { text: 'Only the person who asked can stop this.' })
  }
  const key = conversationKey(placeOf(interaction), user)
  return ask(interaction, {
    text: desk.stop(key) ? 'Stopping.' : 'There is nothing left to stop: it is done.',
  })
}

async function answerModal(services: TurnServices, interaction: ModalSubmitInteraction) {
  const action = await services.actions.read(interaction.customId)
  if (action?.kind !== 'form') {
    return ask(interaction, { text: 'This form is too old to be used. Please open it again.' })
  }
  const outcome = await continueForm(services, interaction, action)
  const said = `filled in the form of ${action.model}`
  await runForm(services, interaction, outcome, said)
}

/** Nothing runs where Discord did not take the acknowledgement: the answer could not be seen. */
async function run(
  services: TurnServices,
  interaction: Actionable,
  work: Work,
  attachments: Order['attachments'] = [],
  guard?: Order['guard'],
): Promise<void> {
  await interaction.deferReply()
  await orderTurn(services, {
    place: placeOf(interaction),
    person: personOf(interaction),
    work,
    attachments,
    board: createBoard(interactionOutlet(interaction)),
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
