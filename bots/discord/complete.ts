// Choices while a person types: names of models, then the fields, versions and samples that fit what was chosen.

import type { APIApplicationCommandOptionChoice } from 'discord.js'
import { clipText } from '#bots/shared/split-text.ts'
import type { InputField } from '#core/model.ts'
import { maySee } from '#core/operations/access.ts'
import { OPERATIONS } from '#core/operations/index.ts'
import type { OperationName, Ports, Principal } from '#core/operations/operation.ts'
import { readTypedFeatures, splitTyping } from './features-text.ts'
import { FORM_OPERATIONS, findForm, mayInvokeAny } from './known.ts'
import { DISCORD } from './limits.ts'

export interface Typing {
  /** The option that has the cursor. */
  readonly option: string
  readonly text: string
  /** What was chosen for `model` already, and for `version`. */
  readonly model: string | null
  readonly version: number | null
}

type Choice = APIApplicationCommandOptionChoice<string | number>

/** At most 25, the likeliest first; nothing where nothing fits. */
export async function completionsFor(
  typing: Typing,
  ports: Pick<Ports, 'registry' | 'samples'>,
  principal: Principal,
): Promise<readonly Choice[]> {
  if (!mayBeOffered(typing.option, principal)) return []
  const choices = await choicesOf(typing, ports, principal)
  return choices.slice(0, DISCORD.autocompleteChoices)
}

/** What must be allowed, any of them, before the choices of an option are shown: they tell what those would. */
const TOLD_BY: Readonly<Record<string, readonly OperationName[]>> = {
  model: ['list_models'],
  version: ['list_versions', 'describe_model'],
  features: FORM_OPERATIONS,
  sample: ['deploy_model'],
}

function mayBeOffered(option: string, principal: Principal): boolean {
  const operations = TOLD_BY[option]
  return operations === undefined || mayInvokeAny(operations, principal)
}

function choicesOf(
  typing: Typing,
  ports: Pick<Ports, 'registry' | 'samples'>,
  principal: Principal,
): Promise<readonly Choice[]> | readonly Choice[] {
  switch (typing.option) {
    case 'model':
      return completeModel(typing.text, ports, principal)
    case 'version':
      return completeVersion(typing, ports, principal)
    case 'features':
      return completeFeatures(typing, ports, principal)
    case 'sample':
      return completeSample(typing.text, ports, principal)
    case 'topic':
      return ranked(
        OPERATIONS.map(({ name, title }) => ({ name: title, value: name })),
        typing.text,
      )
    default:
      return []
  }
}

async function completeModel(
  text: string,
  { registry }: Pick<Ports, 'registry'>,
  principal: Principal,
) {
  const models = (await registry.listModels()).filter(({ name }) => maySee(principal, name))
  const choices = models.map(({ name, title, liveVersion }) => ({
    name: `${name} – ${title}${liveVersion === null ? ' (not deployed)' : ''}`,
    value: name,
  }))
  return ranked(choices, text)
}

async function completeVersion(
  { model, text }: Typing,
  { registry }: Pick<Ports, 'registry'>,
  principal: Principal,
) {
  const form = model === null ? null : await findForm({ registry }, model, null, principal)
  if (form === null) return []
  const versions = await registry.listVersions(form.model)
  const live = (await registry.findModel(form.model))?.liveVersion
  return versions
    .toSorted((left, right) => right.number - left.number)
    .filter(({ number }) => String(number).startsWith(text.trim()))
    .map(({ number, origin, createdAt }) => ({
      name: clip(
        `${number}${number === live ? ' (live)' : ''} – ${origin.fileName}, ${createdAt.slice(0, DATE_LENGTH)}`,
      ),
      value: number,
    }))
}

const DATE_LENGTH = 'YYYY-MM-DD'.length

/** A sample is deployed under its own name unless another is given, so it is hidden like a model of that name. */
async function completeSample(
  text: string,
  { samples }: Pick<Ports, 'samples'>,
  principal: Principal,
) {
  const list = (await samples.list()).filter(({ name }) => maySee(principal, name))
  return ranked(
    list.map(({ name, title }) => ({ name: `${name} – ${title}`, value: name })),
    text,
  )
}

/** Goes on with what was typed: each choice adds one field that is not there yet. */
async function completeFeatures(
  typing: Typing,
  { registry }: Pick<Ports, 'registry'>,
  principal: Principal,
) {
  const form =
    typing.model === null
      ? null
      : await findForm({ registry }, typing.model, typing.version, principal)
  if (form === null) return []
  const { done, typing: word } = splitTyping(typing.text)
  const isTyped = readTypedFeatures(typing.text)
  if (word.includes('=') || word.includes(':')) {
    const used = isTyped.ok ? Object.keys(isTyped.values) : []
    const next = fieldsBeyond(form.signature.inputs, used)
    const sofar = typing.text.trim()
    return [
      { name: clip(sofar), value: sofar },
      ...next.map((field) => continued(`${sofar}, `, field)),
    ].filter(fits)
  }
  const before = readTypedFeatures(done)
  const used = before.ok ? Object.keys(before.values) : []
  const fields = fieldsBeyond(form.signature.inputs, used).filter(({ name }) =>
    name.toLowerCase().includes(word.toLowerCase()),
  )
  const start = done === '' ? '' : `${done.trim()} `
  return fields.map((field) => continued(start, field)).filter(fits)
}

function fieldsBeyond(inputs: readonly InputField[], used: readonly string[]) {
  return inputs.filter(({ name }) => !used.includes(name))
}

/** The example stands for the value, so that choosing it shows what is expected. */
function continued(start: string, { name, example, categories, minimum, type }: InputField) {
  const value = example ?? categories?.[0] ?? minimum ?? (type === 'boolean' ? 'yes' : '')
  const text = `${start}${name}=${value}`
  return { name: clip(text), value: text }
}

/** A choice's text has a limit; a longer line is typed on by hand, or the form is used. */
function fits({ value }: { value: string }): boolean {
  return value !== '' && value.length <= DISCORD.choiceText
}

/** Names that begin with the text first, then those that have it inside. */
function ranked(choices: readonly { name: string; value: string }[], text: string): Choice[] {
  const wanted = text.trim().toLowerCase()
  const place = ({ name, value }: { name: string; value: string }) => {
    if (value.toLowerCase().startsWith(wanted)) return 0
    return `${name} ${value}`.toLowerCase().includes(wanted) ? 1 : 2
  }
  return choices
    .filter((choice) => place(choice) < 2 && choice.value.length <= DISCORD.choiceText)
    .toSorted((left, right) => place(left) - place(right))
    .map(({ name, value }) => ({ name: clip(name), value }))
}

function clip(text: string): string {
  return clipText(text, DISCORD.choiceName)
}
