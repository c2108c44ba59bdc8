// The models at hand as language needs them, read from the registry and kept until they change.

import { shownVersion } from '#core/operations/find-model.ts'
import type { ModelRecord, Registry } from '#core/registry/registry.ts'
import type { KnownModel } from './language.ts'

export interface KnownModels {
  load(): Promise<readonly KnownModel[]>
}

/** The same objects are answered while a model stays as it is: what is worked out from a signature is kept with it. */
export function createKnownModels(registry: Registry): KnownModels {
  let kept = new Map<string, KnownModel>()
  return {
    async load() {
      const records = await registry.listModels()
      const next = new Map<string, KnownModel>()
      for (const record of records) {
        const key = keyOf(record)
        const known = kept.get(key) ?? (await describe(registry, record))
        if (known !== null) next.set(key, known)
      }
      kept = next
      return [...next.values()]
    },
  }
}

const keyOf = ({ name, title, aliases, liveVersion, versionCount, updatedAt }: ModelRecord) =>
  JSON.stringify([name, title, aliases, liveVersion, versionCount, updatedAt])

async function describe(registry: Registry, record: ModelRecord): Promise<KnownModel | null> {
  const shown = await shownVersion(registry, record)
  if (shown === null) return null
  const versions = await registry.listVersions(record.name)
  return {
    name: record.name,
    title: record.title,
    aliases: record.aliases,
    description: record.description,
    signature: shown.signature,
    versions: versions.map(({ number }) => number).sort((left, right) => left - right),
    live: record.liveVersion,
  }
}
