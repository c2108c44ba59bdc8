// list_models: every model, with what it needs and where it answers.

import { z } from 'zod'
import { succeed } from '#core/errors.ts'
import type { Block, Presentation } from '#core/presentation/blocks.ts'
import { countOf, joinWords } from '#core/presentation/phrases.ts'
import { shownVersion } from './find-model.ts'
import { defineOperation } from './operation.ts'
import { endpointIfLive, taskField } from './wire.ts'

const modelSummary = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  task: taskField.nullable(),
  deployed: z.boolean(),
  live_version: z.int().nullable(),
  model_version: z.string().nullable(),
  versions: z.int(),
  inputs: z.array(z.string()),
  endpoint: z.string().nullable(),
  updated_at: z.string(),
})

const output = z.object({
  models: z.array(modelSummary),
  /** Example models that can be deployed with one click. */
  samples: z.array(z.object({ name: z.string(), title: z.string(), description: z.string() })),
})

export const listModels = defineOperation({
  name: 'list_models',
  title: 'List models',
  description:
    'Lists every model with its task, inputs, live version and endpoint, deployed or not, and the sample models that could be deployed.',
  effect: 'read',
  cost: 'instant',
  input: z.strictObject({}),
  output,
  errors: [],
  examples: [
    { utterance: 'Show me available models', input: {} },
    { utterance: 'Anything here I could use?', input: {} },
  ],
  async handle(_input, { ports }) {
    const [models, samples] = await Promise.all([ports.registry.listModels(), ports.samples.list()])
    const summaries = await Promise.all(
      models.map(async (model) => {
        const version = await shownVersion(ports.registry, model)
        return {
          name: model.name,
          title: model.title,
          description: model.description,
          task: version?.signature.task ?? null,
          deployed: model.liveVersion !== null,
          live_version: model.liveVersion,
          model_version: version?.modelVersion ?? null,
          versions: model.versionCount,
          inputs: version?.signature.inputs.map(({ name }) => name) ?? [],
          endpoint: endpointIfLive(model),
          updated_at: model.updatedAt,
        }
      }),
    )
    const known = new Set(models.map(({ name }) => name))
    return succeed({
      models: summaries.sort((left, right) => left.name.localeCompare(right.name)),
      samples: samples
        .filter(({ name }) => !known.has(name))
        .map(({ name, title, description }) => ({ name, title, description })),
    })
  },
  present,
})

/** More columns than this do not help to tell models apart. */
const MAX_INPUTS_SHOWN = 5

function present({ models, samples }: z.output<typeof output>): Presentation {
  if (models.length === 0) return presentEmpty(samples)
  const deployed = models.filter((model) => model.deployed)
  const waiting = models.length - deployed.length
  const text =
    deployed.length === 0
      ? `There ${models.length === 1 ? 'is' : 'are'} ${countOf(models.length, 'model')}, and none is deployed.`
      : `${countOf(deployed.length, 'model')} ${deployed.length === 1 ? 'is' : 'are'} deployed: ${joinWords(deployed.map(({ name }) => name))}.${waiting > 0 ? ` ${waiting} more ${waiting === 1 ? 'is' : 'are'} not deployed.` : ''}`
  const blocks: Block[] = [
    {
      kind: 'table',
      columns: [
        { label: 'Model' },
        { label: 'Title' },
        { label: 'Version', align: 'right' },
        { label: 'Inputs' },
        { label: 'Endpoint' },
      ],
      rows: models.map((model) => [
        model.name,
        model.title,
        model.live_version,
        shortList(model.inputs),
        model.endpoint ?? 'not deployed',
      ]),
    },
  ]
  const first = deployed[0]
  if (first !== undefined) {
    blocks.push({
      kind: 'choices',
      items: [
        {
          label: `What ${first.name} needs`,
          message: `What inputs does the ${first.name} model need?`,
        },
      ],
    })
  }
  return { text, blocks }
}

function shortList(names: readonly string[]): string {
  if (names.length <= MAX_INPUTS_SHOWN) return names.join(', ')
  return `${names.slice(0, MAX_INPUTS_SHOWN).join(', ')}, … (${names.length})`
}

function presentEmpty(samples: z.output<typeof output>['samples']): Presentation {
  const text = 'There are no models yet. Drop a model file here and I will put it to work.'
  if (samples.length === 0) return { text, blocks: [] }
  return {
    text: `${text} Or try one of the samples.`,
    blocks: [
      {
        kind: 'choices',
        title: 'Samples',
        items: samples.map(({ name, title }) => ({
          label: title,
          message: `Deploy the sample model ${name}`,
        })),
      },
    ],
  }
}
