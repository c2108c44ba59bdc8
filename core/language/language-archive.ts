// A language model as one file: a ZIP archive of its config.json and the files that it names, each known by its hash.

import { createHash } from 'node:crypto'
import { type UnzipFileInfo, unzipSync, type Zippable, zipSync } from 'fflate'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { filesOfStep, type LanguageConfig, languageConfig } from './language-config.ts'

export const CONFIG_FILE = 'config.json'

/** config.json with its lists of words; real ones have some 10 KB. */
const MAX_CONFIG_BYTES = 1024 * 1024

/** A pair has six files, a folder of Transformers a dozen. */
const MAX_ENTRIES = 200

/** The same as of any other model file: what is unpacked lies in memory beside the archive. */
export const MAX_UNPACKED_BYTES = 128 * 1024 * 1024

/** ZIP knows no time zones and nothing before 1980; one date makes equal files equal archives. */
const ARCHIVE_DATE = new Date(1980, 0, 1)

/** Bytes by the file's path in the archive. */
export type ArchiveFiles = ReadonlyMap<string, Uint8Array>

export interface LanguageArchive {
  readonly config: LanguageConfig
  /** Only what the archive itself holds; files that it says are `stored` are elsewhere. */
  readonly files: ArchiveFiles
}

/** How a ZIP archive begins; no ONNX file does. */
export function isArchive([first, second]: Uint8Array): boolean {
  return first === 0x50 && second === 0x4b
}

/** Not compressed: graphs hardly shrink, and what is stored as it is need not be unpacked at each start. */
export function packArchive(config: Uint8Array, files: ArchiveFiles): Uint8Array {
  const entries: Zippable = { [CONFIG_FILE]: config }
  for (const [path, bytes] of [...files].sort(([one], [other]) => (one < other ? -1 : 1))) {
    entries[path] = bytes
  }
  return zipSync(entries, { level: 0, mtime: ARCHIVE_DATE })
}

/** Every entry; `unreadable_model` where there are too many, they would be too large, or the archive is damaged. */
export function unpackArchive(archive: Uint8Array): Outcome<ArchiveFiles> {
  let bytes = 0
  let entries = 0
  const isWanted = ({ name, originalSize }: UnzipFileInfo): boolean => {
    if (name.endsWith('/')) return false
    entries += 1
    bytes += originalSize
    return entries <= MAX_ENTRIES && bytes <= MAX_UNPACKED_BYTES
  }
  try {
    const files = unzipSync(archive, { filter: isWanted })
    if (entries > MAX_ENTRIES) {
      return unreadable(`This archive has more than ${MAX_ENTRIES} files.`)
    }
    if (bytes > MAX_UNPACKED_BYTES) {
      const most = MAX_UNPACKED_BYTES / 1024 / 1024
      return unreadable(`What this archive holds is larger than ${most} MB.`)
    }
    return succeed(new Map(Object.entries(files)))
  } catch {
    return unreadable('This ZIP archive is damaged. Make it anew and upload it again.')
  }
}

/** The config of a model that was unpacked; what it says of its files is checked against them. */
export function readArchive(files: ArchiveFiles): Outcome<LanguageArchive> {
  const bytes = files.get(CONFIG_FILE)
  if (bytes === undefined) return unreadable('This archive has no config.json.')
  const config = readConfig(bytes)
  if (!config.ok) return config
  const held = new Map<string, Uint8Array>()
  for (const path of new Set(config.value.steps.flatMap(filesOfStep))) {
    const entry = config.value.files[path]
    if (entry === undefined) return unreadable(`config.json does not list the file ${path}.`)
    if (entry.stored === true) continue
    const content = files.get(path)
    if (content === undefined) return unreadable(`The file ${path} is missing.`)
    if (sha256Of(content) !== entry.sha256) {
      return unreadable(`The file ${path} is damaged: it is not the one that config.json lists.`)
    }
    held.set(path, content)
  }
  return succeed({ config: config.value, files: held })
}

export function readConfig(bytes: Uint8Array): Outcome<LanguageConfig> {
  const said = 'config.json is none of a language model that Parley knows'
  if (bytes.byteLength > MAX_CONFIG_BYTES) return unreadable(`${said}: it is too large.`)
  const parsed = languageConfig.safeParse(parseJson(new TextDecoder().decode(bytes)))
  if (parsed.success) return succeed(parsed.data)
  const [issue] = parsed.error.issues
  const place = issue === undefined ? '' : issue.path.join('.')
  return unreadable(`${said}${place === '' ? '.' : `: see its ${place}.`}`)
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function unreadable(message: string): Outcome<never> {
  return fail('unreadable_model', message)
}
