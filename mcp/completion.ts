// Completes model names and version numbers in prompts and addresses of resources while a person types.

import {
  type CompleteRequestParams,
  type CompleteResult,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'
import { findModel } from '#core/operations/find-model.ts'
import type { Ports } from '#core/operations/operation.ts'
import { MAX_COMPLETIONS } from './limits.ts'
import { PROMPT_LIST } from './prompts.ts'
import { RESOURCE_TEMPLATES } from './resources.ts'

const VERSION_ARGUMENTS: ReadonlySet<string> = new Set(['first', 'second', 'version'])

/** Throws `ProtocolError` for a prompt or a template that is not in the lists. */
export async function complete(
  { ref, argument, context }: CompleteRequestParams,
  { registry }: Pick<Ports, 'registry'>,
): Promise<CompleteResult> {
  if (!isListed(ref)) {
    const what = ref.type === 'ref/prompt' ? `prompt "${ref.name}"` : `template "${ref.uri}"`
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no ${what} to complete.`)
  }
  if (argument.name === 'model') {
    const models = await registry.listModels()
    return matching(
      models.map(({ name }) => name),
      argument.value,
    )
  }
  const name = context?.arguments?.['model']
  if (!VERSION_ARGUMENTS.has(argument.name) || name === undefined) return matching([], '')
  const model = await findModel(registry, name)
  const versions = model.ok ? await registry.listVersions(model.value.name) : []
  return matching(
    versions.map(({ number }) => String(number)),
    argument.value,
  )
}

function isListed(ref: CompleteRequestParams['ref']): boolean {
  return ref.type === 'ref/prompt'
    ? PROMPT_LIST.prompts.some(({ name }) => name === ref.name)
    : RESOURCE_TEMPLATES.resourceTemplates.some(({ uriTemplate }) => uriTemplate === ref.uri)
}

/** Names that begin with what was typed, then names that hold it. */
function matching(names: readonly string[], typed: string): CompleteResult {
  const wanted = typed.toLowerCase()
  const sorted = [...names].sort((left, right) =>
    left.localeCompare(right, 'en', { numeric: true }),
  )
  const found = [
    ...sorted.filter((name) => name.startsWith(wanted)),
    ...sorted.filter((name) => !name.startsWith(wanted) && name.includes(wanted)),
  ]
  const values = found.slice(0, MAX_COMPLETIONS)
  return { completion: { values, total: found.length, hasMore: found.length > values.length } }
}
