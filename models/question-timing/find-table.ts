// Which table the example learns from: one that was named, the published one, or the questions written for the project.

import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { ExampleContext } from '../example.ts'
import { checkFile } from '../shared/check-file.ts'
import type { DataSource } from '../shared/find-data.ts'
import { FOLDER, type TimingConfig } from './config.ts'

const BYTES_PER_MEGABYTE = 1024 * 1024
const ADDRESS = /^https?:\/\//
const DATA_FOLDER = 'question_timing'

export interface FoundTable {
  readonly kind: 'named' | 'published' | 'sample'
  readonly content: Blob
  /** What it is and where it comes from, for the person at this machine, and for readers of the card elsewhere. */
  readonly origin: string
  readonly publicOrigin: string
}

/** A table that was named and cannot be had fails; the published one is replaced by the sample. */
export async function findTable(
  config: TimingConfig,
  { findData, given, say }: Pick<ExampleContext, 'findData' | 'given' | 'say'>,
): Promise<Outcome<FoundTable>> {
  const { data } = given
  if (data !== undefined && !ADDRESS.test(data)) return openNamed(config, data)
  const url = data ?? config.data.url
  const source = sourceOf(config, url)
  const found = await findData(source)
  if (!found.ok) return found
  const content = found.value.files.get(source.files[0]?.name ?? '') ?? new Blob([])
  if (found.value.kind !== 'synthetic') {
    const { origin, publicOrigin } = found.value
    const kind = data === undefined ? 'published' : 'named'
    return succeed({ kind, content, origin: `${source.title}, ${origin}`, publicOrigin })
  }
  if (data !== undefined) {
    return fail('unavailable', `The table at ${url} could not be had; nothing was trained.`)
  }
  say(
    'Without the published questions the sample takes their place; --data FILE takes a table of your own.',
  )
  const words = 'questions about invented products, written for this project'
  return succeed({ kind: 'sample', content, origin: words, publicOrigin: words })
}

function sourceOf(config: TimingConfig, url: string): DataSource {
  const { data, sample } = config
  const isPublished = url === data.url
  return {
    title: isPublished ? data.title : basename(new URL(url).pathname),
    publisher: isPublished ? data.publisher : new URL(url).host,
    // Tables of other addresses are kept apart: equal names need not be equal files.
    folder: isPublished ? DATA_FOLDER : join(DATA_FOLDER, Bun.hash(url).toString(36)),
    files: [fileAt(config, url)],
    synthetic: () => new Map([[fileAt(config, url).name, Bun.file(join(FOLDER, sample))]]),
  }
}

function fileAt({ data, columns }: TimingConfig, url: string) {
  const isPublished = url === data.url
  return {
    name: basename(new URL(url).pathname) || 'questions.csv',
    url,
    maximumBytes: data.maximum_megabytes * BYTES_PER_MEGABYTE,
    columns: Object.values(columns),
    ...(isPublished && data.sha256 !== null && { sha256: data.sha256 }),
  }
}

async function openNamed(config: TimingConfig, path: string): Promise<Outcome<FoundTable>> {
  const found = await stat(resolve(path)).catch(() => null)
  if (found?.isFile() !== true) return fail('not_found', `There is no file "${path}".`)
  const content = Bun.file(resolve(path))
  const { maximumBytes, columns } = fileAt(config, config.data.url)
  const checked = await checkFile({ name: path, url: '', maximumBytes, columns }, content)
  if (!checked.ok) return checked
  const origin = `the table ${basename(path)}`
  return succeed({ kind: 'named', content, origin, publicOrigin: origin })
}
