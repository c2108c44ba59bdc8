// list_versions: every version of a model, newest first.

import { z } from 'zod'
import { succeed } from '#core/errors.ts'
import type { Presentation } from '#core/presentation/blocks.ts'
import { countOf, libraryName } from '#core/presentation/phrases.ts'
import { findModel } from './find-model.ts'
import { defineOperation } from './operation.ts'
import { modelField, toWireVersion, versionSchema } from './wire.ts'

const output = z.object({
  model: z.string(),
  title: z.string(),
  live_version: z.int().nullable(),
  versions: z.array(versionSchema),
})

export const listVersions = defineOperation({
  name: 'list_versions',
  title: 'List versions',
  description:
    'Lists the versions of a model, newest first: which is live, from which file, by whom, when.',
  effect: 'read',
  cost: 'instant',
  input: z.strictObject({ model: modelField }),
  output,
  errors: ['not_found', 'conflict'],
  examples: [{ utterance: 'Which versions of churn are there?', input: { model: 'churn' } }],
  async handle(input, { ports }) {
    const found = await findModel(ports.registry, input.model)
    if (!found.ok) return found
    const model = found.value
    const versions = await ports.registry.listVersions(model.name)
    return succeed({
      model: model.name,
      title: model.title,
      live_version: model.liveVersion,
      versions: versions
        .map((version) => toWireVersion(version, model.liveVersion))
        .sort((left, right) => right.version - left.version),
    })
  },
  present,
})

const MAX_VERSIONS_SHOWN = 20
const MINUTES_LENGTH = 'YYYY-MM-DDTHH:MM'.length

function present({ model, live_version, versions }: z.output<typeof output>): Presentation {
  const live = live_version === null ? 'none of them is live' : `version ${live_version} is live`
  const shown = versions.slice(0, MAX_VERSIONS_SHOWN)
  const other = versions.find(({ version }) => version !== live_version)
  return {
    text: `${model} has ${countOf(versions.length, 'version')}; ${live}.`,
    blocks: [
      {
        kind: 'table',
        columns: [
          { label: 'Version', align: 'right' },
          { label: 'Live' },
          { label: 'File' },
          { label: 'Written by' },
          { label: 'Uploaded' },
          { label: 'By' },
        ],
        rows: shown.map((one) => [
          one.version,
          one.live,
          one.file_name,
          `${one.model_class} (${libraryName(one.library)}${one.library_version === null ? '' : ` ${one.library_version}`})`,
          one.created_at.slice(0, MINUTES_LENGTH).replace('T', ' '),
          one.uploaded_by,
        ]),
        ...(versions.length > shown.length ? { omitted: versions.length - shown.length } : {}),
      },
      ...(other === undefined
        ? []
        : [
            {
              kind: 'choices' as const,
              items: [
                {
                  label: `Make version ${other.version} live`,
                  message: `Promote version ${other.version} of ${model}`,
                },
              ],
            },
          ]),
    ],
  }
}
