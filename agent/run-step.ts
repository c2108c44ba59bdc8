// Runs one operation of a turn with the rights of the person, and says what came of it.

import { type Failure, inWords } from '#core/errors.ts'
import { authorise } from '#core/operations/access.ts'
import { needsConfirmation, withoutConfirmation } from '#core/operations/ask-first.ts'
import { checkInput, invoke, needsInput } from '#core/operations/invoke.ts'
import type { Call, Operation, OperationName, Ports, Question } from '#core/operations/operation.ts'
import type { RanStep } from './language.ts'
import type { Step, TurnEvent, TurnRequest } from './turn.ts'

type Input = Readonly<Record<string, unknown>>

export interface StepRunner {
  /** Never throws. `confirmed` is true only after the person's own yes to this very operation and input. */
  run(name: OperationName, input: Input, confirmed?: boolean): Promise<RanStep>
  ask(name: OperationName, input: Input, question: Question): RanStep
}

export function createStepRunner(options: {
  readonly ports: Ports
  readonly request: TurnRequest
  readonly operations: readonly Operation[]
  readonly emit: (event: TurnEvent) => void
}): StepRunner {
  const { ports, request, operations, emit } = options
  const find = (name: OperationName) => operations.find((operation) => operation.name === name)
  const callOf = (name: OperationName, confirmed: boolean): Call => ({
    principal: request.principal,
    requestId: request.requestId,
    signal: request.signal,
    progress: ({ fraction, message }) =>
      emit({ type: 'progress', operation: name, fraction, message }),
    confirmed,
    ports,
  })
  return {
    async run(name, given, confirmed = false) {
      const operation = find(name)
      if (operation === undefined) return unavailable(name, given)
      emit({ type: 'step-started', operation: name, title: operation.title })
      const ran = await runOperation(operation, ownInput(operation, given), callOf(name, confirmed))
      emit({ type: 'step-finished', step: ran.step })
      return ran
    },
    ask(name, input, question) {
      const operation = find(name)
      // Who may not run it is not asked for its inputs: the question names fields and files are sent for nothing.
      const allowed = operation === undefined ? null : authorise(operation, request.principal)
      if (allowed?.ok === false) {
        const refused = failed(name, input, allowed.failure)
        emit({ type: 'step-finished', step: refused.step })
        return refused
      }
      const own = operation === undefined ? null : needsInput(operation, input)
      const step: Step = { operation: name, input, status: 'needs_input' }
      emit({ type: 'step-finished', step })
      return { step, presentation: null, message: own?.text ?? question.text }
    },
  }
}

function unavailable(name: OperationName, input: Input): RanStep {
  const message = 'I cannot do that yet.'
  return failed(name, input, { code: 'unavailable', message, details: [] })
}

/** In talk nobody can write their own confirmation into the input; only the person's answer counts. */
function ownInput({ effect }: Operation, input: Input): Input {
  return effect === 'destructive' ? withoutConfirmation(input) : input
}

async function runOperation(operation: Operation, input: Input, call: Call): Promise<RanStep> {
  const { name } = operation
  const question = needsInput(operation, input)
  // Who may not run it at all is refused by the operation itself, which also notes it.
  if (question !== null && authorise(operation, call.principal).ok) {
    return {
      step: { operation: name, input, status: 'needs_input' },
      presentation: null,
      message: question.text,
    }
  }
  const held = await confirmationOf(operation, input, call)
  if (held !== null) {
    const step: Step = { operation: name, input, status: 'needs_confirmation' }
    return { step, presentation: null, message: held }
  }
  const outcome = await invoke(operation, input, call)
  if (!outcome.ok) return failed(name, input, outcome.failure)
  const step: Step = { operation: name, input, status: 'done', output: outcome.value }
  return { step, presentation: operation.present(outcome.value), message: '' }
}

/** The sentence to put to the person, or null where it may run or must be refused at once, which the operation does. */
async function confirmationOf(
  operation: Operation,
  input: Input,
  call: Call,
): Promise<string | null> {
  if (!authorise(operation, call.principal).ok) return null
  const checked = checkInput(operation, input)
  if (!checked.ok) return null
  const asked = await needsConfirmation(operation, checked.value, call)
  return asked.ok ? asked.value : null
}

function failed(operation: OperationName, input: Input, failure: Failure): RanStep {
  return {
    step: { operation, input, status: 'failed', error: failure },
    presentation: null,
    message: inWords(failure).message,
  }
}
