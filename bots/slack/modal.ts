// A modal made from a model's signature, and the features read from what was submitted; pure.

import { z } from 'zod'
import { type FormField, formOf, readForm } from '#bots/shared/model-form.ts'
import { clipText } from '#bots/shared/split-text.ts'
import type { Scalar, Signature } from '#core/model.ts'
import { SLACK_LIMITS } from './limits.ts'
import type { AnyBlock, InputBlock, KnownBlock, ModalView } from './slack-types.ts'

export const PREDICT_VIEW = 'parley:predict'

/** Where the answer of a submitted modal goes. */
const viewContext = z.object({
  model: z.string(),
  version: z.number().optional(),
  /** The version whose fields the form shows. */
  number: z.number(),
  channel: z.string(),
  thread: z.string().nullable(),
  /** Set where the modal came from a slash command: answers go where only the person sees them. */
  responseUrl: z.string().nullable(),
})

export type ViewContext = z.output<typeof viewContext>

export function readViewContext(text: string): ViewContext | null {
  try {
    const parsed = viewContext.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Null where the model has more inputs than a modal has places. */
export function predictModal(options: {
  readonly title: string
  readonly signature: Signature
  readonly context: ViewContext
  readonly features: Readonly<Record<string, unknown>>
}): ModalView | null {
  const fields = formOf(options.signature)
  if (fields.length + 1 > SLACK_LIMITS.blocksInView) return null
  const intro: KnownBlock = {
    type: 'context',
    elements: [
      { type: 'plain_text', text: clipText(options.title, SLACK_LIMITS.placeholder), emoji: false },
    ],
  }
  return {
    type: 'modal',
    callback_id: PREDICT_VIEW,
    private_metadata: JSON.stringify(options.context),
    title: plain('Predict', SLACK_LIMITS.viewTitle),
    submit: plain('Predict', SLACK_LIMITS.viewTitle),
    close: plain('Cancel', SLACK_LIMITS.viewTitle),
    blocks: [
      intro,
      ...fields.map((field, index) => inputBlock(field, index, options.features[field.name])),
    ],
  }
}

const plain = (text: string, limit: number) =>
  ({ type: 'plain_text', text: clipText(text, limit), emoji: false }) as const

function inputBlock(field: FormField, index: number, initial: unknown): KnownBlock {
  return {
    type: 'input',
    // By place, not by name: a name may be longer than an id, and two could be cut to the same one.
    block_id: blockId(index),
    label: plain(field.label, SLACK_LIMITS.inputLabel),
    optional: field.optional,
    ...(field.hint === '' ? {} : { hint: plain(field.hint, SLACK_LIMITS.inputLabel) }),
    element: inputElement(field, initial),
  }
}

const blockId = (index: number) => `field:${index}`
const VALUE_ACTION = 'value'

function inputElement(field: FormField, initial: unknown) {
  const placeholder =
    field.example === null
      ? {}
      : { placeholder: plain(`for example ${field.example}`, SLACK_LIMITS.placeholder) }
  const isShort = field.options.every(
    (name) => name !== '' && name.length <= SLACK_LIMITS.optionText,
  )
  const isList = field.options.length > 0 && field.options.length <= SLACK_LIMITS.selectOptions
  if ((field.kind === 'choice' || field.kind === 'boolean') && isList && isShort) {
    const options = field.options.map((name) => ({
      text: plain(name, SLACK_LIMITS.optionText),
      value: name,
    }))
    const chosen = options.find(({ value }) => value === wordOf(initial))
    return {
      type: 'static_select' as const,
      action_id: VALUE_ACTION,
      options,
      ...(chosen === undefined ? {} : { initial_option: chosen }),
    }
  }
  // Text, not Slack's number field: people type "$1,680", and our own reading of it is the one that other surfaces have.
  return {
    type: 'plain_text_input' as const,
    action_id: VALUE_ACTION,
    ...placeholder,
    ...(initial === undefined || initial === null ? {} : { initial_value: wordOf(initial) }),
  }
}

function wordOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value)
}

/** Stands in place of a form while what was typed is looked at, and after: a form that was sent cannot be closed from here. */
export function noteView(text: string): ModalView {
  return {
    type: 'modal',
    title: plain('Predict', SLACK_LIMITS.viewTitle),
    close: plain('Close', SLACK_LIMITS.viewTitle),
    blocks: [{ type: 'section', text: plain(text, SLACK_LIMITS.sectionText) }],
  }
}

/** The form once more with what was typed, and above it what cannot be used. */
export function correctedView(
  view: { readonly private_metadata: string; readonly blocks: readonly AnyBlock[] },
  typed: SubmittedState,
  errors: Readonly<Record<string, string>>,
): ModalView {
  const inputs = view.blocks.filter(isInput)
  const problems = inputs.flatMap(({ block_id: id = '', label }) => {
    const problem = errors[id]
    return problem === undefined ? [] : [`• ${label.text}: ${problem}`]
  })
  const said = problems.length > 0 ? problems : Object.values(errors)
  return {
    type: 'modal',
    callback_id: PREDICT_VIEW,
    private_metadata: view.private_metadata,
    title: plain('Predict', SLACK_LIMITS.viewTitle),
    submit: plain('Predict', SLACK_LIMITS.viewTitle),
    close: plain('Cancel', SLACK_LIMITS.viewTitle),
    blocks: [
      {
        type: 'section',
        text: plain(['Please look again:', ...said].join('\n'), SLACK_LIMITS.sectionText),
      },
      ...inputs.map((block) => refilled(block, typed)),
    ],
  }
}

const isInput = (block: AnyBlock): block is InputBlock => block.type === 'input'

function refilled(block: InputBlock, typed: SubmittedState): InputBlock {
  const { value, selected_option: chosen } = typed[block.block_id ?? '']?.[VALUE_ACTION] ?? {}
  const { element } = block
  if (element.type === 'plain_text_input') {
    const { initial_value: _, ...empty } = element
    return { ...block, element: value == null ? empty : { ...empty, initial_value: value } }
  }
  if (element.type !== 'static_select') return block
  const { initial_option: _, ...empty } = element
  const option = element.options?.find((one) => one.value === chosen?.value)
  return { ...block, element: option === undefined ? empty : { ...empty, initial_option: option } }
}

export type Submission =
  | { readonly ok: true; readonly features: Readonly<Record<string, Scalar>> }
  /** By block id, as Slack wants them back. */
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> }

interface SubmittedValue {
  readonly value?: string | null | undefined
  readonly selected_option?: { readonly value?: string } | null | undefined
}

/** By block id and action id. */
export type SubmittedState = Readonly<Record<string, Readonly<Record<string, SubmittedValue>>>>

export function readSubmission(signature: Signature, state: SubmittedState): Submission {
  const typed: Record<string, string | null> = Object.create(null)
  signature.inputs.forEach(({ name }, index) => {
    const submitted = state[blockId(index)]?.[VALUE_ACTION]
    typed[name] = submitted?.value ?? submitted?.selected_option?.value ?? null
  })
  const reading = readForm(signature, typed)
  if (reading.ok) return reading
  const places = new Map(signature.inputs.map(({ name }, index) => [name, index]))
  const errors = reading.problems.map(({ path, message }) => [
    blockId(places.get(path) ?? 0),
    `This ${message}.`,
  ])
  return { ok: false, errors: Object.fromEntries(errors) }
}
