// undeploy_model: takes a model off its endpoint; its versions stay.

import { z } from 'zod'
import { succeed } from '#core/errors.ts'
import { findModel } from './find-model.ts'
import { defineOperation } from './operation.ts'
import { modelField } from './wire.ts'

export const undeployModel = defineOperation({
  name: 'undeploy_model',
  title: 'Undeploy a model',
  description:
    'Takes a model off its endpoint. Its versions are kept, so that it can be deployed again.',
  effect: 'write',
  cost: 'instant',
  input: z.strictObject({ model: modelField }),
  output: z.object({
    model: z.string(),
    title: z.string(),
    deployed: z.literal(false),
    /** The version that was live; null when none was. */
    previous_version: z.int().nullable(),
  }),
  errors: ['not_found', 'conflict'],
  examples: [{ utterance: 'Take the iris model offline', input: { model: 'iris' } }],
  async handle(input, { ports }) {
    const found = await findModel(ports.registry, input.model)
    if (!found.ok) return found
    const { name, title, liveVersion } = found.value
    if (liveVersion !== null) {
      const changed = await ports.registry.setLive(name, null)
      if (!changed.ok) return changed
      await ports.serving.refresh([name])
    }
    return succeed({
      model: name,
      title,
      deployed: false as const,
      previous_version: liveVersion,
    })
  },
  present({ model, previous_version }) {
    const text =
      previous_version === null
        ? `${model} was not deployed.`
        : `${model} no longer answers at its endpoint. Its versions are kept.`
    return {
      text,
      blocks: [
        { kind: 'choices', items: [{ label: 'Deploy again', message: `Deploy ${model} again` }] },
      ],
    }
  },
})
