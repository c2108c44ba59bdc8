// The interpreter's own sentences: what is missing, what it did not understand, with examples that fit the models at hand.

import type { InputField } from '#core/model.ts'
import { exampleRow, rowInWords } from '#core/operations/example-row.ts'
import type { Choice } from '#core/presentation/blocks.ts'
import { countOf, joinSome, joinWords } from '#core/presentation/phrases.ts'
import type { KnownModel } from '../language.ts'
import type { CommandOperation } from './command-patterns.ts'
import { type Context, lastModel } from './memory.ts'
import { ask, type Plan, say } from './plan.ts'
import { isFlag } from './values.ts'

/** Enough to answer in one go; more inputs than this are better sent as a table or JSON. */
const MAX_ASKED_FIELDS = 8
/** Of more inputs than that, so many are named. */
const MAX_NAMED_FIELDS = 5
const MAX_EXAMPLE_FIELDS = 3
/** Beside more inputs than this their categories would be a wall of words. */
const MAX_DESCRIBED_FIELDS = 4
const MAX_NAMES = 6

export const askFile = (details: Readonly<Record<string, unknown>>): Plan =>
  ask(
    'deploy_model',
    details,
    'upload',
    'Great! Please upload your model file: drop it here or use the button.',
  )

/** "I still need total_charges (USD)." */
export function askForFields(
  model: KnownModel,
  missing: readonly InputField[],
  given: number,
  conflicts: readonly string[],
): string {
  if (conflicts.length > 0) {
    const others = missing.filter(({ name }) => !conflicts.includes(name))
    const more = others.length === 0 ? '' : ` I also need ${listFields(others)}.`
    return `I see more than one value for ${joinWords(conflicts)}. Which one shall I take?${more}`
  }
  const start = given === 0 ? 'Sure. For' : 'Almost there. For'
  const still = given === 0 ? '' : ' still'
  if (missing.length <= MAX_ASKED_FIELDS) {
    return `${start} ${model.title} I${still} need ${listFields(missing)}.`
  }
  const example = rowInWords(exampleRow({ inputs: missing.slice(0, MAX_EXAMPLE_FIELDS) }))
  const lead = given === 0 ? 'Sure.' : `I have ${countOf(given, 'input')}.`
  return `${lead} For ${model.title} I${still} need ${listFields(missing)}. Send them in any order, such as “${example}, …”, or paste a row as JSON or CSV.`
}

/** The first few by name, and how many more there are. */
export function listFields(fields: readonly InputField[]): string {
  return fields.length > MAX_ASKED_FIELDS
    ? joinSome(
        fields.map(({ name }) => name),
        MAX_NAMED_FIELDS,
      )
    : joinWords(fields.map((field) => describeField(field, fields.length > MAX_DESCRIBED_FIELDS)))
}

/** What a model looks at, as names alone. */
export const listNames = ({ signature }: KnownModel): string => {
  const names = signature.inputs.filter(({ unused }) => unused !== true).map(({ name }) => name)
  return names.length > MAX_ASKED_FIELDS ? joinSome(names, MAX_NAMED_FIELDS) : joinWords(names)
}

/** A whole row to send as it stands, where there are too many inputs to write by hand. */
export function exampleRowChoices(
  model: KnownModel,
  missing: readonly InputField[],
  given: number,
): readonly Choice[] {
  if (missing.length <= MAX_ASKED_FIELDS || given > 0) return []
  const row = exampleRow({ inputs: missing })
  return [
    { label: 'Try an example row', message: `predict ${model.name} with ${JSON.stringify(row)}` },
    { label: 'What do they mean?', message: `describe ${model.name}` },
  ]
}

/** `tenure (months)`; `brief` leaves the names of categories to the model's description. */
export function describeField(field: InputField, brief = false): string {
  const hint = hintOf(field, brief)
  return hint === undefined ? field.name : `${field.name} (${hint})`
}

function hintOf(field: InputField, brief: boolean): string | undefined {
  if (isFlag(field) && (field.categories === undefined || field.categories.length === 2)) {
    return brief ? undefined : 'yes or no'
  }
  if (field.categories !== undefined)
    return brief ? undefined : joinSome(field.categories, MAX_NAMES)
  return field.unit
}

/** Asks which model, offering those at hand. */
export function whichModel(
  context: Context,
  what: string,
  say: (model: KnownModel) => string,
): {
  text: string
  choices: readonly Choice[]
} {
  if (context.models.length === 0) {
    return {
      text: 'There is no model here yet. Upload a model file, or try a sample.',
      choices: sampleChoices(context),
    }
  }
  return {
    text: `Which model ${what}? ${namesSentence(context)}`,
    choices: context.models
      .slice(0, MAX_NAMES)
      .map((model) => ({ label: model.title, message: say(model) })),
  }
}

function namesSentence(context: Context): string {
  const names = context.models.map(({ name }) => name)
  return `There ${names.length === 1 ? 'is' : 'are'} ${joinSome(names, MAX_NAMES)}.`
}

export function unknownModel(context: Context): Plan {
  if (context.models.length === 0) return nothingHere(context)
  return say(`I know no model of that name. ${namesSentence(context)}`, exampleChoices(context))
}

function nothingHere(context: Context): Plan {
  return say(
    'There is no model here yet. Say “deploy a model” and upload its file, or try a sample.',
    sampleChoices(context),
  )
}

const sampleChoices = (context: Context): readonly Choice[] =>
  context.samples.map(({ name, title }) => ({
    label: `Try ${title}`,
    message: `Try the sample ${name} model`,
  }))

/** Plainly not understood, with things that would be. */
export function notUnderstood(context: Context): Plan {
  if (context.models.length === 0) {
    return say(
      'I did not understand that. I can deploy a model from its file and then answer with its predictions. To begin, say “deploy a model”, or try a sample.',
      sampleChoices(context),
    )
  }
  const example = exampleSentence(context)
  return say(
    `I did not understand that, so I have done nothing. You could say “which models are there?”${example === null ? '' : ` or “${example}”`}.`,
    exampleChoices(context),
  )
}

export function exampleChoices(context: Context): readonly Choice[] {
  const example = exampleSentence(context)
  return [
    { label: 'Show the models', message: 'Show me available models' },
    ...(example === null ? [] : [{ label: 'Make a prediction', message: example }]),
    { label: 'Help', message: 'help' },
  ]
}

/** A prediction that can be asked for word by word, of the model spoken of last or the first that is live. */
export function exampleSentence(context: Context): string | null {
  const spokenOf = lastModel(context)
  const live = context.models.filter((model) => model.live !== null)
  const model = spokenOf !== null && spokenOf.live !== null ? spokenOf : live[0]
  if (model === undefined) return null
  const { inputs } = model.signature
  if (inputs.length > MAX_ASKED_FIELDS) return `what does ${model.name} need?`
  const values = inputs.map((input) => {
    const value = input.example ?? input.categories?.[0] ?? input.minimum ?? 1
    return `${input.name} ${typeof value === 'string' && input.type === 'string' ? `"${value}"` : String(value)}`
  })
  return `predict ${model.name} with ${joinWords(values)}`
}

const DEEDS = {
  deploy_model: 'deploy',
  undeploy_model: 'undeploy',
  delete_model: 'delete',
  promote_version: 'roll back',
} as const satisfies Record<CommandOperation, string>

export function forbidden(operation: CommandOperation, models: readonly KnownModel[]): Plan {
  const what = models.length === 0 ? 'everything' : joinWords(models.map(({ title }) => title))
  return say(
    operation === 'deploy_model'
      ? 'All right, I will not deploy anything.'
      : `All right, I leave ${what} as ${models.length > 1 ? 'they are' : 'it is'}.`,
  )
}

/** Something that changes things was spoken of, but not clearly ordered. */
export function unclearOrder(
  operation: CommandOperation,
  models: readonly KnownModel[],
  context: Context,
): Plan {
  const [model, another] = models
  if (model !== undefined && another === undefined) {
    const order = orderSentence(operation, model)
    return say(`I have done nothing, to be safe. If you want that, say “${order}”.`, [
      { label: order, message: order },
    ])
  }
  return say(
    `I have done nothing, to be safe. To ${DEEDS[operation]} something, say which model, in one sentence${context.models[0] === undefined ? '' : ` such as “${orderSentence(operation, context.models[0])}”`}.`,
  )
}

export function orderSentence(operation: CommandOperation, model: KnownModel): string {
  return operation === 'promote_version'
    ? `roll ${model.name} back`
    : `${DEEDS[operation]} ${model.name}`
}

export function noSuchVersion(model: KnownModel): Plan {
  const [only] = model.versions
  if (model.versions.length === 1) {
    return say(`${model.title} has only version ${only}, so there is nothing to go back to.`)
  }
  return say(
    `${model.title} has ${countOf(model.versions.length, 'version')}: ${joinWords(model.versions.map(String))}.${model.live === null ? ' None is live.' : ` Version ${model.live} is live.`} Which one do you want?`,
    model.versions.map((number) => ({
      label: `Version ${number}`,
      message: `use version ${number} of ${model.name}`,
    })),
  )
}
