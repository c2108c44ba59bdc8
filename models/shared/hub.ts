// Files of a model on the Hugging Face hub: which there are, fetched with progress, and known by the hub's own hashes.

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Work } from '../example.ts'
import { download } from './download.ts'

export interface Hub {
  /** `https://huggingface.co`, or a mirror with the same addresses. */
  readonly endpoint: string
  /** For models that are not public; null where none is set. */
  readonly token: string | null
}

export interface HubLine {
  readonly hub: Hub
  readonly fetch: typeof fetch
  readonly work: Work
}

const hubFile = z.object({
  path: z.string(),
  sizeBytes: z.number(),
  /** Of the content, where the hub stores it as a large file. */
  sha256: z.string().nullable(),
  /** Of git's blob, where it does not. */
  gitSha1: z.string(),
})

/** Kept beside what was fetched of it. */
export const hubModel = z.object({
  name: z.string(),
  /** The commit that `main`, or what was asked for, stands for now. */
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  files: z.array(hubFile),
})

type HubFile = z.output<typeof hubFile>
export type HubModel = z.output<typeof hubModel>

/** Larger than any graph that a server of chats would fill blanks with. */
const MAX_FILE_BYTES = 4 * 1024 ** 3

/** Answers about a model are some kilobytes. */
const ANSWER_MS = 20_000

const revisionAnswer = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) })
const treeAnswer = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.number(),
    oid: z.string(),
    lfs: z.object({ oid: z.string(), size: z.number() }).exactOptional(),
  }),
)

/** `name` as `owner/name` or a name alone. `not_found` where the hub has no such model, or not for this token. */
export async function findHubModel(
  name: string,
  revision: string,
  line: HubLine,
): Promise<Outcome<HubModel>> {
  const model = name.split('/').map(encodeURIComponent).join('/')
  const said = await askHub(
    `/api/models/${model}/revision/${encodeURIComponent(revision)}`,
    revisionAnswer,
    name,
    line,
  )
  if (!said.ok) return said
  const commit = said.value.sha
  const tree = await askHub(
    `/api/models/${model}/tree/${commit}?recursive=true`,
    treeAnswer,
    name,
    line,
  )
  if (!tree.ok) return tree
  const files = tree.value.filter(({ type }) => type === 'file')
  return succeed({
    name,
    commit,
    files: files.map(({ path, size, oid, lfs }) => ({
      path,
      sizeBytes: lfs?.size ?? size,
      sha256: lfs?.oid ?? null,
      gitSha1: oid,
    })),
  })
}

/** Fetches one file into the folder where it is not there already, whole; answers with its path. */
export async function fetchHubFile(
  { name, commit }: HubModel,
  file: HubFile,
  folder: string,
  { hub, fetch, work }: HubLine,
): Promise<Outcome<string>> {
  const path = join(folder, ...file.path.split('/'))
  const address = [...name.split('/'), 'resolve', commit, ...file.path.split('/')]
  const fetched = await download(
    {
      name: `${file.path} of ${name}`,
      url: `${hub.endpoint}/${address.map(encodeURIComponent).join('/')}`,
      maximumBytes: Math.min(MAX_FILE_BYTES, file.sizeBytes),
      ...(file.sha256 !== null && { sha256: file.sha256 }),
      headers: headersOf(hub),
    },
    path,
    { fetch, work },
  )
  if (!fetched.ok) return fetched
  if (file.sha256 === null && (await gitSha1Of(path)) !== file.gitSha1) {
    await Bun.file(path).delete()
    return fail('unavailable', `${file.path} of ${name} came damaged. Try again.`)
  }
  return succeed(path)
}

async function askHub<T>(
  address: string,
  schema: z.ZodType<T>,
  name: string,
  { hub, fetch, work }: HubLine,
): Promise<Outcome<T>> {
  const { host } = new URL(hub.endpoint)
  let response: Response
  try {
    response = await fetch(`${hub.endpoint}${address}`, {
      headers: headersOf(hub),
      signal: AbortSignal.any([work.signal, AbortSignal.timeout(ANSWER_MS)]),
    })
  } catch {
    work.signal.throwIfAborted()
    return fail(
      'unavailable',
      `${host} cannot be reached. Name a local folder in place of ${name}, or fetch it where there is a network.`,
    )
  }
  if (response.status === 401 || response.status === 403 || response.status === 404) {
    await response.body?.cancel()
    return fail(
      'not_found',
      `${host} has no model ${name}, or not for everybody: HF_TOKEN opens private ones.`,
    )
  }
  const parsed = schema.safeParse(await response.json().catch(() => null))
  if (!response.ok || !parsed.success) {
    return fail('unavailable', `${host} gave no answer about ${name} (${response.status}).`)
  }
  return succeed(parsed.data)
}

function headersOf({ token }: Hub): Readonly<Record<string, string>> {
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

/** As git names a file: its size is part of what is hashed. */
async function gitSha1Of(path: string): Promise<string> {
  const bytes = await Bun.file(path).bytes()
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex')
}
