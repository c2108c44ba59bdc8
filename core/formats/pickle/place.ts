// Where in a model a pickle went wrong: the object that was being filled, for messages.

import { FormatError } from '../format-error.ts'
import { asText, isRecord } from './access.ts'
import { printable } from './globals.ts'
import type { Machine } from './stack.ts'

const ESTIMATOR = /^(sklearn|imblearn|lightgbm|xgboost)\./

/** The same error, with the innermost estimator on the stack and the name of its step, where there is one. */
export function placeError(error: unknown, { stack }: Machine): unknown {
  if (!(error instanceof FormatError)) return error
  for (let index = stack.length - 1; index >= 0; index--) {
    const value = stack[index]
    if (!isRecord(value) || !ESTIMATOR.test(value.callable.module)) continue
    const step = asText(stack[index - 1])
    const place = step === null ? '' : ` (step “${printable(step)}”)`
    const message = `${error.message} It is in the ${printable(value.callable.name)}${place}.`
    return new FormatError(message, error.offset, error.code)
  }
  return error
}
