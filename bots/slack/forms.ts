// Opens the form of a model and reads what was submitted, with the rights of the person.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { findOperation } from '#core/operations/index.ts'
import { invoke } from '#core/operations/invoke.ts'
import type { Ports, Principal } from '#core/operations/operation.ts'
import type { VersionRecord } from '#core/registry/registry.ts'
import { predictModal, type ViewContext } from './modal.ts'
import type { WebClient } from './slack-types.ts'

export interface FormRequest {
  readonly principal: Principal
  readonly model: string
  readonly version: number | null
  readonly features: Readonly<Record<string, unknown>>
  readonly triggerId: string
  readonly place: Pick<ViewContext, 'channel' | 'thread' | 'responseUrl'>
}

/** A trigger is good for three seconds, so nothing slow may come before this. */
export async function openForm(
  client: WebClient,
  ports: Ports,
  request: FormRequest,
): Promise<Outcome<void>> {
  const found = await shownVersion(ports, request)
  if (!found.ok) return found
  const { version, title } = found.value
  const { model, number, signature } = version
  const view = predictModal({
    title,
    signature,
    features: request.features,
    context: {
      ...request.place,
      model,
      number,
      ...(request.version === null ? {} : { version: request.version }),
    },
  })
  if (view === null) {
    return fail(
      'invalid_input',
      `The ${model} model has ${signature.inputs.length} inputs, more than a form holds. Send a CSV with a column for each, or say them: /parley predict ${model} name=value …`,
    )
  }
  await client.views.open({ trigger_id: request.triggerId, view })
  return succeed(undefined)
}

/** Through describe_model, so that a form shows nothing that the person may not see. */
async function shownVersion(
  ports: Ports,
  { principal, model, version }: FormRequest,
): Promise<Outcome<{ version: VersionRecord; title: string }>> {
  const describe = findOperation('describe_model')
  if (describe === null) return fail('unavailable', 'Forms are not to be had.')
  const input = { model, ...(version === null ? {} : { version }) }
  const described = await invoke(describe, input, {
    principal,
    requestId: ports.randomId(),
    signal: new AbortController().signal,
    progress: () => undefined,
    confirmed: false,
    ports,
  })
  if (!described.ok) return described
  const { name, title, version: number } = described.value
  if (typeof name !== 'string' || typeof number !== 'number') {
    return fail('not_found', `${model} has no version to fill in a form for.`)
  }
  const found = await ports.registry.findVersion(name, number)
  if (found === null)
    return fail('not_found', `Version ${number} of ${name} is not there any more.`)
  return succeed({ version: found, title: typeof title === 'string' ? title : name })
}
