// A model of Transformers by its name on the hub or in a folder here: the files that a step needs, or which are missing.

import { readdir } from 'node:fs/promises'
import { basename, isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { labelsOf } from '#core/formats/language/transformers-folder.ts'
import type { FolderStore } from '#core/language/file-store.ts'
import type { Work } from '../example.ts'
import { fetchHubFile, findHubModel, type Hub, type HubModel, hubModel } from './hub.ts'

export interface ModelCache {
  readonly hub: Hub
  /** Downloads lie here, by name and commit; absolute. */
  readonly folder: string
  /** Graphs that are too large for an archive. */
  readonly store: FolderStore
}

/** Which model, and which of its files. */
export interface ModelChoice {
  /** A name on the hub, or a path. */
  readonly model: string
  readonly revision?: string
  /** Path of the graph inside the model. */
  readonly file?: string
}

export interface ModelFolder {
  /** As people call it: `distilroberta-base`, `my-model`. */
  readonly name: string
  /** `commit 1a2b3c4d of huggingface.co`, `from a folder`. */
  readonly origin: string
  readonly graph: string
  readonly tokenizer: string
  readonly tokenizerConfig: string | null
  /** Empty where config.json names none. */
  readonly labels: readonly string[]
}

interface Line {
  readonly cache: ModelCache
  readonly fetch: typeof fetch
  readonly work: Work
  readonly say: (line: string) => void
  /** What a path is relative to. */
  readonly from: string
}

const CONFIG = 'config.json'
const TOKENIZER = 'tokenizer.json'
const TOKENIZER_CONFIG = 'tokenizer_config.json'

/** Where exporters put the graph, the best first. */
const GRAPHS = ['onnx/model.onnx', 'model.onnx', 'onnx/model_quantized.onnx']

/** Who keeps the well-known models with their graph in ONNX where their authors have none. */
const ONNX_MIRROR = 'Xenova'

const PATH = /^(?:\.{0,2}\/|~)/
const modelConfig = z.object({ id2label: z.record(z.string(), z.string()).exactOptional() })

export async function findModelFolder(
  choice: ModelChoice,
  line: Line,
): Promise<Outcome<ModelFolder>> {
  return PATH.test(choice.model) || isAbsolute(choice.model)
    ? findHere(choice, resolve(line.from, choice.model))
    : findOnHub(choice, line)
}

async function findHere(choice: ModelChoice, folder: string): Promise<Outcome<ModelFolder>> {
  const entries = await readdir(folder, { recursive: true }).catch(() => null)
  if (entries === null) return fail('not_found', `There is no folder ${choice.model}.`)
  const chosen = chooseFiles(choice, entries)
  if (!chosen.ok) return chosen
  return describe(basename(folder), 'from a folder', chosen.value, (path) => join(folder, path))
}

async function findOnHub(choice: ModelChoice, line: Line): Promise<Outcome<ModelFolder>> {
  const { cache, fetch, work, say } = line
  const hubLine = { hub: cache.hub, fetch, work }
  const { model: name, revision = 'main' } = choice
  const known = join(cache.folder, ...name.split('/'), `${encodeURIComponent(revision)}.json`)
  let found = await findHubModel(name, revision, hubLine)
  if (!found.ok && found.failure.code === 'unavailable') {
    // Without a network, what was fetched before is as good.
    const before = await readKnown(known)
    if (before !== null) found = succeed(before)
  }
  if (!found.ok) return found
  let chosen = chooseFiles(choice, pathsOf(found.value))
  const mirror = `${ONNX_MIRROR}/${name.split('/').at(-1)}`
  if (!chosen.ok && choice.file === undefined && !name.startsWith(`${ONNX_MIRROR}/`)) {
    const mirrored = await findHubModel(mirror, 'main', hubLine)
    const other = mirrored.ok ? chooseFiles(choice, pathsOf(mirrored.value)) : mirrored
    if (mirrored.ok && other.ok) {
      say(`${name} has no graph in ONNX; ${mirror} has the same model with one.`)
      found = mirrored
      chosen = other
    }
  }
  if (!chosen.ok) return chosen
  const model = found.value
  const folder = join(cache.folder, ...model.name.split('/'), model.commit)
  for (const path of Object.values(chosen.value)) {
    const file = path === null ? undefined : model.files.find((one) => one.path === path)
    if (file === undefined) continue
    const fetched = await fetchHubFile(model, file, folder, hubLine)
    if (!fetched.ok) return fetched
  }
  await Bun.write(known, JSON.stringify(model))
  const { host } = new URL(cache.hub.endpoint)
  const origin = `commit ${model.commit.slice(0, 12)} of ${host}`
  return describe(model.name, origin, chosen.value, (path) => join(folder, ...path.split('/')))
}

async function readKnown(path: string): Promise<HubModel | null> {
  const parsed = hubModel.safeParse(
    await Bun.file(path)
      .json()
      .catch(() => null),
  )
  return parsed.success ? parsed.data : null
}

function pathsOf({ files }: HubModel): readonly string[] {
  return files.map(({ path }) => path)
}

interface ChosenFiles {
  readonly config: string
  readonly tokenizer: string
  readonly tokenizerConfig: string | null
  readonly graph: string
}

/** Everything that is missing is named at once, before anything is fetched or loaded. */
function chooseFiles({ model, file }: ModelChoice, paths: readonly string[]): Outcome<ChosenFiles> {
  const has = (path: string) => paths.includes(path)
  const graph = (file === undefined ? GRAPHS : [file]).find(has)
  const missing = [
    ...[CONFIG, TOKENIZER].filter((path) => !has(path)),
    ...(graph === undefined ? [file ?? GRAPHS.slice(0, 2).join(' or ')] : []),
  ]
  if (graph === undefined || missing.length > 0) {
    return fail('not_found', `The model ${model} lacks ${missing.join(', ')}.`)
  }
  const tokenizerConfig = has(TOKENIZER_CONFIG) ? TOKENIZER_CONFIG : null
  return succeed({ config: CONFIG, tokenizer: TOKENIZER, tokenizerConfig, graph })
}

async function describe(
  name: string,
  origin: string,
  { config, tokenizer, tokenizerConfig, graph }: ChosenFiles,
  pathOf: (path: string) => string,
): Promise<Outcome<ModelFolder>> {
  const said = modelConfig.safeParse(
    await Bun.file(pathOf(config))
      .json()
      .catch(() => null),
  )
  if (!said.success) return fail('invalid_input', `The config.json of ${name} cannot be read.`)
  return succeed({
    name,
    origin,
    graph: pathOf(graph),
    tokenizer: pathOf(tokenizer),
    tokenizerConfig: tokenizerConfig === null ? null : pathOf(tokenizerConfig),
    labels: labelsOf(said.data.id2label ?? {}),
  })
}
