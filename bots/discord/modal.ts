// Forms from a model's signature: five inputs a modal, the rest in the modals after it.

import {
  type APIComponentInLabel,
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  TextInputStyle,
} from 'discord.js'
import { type FormField, formOf } from '#bots/shared/model-form.ts'
import { clipText } from '#bots/shared/split-text.ts'
import type { Signature } from '#core/model.ts'
import { DISCORD } from './limits.ts'

/** Where a form stands: what was given so far, by field. */
export interface FormState {
  readonly model: string
  readonly title: string
  readonly signature: Signature
  readonly values: Readonly<Record<string, string>>
}

/** Which inputs come first: those a prediction cannot do without, then those it should not do without. */
export function orderedFields(signature: Signature): readonly FormField[] {
  const rank = new Map(
    signature.inputs.map(({ name, optional, nullable }) => [
      name,
      optional ? 2 : nullable === true ? 1 : 0,
    ]),
  )
  return formOf(signature).toSorted(
    (left, right) => (rank.get(left.name) ?? 0) - (rank.get(right.name) ?? 0),
  )
}

/** How many inputs have to be seen before a prediction can run. */
export function neededFields(signature: Signature): number {
  return orderedFields(signature).filter(({ optional }) => !optional).length
}

/** The modal with the inputs from `start` on; names of components are positions, for names of inputs may be too long. */
export function modalOf(
  form: FormState,
  start: number,
  customId: string,
): APIModalInteractionResponseCallbackData {
  const fields = orderedFields(form.signature)
  const page = fields.slice(start, start + DISCORD.modalInputs)
  const span =
    fields.length > DISCORD.modalInputs
      ? ` (${start + 1}–${start + page.length} of ${fields.length})`
      : ''
  return {
    custom_id: customId,
    title: `${clipText(form.title, DISCORD.modalTitle - span.length)}${span}`,
    components: page.map((field, index) => {
      const description = clipText(describe(field), DISCORD.inputDescription)
      return {
        type: ComponentType.Label,
        label: clipText(field.label, DISCORD.inputLabel),
        ...(description !== '' && { description }),
        component: inputOf(field, `f${start + index}`, form.values[field.name]),
      }
    }),
  }
}

function describe({ hint, kind, optional }: FormField): string {
  const what = { number: 'a number', integer: 'a whole number', boolean: '', choice: '', text: '' }
  return [hint === '' ? what[kind] : hint, optional ? 'may be left empty' : '']
    .filter((part) => part !== '')
    .join('; ')
}

/** Choices are a menu while Discord's menu holds them all; else they are typed. */
function inputOf(field: FormField, id: string, given: string | undefined): APIComponentInLabel {
  const { options, optional, example } = field
  const isMenu =
    options.length > 0 &&
    options.length <= DISCORD.selectOptions &&
    options.every((option) => option !== '' && option.length <= DISCORD.selectOptionText)
  if (isMenu) {
    return {
      type: ComponentType.StringSelect,
      custom_id: id,
      required: !optional,
      options: options.map((option) => ({
        label: option,
        value: option,
        ...(option === given && { default: true }),
      })),
    }
  }
  return {
    type: ComponentType.TextInput,
    custom_id: id,
    style: TextInputStyle.Short,
    required: !optional,
    ...(example !== null &&
      example !== '' && { placeholder: clipText(example, DISCORD.inputPlaceholder) }),
    ...(given !== undefined && given !== '' && { value: given }),
  }
}

/** What was typed into the modal's inputs, by the names of the fields. */
export function readModal(
  signature: Signature,
  typed: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  const values: Record<string, string> = {}
  for (const [index, { name }] of orderedFields(signature).entries()) {
    const value = typed.get(`f${index}`)
    if (value !== undefined) values[name] = value
  }
  return values
}
