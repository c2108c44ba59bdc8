// promote_version: makes a stored version live, newer or older than the one that is.

import { z } from 'zod'
import { succeed } from '#core/errors.ts'
import type { Presentation } from '#core/presentation/blocks.ts'
import { endpointOf } from './example-row.ts'
import { findModel, findVersion } from './find-model.ts'
import { defineOperation } from './operation.ts'
import { modelField } from './wire.ts'

const output = z.object({
  model: z.string(),
  title: z.string(),
  version: z.int(),
  model_version: z.string(),
  previous_version: z.int().nullable(),
  endpoint: z.string(),
})

export const promoteVersion = defineOperation({
  name: 'promote_version',
  title: 'Promote a version',
  description:
    'Makes a stored version of a model the live one, also an older one (roll back). Requests in flight finish on the version they began with.',
  effect: 'write',
  cost: 'instant',
  input: z.strictObject({
    model: modelField,
    version: z.int().min(1).describe('Number of the version that goes live'),
  }),
  output,
  errors: ['not_found', 'conflict', 'unreadable_model'],
  examples: [
    { utterance: 'Put price back on its first version', input: { model: 'price', version: 1 } },
  ],
  async handle(input, { ports }) {
    const found = await findModel(ports.registry, input.model)
    if (!found.ok) return found
    const { name, title, liveVersion } = found.value
    const version = await findVersion(ports.registry, found.value, input.version)
    if (!version.ok) return version
    // Loaded before it goes live: a version that cannot run must never take the place of one that does.
    const tried = await ports.serving.leaseVersion(name, input.version)
    if (!tried.ok) return tried
    tried.value.release()
    const live = await ports.registry.setLive(name, input.version)
    if (!live.ok) return live
    await ports.serving.refresh([name])
    const broken = ports.serving.failures().get(name)
    if (broken !== undefined) return { ok: false, failure: broken }
    return succeed({
      model: name,
      title,
      version: input.version,
      model_version: version.value.modelVersion,
      previous_version: liveVersion,
      endpoint: endpointOf(name),
    })
  },
  present,
})

function present(promoted: z.output<typeof output>): Presentation {
  const { model, version, previous_version, endpoint } = promoted
  if (previous_version === version) {
    return { text: `Version ${version} of ${model} was live already.`, blocks: [] }
  }
  const before = previous_version === null ? '' : ` in place of version ${previous_version}`
  return {
    text: `Version ${version} of ${model} is now live at \`${endpoint}\`${before}.`,
    blocks:
      previous_version === null
        ? []
        : [
            {
              kind: 'choices',
              items: [
                {
                  label: `Back to version ${previous_version}`,
                  message: `Promote version ${previous_version} of ${model}`,
                },
              ],
            },
          ],
  }
}
