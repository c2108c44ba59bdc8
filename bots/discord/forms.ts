// The conversation of a form: which modal comes when, what is still missing, and when the operation runs.

import type {
  ButtonInteraction,
  ChatInputCommandInteraction,
  ModalSubmitInteraction,
} from 'discord.js'
import { readForm } from '#bots/shared/model-form.ts'
import type { FailureDetail } from '#core/errors.ts'
import type { Scalar } from '#core/model.ts'
import { authorise } from '#core/operations/access.ts'
import { explainPrediction } from '#core/operations/explain-prediction.ts'
import type { Principal } from '#core/operations/operation.ts'
import { predict } from '#core/operations/predict.ts'
import { countOf } from '#core/presentation/phrases.ts'
import type { FormAction } from './actions.ts'
import { readTypedFeatures } from './features-text.ts'
import type { Actionable, FirstAnswer } from './first-answer.ts'
import { findForm, type KnownForm } from './known.ts'
import { DISCORD } from './limits.ts'
import { modalOf, neededFields, orderedFields, readModal } from './modal.ts'
import { identityOf, STRANGER_SENTENCE } from './people.ts'
import type { TurnServices } from './turns.ts'

/** What a form comes to: the operation with its whole input, or nothing yet because the person was asked for more. */
export type FormOutcome =
  | {
      readonly kind: 'run'
      readonly operation: FormAction['operation']
      readonly input: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'asked' }

const ASKED: FormOutcome = { kind: 'asked' }

/** A command with features typed, some or none: runs when they are whole, else opens the form with what there is. */
export async function beginForm(
  services: TurnServices,
  first: FirstAnswer<ChatInputCommandInteraction>,
  given: Pick<FormAction, 'operation' | 'model' | 'version'> & { readonly features: string },
): Promise<FormOutcome> {
  const { operation, model, version } = given
  const run = (features: unknown): FormOutcome => ({
    kind: 'run',
    operation,
    input: { model, features, ...(version !== null && { version }) },
  })
  const typed = readTypedFeatures(given.features)
  if (!typed.ok) {
    await first.ask({
      text: `I cannot read “${typed.piece}”. Write features as name=value, name=value; or leave them out and a form asks for them.`,
    })
    return ASKED
  }
  const { values } = typed
  const form = await findForm(services.ports, model, version, whoAsks(services, first.interaction))
  // The operation itself says that there is no such model, or no such input.
  if (form === null || hasUnknownName(form, values)) return run(values)
  const reading = readForm(form.signature, values)
  const missing = missingFrom(form, values)
  if (reading.ok && missing.length === 0) return run(reading.features)
  const wrong = reading.ok ? [] : reading.problems.filter(({ path }) => Object.hasOwn(values, path))
  if (wrong.length > 0) {
    const action: FormAction = { kind: 'form', operation, model, version, values, start: 0 }
    await askAgain(services, first, action, wrong)
    return ASKED
  }
  const start = firstPageWith(form, missing)
  const action: FormAction = { kind: 'form', operation, model: form.model, version, values, start }
  await openForm(services, first, action)
  return ASKED
}

/** Inputs that should not be forgotten, also those that may be left empty on purpose; all of them where nothing was typed. */
function missingFrom({ signature }: KnownForm, values: Readonly<Record<string, string>>): string[] {
  const isEmpty = Object.keys(values).length === 0
  return signature.inputs
    .filter(({ name, optional }) => isEmpty || (!optional && !Object.hasOwn(values, name)))
    .map(({ name }) => name)
}

/** A modal must be the first answer to an interaction; where the model is gone, that is said instead. */
export async function openForm(
  services: TurnServices,
  first: FirstAnswer<ButtonInteraction | ChatInputCommandInteraction>,
  action: FormAction,
  keptAs?: string,
): Promise<void> {
  const form = await findForm(
    services.ports,
    action.model,
    action.version,
    whoAsks(services, first.interaction),
  )
  if (form === null) {
    await first.ask({ text: whyNoForm(action, whoAsks(services, first.interaction)) })
    return
  }
  const id = keptAs ?? (await services.actions.keep(action))
  await first.open(modalOf({ ...form, values: action.values }, action.start, id))
}

/** What was typed into one modal: checked at once, then the next modal or the run. */
export async function continueForm(
  services: TurnServices,
  first: FirstAnswer<ModalSubmitInteraction>,
  action: FormAction,
): Promise<FormOutcome> {
  const form = await findForm(
    services.ports,
    action.model,
    action.version,
    whoAsks(services, first.interaction),
  )
  if (form === null) {
    await first.ask({ text: whyNoForm(action, whoAsks(services, first.interaction)) })
    return ASKED
  }
  const values = { ...action.values, ...readModal(form.signature, typedInto(first.interaction)) }
  const fields = orderedFields(form.signature)
  const end = action.start + DISCORD.modalInputs
  const reading = readForm(form.signature, values)
  const seen = new Set(fields.slice(0, end).map(({ name }) => name))
  const problems = reading.ok ? [] : reading.problems.filter(({ path }) => seen.has(path))
  if (problems.length > 0) {
    const start = firstPageWith(
      form,
      problems.map(({ path }) => path),
    )
    await askAgain(services, first, { ...action, values, start }, problems)
    return ASKED
  }
  if (end >= fields.length && reading.ok) return runOf(action, reading.features)
  await askForMore(services, first, { ...action, values, start: end }, form, reading)
  return ASKED
}

/** The form's own operation says what this person lacks. */
function whyNoForm({ operation, model }: FormAction, principal: Principal | null): string {
  if (principal === null) return STRANGER_SENTENCE
  const allowed = authorise(findKnown(operation), principal)
  if (!allowed.ok) return allowed.failure.message
  return `There is no model called “${model}” any more.`
}

const findKnown = (name: FormAction['operation']) =>
  name === 'predict' ? predict : explainPrediction

function runOf(action: FormAction, features: Readonly<Record<string, Scalar>>): FormOutcome {
  const { operation, model, version } = action
  const input = { model, features, ...(version !== null && { version }) }
  return { kind: 'run', operation, input }
}

/** A modal cannot open the next one: a button stands between. What is optional may be skipped. */
async function askForMore(
  { actions }: Pick<TurnServices, 'actions'>,
  first: FirstAnswer<ModalSubmitInteraction>,
  next: FormAction,
  form: KnownForm,
  reading: ReturnType<typeof readForm>,
): Promise<void> {
  const total = orderedFields(form.signature).length
  const last = Math.min(total, next.start + DISCORD.modalInputs)
  const buttons = [
    {
      label: `Inputs ${next.start + 1}–${last} of ${total}`,
      tone: 'primary' as const,
      id: await actions.keep(next),
    },
  ]
  const canRun = reading.ok && next.start >= neededFields(form.signature)
  if (canRun) {
    const { operation, model, version } = next
    const input = { model, features: reading.features, ...(version !== null && { version }) }
    buttons.push({
      label: 'Leave the rest empty',
      tone: 'primary',
      id: await actions.keep({ kind: 'run', operation, input }),
    })
  }
  await first.ask({
    text: `I have ${countOf(next.start, 'input')} of ${total}. ${canRun ? 'The others may be left empty.' : 'A form holds five at a time; please go on.'}`,
    buttons,
  })
}

async function askAgain(
  { actions }: Pick<TurnServices, 'actions'>,
  first: FirstAnswer,
  action: FormAction,
  problems: readonly FailureDetail[],
): Promise<void> {
  const details = problems.map(({ path, message }) => `${path} ${message}`)
  await first.ask({
    text: 'Not all of this can be used yet; what you typed is kept.',
    blocks: [{ kind: 'notice', tone: 'warning', text: 'Please look again:', details }],
    buttons: [{ label: 'Correct it', tone: 'primary', id: await actions.keep(action) }],
  })
}

function hasUnknownName({ signature }: KnownForm, values: Readonly<Record<string, string>>) {
  const names = new Set(signature.inputs.map(({ name }) => name))
  return Object.keys(values).some((name) => !names.has(name))
}

function firstPageWith({ signature }: KnownForm, names: readonly string[]): number {
  const wrong = new Set(names)
  const index = orderedFields(signature).findIndex(({ name }) => wrong.has(name))
  return Math.max(0, index - (index % DISCORD.modalInputs))
}

function typedInto(interaction: ModalSubmitInteraction): ReadonlyMap<string, string> {
  const typed = new Map<string, string>()
  for (const [id, field] of interaction.fields.fields) {
    if ('value' in field && typeof field.value === 'string') typed.set(id, field.value)
    else if ('values' in field) typed.set(id, field.values[0] ?? '')
  }
  return typed
}

function whoAsks({ principalOf }: TurnServices, { user, member }: Actionable) {
  return principalOf(identityOf(user, member?.roles))
}
