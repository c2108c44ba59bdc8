// From a file's bytes to a stored version: read, describe, try out, store; nothing is kept when a step fails.

import { createHash } from 'node:crypto'
import type { LoadedModel } from '#core/engine/engine.ts'
import { EngineFailure } from '#core/engine/engine-failure.ts'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { ReadModelResult } from '#core/formats/reader.ts'
import type { JoinedColumns, ModelReport, Origin, Signature } from '#core/model.ts'
import { bare } from '#core/nearest.ts'
import type { ModelRecord, VersionRecord } from '#core/registry/registry.ts'
import { withDefaultBands } from './bands.ts'
import { isRemoteSource, readRemoteVersion } from './deploy-remote.ts'
import type { DeploySource } from './deploy-source.ts'
import { exampleRow } from './example-row.ts'
import { newestVersion } from './find-model.ts'
import { findTraining, type KnownTraining, nameOfTraining, noteVersion } from './find-training.ts'
import { deriveName, slugOf, targetFromName, titleFromWords } from './naming.ts'
import type { Call } from './operation.ts'
import { withSampleConfig } from './sample-config.ts'

/** What the person said about the model beside the file. */
export interface DeployWishes {
  readonly name?: string | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly card?: string | undefined
  readonly features?: readonly string[] | undefined
  readonly classes?: readonly string[] | undefined
  readonly positive_label?: string | undefined
  readonly accept?: readonly string[] | undefined
  readonly deploy?: boolean | undefined
}

export interface DeployedVersion {
  readonly version: VersionRecord
  readonly created: boolean
}

export async function deployVersion(
  source: DeploySource,
  wishes: DeployWishes,
  call: Call,
): Promise<Outcome<DeployedVersion>> {
  const { registry } = call.ports
  if (source.previous === null && wishes.name !== undefined && slugOf(wishes.name) === null) {
    // Falling back to the file's name here could put this file in front of another model's users.
    return fail('invalid_input', `“${wishes.name}” cannot be a name in an address.`, [
      {
        path: 'name',
        message: 'needs letters from a to z or digits; what people call it goes into the title',
      },
    ])
  }
  const sha256 = sha256Of(source.bytes)
  const training = await findTraining(registry, sha256)
  const derived = chooseName(source, wishes, training)
  const stored = await registry.findByOriginal(derived.name, sha256)
  const joined = joinedOf(source, wishes)
  if (
    stored !== null &&
    Bun.deepEquals(stored.origin.joined, joined) &&
    saysNothingNew(stored.signature, classWishes(source, wishes))
  ) {
    return succeed({ version: stored, created: false })
  }
  call.progress({ fraction: 0.1, message: `Reading ${source.fileName}` })
  const read = await readModel(source, wishes, call)
  if (!read.ok) return read
  const name = derived.generic
    ? await freeName(derived.name, read.value.signature, call)
    : derived.name
  const existing = await registry.findModel(name)
  const signature = describeSignature(read.value.signature, name, source, training)
  call.progress({ fraction: 0.6, message: 'Trying a first prediction' })
  const tried = await tryOut(read.value, signature, call)
  if (!tried.ok) return tried
  call.signal.throwIfAborted()
  call.progress({ fraction: 0.9, message: 'Storing the version' })
  const version = await registry.createVersion({
    model: name,
    ...describeForPeople(existing, source, wishes),
    ...(await cardOf(name, source, wishes, call)),
    signature,
    binding: read.value.binding,
    origin: { ...originOf(source, read.value, sha256, call), ...(joined && { joined }) },
    onnx: read.value.onnx,
    original: source.bytes,
    warnings: [...read.value.warnings, ...(await changedInputs(name, signature, call))],
    metrics: source.sample?.metrics ?? training?.metrics ?? {},
    ...reportOf(read.value, source, training),
    deploy: wishes.deploy ?? true,
  })
  if (training !== null) await noteVersion(registry, training, version)
  return succeed({ version, created: true })
}

/** Undefined where nothing was put beside the model's own columns. */
function joinedOf({ table }: DeploySource, { accept }: DeployWishes): JoinedColumns | undefined {
  if (table === null && accept === undefined) return undefined
  return {
    table:
      table === null
        ? null
        : {
            fileName: table.fileName,
            sha256: sha256Of(table.bytes),
            key: table.key,
            unknown: table.unknown,
          },
    accept: accept ?? [],
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function chooseName(
  source: DeploySource,
  { name, title }: DeployWishes,
  training: KnownTraining | null,
) {
  if (source.previous !== null) return { name: source.previous.model, generic: false }
  const given = name === undefined ? null : slugOf(name)
  if (given !== null) return { name: given, generic: false }
  if (source.sample !== null) return { name: source.sample.config.name, generic: false }
  const derived = deriveName(source.fileName, title)
  const learned = derived.generic && training !== null ? nameOfTraining(training) : null
  return learned === null ? derived : { name: learned, generic: true }
}

/** A sample's config wishes for names like a person does, so that it adds them to a file uploaded bare before. */
function classWishes({ sample }: DeploySource, wishes: DeployWishes): DeployWishes {
  return {
    ...wishes,
    classes: wishes.classes ?? sample?.config.classes,
    positive_label: wishes.positive_label ?? sample?.config.positive_label,
  }
}

/** True when the stored version already has the names that were given, so that a second one would be the same. */
function saysNothingNew(
  signature: Signature,
  { features, classes, positive_label }: DeployWishes,
): boolean {
  const names = signature.inputs.map(({ name }) => name)
  return (
    (features === undefined || Bun.deepEquals([...features], names)) &&
    (classes === undefined || Bun.deepEquals([...classes], signature.classes)) &&
    (positive_label === undefined || positive_label === signature.positiveLabel)
  )
}

async function readModel(
  source: DeploySource,
  wishes: DeployWishes,
  call: Call,
): Promise<Outcome<ReadModelResult>> {
  const { bytes, fileName, sample, previous, table } = source
  const known = previous?.signature
  const features =
    wishes.features ?? (known?.namesKnown ? known.inputs.map(({ name }) => name) : undefined)
  const classes = wishes.classes ?? sample?.config.classes ?? known?.classes
  const positiveLabel =
    wishes.positive_label ??
    sample?.config.positive_label ??
    (wishes.classes === undefined ? known?.positiveLabel : undefined)
  const hints = {
    ...(features === undefined ? {} : { features }),
    ...(classes === undefined ? {} : { classes }),
    ...(positiveLabel === undefined ? {} : { positiveLabel }),
  }
  if (isRemoteSource(source)) return readRemoteVersion(source, hints)
  return await call.ports.reader.read(
    {
      bytes,
      fileName,
      ...hints,
      ...(table === null ? {} : { lookup: table }),
      ...(wishes.accept === undefined ? {} : { accept: wishes.accept }),
    },
    call.signal,
  )
}

/**
 * A name that says nothing (`model.pkl`) must not turn two different models into versions of one: where the inputs
 * differ from what is stored, the next free number is added.
 */
async function freeName(name: string, signature: Signature, call: Call): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}_${number}`
    const newest = await newestVersion(call.ports.registry, candidate)
    if (newest === null || sameInputs(newest.signature, signature)) return candidate
  }
}

function sameInputs(left: Signature, right: Signature): boolean {
  return Bun.deepEquals(
    left.inputs.map(({ name }) => name),
    right.inputs.map(({ name }) => name),
  )
}

function describeSignature(
  signature: Signature,
  name: string,
  source: DeploySource,
  training: KnownTraining | null,
): Signature {
  const target =
    signature.target ??
    source.previous?.signature.target ??
    training?.target ??
    (signature.task === 'fill_mask' ? undefined : targetFromName(name))
  const named = target === undefined ? signature : { ...signature, target }
  const ranged = withRanges(named, training?.report?.ranges ?? {})
  const described = source.sample === null ? ranged : withSampleConfig(ranged, source.sample.config)
  return withDefaultBands(described)
}

/** What the training saw of a number, for forms and sliders; the file itself knows nothing of it. */
function withRanges(signature: Signature, ranges: NonNullable<ModelReport['ranges']>): Signature {
  const inputs = signature.inputs.map((input) => {
    const range = Object.hasOwn(ranges, input.name) ? ranges[input.name] : undefined
    const isNumber = input.type === 'float' || input.type === 'integer'
    return isNumber && range !== undefined ? { ...input, ...range } : input
  })
  return { ...signature, inputs }
}

async function tryOut(
  { onnx, binding }: ReadModelResult,
  signature: Signature,
  { ports }: Call,
): Promise<Outcome<void>> {
  const loaded = await ports.engine.load({ onnx, binding, signature })
  if (!loaded.ok) return loaded
  try {
    return loaded.value.backend === 'remote' ? await tryRemote(loaded.value) : succeed(undefined)
  } finally {
    await loaded.value.close()
  }
}

/** Other models were tried when they were loaded. A server that refuses a made-up row is there and reads rows. */
async function tryRemote(model: LoadedModel): Promise<Outcome<void>> {
  const row = model.encode([exampleRow(model.signature)], () => '')
  if (!row.ok) return row
  try {
    await model.predict(row.value)
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error
    if (error.failure.code !== 'invalid_input') return { ok: false, failure: error.failure }
  }
  return succeed(undefined)
}

/** What the person called it becomes its title, and finds it; what an earlier version was called still does. */
function describeForPeople(
  existing: ModelRecord | null,
  { sample }: DeploySource,
  { title, description }: DeployWishes,
): { title?: string; description?: string; aliases?: string[] } {
  const newTitle = titleFromWords(title) ?? (existing === null ? sample?.config.title : undefined)
  const newDescription = description ?? (existing === null ? sample?.config.description : undefined)
  const aliases = new Map<string, string>()
  const names = [...(existing?.aliases ?? []), ...(sample?.config.aliases ?? []), newTitle]
  if (newTitle !== undefined) names.push(existing?.title)
  for (const alias of names) if (alias !== undefined) aliases.set(bare(alias), alias)
  return {
    ...(newTitle === undefined ? {} : { title: newTitle }),
    ...(newDescription === undefined ? {} : { description: newDescription }),
    ...(aliases.size === 0 ? {} : { aliases: [...aliases.values()] }),
  }
}

/** What was said about the model stays; a sample's own card only fills a gap. */
export async function cardOf(
  name: string,
  { sample }: DeploySource,
  wishes: DeployWishes,
  { ports: { registry } }: Call,
): Promise<{ card?: string }> {
  if (wishes.card !== undefined) return { card: wishes.card }
  const own = sample === null ? '' : sample.card
  return own === '' || (await registry.readCard(name)) !== '' ? {} : { card: own }
}

/** What evaluation left of a sample or a training, and the rows that a file keeps of its training. */
function reportOf(
  { background }: ReadModelResult,
  { sample }: DeploySource,
  training: KnownTraining | null,
): { report?: ModelReport } {
  const known = sample?.report ?? training?.report ?? undefined
  if (background === undefined && known === undefined) return {}
  return { report: { ...(background !== undefined && { background }), ...known } }
}

function originOf(
  { bytes, fileName }: DeploySource,
  { library, libraryVersion, modelClass }: ReadModelResult,
  sha256: string,
  { principal, ports }: Call,
): Origin {
  return {
    fileName,
    sizeBytes: bytes.byteLength,
    sha256,
    library,
    libraryVersion,
    modelClass,
    uploadedBy: principal.id,
    uploadedAt: new Date(ports.now()).toISOString(),
  }
}

/** Programs that call the endpoint break when inputs come or go, so the person is told at once. */
async function changedInputs(name: string, signature: Signature, call: Call): Promise<string[]> {
  const before = await newestVersion(call.ports.registry, name)
  if (before === null || !before.signature.namesKnown) return []
  const oldNames = before.signature.inputs.map((input) => input.name)
  const newNames = signature.inputs.map((input) => input.name)
  const added = newNames.filter((one) => !oldNames.includes(one))
  const dropped = oldNames.filter((one) => !newNames.includes(one))
  if (added.length === 0 && dropped.length === 0) return []
  const changes = [
    ...(added.length > 0 ? [`it now also needs ${added.join(', ')}`] : []),
    ...(dropped.length > 0 ? [`it no longer takes ${dropped.join(', ')}`] : []),
  ]
  return [`The inputs differ from version ${before.number}: ${changes.join(' and ')}.`]
}
