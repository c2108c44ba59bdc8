// Where an example's data comes from: a folder here, their public address, or a synthetic sample with the same columns.

import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Failure, type Outcome, succeed } from '#core/errors.ts'
import type { Work } from '../example.ts'
import { checkFile } from './check-file.ts'
import { download } from './download.ts'

export interface DataFile {
  readonly name: string
  /** Public address. */
  readonly url: string
  readonly maximumBytes: number
  /** Columns that its first line must name, where it is a CSV file. */
  readonly columns?: readonly string[]
  /** What the address asks for beside the usual. */
  readonly headers?: Readonly<Record<string, string>>
  /** Of the whole file, 64 hex digits, where one version of it is meant. */
  readonly sha256?: string
}

export interface DataSource {
  /** What the data are, in words: "King County house sales". */
  readonly title: string
  /** Where they are published, for people: "github.com/owner/name at 1a2b3c4d". */
  readonly publisher: string
  /** Their folder inside a folder of example data; the files may also lie there directly. */
  readonly folder: string
  readonly files: readonly DataFile[]
  /** The same files with made-up rows, the same ones every time; by name. */
  readonly synthetic: () => ReadonlyMap<string, Blob>
}

export interface FoundData {
  readonly kind: 'folder' | 'download' | 'synthetic'
  /** Where they come from, as a sentence without a subject: "from the folder /data/kc_house". */
  readonly origin: string
  /** The same for readers elsewhere: no path of this machine. */
  readonly publicOrigin: string
  readonly files: ReadonlyMap<string, Blob>
}

/** Never fails for want of a network: then it is the synthetic sample. A file that is there and broken fails. */
export type FindData = (source: DataSource) => Promise<Outcome<FoundData>>

export interface FinderOptions {
  /** PARLEY_EXAMPLE_DATA; null where it is not set. */
  readonly exampleData: string | null
  /** Takes the synthetic sample without looking any further. */
  readonly syntheticOnly: boolean
  /** Downloads are kept here for the next time. */
  readonly downloads: string
  readonly fetch: typeof fetch
  readonly work: Work
  readonly say: (line: string) => void
}

/** Beside a checkout, where nothing else is set. */
const NEIGHBOUR = resolve(import.meta.dir, '../../../shared/data')

export function createDataFinder(options: FinderOptions): FindData {
  return async (source) => {
    if (options.syntheticOnly) return succeed(synthesize(source, 'as asked'))
    const roots = [options.exampleData, NEIGHBOUR].filter((root) => root !== null)
    for (const root of roots) {
      for (const folder of [join(root, source.folder), root]) {
        const found = await lookInto(folder, source)
        if (found !== null) return found
      }
    }
    if (options.exampleData !== null) {
      options.say(`PARLEY_EXAMPLE_DATA has no ${source.folder}/${source.files[0]?.name}.`)
    }
    const downloaded = await downloadAll(source, options)
    if (downloaded.ok) return downloaded
    options.work.signal.throwIfAborted()
    options.say(downloaded.failure.message)
    return succeed(synthesize(source, 'because the data could not be had'))
  }
}

/** Null where a file is missing. */
async function lookInto(folder: string, source: DataSource): Promise<Outcome<FoundData> | null> {
  const files = new Map<string, Blob>()
  for (const { name } of source.files) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => null)
    if (found?.isFile() !== true) return null
    files.set(name, Bun.file(path))
  }
  const checked = await checkAll(source, files)
  if (checked !== null) return { ok: false, failure: checked }
  const publicOrigin = `${source.title} (${source.publisher}), a copy on disk`
  return succeed({ kind: 'folder', origin: `from the folder ${folder}`, publicOrigin, files })
}

async function downloadAll(
  source: DataSource,
  { downloads, fetch, work, say }: FinderOptions,
): Promise<Outcome<FoundData>> {
  const files = new Map<string, Blob>()
  let fetched = 0
  for (const file of source.files) {
    const path = join(downloads, source.folder, file.name)
    const outcome = await download(file, path, { fetch, work })
    if (!outcome.ok) return outcome
    if (outcome.value === 'downloaded') fetched++
    files.set(file.name, Bun.file(path))
  }
  if (fetched > 0) say(`Downloaded ${fetched} of ${source.files.length} files.`)
  const publicOrigin = `${source.title} (${source.publisher}), downloaded`
  const origin = `from ${source.publisher}${fetched === 0 ? ', downloaded before' : ''}`
  return succeed({ kind: 'download', origin, publicOrigin, files })
}

function synthesize(source: DataSource, why: string): FoundData {
  const origin = `a synthetic sample, ${why}: made-up rows with the columns of ${source.title}`
  return { kind: 'synthetic', origin, publicOrigin: origin, files: source.synthetic() }
}

async function checkAll(
  source: DataSource,
  files: ReadonlyMap<string, Blob>,
): Promise<Failure | null> {
  for (const file of source.files) {
    const checked = await checkFile(file, files.get(file.name) ?? new Blob([]))
    if (!checked.ok) return checked.failure
  }
  return null
}
