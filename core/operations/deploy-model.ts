// deploy_model: from a file to an endpoint, or a stored model back to its endpoint.

import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { VersionRecord } from '#core/registry/registry.ts'
import { cardField } from './card.ts'
import { presentDeployment } from './deploy-model-answer.ts'
import { readRemoteSource } from './deploy-remote.ts'
import { readSampleSource, readStoredSource, readUploadSource } from './deploy-source.ts'
import { cardOf, deployVersion } from './deploy-version.ts'
import { exampleRow } from './example-row.ts'
import { findModel, newestVersion } from './find-model.ts'
import { type Call, defineOperation } from './operation.ts'
import {
  endpointIfLive,
  MAX_NAME_LENGTH,
  scalarField,
  signatureShape,
  toWireSignature,
} from './wire.ts'

/** More columns than any table people train on by hand; the reader has its own limit on features. */
const MAX_NAMES = 10_000
const MAX_DESCRIPTION_LENGTH = 2_000
const MAX_URL_LENGTH = 2_048

const nameList = z.array(z.string().min(1).max(MAX_NAME_LENGTH)).min(1).max(MAX_NAMES)

const input = z.strictObject({
  upload: z
    .string()
    .min(1)
    .max(MAX_NAME_LENGTH)
    .optional()
    .describe('Handle of an uploaded model file'),
  sample: z.string().min(1).max(MAX_NAME_LENGTH).optional().describe('Name of a sample model'),
  remote: z
    .string()
    .min(1)
    .max(MAX_URL_LENGTH)
    .optional()
    .describe(
      'Address of a model on another inference server (Triton, KServe), such as http://triton:8000/v2/models/churn',
    ),
  name: z
    .string()
    .min(1)
    .max(MAX_NAME_LENGTH)
    .optional()
    .describe(
      'Name for the endpoint, made from the file name when left out; alone, the stored model that goes live again',
    ),
  title: z
    .string()
    .min(1)
    .max(MAX_NAME_LENGTH)
    .optional()
    .describe('What people call the model, e.g. "customer churn"'),
  features: nameList
    .optional()
    .describe('Names of the inputs in column order, for files that hold none'),
  classes: nameList.optional().describe('Names of the classes in the order of their codes'),
  positive_label: z
    .string()
    .min(1)
    .max(MAX_NAME_LENGTH)
    .optional()
    .describe('The class whose probability an answer is about'),
  lookup: z
    .string()
    .min(1)
    .max(MAX_NAME_LENGTH)
    .optional()
    .describe('Handle of an uploaded CSV table whose figures are joined to each request by a key'),
  lookup_key: z
    .string()
    .min(1)
    .max(MAX_NAME_LENGTH)
    .optional()
    .describe('The column of the table that requests carry, such as zipcode'),
  lookup_unknown: z
    .enum(['refuse', 'median'])
    .optional()
    .describe(
      'What happens to a key that the table lacks: an error, or the middle of each column; refuse when left out',
    ),
  accept: nameList
    .optional()
    .describe(
      'All columns that requests may carry, in their order; the model looks at its own alone',
    ),
  description: z.string().max(MAX_DESCRIPTION_LENGTH).optional().describe('What the model is for'),
  card: cardField,
  deploy: z
    .boolean()
    .optional()
    .describe('False stores the version without going live; true when left out'),
})

const output = z.object({
  name: z.string(),
  title: z.string(),
  version: z.int(),
  model_version: z.string(),
  /** What happened: a new version, content that was stored already, or a stored version live again. */
  result: z.enum(['new_version', 'already_stored', 'redeployed']),
  deployed: z.boolean(),
  endpoint: z.string().nullable(),
  library: z.string(),
  library_version: z.string().nullable(),
  model_class: z.string(),
  ...signatureShape,
  example: z.record(z.string(), scalarField),
  warnings: z.array(z.string()),
})

export type Deployment = z.output<typeof output>
type Input = z.output<typeof input>

export const deployModel = defineOperation({
  name: 'deploy_model',
  title: 'Deploy a model',
  description:
    'Reads an uploaded model file (or a sample, or the address of a model on another inference server) without executing anything in it, stores it as the next version and makes it answer at its endpoint. With only the name of a stored model, its newest version goes live again.',
  effect: 'write',
  cost: 'heavy',
  input,
  output,
  errors: [
    'invalid_input',
    'not_found',
    'conflict',
    'too_large',
    'unsupported_file',
    'unreadable_model',
    'unavailable',
  ],
  examples: [
    { utterance: 'Deploy the sample model churn', input: { sample: 'churn' } },
    { utterance: 'Put the price model back', input: { name: 'price' } },
  ],
  asks({ upload, sample, remote, name }) {
    if ((upload ?? sample ?? remote ?? name) !== undefined) return null
    return {
      field: 'upload',
      text: 'Great! Please upload your model file: drop it here or use the button. I read .pkl and .joblib files of XGBoost, XGBoost’s own .json, .ubj and .model files, and .onnx.',
    }
  },
  async handle(wishes, call) {
    if (wishes.upload !== undefined && wishes.sample !== undefined) {
      return fail('invalid_input', 'Give either an upload or a sample, not both.', [
        { path: 'sample', message: 'cannot stand beside upload' },
      ])
    }
    if (wishes.remote !== undefined && (wishes.upload ?? wishes.sample) !== undefined) {
      return fail('invalid_input', 'Give a file or the address of a remote model, not both.', [
        { path: 'remote', message: 'cannot stand beside an upload or a sample' },
      ])
    }
    const misplaced = findMisplaced(wishes)
    if (misplaced !== null) return misplaced
    const source = await findSource(wishes, call)
    if (source === null) return redeploy(wishes, call)
    if (!source.ok) return source
    const deployed = await deployVersion(source.value, wishes, call)
    if (!deployed.ok) return deployed
    const { version, created } = deployed.value
    if (!created) {
      // A new version brought its card along.
      const change = await cardOf(version.model, source.value, wishes, call)
      if (change.card !== undefined) await call.ports.registry.updateModel(version.model, change)
    }
    return answer(version, created ? 'new_version' : 'already_stored', wishes.deploy ?? true, call)
  },
  present: presentDeployment,
})

/** What is said about a table must come with it, and a table with a file. */
function findMisplaced({ upload, sample, lookup, lookup_key, lookup_unknown, accept }: Input) {
  const needs = (path: string, message: string) =>
    fail('invalid_input', `${path} ${message}.`, [{ path, message }])
  if (lookup !== undefined && lookup_key === undefined) {
    return needs('lookup_key', 'is missing: it names the column of the table that requests carry')
  }
  if (lookup === undefined && (lookup_key ?? lookup_unknown) !== undefined) {
    return needs('lookup', 'is missing: lookup_key and lookup_unknown are about a table')
  }
  if (upload === undefined && (lookup ?? accept) !== undefined) {
    const [path, it] = lookup === undefined ? ['accept', 'they are'] : ['lookup', 'it is']
    return needs(
      path,
      `needs an upload beside it: ${it} for a file${sample === undefined ? '' : ', not for a sample'}`,
    )
  }
  return null
}

async function findSource(wishes: Input, call: Call) {
  if (wishes.upload !== undefined) return readUploadSource(wishes, wishes.upload, call)
  if (wishes.sample !== undefined) return readSampleSource(wishes.sample, call)
  if (wishes.remote !== undefined) return readRemoteSource(wishes.remote, call)
  const renames = wishes.features ?? wishes.classes ?? wishes.positive_label
  return renames === undefined ? null : readStoredSource(wishes.name ?? '', call)
}

async function redeploy({ name = '', card }: Input, call: Call) {
  const { registry } = call.ports
  const model = await findModel(registry, name)
  if (!model.ok) return model
  const version = await newestVersion(registry, model.value.name)
  if (version === null) return fail('not_found', `${model.value.name} has no version.`)
  if (card !== undefined) await registry.updateModel(version.model, { card })
  return answer(version, 'redeployed', true, call)
}

/** Makes the version live where that is wished, and tells serving before the person. */
async function answer(
  version: VersionRecord,
  result: Deployment['result'],
  goLive: boolean,
  { ports, progress }: Call,
): Promise<Outcome<z.input<typeof output>>> {
  const before = await ports.registry.findModel(version.model)
  if (goLive && before?.liveVersion !== version.number) {
    // Loaded before it goes live: a version that cannot run must never take the place of one that does.
    const tried = await ports.serving.leaseVersion(version.model, version.number)
    if (!tried.ok) return tried
    tried.value.release()
    const live = await ports.registry.setLive(version.model, version.number)
    if (!live.ok) return live
  }
  await ports.serving.refresh([version.model])
  const broken = goLive ? ports.serving.failures().get(version.model) : undefined
  if (broken !== undefined) return { ok: false, failure: broken }
  const model = await ports.registry.findModel(version.model)
  if (model === null) return fail('not_found', `${version.model} was deleted meanwhile.`)
  progress({ fraction: 1, message: 'Done' })
  const deployed = model.liveVersion === version.number
  return succeed({
    name: model.name,
    title: model.title,
    version: version.number,
    model_version: version.modelVersion,
    result,
    deployed,
    endpoint: deployed ? endpointIfLive(model) : null,
    library: version.origin.library,
    library_version: version.origin.libraryVersion,
    model_class: version.origin.modelClass,
    ...toWireSignature(version.signature),
    example: exampleRow(version.signature),
    warnings: [...version.warnings],
  })
}
