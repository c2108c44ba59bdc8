// Runs one operation from the command line: files become uploads, confirmations are asked, answers are printed.

import { basename } from 'node:path'
import { type Failure, fail, type Outcome, succeed, untoldDetails } from '#core/errors.ts'
import type { CommonOptions, ParsedArguments } from '#core/operations/arguments.ts'
import { CONFIRMATION_FIELD } from '#core/operations/ask-first.ts'
import { checkInput, invoke } from '#core/operations/invoke.ts'
import type { Call, Operation, Ports, Principal } from '#core/operations/operation.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { renderAnswer } from './render.ts'
import type { Terminal } from './terminal.ts'

/** Everyone who can run the command owns the folder it works on. */
export const LOCAL: Principal = { id: 'local', role: 'admin', surface: 'cli' }
/** The same as the server's, so that a file that deploys here deploys there. */
const MAXIMUM_UPLOAD_BYTES = 512 * 1024 * 1024
const MODEL_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/

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
  const { terminal } = context
  const stored = await storeFile(operation, parsed.input, context)
  if (!stored.ok) return complainOf(stored.failure, parsed.common, terminal)
  const input = stored.value
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
    terminal.complain(failure.message)
    for (const { path, message } of untoldDetails(failure)) {
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

/** A FILE argument becomes an upload; what is no file but names a model is taken as that name. */
async function storeFile(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  { ports }: CommandContext,
): Promise<Outcome<Readonly<Record<string, unknown>>>> {
  const path = input['upload']
  if (typeof path !== 'string') return succeed(input)
  const file = Bun.file(path)
  if (!(await file.exists())) {
    if (operation.name === 'deploy_model' && MODEL_NAME.test(path) && input['name'] === undefined) {
      const { upload: _, ...rest } = input
      return succeed({ ...rest, name: path })
    }
    return fail('not_found', `There is no file "${path}" here.`)
  }
  const upload = await ports.registry.createUpload({
    fileName: basename(path),
    owner: LOCAL.id,
    content: file.stream(),
    maximumBytes: MAXIMUM_UPLOAD_BYTES,
  })
  return upload.ok ? succeed({ ...input, upload: upload.value.id }) : upload
}
