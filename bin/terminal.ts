// What the command line writes with: streams, whether they are terminals, progress, questions.

import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import type { Progress } from '#core/operations/operation.ts'
import { withoutControls } from '#core/presentation/plain-text.ts'

export interface Terminal {
  readonly input: Readable
  readonly interactive: boolean
  /** An answer, on standard output. */
  print(text: string): void
  /** A problem or a remark, on standard error. */
  complain(text: string): void
  /** One line on standard error that replaces itself; silent where nobody watches. */
  progress(progress: Progress): void
  /** Takes the progress line away. */
  clearProgress(): void
  /** Asks for yes or no; no where nobody can answer. */
  confirm(question: string): Promise<boolean>
}

const BAR_WIDTH = 24
/** Carriage return, then erase to the end of the line. */
const CLEAR_LINE = '\r\u001b[K'
const YES = /^(y|yes)$/i

export function createTerminal(streams: {
  input: Readable & { isTTY?: boolean }
  output: Writable & { isTTY?: boolean }
  errors: Writable & { isTTY?: boolean }
}): Terminal {
  const { input, output, errors } = streams
  const watched = errors.isTTY === true
  const interactive = watched && input.isTTY === true
  let shown = ''
  const clearProgress = () => {
    if (shown !== '') errors.write(CLEAR_LINE)
    shown = ''
  }
  return {
    input,
    interactive,
    print: (text) => {
      clearProgress()
      output.write(`${text}\n`)
    },
    complain: (text) => {
      clearProgress()
      errors.write(`${withoutControls(text)}\n`)
    },
    progress: (progress) => {
      const line = renderProgress(progress)
      if (!watched || line === shown) return
      errors.write(`${CLEAR_LINE}${line}`)
      shown = line
    },
    clearProgress,
    confirm: async (question) => {
      if (!interactive) return false
      clearProgress()
      const prompt = createInterface({ input, output: errors })
      try {
        return YES.test((await prompt.question(`${question} [y/N] `)).trim())
      } finally {
        prompt.close()
      }
    },
  }
}

/** `[############------------]  50 %  reading`, or the message alone where the end is not known. */
export function renderProgress({ fraction, message }: Progress): string {
  if (fraction === null) return message
  const filled = Math.round(Math.min(Math.max(fraction, 0), 1) * BAR_WIDTH)
  const bar = `${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}`
  return `[${bar}] ${String(Math.floor(fraction * 100)).padStart(3)} %  ${message}`
}
