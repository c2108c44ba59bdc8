// One tool for each operation, in the order of the index.

import type { Tool, ToolAnnotations } from '@modelcontextprotocol/server'
import { OPERATIONS } from '#core/operations/index.ts'
import type { Effect, Operation } from '#core/operations/operation.ts'
import { CONFIRM_ARGUMENT } from './confirm-argument.ts'
import { iconOf } from './icons.ts'
import { inputSchemaOf, outputSchemaOf, takesFile } from './schemas.ts'

/** What each effect means to a client that decides whether to ask its person first. */
const HINTS = {
  read: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  write: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  destructive: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
} as const satisfies Record<Effect, ToolAnnotations>

export function annotationsOf(operation: Pick<Operation, 'title' | 'effect' | 'input'>) {
  return {
    title: operation.title,
    ...HINTS[operation.effect],
    // Only a file's address leads outside.
    openWorldHint: takesFile(operation),
  }
}

/** Derived once: operations do not change while a process runs. */
export const OPERATION_TOOLS: readonly Tool[] = OPERATIONS.map((operation) => ({
  name: operation.name,
  title: operation.title,
  description: describe(operation),
  inputSchema: inputSchemaOf(operation),
  outputSchema: outputSchemaOf(operation),
  annotations: annotationsOf(operation),
  icons: [iconOf(operation.name)],
}))

function describe({ description, effect, examples }: Operation): string {
  const lines = [description]
  if (effect === 'destructive') {
    lines.push(
      `The person is asked before anything happens. Where your client cannot show that question, the first call answers with it: put it to the person, and only after their yes call again with the "${CONFIRM_ARGUMENT}" that it names.`,
    )
  }
  const [example] = examples
  if (example !== undefined) {
    lines.push(`Example: “${example.utterance}” → ${JSON.stringify(example.input)}`)
  }
  return lines.join('\n')
}
