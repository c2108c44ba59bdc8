// What the bot looks up about models before it answers: names for completion, signatures for forms.

import type { Signature } from '#core/model.ts'
import { maySee } from '#core/operations/access.ts'
import { findModel, shownVersion } from '#core/operations/find-model.ts'
import type { Ports, Principal } from '#core/operations/operation.ts'
import type { VersionRecord } from '#core/registry/registry.ts'

export interface KnownForm {
  readonly model: string
  readonly title: string
  readonly signature: Signature
}

/** The model a person means with the signature of that version; null where there is none or it is not for them: the operation itself then says why. */
export async function findForm(
  ports: Pick<Ports, 'registry'>,
  name: string,
  version: number | null,
  principal: Pick<Principal, 'models'> | null,
): Promise<KnownForm | null> {
  const found = await findModel(ports.registry, name)
  if (!found.ok || principal === null || !maySee(principal, found.value.name)) return null
  const { value: model } = found
  const record: VersionRecord | null =
    version === null
      ? await shownVersion(ports.registry, model)
      : await ports.registry.findVersion(model.name, version)
  if (record === null) return null
  return { model: model.name, title: model.title, signature: record.signature }
}
