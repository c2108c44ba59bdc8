// help: what Parley can do, with examples that fit the models at hand.

import { z } from 'zod'
import { succeed } from '#core/errors.ts'
import { bare } from '#core/nearest.ts'
import type { Block, Presentation } from '#core/presentation/blocks.ts'
import { capitalise, joinWords } from '#core/presentation/phrases.ts'
import { exampleRow, rowInWords } from './example-row.ts'
import { newestVersion } from './find-model.ts'
import { defineOperation, type Operation, type Ports } from './operation.ts'
import { MAX_NAME_LENGTH } from './wire.ts'

const output = z.object({
  topic: z.string().nullable(),
  operations: z.array(
    z.object({
      operation: z.string(),
      title: z.string(),
      description: z.string(),
      effect: z.enum(['read', 'write', 'destructive']),
      example: z.string(),
    }),
  ),
  /** Things to say that work with the models at hand. */
  suggestions: z.array(z.string()),
  models: z.array(z.string()),
})

/** The table has the others. */
const MAX_OPERATIONS_IN_SENTENCE = 2

/** Models beyond the first few make the list longer, not clearer. */
const MAX_MODELS_IN_SUGGESTIONS = 2
const MAX_INPUTS_IN_SUGGESTION = 8

/** Made from the operations it explains, so that it never names one that is not there. */
export function createHelp(operations: readonly Operation[]) {
  return defineOperation({
    name: 'help',
    title: 'Help',
    description:
      'Says what can be done here and how to ask for it, with examples for the models at hand.',
    effect: 'read',
    cost: 'instant',
    input: z.strictObject({
      topic: z
        .string()
        .min(1)
        .max(MAX_NAME_LENGTH)
        .optional()
        .describe('What the help is about: an operation or a word such as "deploy"'),
    }),
    output,
    errors: [],
    examples: [
      { utterance: 'What can you do?', input: {} },
      { utterance: 'How do I deploy a model?', input: { topic: 'deploy_model' } },
    ],
    async handle({ topic }, { ports }) {
      const about = topic === undefined ? [] : operations.filter((one) => isAbout(one, topic))
      const chosen = about.length > 0 ? about : operations
      const models = await ports.registry.listModels()
      const deployed = models.filter((model) => model.liveVersion !== null)
      return succeed({
        topic: about.length > 0 ? (topic ?? null) : null,
        operations: chosen.map(({ name, title, description, effect, examples }) => ({
          operation: name,
          title,
          description,
          effect,
          example: examples[0]?.utterance ?? title,
        })),
        suggestions: await suggest(
          ports,
          deployed.map(({ name }) => name),
        ),
        models: deployed.map(({ name }) => name),
      })
    },
    present,
  })
}

function isAbout({ name, title }: Operation, topic: string): boolean {
  const wanted = bare(topic)
  return bare(name).includes(wanted) || bare(title).includes(wanted)
}

async function suggest(ports: Ports, deployed: readonly string[]): Promise<string[]> {
  if (deployed.length === 0) {
    const samples = await ports.samples.list()
    return [
      'I want to deploy my model',
      ...samples
        .slice(0, MAX_MODELS_IN_SUGGESTIONS)
        .map(({ name }) => `Deploy the sample model ${name}`),
    ]
  }
  const suggestions = ['Show me available models']
  for (const name of deployed.slice(0, MAX_MODELS_IN_SUGGESTIONS)) {
    suggestions.push(`What inputs does the ${name} model need?`)
    const version = await newestVersion(ports.registry, name)
    if (version !== null && version.signature.inputs.length <= MAX_INPUTS_IN_SUGGESTION) {
      const row = rowInWords(exampleRow(version.signature))
      suggestions.push(`Make a prediction with ${name}: ${row}`)
    }
  }
  return suggestions
}

function present({
  topic,
  operations,
  suggestions,
  models,
}: z.output<typeof output>): Presentation {
  const blocks: Block[] = [
    {
      kind: 'table',
      columns: [{ label: 'I can' }, { label: 'For example, say' }],
      rows: operations.map(({ title, example }) => [title, example]),
    },
    {
      kind: 'choices',
      title: 'Try',
      items: suggestions.map((message) => ({ label: message, message })),
    },
  ]
  if (topic !== null) {
    const about = operations
      .slice(0, MAX_OPERATIONS_IN_SENTENCE)
      .map(({ title, description }) => `**${title}**: ${description}`)
    return { text: about.join('\n'), blocks }
  }
  const start =
    'I put your machine-learning models to work: drop a model file and I read it, deploy it and answer questions with it.'
  const have =
    models.length === 0
      ? ' Nothing is deployed yet.'
      : ` ${capitalise(joinWords(models))} ${models.length === 1 ? 'is' : 'are'} deployed.`
  return { text: start + have, blocks }
}
