// What a fuzz starts from: the small files of the fixtures, one name a kind, and archives whose entries it can change.

import { basename } from 'node:path'
import { unzipSync, zipSync } from 'fflate'
import { filesBelow, readBytes } from '../core/formats/support.ts'
import { TRANSFORMERS, zippedFolder } from '../support/transformers-folder.ts'
import { type Dice, mutate } from './mutate.ts'

/** Mutations of small files reach more of their structure. */
const MAXIMUM_BYTES = 40_000
/** The archives hold a graph and a tokenizer, which are larger. */
const MAXIMUM_ARCHIVE_BYTES = 400_000
const FOLDERS = ['xgboost', 'joblib', 'onnx', 'lightgbm', 'sklearn', 'misc', 'fuzz'] as const
const NOT_A_SEED = /\.(expected\.json|md|py)$|cases\.json$/
const ZIP_SIGN = 0x504b

export interface Seed {
  readonly name: string
  readonly content: Uint8Array
}

/** By folder, so that thousands of files of one kind do not crowd out the few of another. */
export async function readSeeds(): Promise<readonly (readonly Seed[])[]> {
  const groups = FOLDERS.map((folder) =>
    filesBelow(folder)
      .filter((path) => !NOT_A_SEED.test(path))
      .map((path) => ({ name: basename(path), content: readBytes(path) }))
      .filter(({ content }) => content.length > 0 && content.length <= MAXIMUM_BYTES),
  )
  const archives: Seed[] = []
  for await (const name of new Bun.Glob('*').scan({ cwd: TRANSFORMERS, onlyFiles: false })) {
    if (name.includes('.')) continue
    const content = await zippedFolder(name)
    if (content.length <= MAXIMUM_ARCHIVE_BYTES) archives.push({ name, content })
  }
  return [...groups, archives].filter((group) => group.length > 0)
}

/** One mutated file; of an archive, in half of the cases, one mutated entry in an archive that is whole. */
export function makeCase(groups: readonly (readonly Seed[])[], dice: Dice) {
  const seed = pick(groups, dice)
  const donor = pick(groups, dice)
  const isArchive = (((seed.content[0] ?? 0) << 8) | (seed.content[1] ?? 0)) === ZIP_SIGN
  const file =
    isArchive && dice(2) === 0
      ? withMutatedEntry(seed.content, donor.content, dice)
      : mutate(seed.content, donor.content, dice)
  return { name: seed.name, file }
}

function pick(groups: readonly (readonly Seed[])[], dice: Dice): Seed {
  const group = groups[dice(groups.length)] ?? []
  return group[dice(group.length)] ?? { name: 'empty', content: new Uint8Array(1) }
}

function withMutatedEntry(archive: Uint8Array, donor: Uint8Array, dice: Dice): Uint8Array {
  let entries: Record<string, Uint8Array>
  try {
    entries = unzipSync(archive)
  } catch {
    return mutate(archive, donor, dice)
  }
  const names = Object.keys(entries)
  const name = names[dice(names.length)]
  if (name === undefined) return mutate(archive, donor, dice)
  const changed = mutate(entries[name] ?? new Uint8Array(1), donor, dice)
  return zipSync({ ...entries, [name]: changed }, { level: 0 })
}
