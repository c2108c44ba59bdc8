// What reading any file at all must come to: a model, or a FormatError with a sentence and a place, soon.

import { FormatError } from '#core/formats/format-error.ts'
import { createBudget, READ_TIME_MS } from '#core/formats/limits.ts'
import { inspectModelFile, readModelFile } from '#core/formats/read-model.ts'

/** A sentence, not a code. */
const SHORTEST_MESSAGE = 10

export type Checked =
  | { readonly kind: 'model' | 'refused' }
  | { readonly kind: 'finding'; readonly problem: string }

/** Reads the file as an upload and, where `inspected`, as `parley inspect` does. Never throws. */
export function checkFile(file: Uint8Array, inspected: boolean): Checked {
  const started = performance.now()
  const checked = inspected ? inspectFile(file) : readFile(file)
  const tookMs = performance.now() - started
  if (checked.kind !== 'finding' && tookMs > READ_TIME_MS) {
    return { kind: 'finding', problem: `took ${Math.round(tookMs)} ms` }
  }
  return checked
}

function readFile(file: Uint8Array): Checked {
  try {
    const { onnx, signature } = readModelFile(file, {}, createBudget())
    if (onnx.length === 0) return { kind: 'finding', problem: 'a model without a graph' }
    if (signature.inputs.length === 0) return { kind: 'finding', problem: 'a model without inputs' }
    return { kind: 'model' }
  } catch (error) {
    return judge(error)
  }
}

function inspectFile(file: Uint8Array): Checked {
  try {
    const { problem } = inspectModelFile(file, createBudget())
    return { kind: problem === null ? 'model' : 'refused' }
  } catch (error) {
    return judge(error)
  }
}

function judge(error: unknown): Checked {
  if (!(error instanceof FormatError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { kind: 'finding', problem: `threw ${stack}` }
  }
  const { offset, message } = error
  if (!Number.isSafeInteger(offset) || offset < 0) {
    return { kind: 'finding', problem: `the offset ${offset} of "${message}" is no place` }
  }
  if (message.length < SHORTEST_MESSAGE) {
    return { kind: 'finding', problem: `the message "${message}" says nothing` }
  }
  return { kind: 'refused' }
}
