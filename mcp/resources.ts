// Resources: the models, and of each its card, its signature and its OpenAPI document; tables and models by their handle.

import {
  type ListResourcesResult,
  type ListResourceTemplatesResult,
  type ReadResourceResult,
  type Resource,
  ResourceNotFoundError,
} from '@modelcontextprotocol/server'
import { findOwnUpload } from '#core/operations/deploy-source.ts'
import { type DescribedModel, describeModel } from '#core/operations/describe-model.ts'
import { findModel, shownVersion } from '#core/operations/find-model.ts'
import { invoke } from '#core/operations/invoke.ts'
import { listModels } from '#core/operations/list-models.ts'
import type { Call, Ports } from '#core/operations/operation.ts'
import { toWireSignature } from '#core/operations/wire.ts'
import { renderPlainText } from '#core/presentation/plain-text.ts'
import type { ModelRecord, VersionRecord } from '#core/registry/registry.ts'
import { MAX_LISTED_MODELS, MAX_RESULT_BYTES } from './limits.ts'
import { type Address, MODELS_URI, type ModelView, modelUri, parseUri } from './uris.ts'

const JSON_TYPE = 'application/json'

/** The OpenAPI document of one model; made where the REST routes are known. */
export type OpenApiOf = (
  model: ModelRecord,
  version: VersionRecord,
  baseUrl: string,
) => Readonly<Record<string, unknown>>

interface ViewFacts {
  readonly mimeType: string
  readonly title: string
  readonly description: string
}

const VIEWS: Readonly<Record<ModelView, ViewFacts>> = {
  all: {
    mimeType: JSON_TYPE,
    title: 'everything known',
    description: 'Signature, origin, figures, versions and endpoint of a model.',
  },
  card: {
    mimeType: 'text/markdown',
    title: 'card',
    description: 'What a model is for, needs and answers, to read.',
  },
  signature: {
    mimeType: JSON_TYPE,
    title: 'signature',
    description: 'Inputs, outputs, classes and bands of a model.',
  },
  openapi: {
    mimeType: JSON_TYPE,
    title: 'OpenAPI',
    description: 'The OpenAPI 3.1 document of a model’s REST endpoint.',
  },
}

export async function listResources({ registry }: Ports): Promise<ListResourcesResult> {
  const models = [...(await registry.listModels())]
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .slice(0, MAX_LISTED_MODELS)
  return {
    resources: [
      {
        uri: MODELS_URI,
        name: 'models',
        title: 'Models',
        description: 'Every model with its task, inputs, live version and endpoint.',
        mimeType: JSON_TYPE,
      },
      ...models.flatMap((model) => [
        toResource(model, 'card'),
        toResource(model, 'signature'),
        toResource(model, 'openapi'),
      ]),
    ],
  }
}

function toResource({ name, title }: ModelRecord, view: ModelView): Resource {
  const facts = VIEWS[view]
  return {
    uri: modelUri(name, view),
    name: view === 'all' ? name : `${name} ${view}`,
    title: `${title}: ${facts.title}`,
    description: facts.description,
    mimeType: facts.mimeType,
  }
}

export const RESOURCE_TEMPLATES: ListResourceTemplatesResult = {
  resourceTemplates: [
    ...(['all', 'card', 'signature', 'openapi'] as const).map((view) => ({
      uriTemplate: modelUri('{model}', view),
      name: view === 'all' ? 'model' : `model ${view}`,
      title: `A model: ${VIEWS[view].title}`,
      description: VIEWS[view].description,
      mimeType: VIEWS[view].mimeType,
    })),
    {
      uriTemplate: 'parley://uploads/{upload}',
      name: 'file',
      title: 'A file by its handle',
      description:
        'What predict_batch scored (as text) or train_model learnt (as bytes), up to 1 MB.',
    },
  ],
}

interface ResourceContext {
  /** The ports as this person sees them. */
  readonly visible: Ports
  readonly openApiOf: OpenApiOf
}

/** Throws `ResourceNotFoundError` for what is not there or belongs to somebody else. */
export async function readResource(
  uri: string,
  call: Call,
  context: ResourceContext,
): Promise<ReadResourceResult> {
  const address = parseUri(uri)
  const content = address === null ? null : await read(address, call, context)
  if (content === null) throw new ResourceNotFoundError(uri)
  return { contents: [{ uri, ...content }] }
}

/** Text where it is text, else its bytes in base64. */
type Content = { readonly mimeType: string } & (
  | { readonly text: string }
  | { readonly blob: string }
)

function read(address: Address, call: Call, context: ResourceContext): Promise<Content | null> {
  switch (address.kind) {
    case 'models':
      return readModels(call)
    case 'model':
      return readModel(address.name, address.view, call, context)
    case 'upload':
      return readUpload(address.id, call)
  }
}

async function readModels(call: Call): Promise<Content | null> {
  const outcome = await invoke(listModels, {}, call)
  return outcome.ok ? json(outcome.value) : null
}

async function readModel(
  name: string,
  view: ModelView,
  call: Call,
  { visible: { registry, baseUrl }, openApiOf }: ResourceContext,
): Promise<Content | null> {
  const described = await invoke(describeModel, { model: name }, call)
  if (!described.ok) return null
  if (view === 'all') return json(described.value)
  if (view === 'card') {
    const { card = writeCard(described.value) } = described.value
    return { mimeType: VIEWS.card.mimeType, text: card }
  }
  const model = await findModel(registry, name)
  const version = model.ok ? await shownVersion(registry, model.value) : null
  if (!model.ok || version === null) return null
  return json(
    view === 'signature'
      ? toWireSignature(version.signature)
      : openApiOf(model.value, version, baseUrl),
  )
}

/** For a model whose maker wrote none: what the registry knows, its tables as they stand. */
function writeCard(model: DescribedModel): string {
  const { text, blocks } = describeModel.present(model)
  const shown = blocks.filter(({ kind }) => kind !== 'choices')
  const facts = renderPlainText({ text, blocks: shown })
  const about = model.description === '' ? '' : `${model.description}\n\n`
  return `# ${model.title}\n\n${about}\`\`\`text\n${facts}\n\`\`\`\n`
}

async function readUpload(id: string, call: Call): Promise<Content | null> {
  const upload = await findOwnUpload(id, call)
  if (!upload.ok || upload.value.sizeBytes > MAX_RESULT_BYTES) return null
  const bytes = await call.ports.registry.readUpload(id)
  const text = decode(bytes)
  return text === null
    ? { mimeType: 'application/octet-stream', blob: Buffer.from(bytes).toString('base64') }
    : { mimeType: tableType(upload.value.fileName), text }
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function tableType(fileName: string): string {
  return fileName.toLowerCase().endsWith('.csv') ? 'text/csv' : 'text/plain'
}

function json(value: unknown): Content {
  return { mimeType: JSON_TYPE, text: JSON.stringify(value, null, 2) }
}
