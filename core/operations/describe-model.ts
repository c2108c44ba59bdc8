// describe_model: what a model takes, what it answers, where it came from and how to call it.

import { z } from 'zod'
import { fail, succeed } from '#core/errors.ts'
import { presentModel } from './describe-model-answer.ts'
import { curlSnippet, endpointOf, exampleRow } from './example-row.ts'
import { findModel, findVersion, shownVersion } from './find-model.ts'
import { importanceOf } from './model-importance.ts'
import { defineOperation } from './operation.ts'
import { reportSchema, toWireReport } from './report-wire.ts'
import {
  modelField,
  scalarField,
  signatureShape,
  toWireSignature,
  toWireVersion,
  versionField,
  versionSchema,
} from './wire.ts'

const output = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  /** What its maker wrote about it, as markdown. */
  card: z.string().optional(),
  aliases: z.array(z.string()),
  deployed: z.boolean(),
  live_version: z.int().nullable(),
  version: z.int(),
  model_version: z.string(),
  ...signatureShape,
  endpoint: z.string().nullable(),
  example: z.record(z.string(), scalarField),
  curl: z.string(),
  origin: versionSchema.pick({
    library: true,
    library_version: true,
    model_class: true,
    file_name: true,
    size_bytes: true,
    sha256: true,
    uploaded_by: true,
  }),
  created_at: z.string(),
  metrics: z.record(z.string(), z.number()),
  /** How the figures were found, a confusion matrix or residuals, as far as the version has them. */
  evaluation: reportSchema.optional(),
  /** Which inputs the answer moves with, strongest first; shares of 1. */
  importance: z.array(z.object({ name: z.string(), share: z.number() })).optional(),
  warnings: z.array(z.string()),
  versions: z.array(versionSchema),
})

export type DescribedModel = z.output<typeof output>

export const describeModel = defineOperation({
  name: 'describe_model',
  title: 'Describe a model',
  description:
    'Says which inputs a model needs (names, types, units, ranges), what it answers and in which bands, where its file came from, its endpoint with a ready curl command, its figures and versions.',
  effect: 'read',
  cost: 'instant',
  input: z.strictObject({ model: modelField, version: versionField.optional() }),
  output,
  errors: ['not_found', 'conflict'],
  examples: [
    { utterance: 'What inputs does the churn model need?', input: { model: 'churn' } },
    { utterance: 'Describe version 1 of price', input: { model: 'price', version: 1 } },
  ],
  async handle(input, { ports }) {
    const found = await findModel(ports.registry, input.model)
    if (!found.ok) return found
    const model = found.value
    const version =
      input.version === undefined
        ? await shownVersion(ports.registry, model)
        : await findVersion(ports.registry, model, input.version)
    if (version === null) return fail('not_found', `${model.name} has no version.`)
    if ('ok' in version && !version.ok) return version
    const shown = 'ok' in version ? version.value : version
    const wire = toWireVersion(shown, model.liveVersion)
    const row = exampleRow(shown.signature)
    const isLive = shown.number === model.liveVersion
    const endpoint = `${endpointOf(model.name)}${isLive ? '' : `/versions/${shown.number}`}`
    const versions = await ports.registry.listVersions(model.name)
    const importance = await importanceOf(ports, model.name, shown.number, isLive)
    const card = await ports.registry.readCard(model.name)
    return succeed({
      name: model.name,
      title: model.title,
      description: model.description,
      ...(card === '' ? {} : { card }),
      aliases: [...model.aliases],
      deployed: model.liveVersion !== null,
      live_version: model.liveVersion,
      version: shown.number,
      model_version: shown.modelVersion,
      ...toWireSignature(shown.signature),
      endpoint: model.liveVersion === null ? null : endpoint,
      example: row,
      curl: curlSnippet(ports.baseUrl, endpoint, row),
      origin: wire,
      created_at: shown.createdAt,
      metrics: wire.metrics,
      ...toWireReport(await ports.registry.readReport(model.name, shown.number)),
      ...(importance === null ? {} : { importance: [...importance] }),
      warnings: wire.warnings,
      versions: versions
        .map((one) => toWireVersion(one, model.liveVersion))
        .sort((left, right) => right.version - left.version),
    })
  },
  present: presentModel,
})
