// What the bot looks up about models before it answers: names for completion, signatures for forms.

import type { Signature } from '#core/model.ts'
import { mayInvoke, maySee } from '#core/operations/access.ts'
import { findModel, shownVersion } from '#core/operations/find-model.ts'
import { findOperation } from '#core/operations/index.ts'
import type { OperationName, Ports, Principal } from '#core/operations/operation.ts'
import type { VersionRecord } from '#core/registry/registry.ts'

export interface KnownForm {
  readonly model: string
  readonly title: string
  readonly signature: Signature
}

/** Each of them tells the inputs of a model, so any of them opens its form. */
export const FORM_OPERATIONS: readonly OperationName[] = [
  'describe_model',
  'predict',
  'explain_prediction',
]

export function mayInvokeAny(names: readonly OperationName[], principal: Principal): boolean {
  return names.some((name) => {
    const operation = findOperation(name)
    return operation !== null && mayInvoke(operation, principal)
  })
}

/** The model a person means with the signature of that version; null where there is none or it is not for them: the operation itself then says why. */
export async function findForm(
  ports: Pick<Ports, 'registry'>,
  name: string,
  version: number | null,
  principal: Principal | null,
): Promise<KnownForm | null> {
  if (principal === null || !mayInvokeAny(FORM_OPERATIONS, principal)) return null
  const found = await findModel(ports.registry, name)
  if (!found.ok || !maySee(principal, found.value.name)) return null
  const { value: model } = found
  const record: VersionRecord | null =
    version === null
      ? await shownVersion(ports.registry, model)
      : await ports.registry.findVersion(model.name, version)
  if (record === null) return null
  return { model: model.name, title: model.title, signature: record.signature }
}
