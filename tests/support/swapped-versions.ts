// Versions of the small model in a data folder, for a server that is started over it afterwards.

import type { VersionRecord } from '#core/registry/registry.ts'
import { openSqliteRegistry } from '#core/registry/sqlite-registry.ts'
import { storeVersion } from '../api/support.ts'
import { biasOf, SWAPPED_MODEL } from './swaps.ts'

/** Versions 1 to `count`, each with its own bias; the first is live. */
export async function storeSwappedVersions(
  folder: string,
  count: number,
): Promise<readonly VersionRecord[]> {
  const randomId = () => crypto.randomUUID().replaceAll('-', '')
  const registry = await openSqliteRegistry({ folder, now: Date.now, randomId })
  try {
    const versions: VersionRecord[] = []
    for (let number = 1; number <= count; number += 1) {
      const deploy = number === 1
      versions.push(
        await storeVersion(registry, { name: SWAPPED_MODEL, bias: biasOf(number), deploy }),
      )
    }
    return versions
  } finally {
    await registry.close()
  }
}
