// What a model that was trained here is called: by what it predicts, and never like another model with other inputs.

import type { Registry } from '#core/registry/registry.ts'
import type { Trained } from '#core/training/automatic.ts'
import { newestVersion } from './find-model.ts'
import { nameFromFile, slugOf } from './naming.ts'

const FALLBACK_NAME = 'trained'
const EXTENSION = /\.[A-Za-z0-9]{1,8}$/

/** As it was wished; else the target's name, with the data's behind it where a model with other inputs has that already. */
export async function chooseModelName(
  wished: string | undefined,
  { target, features }: Pick<Trained, 'target' | 'features'>,
  dataName: string,
  registry: Registry,
): Promise<string> {
  const given = wished === undefined ? null : slugOf(wished)
  if (given !== null) return given
  const name = slugOf(target) ?? FALLBACK_NAME
  const newest = await newestVersion(registry, name)
  const inputs = newest?.signature.inputs.filter(({ unused }) => unused !== true)
  const isSame =
    inputs === undefined ||
    Bun.deepEquals(
      inputs.map((input) => input.name),
      [...features],
    )
  if (isSame) return name
  const behind = nameFromFile(dataName.replace(EXTENSION, '')) ?? 'data'
  return slugOf(`${name} ${behind}`) ?? name
}
