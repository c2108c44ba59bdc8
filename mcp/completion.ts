// Completes model names, version numbers and handles of samples while a person types.

import type { CompleteRequestParams, CompleteResult } from '@modelcontextprotocol/server'
import { findModel } from '#core/operations/find-model.ts'
import type { Ports } from '#core/operations/operation.ts'
import { MAX_COMPLETIONS } from './limits.ts'

const VERSION_ARGUMENTS: ReadonlySet<string> = new Set(['first', 'second', 'version'])

export async function complete(
  { argument, context }: CompleteRequestParams,
  { registry }: Pick<Ports, 'registry'>,
): Promise<CompleteResult> {
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
