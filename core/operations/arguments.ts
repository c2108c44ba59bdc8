// Turns the words of a command (on the command line or after a slash) into an operation's input, guided by its own schema.

import { z } from 'zod'
import { type FailureDetail, fail, type Outcome, succeed } from '#core/errors.ts'
import type { Scalar } from '#core/model.ts'
import { CONFIRMATION_FIELD } from './ask-first.ts'

/** Options every command takes. */
export interface CommonOptions {
  readonly json: boolean
  readonly yes: boolean
  readonly help: boolean
  /** Where a batch's result goes; standard output when null. */
  readonly output: string | null
  /** Go on after a bad row of a batch and say why beside it. */
  readonly reportErrors: boolean
}

export interface ParsedArguments {
  readonly input: Readonly<Record<string, unknown>>
  readonly common: CommonOptions
}

/** One field of an operation's input as the command line sees it. */
export interface InputArgument {
  readonly name: string
  readonly kind: 'text' | 'whole number' | 'number' | 'yes or no' | 'list' | 'pairs' | 'rows'
  readonly required: boolean
  readonly positional: boolean
  readonly description: string
}

type JsonSchema = {
  readonly type?: string
  readonly description?: string
  readonly properties?: Record<string, JsonSchema>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
  readonly items?: JsonSchema
}

/** Fields that may stand without their name, in this order; everything else is `--name value`. */
const POSITIONAL_ORDER: readonly string[] = ['model', 'upload', 'version', 'topic', 'text']
/** Fields a person never types: a confirmation is asked for, or given by `--yes`. */
const HIDDEN: readonly string[] = [CONFIRMATION_FIELD]
const PAIR = /^([^=\s]+)=(.*)$/s
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const UNDERSCORES = /_/g
const LITERALS: Readonly<Record<string, Scalar>> = { true: true, false: false, null: null }

/** The arguments an input schema asks for, in the order a help text lists them. */
export function argumentsOf(input: z.ZodObject): readonly InputArgument[] {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const required = schema.required ?? []
  const properties = Object.entries(schema.properties ?? {}).filter(
    ([name]) => !HIDDEN.includes(name),
  )
  const takesPairs = properties.some(([, field]) => kindOf(field) === 'pairs')
  const takesText = properties.some(([name]) => name === 'text')
  return properties
    .map(([name, field]) => ({
      name,
      kind: kindOf(field),
      required: required.includes(name),
      // `predict churn 2` would read as a value, so a version is named wherever pairs follow; a text stands alone.
      positional:
        POSITIONAL_ORDER.includes(name) &&
        !(takesPairs && name === 'version') &&
        (name === 'text' || !takesText),
      description: field.description ?? '',
    }))
    .sort((left, right) => order(left.name) - order(right.name))
}

/** Parses everything after the command's name. Every problem is reported at once, as `invalid_input`. */
export function parseArguments(
  input: z.ZodObject,
  words: readonly string[],
): Outcome<ParsedArguments> {
  const fields = argumentsOf(input)
  const common = {
    json: false,
    yes: false,
    help: false,
    output: null as string | null,
    reportErrors: false,
  }
  const values: Record<string, unknown> = {}
  const problems: FailureDetail[] = []
  const positional = fields.filter((field) => field.positional)
  const filled = new Set<string>()
  const pairsField = fields.find((field) => field.kind === 'pairs')
  const pairs: Record<string, Scalar> = Object.create(null)
  const rest = [...words]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--json') common.json = true
    else if (word === '--yes' || word === '-y') common.yes = true
    else if (word === '--help' || word === '-h') common.help = true
    else if (word === '--report-errors') common.reportErrors = true
    else if (word === '--output' || word === '-o') {
      common.output = rest.shift() ?? null
      if (common.output === null)
        problems.push({ path: word, message: `${word} needs a value after it.` })
    } else if (word.startsWith('--')) {
      const problem = readOption(word, rest, fields, values)
      if (problem !== null) problems.push(problem)
    } else {
      const pair = pairsField === undefined ? null : PAIR.exec(word)
      const next = positional.find((field) => !(field.name in values || filled.has(field.name)))
      if (pair?.[1] !== undefined && pair[2] !== undefined) {
        if (pair[1] in pairs)
          problems.push({ path: pair[1], message: `${pair[1]} is given twice.` })
        pairs[pair[1]] = scalarOf(pair[2])
      } else if (next === undefined) {
        problems.push({ path: word, message: `I do not know what "${word}" is for.` })
      } else {
        filled.add(next.name)
        store(next, word, values, problems)
      }
    }
  }
  if (pairsField !== undefined && Object.keys(pairs).length > 0) {
    values[pairsField.name] = { ...(values[pairsField.name] as object | undefined), ...pairs }
  }
  if (pairsField?.required === true) values[pairsField.name] ??= {}
  if (!common.help) {
    for (const field of fields) {
      // What was given and cannot be used is not missing.
      const isGiven =
        field.name in values ||
        problems.some(({ path }) => path === field.name || path === optionName(field.name))
      if (field.required && !isGiven) {
        problems.push({ path: field.name, message: `${field.name} is missing.` })
      }
    }
  }
  const first = problems[0]
  if (first !== undefined) return fail('invalid_input', first.message, problems)
  return succeed({ input: values, common })
}

function readOption(
  word: string,
  rest: string[],
  fields: readonly InputArgument[],
  values: Record<string, unknown>,
): FailureDetail | null {
  const equals = word.indexOf('=')
  const flag = equals < 0 ? word : word.slice(0, equals)
  const name = flag.slice(2).replaceAll('-', '_')
  const negated = name.startsWith('no_')
    ? fields.find((field) => field.name === name.slice(3))
    : undefined
  if (negated?.kind === 'yes or no') {
    values[negated.name] = false
    return null
  }
  const field = fields.find((candidate) => candidate.name === name)
  if (field === undefined) return { path: flag, message: `${flag} is not an option here.` }
  const inline = equals < 0 ? null : word.slice(equals + 1)
  if (field.kind === 'yes or no' && inline === null) {
    values[field.name] = true
    return null
  }
  const text = inline ?? rest.shift()
  if (text === undefined) return { path: flag, message: `${flag} needs a value after it.` }
  const problems: FailureDetail[] = []
  store(field, text, values, problems)
  return problems[0] ?? null
}

function store(
  field: InputArgument,
  text: string,
  values: Record<string, unknown>,
  problems: FailureDetail[],
): void {
  const problem = (message: string) => problems.push({ path: field.name, message })
  switch (field.kind) {
    case 'text':
      values[field.name] = text
      return
    case 'whole number':
      if (Number.isSafeInteger(Number(text)) && text.trim() !== '')
        values[field.name] = Number(text)
      else problem(`${field.name} must be a whole number; it is "${text}".`)
      return
    case 'number':
      if (NUMBER.test(text.trim())) values[field.name] = Number(text)
      else problem(`${field.name} must be a number; it is "${text}".`)
      return
    case 'yes or no':
      if (text === 'true' || text === 'false') values[field.name] = text === 'true'
      else problem(`${field.name} must be true or false; it is "${text}".`)
      return
    case 'list': {
      const list = text.startsWith('[')
        ? parseJson(text)
        : text.split(',').map((item) => item.trim())
      if (Array.isArray(list)) values[field.name] = list
      else problem(`${field.name} must be names with commas between them, or a JSON list.`)
      return
    }
    case 'pairs':
    case 'rows': {
      const parsed = parseJson(text)
      if (typeof parsed === 'object' && parsed !== null) values[field.name] = parsed
      else problem(`${field.name} must be JSON, or name=value words.`)
      return
    }
  }
}

function kindOf(schema: JsonSchema): InputArgument['kind'] {
  if (schema.type === 'integer') return 'whole number'
  if (schema.type === 'number') return 'number'
  if (schema.type === 'boolean') return 'yes or no'
  if (schema.type === 'array') return schema.items?.type === 'object' ? 'rows' : 'list'
  if (schema.type === 'object') return 'pairs'
  return 'text'
}

/** `24` is a number and `true` a boolean, as in JSON; everything else stays text. */
function scalarOf(text: string): Scalar {
  if (NUMBER.test(text)) return Number(text)
  return Object.hasOwn(LITERALS, text) ? (LITERALS[text] ?? null) : text
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function order(name: string): number {
  const index = POSITIONAL_ORDER.indexOf(name)
  return index < 0 ? POSITIONAL_ORDER.length : index
}

/** `positive_label` as it is typed: `--positive-label`. */
export function optionName(name: string): string {
  return `--${name.replace(UNDERSCORES, '-')}`
}
