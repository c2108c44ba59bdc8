// The command line answers as the operations do: every example goes through its words, its ports and its JSON.

import { Readable, Writable } from 'node:stream'
import type { ErrorCode } from '#core/errors.ts'
import { argumentsOf, optionName, parseArguments } from '#core/operations/arguments.ts'
import { findOperation } from '#core/operations/index.ts'
import type { OperationName } from '#core/operations/operation.ts'
import { runCommand } from '../../bin/run-command.ts'
import { createTerminal } from '../../bin/terminal.ts'
import { describeParity } from './parity.ts'

/** The words a person would type for an input. */
function wordsOf(name: OperationName, input: Readonly<Record<string, unknown>>): string[] {
  const operation = findOperation(name)
  if (operation === null) throw new Error(`there is no operation ${name}`)
  const fields = argumentsOf(operation.input)
  const words: string[] = []
  for (const [key, value] of Object.entries(input)) {
    if (fields.find((field) => field.name === key)?.kind === 'pairs') {
      for (const [feature, given] of Object.entries(value as object))
        words.push(`${feature}=${given}`)
    } else {
      words.push(optionName(key), typeof value === 'string' ? value : JSON.stringify(value))
    }
  }
  return [...words, '--json']
}

function collector() {
  const pieces: string[] = []
  const stream = new Writable({
    write(piece, _, done) {
      pieces.push(String(piece))
      done()
    },
  })
  return { stream, text: () => pieces.join('') }
}

describeParity({
  name: 'the command line',
  async open(ports) {
    return {
      async run(name, input, _example, isAgreed) {
        const operation = findOperation(name)
        if (operation === null) throw new Error(`there is no operation ${name}`)
        const parsed = parseArguments(operation.input, [
          ...wordsOf(name, input),
          ...(isAgreed ? ['--yes'] : []),
        ])
        if (!parsed.ok) return { ok: false, code: parsed.failure.code }
        const output = collector()
        const terminal = createTerminal({
          input: Readable.from([]),
          output: output.stream,
          errors: collector().stream,
        })
        const signal = new AbortController().signal
        const code = await runCommand(operation, parsed.value, { ports, terminal, signal })
        const answer = JSON.parse(output.text())
        return code === 0
          ? { ok: true, output: answer }
          : { ok: false, code: answer.error.code as ErrorCode }
      },
      close: async () => undefined,
    }
  },
})
