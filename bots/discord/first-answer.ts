// The first answer to an interaction: whatever it is, Discord has it in time, also where the registry is slow.

import {
  type APIModalInteractionResponseCallbackData,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
} from 'discord.js'
import { interactionOutlet, type Outlet } from './board.ts'
import { ACKNOWLEDGE_AFTER_MS } from './limits.ts'
import { type Button, type Renderable, renderMessages } from './render.ts'

export type Actionable = ButtonInteraction | ChatInputCommandInteraction | ModalSubmitInteraction

/** One of three things, once: a public answer, a word to the person alone, or a form. */
export interface FirstAnswer<Kind extends Actionable = Actionable> {
  readonly interaction: Kind
  /**
   * Settles where nothing was answered in time and "is thinking" was sent instead: true where Discord took it. Whoever it
   * was taken from has the interaction, for Discord takes one answer only.
   */
  readonly late: Promise<boolean>
  /** Says that the answer follows; rejects where Discord refuses, and then nothing may run. */
  defer(): Promise<Outlet>
  /** Seen by this person alone: half a form is nobody else's business. */
  ask(answer: Partial<Renderable> & { readonly text: string }): Promise<void>
  /** Opens the form; a form that comes too late becomes a button that opens it, for Discord takes a form only as first answer. */
  open(modal: APIModalInteractionResponseCallbackData): Promise<void>
  /** Nothing will be answered: somebody else has this interaction. */
  leave(): void
}

/** `isPublic` where the interaction can only end in an answer for everybody: who may see it is fixed by the first answer. */
export function createFirstAnswer<Kind extends Actionable>(
  interaction: Kind,
  isPublic: boolean,
): FirstAnswer<Kind> {
  const { promise: late, resolve: settleLate } = Promise.withResolvers<boolean>()
  let sent: Promise<unknown> | null = null
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    sent = interaction.deferReply(isPublic ? {} : { flags: [MessageFlags.Ephemeral] })
    sent.then(
      () => settleLate(true),
      () => settleLate(false),
    )
  }, ACKNOWLEDGE_AFTER_MS)

  /** True where the answer is the first one; false where "is thinking" stands there already. Rejects where Discord refused. */
  async function answerFirst(act: () => Promise<unknown>): Promise<boolean> {
    clearTimeout(timer)
    if (!isLate) sent = act()
    await sent
    return !isLate
  }

  const editAlone = async (answer: Parameters<FirstAnswer['ask']>[0]) => {
    await interaction.editReply({ components: pageOf(answer), flags: MessageFlags.IsComponentsV2 })
  }
  return {
    interaction,
    late,
    async defer() {
      const isFirst = await answerFirst(() => interaction.deferReply())
      if (isFirst || isPublic) return interactionOutlet(interaction)
      await editAlone({ text: BELOW })
      return interactionOutlet(interaction, { isBeside: true })
    },
    async ask(answer) {
      const flags = [MessageFlags.IsComponentsV2, MessageFlags.Ephemeral] as const
      const isFirst = await answerFirst(() =>
        interaction.reply({ components: pageOf(answer), flags: [...flags] }),
      )
      if (!isFirst) await editAlone(answer)
    },
    async open(modal) {
      const isFirst = await answerFirst(async () => {
        if (interaction.isModalSubmit()) throw new Error('a form cannot open a form')
        await interaction.showModal(modal)
      })
      if (!isFirst) await editAlone({ text: OPEN_LATE, buttons: [openButton(modal.custom_id)] })
    },
    leave: () => clearTimeout(timer),
  }
}

const BELOW = 'This took a moment. The answer stands below.'
const OPEN_LATE = 'This took a moment, and Discord does not open forms late. Open it here:'

const openButton = (id: string): Button => ({ label: 'Open the form', tone: 'primary', id })

function pageOf(answer: Parameters<FirstAnswer['ask']>[0]) {
  const [page = []] = renderMessages({ blocks: [], ...answer })
  return page
}
