// Makes an example once and keeps what it said.

import type { Example } from '#models/example.ts'
import type { TestPorts } from '../support/ports.ts'
import { type ContextOptions, exampleContext } from './support.ts'

export interface Made {
  readonly outcome: Awaited<ReturnType<Example['make']>>
  readonly said: string
  readonly folder: string
}

export async function makeExample(
  example: Example,
  ports: TestPorts,
  options: ContextOptions = {},
): Promise<Made> {
  const { context, said } = exampleContext(ports, options)
  const outcome = await example.make(context)
  return { outcome, said: said.join('\n'), folder: context.outputFolder }
}

/** Throws where the example was not made, with what it said until then. */
export function resultOf({ outcome, said }: Made) {
  if (outcome.ok) return outcome.value
  throw new Error(`${outcome.failure.message}\n${said}`)
}
