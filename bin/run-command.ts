// Runs one operation from the command line: files become uploads, confirmations are asked, answers are printed.

import { type Failure, inWords, untoldDetails } from '#core/errors.ts'
import type { CommonOptions, ParsedArguments } from '#core/operations/arguments.ts'
import { CONFIRMATION_FIELD } from '#core/operations/ask-first.ts'
import { checkInput, invoke } from '#core/operations/invoke.ts'
import type { Call, Operation, Ports, Principal } from '#core/operations/operation.ts'
import { readFiles } from './command-files.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { renderAnswer } from './render.ts'
import type { Terminal } from './terminal.ts'

/** Everyone who can run the command owns the folder it works on. */
export const LOCAL: Principal = { id: 'local', role: 'admin', surface: 'cli' }

export interface CommandContext {
  readonly ports: Ports
  readonly terminal: Terminal
  readonly signal: AbortSignal
}

/** Returns the process's exit code; everything a person should read has been printed. */
export async function runCommand(
  operation: Operation,
  parsed: ParsedArguments,
  context: CommandContext,
): Promise<number> {
  const { terminal, ports } = context
  const files = await readFiles(operation, parsed.input, { ports, owner: LOCAL.id })
  if (!files.ok) return complainOf(files.failure, parsed.common, terminal)
  try {
    return await runWith(operation, { ...parsed, input: files.value.input }, context)
  } finally {
    // The file is still where it was; nobody comes back for the copy.
    for (const id of files.value.uploads) await ports.registry.deleteUpload(id)
  }
}

async function runWith(
  operation: Operation,
  parsed: ParsedArguments,
  context: CommandContext,
): Promise<number> {
  const { terminal } = context
  const { input } = parsed
  const checked = checkInput(operation, input)
  if (checked.ok && operation.asks?.(checked.value)?.field === 'upload') {
    const message = 'A file is missing: name one after the command. --help shows how.'
    return complainOf({ code: 'invalid_input', message, details: [] }, parsed.common, terminal)
  }
  const call = callOf(context)
  let outcome = await invoke(operation, input, call)
  terminal.clearProgress()
  if (!outcome.ok && outcome.failure.confirmation !== undefined) {
    const { message: question, confirmation } = outcome.failure
    if (!(parsed.common.yes || terminal.interactive))
      return refuseUnasked(question, parsed, context)
    if (!(parsed.common.yes || (await terminal.confirm(question)))) {
      terminal.complain('Nothing was changed.')
      return EXIT.refused
    }
    outcome = await invoke(operation, { ...input, [CONFIRMATION_FIELD]: confirmation.token }, call)
  }
  if (!outcome.ok) return complainOf(outcome.failure, parsed.common, terminal)
  terminal.print(
    parsed.common.json
      ? JSON.stringify(outcome.value, null, 2)
      : renderAnswer(operation, outcome.value),
  )
  return EXIT.done
}

/** Prints a failure: words for people on standard error, or its JSON on standard output. */
export function complainOf(failure: Failure, common: CommonOptions, terminal: Terminal): number {
  if (common.json) terminal.print(JSON.stringify({ error: failure }, null, 2))
  else {
    const said = inWords(failure)
    terminal.complain(said.message)
    for (const { path, message } of untoldDetails(said)) {
      terminal.complain(`  - ${path === '' ? '' : `${path}: `}${message}`)
    }
  }
  return exitCodeOf(failure.code)
}

/** The token is left out: it holds in this process only. */
function refuseUnasked(
  question: string,
  { common }: ParsedArguments,
  { terminal }: CommandContext,
): number {
  const message = `${question} Nobody can answer here: add --yes to do it.`
  return complainOf({ code: 'needs_confirmation', message, details: [] }, common, terminal)
}

function callOf({ ports, terminal, signal }: CommandContext): Call {
  return {
    principal: LOCAL,
    requestId: ports.randomId(),
    signal,
    progress: (progress) => terminal.progress(progress),
    confirmed: false,
    ports,
  }
}
