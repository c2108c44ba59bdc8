// Prompts that a person picks from a menu: deploy a model, explain a prediction, compare two versions.

import {
  type GetPromptRequestParams,
  type GetPromptResult,
  type ListPromptsResult,
  type PromptArgument,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'
import type { OperationName } from '#core/operations/operation.ts'
import { iconOf } from './tools/icons.ts'

type Arguments = Readonly<Record<string, string>>

interface PromptDefinition {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly icon: OperationName
  readonly arguments: readonly PromptArgument[]
  readonly text: (given: Arguments) => string
}

const MODEL: PromptArgument = {
  name: 'model',
  description: 'Name or title of the model',
  required: true,
}

const PROMPTS: readonly PromptDefinition[] = [
  {
    name: 'deploy_a_model',
    title: 'Deploy a model',
    description: 'From a model file to an endpoint that answers.',
    icon: 'deploy_model',
    arguments: [
      { name: 'file', description: 'Path or web address of the file' },
      { name: 'title', description: 'What people call the model' },
    ],
    text: ({ file, title }) =>
      [
        `I want to deploy my ${title === undefined ? '' : `${title} `}model${file === undefined ? '' : ` from ${file}`}.`,
        'Use deploy_model. If you do not know where the file is, ask me.',
        'Then tell me which inputs it expects and where it answers, and offer to test it with its example.',
      ].join(' '),
  },
  {
    name: 'explain_a_prediction',
    title: 'Explain a prediction',
    description: 'Why a model answers what it answers for one row.',
    icon: 'explain_prediction',
    arguments: [
      MODEL,
      { name: 'row', description: 'The inputs in your own words', required: true },
    ],
    text: ({ model, row }) =>
      [
        `Explain what the model ${model} predicts for: ${row}.`,
        'Read its inputs with describe_model where you are unsure of them, and ask me for what is missing instead of guessing.',
        'Use explain_prediction, then say in plain words which inputs moved the answer most, in which direction, and how sure it is. Use only numbers from the tool.',
      ].join(' '),
  },
  {
    name: 'compare_versions',
    title: 'Compare two versions',
    description: 'How two versions of a model differ, and which to keep live.',
    icon: 'list_versions',
    arguments: [
      MODEL,
      { name: 'first', description: 'Its number', required: true },
      { name: 'second', description: 'Its number', required: true },
    ],
    text: ({ model, first, second }) =>
      [
        `Compare versions ${first} and ${second} of the model ${model}.`,
        'Use describe_model with each version for inputs, figures and origin, and predict with each version on the example row.',
        'Say what differs, which is live, and which you would keep, with the reason. Do not promote anything without my word.',
      ].join(' '),
  },
]

export const PROMPT_LIST: ListPromptsResult = {
  prompts: PROMPTS.map(({ name, title, description, icon, arguments: given }) => ({
    name,
    title,
    description,
    arguments: [...given],
    icons: [iconOf(icon)],
  })),
}

export function getPrompt({
  name,
  arguments: given = {},
}: GetPromptRequestParams): GetPromptResult {
  const prompt = PROMPTS.find((one) => one.name === name)
  if (prompt === undefined) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt called "${name}".`)
  }
  const missing = prompt.arguments.filter((one) => one.required === true && !given[one.name])
  if (missing.length > 0) {
    const names = missing.map((one) => one.name).join(', ')
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `The prompt needs ${names}.`)
  }
  const text = prompt.text(given)
  return {
    description: prompt.description,
    messages: [{ role: 'user', content: { type: 'text', text } }],
  }
}
